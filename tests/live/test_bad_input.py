"""What can be wrong with a live bot before it trades: one clear sentence, no order, nothing lost."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from brokers.simulators import Account
from live.control.client import ask
from live.control.errors import EngineDown
from live.control.places import Places
from maemae.cli import run
from records.entries import message_of
from records.inputs import Intent
from records.journal_view import JournalView
from records.lock import hold_account, holder_of
from tests.live.simulators import KEY, SECRET, simulated
from tests.records.test_journal_refusals import as_an_ordinary_user, small_disk

PROFILE = """
name = "bad"
mode = "live"
cash = 10_000
[venue]
use = "binance"
account = "test-account"
key_env = "TEST_KEY"
secret_env = "TEST_SECRET"
url = "{url}"
timeout_s = 2.0
[market]
instruments = ["AAAUSDT@binance"]
timeframe = "1s"
[[strategy]]
use = "sma_cross"
fast = 2
slow = 4
[sizing]
use = "fixed"
quantity = 1.0
[monitor]
stop = "3%"
[live]
warmup = 30
"""


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder, keys and a proof of one's own; proofs are tested where they are made."""
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("TEST_KEY", KEY)
    monkeypatch.setenv("TEST_SECRET", SECRET)
    monkeypatch.setattr("maemae.live_engine.check_proof", lambda profile, path: None)
    monkeypatch.setattr("maemae.doctor.check_proof", lambda profile, path: None)


def profile_of(tmp_path: Path, url: str, *changes: tuple[str, str]) -> Path:
    text = PROFILE.format(url=url)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    return path


def live(path: Path) -> int:
    return run(["live", str(path), "--engine-only", "--yes-i-know", "test-account"])


def refused(path: Path, sim: Any, capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    """It ends with one sentence that says all of ``words``, and the venue has heard of no order."""
    assert live(path) == code
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("maemae: ")]
    assert len(said) == 1, said
    for word in words:
        assert word in said[0], said[0]
    assert KEY not in said[0] and SECRET not in said[0]
    assert not sim.exchange.orders
    assert holder_of(Places.of("bad", "test-account").lock) is None
    return said[0]


def test_wrong_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEST_KEY", "somebody else's")
    with simulated() as sim:
        refused(profile_of(tmp_path, sim.url), sim, capsys, "key", "permissions")


def test_keys_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TEST_KEY")
    with simulated() as sim:
        refused(profile_of(tmp_path, sim.url), sim, capsys, "TEST_KEY", "export TEST_KEY")


def test_a_key_that_may_withdraw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rich = Account.funded({"USDT": 100_000}, key=KEY, secret=SECRET)
    rich.rights.add("withdraw")
    with simulated(rich) as sim:
        refused(profile_of(tmp_path, sim.url), sim, capsys, "withdraw", "without that permission")


def test_an_unknown_symbol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url, ("AAAUSDT@", "AAUSDT@"))
        refused(path, sim, capsys, "AAUSDT@binance", "no such market", "AAAUSDT")


def test_a_clock_ten_seconds_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated(skew_ms=10_000) as sim:
        refused(profile_of(tmp_path, sim.url), sim, capsys, "clock is 10.0 s behind", "set-ntp")


def test_a_venue_without_stop_orders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated(upbit=True) as sim:
        path = profile_of(
            tmp_path, sim.url, ('use = "binance"', 'use = "upbit"'), ("AAAUSDT@binance", "KRW-BTC@upbit")
        )
        refused(path, sim, capsys, "upbit keeps no stop orders", "local_stops = true")


def test_nobody_confirms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url)
        assert run(["live", str(path), "--engine-only"]) == 2
        assert "--yes-i-know test-account" in capsys.readouterr().err
        assert run(["live", str(path), "--engine-only", "--yes-i-know", "main"]) == 2
        assert "'main' isn't the account's name, test-account" in capsys.readouterr().err
        assert not sim.exchange.orders


def test_no_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("TEST_KEY", KEY)
    monkeypatch.setenv("TEST_SECRET", SECRET)
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url)
        refused(path, sim, capsys, "nothing was proved", f"maemae verify {path}")


def test_a_second_bot_on_the_same_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url)
        with hold_account(Places.of("bad", "test-account").lock, "the first"):
            assert live(path) == 2
        said = capsys.readouterr().err.splitlines()[-1]
        assert f"process {os.getpid()}" in said and "profile 'the first'" in said
        assert not sim.exchange.orders


def test_a_second_bot_with_the_same_key_under_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def second() -> None:
        path.write_text(path.read_text().replace("test-account", "other").replace('"bad"', '"other"'))
        assert run(["live", str(path), "--engine-only", "--yes-i-know", "other"]) == 2

    with simulated() as sim:
        path = profile_of(tmp_path, sim.url)
        while_it_trades(path, "bad", second)
    assert "profile 'bad'" in capsys.readouterr().err


def while_it_trades(path: Path, name: str, then: Callable[[], Any], code: int = 0) -> None:
    """Run ``then`` in another thread while a bot trades in this one; then the bot is stopped."""
    failed: list[BaseException] = []
    socket = Places.of(name).socket

    def steer() -> None:
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    if ask(socket, lambda bot: bot.status()).last_bar:
                        break
                except EngineDown:
                    pass
                assert time.monotonic() < deadline, "it does not trade"
                time.sleep(0.1)
            then()
        except BaseException as error:
            failed.append(error)
        finally:
            with suppress(EngineDown):
                ask(socket, lambda bot: bot.stop("the test"))

    thread = threading.Thread(target=steer)
    thread.start()
    ended = live(path)
    thread.join(60)
    assert not failed, failed
    assert ended == code


def test_entries_below_the_venues_minimum_are_passed_and_the_doctor_says_so_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url, ("quantity = 1.0", "quantity = 0.01"))
        assert run(["doctor", str(path)]) == 1
        told = capsys.readouterr().out
        assert "FAILED  order size AAAUSDT@binance: an entry asks for about 1.0" in told
        assert "the venue takes 5.00 and more. Raise [sizing] quantity" in told

        def passed() -> None:
            for _ in range(300):
                made = ask(Places.of("bad").socket, lambda bot: bot.decisions(100))
                if any((each.action, each.why, each.cap) == ("PASS", "SIZE", "MIN") for each in made):
                    return
                time.sleep(0.1)
            raise AssertionError("nothing was decided")

        while_it_trades(path, "bad", passed)
        assert not sim.exchange.orders


def intents(path: Path) -> set[str]:
    with JournalView.read(path) as view:
        messages = [message_of(entry) for entry in view.entries(kinds=("intent",))]
    return {each.order.client_id for each in messages if isinstance(each, Intent)}


def test_a_disk_that_fills_up_ends_the_bot_and_no_order_is_without_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk("3m") as folder, simulated() as sim:
        monkeypatch.setenv("MAEMAE_STATE", str(folder))
        path = profile_of(tmp_path, sim.url)

        def fill() -> None:
            free = os.statvfs(folder)
            (folder / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize))
            time.sleep(3)

        while_it_trades(path, "bad", fill, code=1)
        assert "the disk is full" in capsys.readouterr().err
        (folder / "ballast").unlink()
        journal = Places.of("bad", "test-account").account / "journal.db"  # type: ignore[operator]
        ours = {order.ticket.client_id for order in sim.exchange.orders_of(sim.account.name)}
        assert ours <= intents(journal)
        while_it_trades(path, "bad", lambda: None)  # and goes on where it was
        with JournalView.read(journal) as view:
            view.verify()


def test_a_database_that_is_read_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    monkeypatch.setenv("MAEMAE_STATE", str(folder / "state"))
    try:
        with simulated() as sim:
            path = profile_of(folder, sim.url)
            while_it_trades(path, "bad", lambda: None)
            places = Places.of("bad", "test-account")
            assert places.account is not None
            for each in (folder, *folder.rglob("*")):  # an ordinary user may do everything else
                each.chmod(0o777)
            (places.account / "journal.db").chmod(0o444)
            before = len(sim.exchange.orders)
            with as_an_ordinary_user(places.account):
                assert live(path) == 1
            assert "read-only" in capsys.readouterr().err.splitlines()[-1]
            assert len(sim.exchange.orders) == before
    finally:
        shutil.rmtree(folder)
