"""What became of a bot's orders: the journal, once nothing is unknown any more, against the venue's truth."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from live.orders import Known
from live.reconcile import booked
from live.recovery import recover
from records.entries import message_of
from records.journal import Journal
from records.outcomes import Risk, Verdict
from tests.chaos.life import MANIFEST, Life, born
from tests.chaos.venue import Truth
from tests.chaos.worlds import World

UNFIT = ("R05", "R09", "R10")  # controls of prices and clocks


@dataclass
class Tally:
    """What became of the orders under one fault. drift: instruments whose position isn't the book's.
    again: entries that a second reconciliation appended. denied: entries that controls of prices and clocks
    stopped; unfit: those that were sent though one should have. asked: orders of which a person must say
    which of the venue's they are; their instruments are halted until then. troubles: each in words."""

    fault: str
    kills: int = 0
    power_cuts: int = 0
    orders: int = 0
    lost: int = 0
    doubled: int = 0
    drift: int = 0
    again: int = 0
    denied: int = 0
    unfit: int = 0
    struck: int = 0
    asked: int = 0
    troubles: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.drift or self.again or self.unfit)


@dataclass
class Settled:
    """What the journal knows when nothing is unknown any more. again: what asking once more appended.
    denied: entries stopped since the fault began. last: the journal's last entry."""

    orders: dict[str, Known]
    held: dict[str, Decimal]
    lots: dict[str, Decimal]
    again: int
    denied: int
    last: int
    asked: int = 0


async def settle(folder: Path, url: str, world: World, since: int) -> Settled:
    life = await born(folder, url, world)
    try:
        recover(life.session, MANIFEST.code)
        for _ in range(3):
            await _ask_all(life)
        journal, trader = life.session.journal, life.session.trader
        before = journal.last
        await _ask_all(life)
        lots = {one.id: trader.lot(column) for column, one in enumerate(trader.instruments)}
        return Settled(
            dict(life.session.orders.known),
            booked(life.session),
            lots,
            journal.last - before,
            denied_since(journal, since),
            journal.last,
            len(life.engine.sending.naming.several),
        )
    finally:
        await life.engine.sending.close()
        await life.broker.close()
        life.session.journal.close()


def denied_since(journal: Journal, since: int) -> int:
    """Orders that a control of prices or clocks has denied."""
    told = (message_of(entry) for entry in journal.entries(since, kinds=("risk",)))
    return sum(
        isinstance(each, Risk)
        and each.verdict is Verdict.DENY
        and bool(each.client_id)
        and each.code.startswith(UNFIT)
        for each in told
    )


async def _ask_all(life: Life) -> None:
    life.engine.protection = None  # nothing new is meant while the books are compared
    await life.engine.reconcile()
    await life.engine.sending.idle()
    await life.engine.sending.settled()


def compare(settled: Settled, truth: Truth, tally: Tally) -> None:
    """Order by order, lot by lot."""
    ours = {name for name in truth.orders if name.startswith("chaos-")}
    tally.orders = len(ours)
    tally.struck = sum(truth.faults.values())
    for name in sorted(ours - set(settled.orders)):
        tally.lost += 1
        tally.troubles.append(f"{name} rests or filled at the venue and isn't in the journal")
    for name, known in settled.orders.items():
        filled, open_ = truth.orders.get(name, ("0", False))
        if known.view.filled != Decimal(filled) or (open_ and known.view.closed):
            tally.lost += 1
            tally.troubles.append(
                f"{name}: {known.view.status.value} {known.view.filled} here, {filled} there"
            )
        if known.view.overfilled and name not in truth.afford:  # the same money may buy more than was meant
            tally.doubled += 1
            tally.troubles.append(f"{name} filled {known.view.filled} of {known.order.quantity}")
    tally.doubled += len(truth.twice)
    tally.troubles += [f"{name} was accepted twice" for name in truth.twice]
    for instrument, quantity in settled.held.items():
        theirs = Decimal(truth.held[instrument])
        if abs(theirs - quantity) >= settled.lots[instrument]:
            tally.drift += 1
            tally.troubles.append(f"{instrument}: {quantity} here, {theirs} there")
    tally.again, tally.denied, tally.asked = settled.again, settled.denied, settled.asked
    if settled.again:
        tally.troubles.append(f"asking again appended {settled.again} entries")


def as_json(found: Sequence[Tally]) -> list[dict[str, Any]]:
    return [asdict(each) | {"clean": each.clean} for each in found]
