"""The kill switch. It needs nothing of the engine: not its answer, not its goodwill, not its memory.

Latch on disk → end the engine's process → take the account → cancel everything → close, if asked → let go.
The latch stays. Command line, Telegram and supervisor all call ``kill_account``; a file does by its presence.
"""

import asyncio
import json
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from brokers.contract import Broker
from desk.orders import Order
from live.control.keeper import KillReport
from live.control.places import Places
from live.kill_file import with_fills
from live.supervisor.book import book_of
from live.supervisor.engine import KILLING, is_kill
from live.supervisor.process import Found
from live.supervisor.venue import Clearing
from market.errors import ConfigError, MaemaeError
from records.durable import place
from records.latch import KillLatch, Latched
from records.lock import AccountHeld, hold_account, holder_of

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class KillTarget:
    """What is killed. broker: opens a connection of the kill's own. journal: says what the bot holds. clock:
    ns UTC.

    grace_s: for SIGTERM. patience_s: for the venue; orders and positions that it doesn't settle in that time
    are named in the report.
    """

    places: Places
    profile: str
    broker: Callable[[], Broker]
    journal: Path | None = None
    clock: Callable[[], int] = time.time_ns
    grace_s: float = 3.0
    patience_s: float = 60.0


EndEngine = Callable[[float], Awaitable[bool]]


async def kill_account(
    target: KillTarget, who: str, why: str, flatten: bool = False, end: EndEngine | None = None
) -> KillReport:
    """Do all of it, as far as it can be done. Never raises: what failed is in the report.

    end: ends an engine that may not hold the account yet (the supervisor's child); it gets the grace.
    """
    latched, problems = _latch(target, who, why, flatten)
    _LOG.critical("kill: %s", latched)
    stopped = await _stop(target, end, problems)
    if not stopped:
        return KillReport(latched, False, problems=tuple(problems))
    try:
        async with _held(target):
            report = await _clear(target, latched, problems)
    except MaemaeError as error:
        report = KillReport(latched, True, problems=(*problems, str(error)))
    except Exception as error:
        _LOG.exception("kill: failed")
        report = KillReport(latched, True, problems=(*problems, f"{type(error).__name__}: {error}"))
    _LOG.critical("kill: %s", "complete" if report.complete else "; ".join(report.problems))
    return report


def finished(target: KillTarget) -> bool:
    """Whether the latch that is set now was carried out whole."""
    return _read(target.places.killed).get("done") == _name_of(target.places.latch)


def _latch(target: KillTarget, who: str, why: str, flatten: bool) -> tuple[Latched, list[str]]:
    try:
        return KillLatch(target.places.latch).latch(who, why, flatten), []
    except ConfigError as error:  # the rest is all the more urgent
        return Latched(who, "now", why, flatten, sound=False), [str(error)]


async def _stop(target: KillTarget, end: EndEngine | None, problems: list[str]) -> bool:
    if end is not None and not await end(target.grace_s):
        problems.append("the engine's process could not be ended. Nothing was cancelled: end it by hand.")
        return False
    for _ in range(20):  # a holder may not have said yet who it is
        holder = holder_of(target.places.lock)
        if holder is None or is_kill(holder.profile):
            return True
        if holder.host not in (socket.gethostname(), "?"):
            problems.append(f"the account is held on another machine ({holder}). Kill it there.")
            return False
        if holder.pid:
            return await _end_holder(holder.pid, target, problems)
        await asyncio.sleep(0.05)
    problems.append("the account is held by a process that doesn't say who it is. End it by hand.")
    return False


async def _end_holder(pid: int, target: KillTarget, problems: list[str]) -> bool:
    if pid == os.getpid():
        problems.append("the kill runs inside the engine itself: run it from another process.")
        return False
    try:
        found = Found(pid)
    except ProcessLookupError:
        return True
    except PermissionError:
        problems.append(f"process {pid} belongs to another user: end it by hand.")
        return False
    try:
        holder = holder_of(target.places.lock)
        if holder is None or holder.pid != pid:  # it let go meanwhile: don't touch whoever has its number now
            return True
        if await found.end(target.grace_s):
            return True
    finally:
        found.close()
    problems.append(f"process {pid} could not be ended. Nothing was cancelled: end it by hand.")
    return False


@asynccontextmanager
async def _held(target: KillTarget) -> AsyncIterator[None]:
    """The account's lock; another kill that has it is waited for. Raises AccountHeld."""
    deadline = time.monotonic() + target.patience_s + 15.0
    while True:
        try:
            with hold_account(target.places.lock, KILLING + target.profile):
                yield
            return
        except AccountHeld:
            if time.monotonic() >= deadline:
                raise
        await asyncio.sleep(0.1)


async def _clear(target: KillTarget, latched: Latched, problems: list[str]) -> KillReport:
    """At the venue, as the account's only writer."""
    name, before = _name_of(target.places.latch), _read(target.places.killed)
    clearing = Clearing(target.broker(), time.monotonic() + target.patience_s, target.clock)
    try:
        if await clearing.connect() and await clearing.cancel_all() and latched.flatten:
            sent = _sent_before(before, name)
            clearing.problems.extend(await _closed_before(clearing, sent))
            await _close(target, clearing, name, sent)
            _keep_fills(target, clearing)
        if latched.flatten or clearing.cancelled:
            held = await clearing.held()
            clearing.left = [f"{quantity} {instrument}" for instrument, quantity in held.items()]
    finally:
        try:
            await asyncio.wait_for(clearing.broker.close(), 5.0)
        except Exception as error:
            _LOG.warning("kill: closing the connection failed: %s", error)
    cancelled, closing = _with_before(before, name, clearing)
    report = KillReport(
        latched, True, cancelled, closing, tuple(clearing.left), (*problems, *clearing.problems)
    )
    if not clearing.problems:
        _write(target.places.killed, {**_read(target.places.killed), "done": name, "report": _plain(report)})
    return report


def _with_before(
    before: Mapping[str, Any], name: str, clearing: Clearing
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What this kill has cancelled and closed, by whoever of several at once was first."""
    done = before.get("report", {}) if before.get("done") == name else {}
    return (
        tuple(dict.fromkeys((*done.get("cancelled", ()), *clearing.cancelled))),
        tuple(dict.fromkeys((*done.get("closing", ()), *clearing.closing))),
    )


def _sent_before(before: Mapping[str, Any], name: str) -> dict[str, str]:
    """What earlier runs of this very kill may have sent to close, by client id the instrument."""
    orders = before.get("orders") if name and before.get("closing") == name else None
    return dict(orders) if isinstance(orders, dict) else {}


async def _close(target: KillTarget, clearing: Clearing, name: str, sent: Mapping[str, str]) -> None:
    def note(orders: Sequence[Order]) -> None:
        """Before anything is sent, a second run must not close a second time; what was refused it may."""
        known = {**_read(target.places.killed), "closing": name}
        _write(
            target.places.killed, {**known, "orders": {**sent, **{o.client_id: o.instrument for o in orders}}}
        )

    book: Mapping[str, Decimal] | None = None
    if target.journal is not None:
        try:
            book = await asyncio.to_thread(book_of, target.journal)
        except MaemaeError as error:
            _LOG.error("kill: the journal can't be read: %s", error)
    await clearing.close_positions(book, f"kill-{time.time_ns() // 10**6:x}", note, sent)


def _keep_fills(target: KillTarget, clearing: Clearing) -> None:
    """For the engine, which books them when it is started again."""
    if clearing.fills:
        _write(target.places.killed, with_fills(_read(target.places.killed), clearing.fills))


async def _closed_before(clearing: Clearing, sent: Mapping[str, str]) -> list[str]:
    """An earlier run of this kill has sent closing orders: they are not sent again."""
    held = await clearing.held() if sent else {}
    still = [order for order, instrument in sent.items() if instrument in held]
    if not still:
        return []
    return [
        f"closing was sent before ({', '.join(still)}) and is not repeated; look at the venue for what is "
        "still held."
    ]


def _name_of(latch: Path) -> str:
    """This very latch: another, or one with a wish to flatten added, has another name."""
    try:
        return f"{latch.stat().st_mtime_ns}"
    except OSError:
        return ""


def _read(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(path: Path, known: Mapping[str, Any]) -> None:
    try:
        place(path, json.dumps(known).encode())
    except OSError as error:  # a full disk doesn't stop a kill
        _LOG.error("kill: %s can't be written: %s", path, error)


def _plain(report: KillReport) -> dict[str, Any]:
    return {**asdict(report), "latched": str(report.latched)}
