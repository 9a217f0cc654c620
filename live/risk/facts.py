"""What the gate is told: plain values that the engine knows anyway. Nothing here is asked of anyone.

A fact that isn't known is None or NaN, and what needs it refuses new risk.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import nan
from typing import NamedTuple

from desk.records import State


class Session(Enum):
    """What the venue takes now: anything, limit orders only, or nothing."""

    OPEN = "open"
    AUCTION = "auction"
    CLOSED = "closed"  # by the calendar, by a halt or by maintenance


class Working(NamedTuple):
    """An order of the account that rests or is on its way, whoever sent it. remaining: units.

    price: limit or trigger; None = market. trigger: ``price`` is a trigger. strategy: by place, -1 = none of
    ours.
    """

    client_id: str
    side: int
    remaining: Decimal
    price: Decimal | None = None
    trigger: bool = False
    reduces: bool = False
    strategy: int = -1


class Unresolved(NamedTuple):
    """A submit without an answer. since: ns UTC of sending. lost: the answer won't come, the venue must be
    asked; else it is in flight."""

    client_id: str
    since: int
    reduces: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """One instrument. Prices are the venue's; quantities are units; times are ns UTC of our clock.

    depth: units displayed on the far side within the price collar. adv: units traded in an average day.
    low, high: the venue's own price limits of the day. rate: account currency per unit of quote currency.
    books: what each strategy holds, by place. venue: what the venue says is held, with the fills heard since
    it was asked; None = not asked yet. working: includes what is in ``unresolved``. drift: what differs
    between book and venue, "" = nothing.
    """

    last: float = nan
    last_at: int = 0
    bid: float = nan
    ask: float = nan
    quoted_at: int = 0
    depth: float | None = None
    adv: float | None = None
    session: Session = Session.OPEN
    listed: bool = True
    expires: int | None = None
    low: float | None = None
    high: float | None = None
    rate: float = 1.0
    state: State = State.ACTIVE
    books: tuple[Decimal, ...] = ()
    venue: Decimal | None = None
    working: tuple[Working, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    drift: str = ""

    @property
    def book(self) -> Decimal:
        """Units held by all strategies together, signed."""
        return sum(self.books, Decimal(0))

    @property
    def mid(self) -> float:
        """Between bid and ask; NaN when there are none or they cross."""
        return (self.bid + self.ask) / 2.0 if 0.0 < self.bid < self.ask else nan


@dataclass(frozen=True, slots=True)
class StrategyFacts:
    """One strategy. day_pnl: realised and unrealised since the day began, account currency."""

    state: State = State.ACTIVE
    day_pnl: float = 0.0


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account. Money is in account currency, times are ns UTC.

    peak: highest equity since the start, or since a person last released R24 DRAWDOWN. Deposits and
    withdrawals move ``day_equity`` and ``peak`` with them. free: by currency, as the venue says less what is
    on its way; None = the venue doesn't say. heartbeat: the last sign of life. deaf_since: since when the
    account's stream isn't up; None = it is, or there is none. clock_offset: ours less the venue's.
    reconciled: the last comparison with the venue. paused, killed, drift, journal: why, "" = not.
    alert_since: since when no alert has been delivered though one waits, 0 = none does. shorts: negative
    positions exist. venue_reduces: the venue itself never lets a reducing order grow a position, so that a
    resting stop and an exit may both work.
    """

    equity: float
    day_equity: float
    peak: float
    day_start: int = 0
    free: Mapping[str, float] | None = None
    state: State = State.ACTIVE
    strategies: tuple[StrategyFacts, ...] = ()
    heartbeat: int | None = None
    deaf_since: int | None = None
    clock_offset: int | None = None
    reconciled: int | None = None
    paused: str = ""
    killed: str = ""
    drift: str = ""
    journal: str = ""
    alert_since: int = 0
    shorts: bool = True
    venue_reduces: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it at one moment. now: ns UTC.

    markets: of every instrument. Keep what hasn't changed as the same object: sums over the account are taken
    up from what changed.
    """

    now: int
    markets: Mapping[str, MarketFacts]
    account: AccountFacts
