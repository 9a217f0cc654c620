"""What happened, numbered, so that a reader who comes back misses nothing and hears nothing twice."""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import Enum

from live.control.answers import (
    ApprovalRequest,
    DecisionLine,
    Done,
    FillLine,
    FilterLine,
    OrderLine,
    RiskLine,
    TradeLine,
)

PAGE = 500


class Kind(Enum):
    """What people can have loud, silent or off."""

    DECISION = "decision"
    ORDER = "order"
    FILL = "fill"
    STOP = "stop"  # a protective stop filled, or is missing at the venue
    TRADE = "trade"
    RISK = "risk"
    ERROR = "error"
    CONNECTION = "connection"
    APPROVAL = "approval"
    ENGINE = "engine"  # started, stopped, died, hangs
    KILL = "kill"
    DAILY = "daily"
    COMMAND = "command"  # somebody steered


@dataclass(frozen=True)
class Said:
    """Something in words. code: a name that doesn't change. text: English, with its remedy; korean: the
    same, "" = there is none."""

    code: str
    text: str
    instrument: str = ""
    korean: str = ""


@dataclass(frozen=True)
class ApprovalEnded:
    """A request was answered or ran out. who: "" when time ran out."""

    request: str
    result: Done
    who: str = ""


@dataclass(frozen=True)
class Daily:
    """The report of one day (YYYY-MM-DD); figures as in ``PeriodProfit`` and ``Status``."""

    day: str
    profile: str
    currency: str
    equity: float
    pnl: float
    pnl_pct: float
    trades: int
    wins: int
    fees: float
    positions: int
    filters: tuple[FilterLine, ...] = ()


Body = (
    DecisionLine
    | OrderLine
    | FillLine
    | TradeLine
    | RiskLine
    | ApprovalRequest
    | ApprovalEnded
    | Daily
    | Said
)


@dataclass(frozen=True, slots=True)
class Event:
    """number: from 1 in this run of the engine. key: its name over all runs, "" = it has none."""

    number: int
    ts: int
    kind: Kind
    body: Body
    key: str = ""


@dataclass(frozen=True)
class Page:
    """Events after a cursor, in order. epoch: the engine's run. missed: how many had been let go before."""

    epoch: str
    events: tuple[Event, ...]
    missed: int = 0


class EventLog:
    """The newest ``capacity`` events of a run. Publishing never waits.

    epoch: names this run of the engine; a reader that comes with another's cursor gets everything that is
    kept. An engine that starts publishes again, with their keys, what its journal says happened lately:
    readers drop the keys they know.
    """

    def __init__(self, epoch: str, capacity: int = 10_000) -> None:
        self.epoch = epoch
        self._kept: deque[Event] = deque(maxlen=capacity)
        self._last = 0
        self._more = asyncio.Event()

    def publish(self, kind: Kind, body: Body, ts: int, key: str = "") -> Event:
        """Number it and wake who waits. Call it in the event loop's thread."""
        self._last += 1
        event = Event(self._last, ts, kind, body, key)
        self._kept.append(event)
        self._more.set()
        self._more = asyncio.Event()
        return event

    async def after(self, epoch: str, number: int, wait_s: float = 0.0) -> Page:
        """At most ``PAGE`` events above ``number``; waits for the first of them, ``wait_s`` at most."""
        page = self._page(epoch, number)
        if page.events or page.missed or wait_s <= 0:
            return page
        try:
            await asyncio.wait_for(self._more.wait(), wait_s)
        except TimeoutError:
            return page
        return self._page(epoch, number)

    def _page(self, epoch: str, number: int) -> Page:
        since = number if epoch == self.epoch else 0
        first = self._kept[0].number if self._kept else self._last + 1
        missed = max(0, first - since - 1)
        start = max(0, since + 1 - first)
        events = [self._kept[k] for k in range(start, min(start + PAGE, len(self._kept)))]
        return Page(self.epoch, tuple(events), missed)
