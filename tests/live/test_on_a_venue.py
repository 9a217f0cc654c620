"""The whole bot on a simulated Binance in real time: with orders there, and on paper by its prices."""

from decimal import Decimal
from pathlib import Path

import pytest

from live.control.answers import Activity, Code
from live.control.client import ask
from live.control.places import Places
from records.entries import message_of
from records.inputs import Owned, Transfer
from records.journal_view import JournalView
from tests.live.simulators import KEY, SECRET, simulated, within
from tests.live.test_bad_input import PROFILE, while_it_trades


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("TEST_KEY", KEY)
    monkeypatch.setenv("TEST_SECRET", SECRET)
    monkeypatch.setattr("maemae.live_engine.check_proof", lambda profile, path: None)


def profile_of(tmp_path: Path, url: str, *changes: tuple[str, str]) -> Path:
    text = PROFILE.format(url=url)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_orders_rest_fill_and_are_closed_by_hand_and_both_sides_agree(tmp_path: Path) -> None:
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url)
        socket = Places.of("bad").socket

        def steer() -> None:
            held = within(40, lambda: ask(socket, lambda bot: bot.positions()))[0]
            within(
                10, lambda: [each for each in ask(socket, lambda bot: bot.positions()) if each.resting_stop]
            )
            assert ask(socket, lambda bot: bot.pause("kim")).code is Code.PAUSED
            done = ask(socket, lambda bot: bot.force_exit("all", "kim"))
            assert done.code is Code.SENT, done
            within(20, lambda: not ask(socket, lambda bot: bot.positions()))
            within(10, lambda: not ask(socket, lambda bot: bot.orders()))
            trade = ask(socket, lambda bot: bot.trades(1))[0]
            story = ask(socket, lambda bot: bot.why(held.id))
            assert story.trade is not None and trade.instrument == held.instrument
            status, health = ask(socket, lambda bot: bot.status()), ask(socket, lambda bot: bot.health())
            assert status.activity is Activity.PAUSED and health.ok, (status, health)
            balance = ask(socket, lambda bot: bot.balance())
            assert {each.currency for each in balance.holdings} >= {"USDT"}

        while_it_trades(path, "bad", steer)
        assert not list(sim.exchange.open_orders(sim.account.name))
        assert abs(float(sim.account.balance("AAA").total)) < 0.1  # less than a lot of dust


def test_a_deposit_is_heard_in_a_moment_and_is_no_profit(tmp_path: Path) -> None:
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url)
        socket = Places.of("bad").socket
        account = sim.account

        def steer() -> None:
            within(40, lambda: ask(socket, lambda bot: bot.positions()))
            sim.soon(sim.exchange.deposit, account, "USDT", Decimal(7_000))
            within(20, lambda: ask(socket, lambda bot: bot.status()).equity > 16_000)
            sim.soon(sim.exchange.deposit, account, "AAA", Decimal(3))  # coins that aren't the bot's
            status = within(20, lambda: ask(socket, lambda bot: bot.status()))
            assert abs(status.day_pnl) < 1_000 and status.equity > 16_000
            assert abs(ask(socket, lambda bot: bot.summary()).pnl) < 1_000

        while_it_trades(path, "bad", steer)
        with JournalView.read(Places.of("bad", "test-account").journal) as journal:
            messages = [message_of(entry) for entry in journal.entries()]
        [owned] = [each for each in messages if isinstance(each, Owned)]
        assert owned.beside == 90_000 and not owned.units
        transfers = [each for each in messages if isinstance(each, Transfer)]
        assert (transfers[0].amount, transfers[0].booked) == (7_000, 7_000)
        assert {each.booked for each in transfers[1:]} <= {Decimal(0)}


def test_a_profile_is_read_again_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url)
        socket = Places.of("bad").socket

        def steer() -> None:
            good = path.read_text(encoding="utf-8")
            path.write_text(good.replace("fast = 2", "fsat = 2"), encoding="utf-8")
            refused = ask(socket, lambda bot: bot.reload("kim"))
            assert refused.code is Code.REFUSED and "fsat" in refused.detail
            path.write_text(good.replace("fast = 2", "fast = 3"), encoding="utf-8")
            before = ask(socket, lambda bot: bot.status()).started
            assert ask(socket, lambda bot: bot.reload("kim")).code is Code.RELOADED

            def again() -> bool:
                from live.control.errors import EngineDown

                try:
                    return ask(socket, lambda bot: bot.status()).started > before
                except EngineDown:
                    return False

            within(20, again)
            within(20, lambda: "fast = 3" in ask(socket, lambda bot: bot.config()))
            within(20, lambda: ask(socket, lambda bot: bot.status()).activity is Activity.RUNNING)

        while_it_trades(path, "bad", steer)


def test_paper_uses_public_prices_and_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_KEY")
    with simulated() as sim:
        path = profile_of(tmp_path, sim.url, ('mode = "live"', 'mode = "paper"'))
        socket = Places.of("bad").socket

        def steer() -> None:
            within(40, lambda: ask(socket, lambda bot: bot.trades(1)))
            health = ask(socket, lambda bot: bot.health())
            assert health.ok, health
            assert ask(socket, lambda bot: bot.status()).mode == "paper"

        while_it_trades(path, "bad", steer)
        assert not sim.exchange.orders
        signed = [
            place for place in sim.requests if "account" in place or "order" in place or "sapi" in place
        ]
        assert not signed, signed
