"""The kill switch: it works whatever the engine and the venue do, and closes nothing twice."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from brokers.contract import OrderUpdate
from desk.orders import Fill, Order
from live.control.keeper import KillReport
from live.control.places import Places
from live.kill_file import read_fills
from live.supervisor import venue as venue_side
from live.supervisor.book import book_of
from live.supervisor.kill import KillTarget, finished, kill_account
from market.errors import ConfigError, OrderRefused, OutcomeUnknown, VenueDown
from records.entries import draft
from records.inputs import Intent, Update
from records.journal import Journal
from records.latch import KillLatch
from records.lock import hold_account, holder_of
from tests.live.supervisor.strict_venue import BTC, HANG, PERP, StrictVenue, resting

pytestmark = pytest.mark.asyncio
# A process that holds the account. "deaf" ignores SIGTERM; "child" has a child that holds the lock too.
HOLDER = """
import os, signal, sys, time
from pathlib import Path
from records.lock import hold_account
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with hold_account(Path(sys.argv[1]), "demo"):
    if "child" in sys.argv and os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path).make()


def target(places: Places, venue: StrictVenue, **more: object) -> KillTarget:
    given = {"grace_s": 0.3, "patience_s": 3.0, **more}
    return KillTarget(places, "demo", venue.broker, **given)  # type: ignore[arg-type]


@contextmanager
def engine(places: Places, *how: str) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(places.lock), *how],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert started.stdout is not None
    try:
        assert started.stdout.readline() == "held\n"
        yield started
    finally:
        started.kill()
        started.communicate()


def journal(places: Places, *fills: tuple[str, str, int, str]) -> Path:
    """A journal with (client id, instrument, side, quantity) filled."""
    path = places.folder / "journal.db"
    with Journal.open(path, "demo") as kept:
        for number, (client_id, instrument, side, quantity) in enumerate(fills):
            order = Order(client_id.partition(".")[0], instrument, side, Decimal(quantity))
            fill = Fill(f"t{number}", Decimal(quantity), Decimal(100))
            told = Update(OrderUpdate(client_id, f"v{number}", instrument, fill))
            kept.append([draft(number, Intent(order, "sma")), draft(number, told)])
    return path


def whole(report: KillReport) -> KillReport:
    assert report.complete, report.problems
    return report


@pytest.mark.parametrize("how", [(), ("deaf",), ("stopped",), ("child",)])
async def test_it_ends_an_engine_that_hangs_and_cancels_everything(
    places: Places, how: tuple[str, ...]
) -> None:
    venue = StrictVenue(resting=resting("a", "b", "c"))
    with engine(places, *how) as process:
        if "stopped" in how:
            os.kill(process.pid, signal.SIGSTOP)
        report = whole(await kill_account(target(places, venue), "Kim", "test"))
        assert process.wait(1) is not None
    assert sorted(report.cancelled) == ["a", "b", "c"] and not venue.resting and not venue.sent
    assert KillLatch(places.latch).read() is not None
    assert holder_of(places.lock) is None and venue.open == 0
    assert finished(target(places, venue))


async def test_the_latch_is_on_disk_before_the_engine_is_touched(places: Places) -> None:
    latched: list[bool] = []

    async def end(grace_s: float) -> bool:
        latched.append(KillLatch(places.latch).read() is not None)
        return True

    whole(await kill_account(target(places, StrictVenue()), "Kim", "test", end=end))
    assert latched == [True]


async def test_without_an_engine_it_cancels_all_the_same(places: Places) -> None:
    venue = StrictVenue(resting=resting("a"))
    assert whole(await kill_account(target(places, venue), "Kim", "test")).cancelled == ("a",)


async def test_it_closes_what_the_bot_holds_and_not_its_owners_coins(places: Places) -> None:
    venue = StrictVenue(resting("a"), {BTC.id: Decimal("3.2505"), PERP.id: Decimal(-4)}, short=False)
    kept = journal(
        places, ("r-1", BTC.id, 1, "2.0004"), ("r-2", BTC.id, 1, "0.5"), ("r-1.stop", BTC.id, 1, "0.2"),
        ("r-3", PERP.id, -1, "4"),
    )  # fmt: skip
    assert book_of(kept) == {BTC.id: Decimal("2.3004"), PERP.id: Decimal(-4)}
    report = whole(await kill_account(target(places, venue, journal=kept), "Kim", "x", flatten=True))
    sold = [(each.instrument, each.side, each.quantity) for each in venue.sent]
    assert sold == [
        (BTC.id, -1, Decimal(1)),
        (BTC.id, -1, Decimal(1)),
        (BTC.id, -1, Decimal("0.3")),
        (PERP.id, 1, Decimal(4)),
    ]
    assert report.left == (f"0.9505 {BTC.id}",) and len(report.closing) == 4


async def test_a_book_of_the_other_side_closes_nothing(places: Places) -> None:
    venue = StrictVenue({}, {PERP.id: Decimal(-4)})
    kept = journal(places, ("r-1", PERP.id, 1, "2"))
    report = await kill_account(target(places, venue, journal=kept), "Kim", "x", flatten=True)
    assert not venue.sent and report.left == (f"-4 {PERP.id}",)


async def test_without_a_journal_spot_is_left_to_the_owner_and_contracts_are_closed(places: Places) -> None:
    spot = StrictVenue({}, {BTC.id: Decimal(2)}, short=False)
    missing = places.folder / "journal.db"
    report = await kill_account(target(places, spot, journal=missing), "Kim", "x", flatten=True)
    assert not spot.sent and not report.complete and "close it by hand" in report.problems[0]
    contracts = StrictVenue({}, {PERP.id: Decimal(3)})
    whole(await kill_account(target(places, contracts, journal=missing), "Kim", "y", flatten=True))
    assert contracts.held[PERP.id] == 0


async def test_an_unknown_outcome_is_not_sent_again_by_this_or_a_later_kill(places: Places) -> None:
    venue = StrictVenue({}, {PERP.id: Decimal(3)}, fills=False)
    venue.faults["submit"].append(OutcomeUnknown("timeout"))
    first = await kill_account(target(places, venue), "Kim", "x", flatten=True)
    second = await kill_account(target(places, venue), "cli", "again", flatten=True)
    assert len(venue.sent) == 1 and not first.complete and not second.complete
    assert "not sent twice" in first.problems[0] and "is not repeated" in second.problems[0]
    assert second.left == (f"3 {PERP.id}",) and not finished(target(places, venue))


async def test_a_refused_closing_is_said(places: Places) -> None:
    venue = StrictVenue({}, {PERP.id: Decimal(3)}, fills=False)
    venue.faults["submit"].append(OrderRefused("margin"))
    report = await kill_account(target(places, venue), "Kim", "x", flatten=True)
    assert "was refused: margin" in report.problems[0] and report.left == (f"3 {PERP.id}",)


async def test_what_was_refused_is_closed_by_a_later_run_and_the_rest_is_not(places: Places) -> None:
    """A market order in an auction: the very latch's next run closes what is left open by it."""
    venue = StrictVenue({}, {PERP.id: Decimal(3), BTC.id: Decimal(2)})
    venue.faults["submit"].extend([OrderRefused("an auction"), None])
    first = await kill_account(target(places, venue), "Kim", "x", flatten=True)
    assert not first.complete and first.closing and len(first.left) == 1
    again = whole(await kill_account(target(places, venue), "the supervisor", "x", flatten=True))
    assert not any(venue.held.values()) and again.left == ()
    closed = [fill.update.event.trade_id for fill in read_fills(places.killed)]  # type: ignore[union-attr]
    assert len(closed) == len(set(closed)) == len(venue.sent) - 1


async def test_a_venue_that_did_nothing_is_asked_again(places: Places) -> None:
    venue = StrictVenue({}, {PERP.id: Decimal(3)})
    venue.faults["submit"].extend([VenueDown("its token was taken"), VenueDown("maintenance")])
    whole(await kill_account(target(places, venue), "Kim", "x", flatten=True))
    assert venue.held[PERP.id] == 0


async def test_a_wish_to_flatten_that_comes_later_is_carried_out(places: Places) -> None:
    venue = StrictVenue(resting("a"), {PERP.id: Decimal(3)})
    report = whole(await kill_account(target(places, venue), "Kim", "x"))
    assert report.left == (f"3 {PERP.id}",) and finished(target(places, venue))
    await asyncio.sleep(0.01)
    whole(await kill_account(target(places, venue), "Lee", "close too", flatten=True))
    assert venue.held[PERP.id] == 0


async def test_the_venue_is_asked_until_it_answers(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venue_side, "ONE_CALL_S", 0.2)
    monkeypatch.setattr(venue_side, "LONGEST_PAUSE_S", 0.05)
    venue = StrictVenue(resting("a", "b"))
    venue.faults["connect"].extend([VenueDown("503"), HANG])
    venue.faults["orders"].extend([VenueDown("503"), HANG])
    venue.faults["cancel"].extend([OutcomeUnknown("timeout"), OrderRefused("gone"), HANG])
    whole(await kill_account(target(places, venue, patience_s=8.0), "Kim", "x"))
    assert not venue.resting


async def test_what_could_not_be_cancelled_is_named(places: Places) -> None:
    venue = StrictVenue(resting("a"))
    venue.faults["cancel"].extend([VenueDown("maintenance")] * 1000)
    report = await kill_account(target(places, venue, patience_s=0.5), "Kim", "x", flatten=True)
    assert not report.complete and report.stopped
    assert "may still rest at the venue: a. maintenance" in report.problems[0] and not venue.sent


async def test_a_broker_that_can_not_even_be_made_is_a_problem_not_a_crash(places: Places) -> None:
    def broken() -> object:
        raise RuntimeError("no keys")

    report = await kill_account(KillTarget(places, "demo", broken), "Kim", "x")  # type: ignore[arg-type]
    assert "no keys" in report.problems[0] and KillLatch(places.latch).read()


async def test_two_kills_at_once_close_once(places: Places) -> None:
    venue = StrictVenue(resting("a"), {PERP.id: Decimal(3)})
    reports = await asyncio.gather(
        kill_account(target(places, venue), "Kim", "x", flatten=True),
        kill_account(target(places, venue), "cli", "y", flatten=True),
    )
    assert [whole(each).stopped for each in reports] == [True, True] and len(venue.sent) == 1
    assert {each.closing for each in reports} == {(venue.sent[0].client_id,)}  # each says what was done
    assert {each.cancelled for each in reports} == {("a",)}


async def test_a_kill_does_not_end_another_kill(places: Places) -> None:
    venue = StrictVenue(resting("a"))

    async def other() -> None:
        with hold_account(places.lock, "kill switch of demo"):
            await asyncio.sleep(0.5)

    started = asyncio.create_task(other())
    await asyncio.sleep(0.05)
    began = time.monotonic()
    whole(await kill_account(target(places, venue), "Kim", "x"))
    assert time.monotonic() - began > 0.3
    await started


async def test_a_disk_that_takes_no_latch_stops_no_kill(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("records.latch.place", full)
    monkeypatch.setattr("live.supervisor.kill.place", full)
    monkeypatch.setattr(KillLatch, "_touch", lambda self: (_ for _ in ()).throw(_cannot()))
    venue = StrictVenue(resting("a"))
    report = await kill_account(target(places, venue), "Kim", "x")
    assert not venue.resting and "can't be set" in report.problems[0]


def _cannot() -> Exception:
    return ConfigError("KILL: the kill latch can't be set (No space left on device).")


async def test_the_report_is_kept_beside_the_latch(places: Places) -> None:
    await kill_account(target(places, StrictVenue(resting("a"))), "Kim", "x")
    known = json.loads(places.killed.read_text())
    assert known["report"]["cancelled"] == ["a"] and "killed by Kim" in known["report"]["latched"]
