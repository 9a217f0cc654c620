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
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import rmtree
from typing import Any

from brokers.simulators.ls_words import ms_of
from tests.chaos.checking import Tally, compare, settle
from tests.chaos.faults import faults_of
from tests.chaos.life import live, notes_of
from tests.chaos.venue import serve
from tests.chaos.worlds import SPOT, World
from tests.records.power import Disk, traced_disk

PATIENCE_S = 20.0  # until a life trades: a start asks for all orders of the day


class Venue:
    """The process of the venue, from outside."""

    def __init__(self, seed: int, world: World) -> None:
        context = get_context("spawn")
        self._pipe: Connection[Any, Any]
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, seed, world), daemon=True)
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
def venue(seed: int, world: World) -> Iterator[Venue]:
    one = Venue(seed, world)
    try:
        yield one
    finally:
        one.close()


def chaos(
    folder: Path,
    kills: int,
    seed: int,
    say: Callable[[Tally], None],
    rows: Sequence[str] = (),
    world: World = SPOT,
) -> list[Tally]:
    """Kill ``kills`` times in all, the same number under each fault; every fault ends with a check.

    rows: names of the faults; none = all.
    """
    chance = random.Random(seed)
    world = in_hours(world)
    faults = faults_of(world)
    rows = rows or tuple(faults)
    found = []
    with venue(seed, world) as one:
        first = asyncio.run(live(folder, one.url, world, seconds=5.0))  # compiles what every fork then has
        since = first.session.journal.last
        first.session.journal.close()
        for place, name in enumerate(rows):
            tally = Tally(name)
            for fault in faults[name]:
                one.ask("fault", fault)
            for k in range(kills * (place + 1) // len(rows) - kills * place // len(rows)):
                power = k % 2 == 1
                kill_once(folder, one.url, world, chance, power)
                tally.kills += 1
                tally.power_cuts += power
            one.ask("calm")
            since = check(folder, one, world, tally, since)
            say(tally)
            found.append(tally)
    return found


def in_hours(world: World) -> World:
    """The world with everybody's clock at ten in Seoul on a trading day, where that matters."""
    if world.name != "ls":
        return world
    return replace(world, ahead=ms_of("20240104", "100000") - time.time_ns() // 1_000_000)


def kill_once(folder: Path, url: str, world: World, chance: random.Random, power: bool) -> None:
    """One life and its death: one in four while it starts, the others once it trades. power: what wasn't
    flushed is at the mercy of chance."""
    notes = folder.parent / f"{folder.name}.notes"
    notes.unlink(missing_ok=True)
    if power:
        note_what_is_there(folder, notes)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live_in_child(folder, url, world, notes if power else None, writing)
    os.close(writing)
    if chance.random() < 0.75:
        select.select([reading], [], [], PATIENCE_S)  # its first row, or its end
        time.sleep(chance.random() * 2.5)
    else:
        time.sleep(chance.random() * 0.5)
    os.close(reading)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if power:
        left = folder.parent / f"{folder.name}.left"
        disk = Disk.from_notes(folder, notes)
        disk.rebuild(left, len(disk.history), chance)
        for file in folder.iterdir():
            if file.suffix != ".db" and not file.name.startswith("journal.db"):
                (left / file.name).write_bytes(file.read_bytes())
        rmtree(folder)
        left.rename(folder)


def note_what_is_there(folder: Path, notes: Path) -> None:
    """What is on the disk when a life begins stays there. Noted outside of it: it may die at once."""
    disk = Disk(folder, notes=notes)
    for file in sorted(folder.glob("journal.db*")):
        if not file.name.endswith("-shm"):
            disk.note("write", str(file), 0, file.read_bytes())
            disk.note("sync", str(file))


def _live_in_child(folder: Path, url: str, world: World, notes: Path | None, trading: int) -> None:
    """Never returns: a forked process must not run what its parent was doing. trading: told of every row."""
    code = 1

    def row_came() -> None:
        with suppress(OSError):
            os.write(trading, b".")

    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        if notes is None:
            asyncio.run(live(folder, url, world, told=row_came))
        else:
            with traced_disk(folder, notes):
                asyncio.run(live(folder, url, world, told=row_came))
        code = 0
    except BaseException as error:
        with (folder.parent / "died.txt").open("a") as file:
            file.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(code)


def check(folder: Path, one: Venue, world: World, tally: Tally, since: int) -> int:
    """With the market standing still, let the bot find out what is true, and compare.

    since: the journal's last entry before this fault; returns its last now.
    """
    one.ask("freeze")
    try:
        settled = asyncio.run(settle(folder, one.url, world, since))
        compare(settled, one.ask("truth"), tally)
    finally:
        one.ask("thaw")
    notes = notes_of(folder)
    breaches = notes.read_text().splitlines() if notes.exists() else []
    notes.unlink(missing_ok=True)
    tally.unfit = len(breaches)
    tally.troubles += breaches
    return settled.last
