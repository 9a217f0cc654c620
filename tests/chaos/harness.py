"""Kill a bot again and again while its venue misbehaves, and see whether an order was lost or doubled.

A life is forked from a process that has everything imported, so that hundreds of deaths take minutes. Every
other death is a cut of the power: of what was written and not flushed, chance decides what is left.
"""

import asyncio
import os
import random
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import rmtree
from typing import Any

from live.orders import Known
from live.reconcile import booked
from live.recovery import recover
from tests.chaos.life import MANIFEST, Life, born, live
from tests.chaos.venue import Truth, serve
from tests.records.power import Disk, traced_disk

Fault = tuple[str, str, float, float | None]  # kind, where, probability, value
PATIENCE_S = 8.0  # until a life trades
ORDER, CANCEL = "POST /api/v3/order", "DELETE /api/v3/order"
FAULTS: dict[str, tuple[Fault, ...]] = {
    "none": (),
    "429 with Retry-After": (("THROTTLED", "*/api/v3/order", 0.3, 1.0),),
    "5xx before acceptance": (("ERROR", ORDER, 0.4, 503.0),),
    "5xx after acceptance": (("ERROR_ACCEPTED", ORDER, 0.4, 502.0),),
    "timeout before acceptance": (("SILENT", ORDER, 0.3, None),),
    "timeout after acceptance": (
        ("SILENT_ACCEPTED", ORDER, 0.3, None),
        ("SILENT_ACCEPTED", CANCEL, 0.3, None),
    ),
    "dropped mid-reply": (("DROPPED_ACCEPTED", ORDER, 0.3, None), ("DROPPED_ACCEPTED", CANCEL, 0.3, None)),
    "connection dropped": (("DROPPED", ORDER, 0.3, None),),
    "stream: lost": (("LOST", "user", 0.3, None), ("LOST", "*@kline*", 0.1, None)),
    "stream: duplicated": (("DUPLICATED", "*", 0.3, None),),
    "stream: reordered": (("REORDERED", "*", 0.3, None),),
    "stream: disconnected": (("DISCONNECTED", "*", 0.05, None),),
    "partial and late fills": (("PARTIAL", "*", 0.5, 0.5), ("LATE_FILL", "*", 0.5, 0.5)),
    "all at once": (
        ("ERROR_ACCEPTED", ORDER, 0.1, 502.0),
        ("SILENT_ACCEPTED", ORDER, 0.1, None),
        ("DROPPED_ACCEPTED", ORDER, 0.1, None),
        ("DROPPED", CANCEL, 0.1, None),
        ("LOST", "user", 0.1, None),
        ("DUPLICATED", "*", 0.1, None),
        ("LATE_FILL", "*", 0.2, 0.5),
    ),
}


@dataclass
class Tally:
    """What became of the orders under one fault. drift: instruments whose position isn't the book's.
    again: entries that a second reconciliation appended. troubles: each in words."""

    fault: str
    kills: int = 0
    power_cuts: int = 0
    orders: int = 0
    lost: int = 0
    doubled: int = 0
    drift: int = 0
    again: int = 0
    struck: int = 0
    troubles: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.drift or self.again)


class Venue:
    """The process of the venue, from outside."""

    def __init__(self, seed: int) -> None:
        context = get_context("spawn")
        self._pipe: Connection[Any, Any]
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, seed), daemon=True)
        self._process.start()
        self.url: str = self._pipe.recv()

    def ask(self, what: str, argument: Any = None) -> Any:
        self._pipe.send((what, argument))
        return self._pipe.recv()

    def close(self) -> None:
        self._pipe.send(("stop", None))
        self._process.join(5.0)
        if self._process.is_alive():
            self._process.kill()


@contextmanager
def venue(seed: int) -> Iterator[Venue]:
    one = Venue(seed)
    try:
        yield one
    finally:
        one.close()


def chaos(
    folder: Path, kills: int, seed: int, say: Callable[[Tally], None], faults: Sequence[str] = tuple(FAULTS)
) -> list[Tally]:
    """Kill ``kills`` times in all, the same number under each fault; every fault ends with a check."""
    chance = random.Random(seed)
    found = []
    with venue(seed) as one:
        first = asyncio.run(live(folder, one.url, seconds=5.0))  # compiles what every fork then has
        first.session.journal.close()
        for place, name in enumerate(faults):
            tally = Tally(name)
            for kind, where, probability, value in FAULTS[name]:
                one.ask("fault", (kind, where, probability, value))
            share = kills * (place + 1) // len(faults) - kills * place // len(faults)
            for k in range(share):
                power = k % 2 == 1
                kill_once(folder, one.url, chance, power)
                tally.kills += 1
                tally.power_cuts += power
            one.ask("calm")
            check(folder, one, tally)
            say(tally)
            found.append(tally)
    return found


def kill_once(folder: Path, url: str, chance: random.Random, power: bool) -> None:
    """One life and its death: one in four while it starts, the others once it trades. power: what wasn't
    flushed is at the mercy of chance."""
    notes = folder.parent / f"{folder.name}.notes"
    notes.unlink(missing_ok=True)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live_in_child(folder, url, notes if power else None, writing)
    os.close(writing)
    if chance.random() < 0.75:
        select.select([reading], [], [], PATIENCE_S)  # its first row, or its end
        time.sleep(chance.random() * 2.5)
    else:
        time.sleep(chance.random() * 0.5)
    os.close(reading)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if power and notes.exists():
        left = folder.parent / f"{folder.name}.left"
        disk = Disk.from_notes(folder, notes)
        disk.rebuild(left, len(disk.history), chance)
        for file in folder.iterdir():
            if file.suffix != ".db" and not file.name.startswith("journal.db"):
                (left / file.name).write_bytes(file.read_bytes())
        rmtree(folder)
        left.rename(folder)


def _live_in_child(folder: Path, url: str, notes: Path | None, trading: int) -> None:
    """Never returns: a forked process must not run what its parent was doing. trading: told of every row."""
    code = 1

    def row_came() -> None:
        with suppress(OSError):
            os.write(trading, b".")

    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        if notes is None:
            asyncio.run(live(folder, url, told=row_came))
        else:
            with traced_disk(folder, notes) as disk:
                for file in sorted(folder.glob("journal.db*")):  # what was there is on the disk
                    if not file.name.endswith("-shm"):
                        disk.note("write", str(file), 0, file.read_bytes())
                        disk.note("sync", str(file))
                asyncio.run(live(folder, url, told=row_came))
        code = 0
    except BaseException as error:
        with (folder.parent / "died.txt").open("a") as file:
            file.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(code)


def check(folder: Path, one: Venue, tally: Tally) -> None:
    """With the market standing still, let the bot find out what is true, and compare."""
    one.ask("freeze")
    try:
        settled = asyncio.run(_settled(folder, one.url))
        compare(settled, one.ask("truth"), tally)
    finally:
        one.ask("thaw")


@dataclass
class Settled:
    """What the journal knows when nothing is unknown any more. again: what asking once more appended."""

    orders: dict[str, Known]
    held: dict[str, Decimal]
    lots: dict[str, Decimal]
    again: int


async def _settled(folder: Path, url: str) -> Settled:
    life = await born(folder, url)
    try:
        recover(life.session, MANIFEST.code)
        for _ in range(3):
            await _ask_all(life)
        before = life.session.journal.last
        await _ask_all(life)
        trader = life.session.trader
        lots = {one.id: trader.lot(column) for column, one in enumerate(trader.instruments)}
        again = life.session.journal.last - before
        return Settled(dict(life.session.orders.known), booked(life.session), lots, again)
    finally:
        await life.engine.sending.close()
        await life.broker.close()
        life.session.journal.close()


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
        if known.view.overfilled:
            tally.doubled += 1
            tally.troubles.append(f"{name} filled {known.view.filled} of {known.order.quantity}")
    tally.doubled += len(truth.twice)
    tally.troubles += [f"{name} was accepted twice" for name in truth.twice]
    for instrument, quantity in settled.held.items():
        theirs = Decimal(truth.held.get(instrument.partition("USDT")[0], "0"))
        if abs(theirs - quantity) >= settled.lots[instrument]:
            tally.drift += 1
            tally.troubles.append(f"{instrument}: {quantity} here, {theirs} there")
    tally.again = settled.again
    if settled.again:
        tally.troubles.append(f"asking again appended {settled.again} entries")


def as_json(found: Sequence[Tally]) -> list[dict[str, Any]]:
    return [asdict(each) | {"clean": each.clean} for each in found]
