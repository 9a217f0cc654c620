"""When KRX trades: day and night, their auctions, and what comes next. All instants are ns UTC."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache

from market.krx.calendar import Calendar
from market.krx.clock import NEVER, day_of, ns_of
from market.krx.expiries import LAST_MINUTE
from market.krx.hours import FIRST_NIGHT, NIGHT, Board, Hours, hours_on
from market.timeframes import SECOND

LAST_AUCTION = LAST_MINUTE - 10  # minute from which an expiring contract may be in a closing auction


class Session(Enum):
    CLOSED = "closed"
    DAY = "day"
    NIGHT = "night"


class Phase(Enum):
    """FROZEN: the opening auction's last minute, in which nothing can be changed or cancelled.

    LAST_MINUTES: the last ten of an expiring contract. Whether they are traded or auctioned isn't confirmed:
    only what both allow (limit orders) should be sent.
    """

    CLOSED = "closed"
    OPENING = "opening auction"
    FROZEN = "opening auction's last minute"
    CONTINUOUS = "continuous trading"
    CLOSING = "closing auction"
    LAST_MINUTES = "last minutes of an expiring contract"

    @property
    def auction(self) -> bool:
        """Orders may be, or are, gathered for one price."""
        return self not in (Phase.CLOSED, Phase.CONTINUOUS)


@dataclass(frozen=True)
class Span:
    """A stretch of time in which nothing changes: start <= ns < end. trading_day: that its trades belong
    to."""

    session: Session
    phase: Phase
    start: int
    end: int
    trading_day: date | None = None


def session_at(
    ns: int,
    days: Calendar,
    board: Board = Board.DERIVATIVES,
    *,
    night: bool = True,
    last_day: date | None = None,
) -> Span:
    """What holds at an instant, and until when (``end`` is the next change; NEVER after a contract's last
    day).

    night: whether the product has a night session. last_day: of an expiring contract, None = it never ends.
    """
    today, before = day_of(ns), -1
    for day in (days.next(today, -1), today, *_upcoming(today, days)):
        for span in _spans(day, days, board, night, last_day):
            if span.start <= ns < span.end:
                return span
            if span.start > ns:
                return Span(Session.CLOSED, Phase.CLOSED, before, span.start)
            before = span.end
    return Span(Session.CLOSED, Phase.CLOSED, before, NEVER)


def next_change(
    ns: int,
    days: Calendar,
    board: Board = Board.DERIVATIVES,
    *,
    night: bool = True,
    last_day: date | None = None,
) -> int:
    """The next instant at which something changes after ``ns``; NEVER when nothing will."""
    return session_at(ns, days, board, night=night, last_day=last_day).end


def flatten_by(
    ns: int,
    days: Calendar,
    lead_s: float,
    board: Board = Board.DERIVATIVES,
    *,
    night: bool = True,
    last_day: date | None = None,
) -> int:
    """``lead_s`` seconds before the closing auction of the session at ``ns``, or of the next when closed.

    It may be past: then a position must go at once, or the auction has begun. NEVER when no session follows.
    """
    span = session_at(ns, days, board, night=night, last_day=last_day)
    while span.session is Session.CLOSED and span.end != NEVER:
        span = session_at(span.end, days, board, night=night, last_day=last_day)
    while span.phase in (Phase.OPENING, Phase.FROZEN, Phase.CONTINUOUS):
        span = session_at(span.end, days, board, night=night, last_day=last_day)
    return NEVER if span.session is Session.CLOSED else span.start - round(lead_s * SECOND)


def trading_day(ns: int, days: Calendar) -> date:
    """The day an instant's trades and profits belong to: a night's are the next trading day's, and so is
    what lies between sessions after a day's end."""
    span = session_at(ns, days)
    while span.trading_day is None:
        span = session_at(span.end, days)
    return span.trading_day


def _upcoming(today: date, days: Calendar) -> tuple[date, date]:
    following = days.next(today)
    return following, days.next(following)


@lru_cache(maxsize=4096)
def _spans(day: date, days: Calendar, board: Board, night: bool, last_day: date | None) -> tuple[Span, ...]:
    """The phases of the sessions that begin on a day, ascending."""
    if not days.trades(day) or (last_day is not None and day > last_day):
        return ()
    exam = days.exam(day)
    late = 60 if exam or days.first_of_year(day) else 0
    hours = hours_on(board, day).shifted(late, 60 if exam else 0)
    last = board is Board.DERIVATIVES and day == last_day
    found = _last_day(day, hours, 60 if exam else 0) if last else _phases(Session.DAY, day, hours, day)
    if board is Board.STOCKS or not night or last or day < FIRST_NIGHT:
        return found
    return found + _phases(Session.NIGHT, day, NIGHT.shifted(60 if exam else 0, 0), days.next(day))


def _phases(session: Session, day: date, hours: Hours, trading: date) -> tuple[Span, ...]:
    edges = (
        (Phase.OPENING, hours.opening, hours.frozen),
        (Phase.FROZEN, hours.frozen, hours.start),
        (Phase.CONTINUOUS, hours.start, hours.closing),
        (Phase.CLOSING, hours.closing, hours.end),
    )
    return tuple(
        Span(session, phase, ns_of(day, start), ns_of(day, end), trading)
        for phase, start, end in edges
        if start < end
    )


def _last_day(day: date, hours: Hours, late: int) -> tuple[Span, ...]:
    """An expiring contract's day: it ends at 15:20, and what its last ten minutes are isn't known."""
    ends = Hours(hours.opening, hours.frozen, hours.start, LAST_AUCTION + late, LAST_MINUTE + late)
    *found, closing = _phases(Session.DAY, day, ends, day)
    return (*found, Span(Session.DAY, Phase.LAST_MINUTES, closing.start, closing.end, day))
