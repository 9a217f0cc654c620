"""When KRX trades: day and night, their auctions, and what comes next. All instants are ns UTC."""

from dataclasses import dataclass, replace
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
    BEGINNING, ENDING: of a day that may be an examination's (``Calendar.unsure``): from the earlier opening
    to the later start, and from the earlier closing auction to the later end. Nothing new should be begun.
    """

    CLOSED = "closed"
    OPENING = "opening auction"
    FROZEN = "opening auction's last minute"
    CONTINUOUS = "continuous trading"
    CLOSING = "closing auction"
    LAST_MINUTES = "last minutes of an expiring contract"
    BEGINNING = "time in which trading may not have begun"
    ENDING = "time in which trading may have ended"

    @property
    def auction(self) -> bool:
        """Orders may be, or are, gathered for one price."""
        return self not in (Phase.CLOSED, Phase.CONTINUOUS) and not self.unsure

    @property
    def unsure(self) -> bool:
        """Whether it is traded isn't known."""
        return self in (Phase.BEGINNING, Phase.ENDING)


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
    while span.phase in (Phase.BEGINNING, Phase.OPENING, Phase.FROZEN, Phase.CONTINUOUS):
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
    exam, unsure = days.exam(day), days.unsure(day)
    late = 60 if exam else 0
    hours = hours_on(board, day).shifted(60 if exam or days.first_of_year(day) else 0, late)
    phases = _both_clocks if unsure else _phases
    if board is Board.DERIVATIVES and day == last_day:
        hours = Hours(hours.opening, hours.frozen, hours.start, LAST_AUCTION + late, LAST_MINUTE + late)
        return _last_minutes(phases(Session.DAY, day, hours, day))
    found = phases(Session.DAY, day, hours, day)
    if board is Board.STOCKS or not night or day < FIRST_NIGHT:
        return found
    return found + phases(Session.NIGHT, day, NIGHT.shifted(late, 0), days.next(day))


def _both_clocks(session: Session, day: date, hours: Hours, trading: date) -> tuple[Span, ...]:
    """Continuous where the ordinary clock and the late one agree; before and behind it isn't known. A night
    ends at the same time by both."""
    night, starts = session is Session.NIGHT, hours.start + 60
    edges = (
        (Phase.BEGINNING, hours.opening, starts),
        (Phase.CONTINUOUS, starts, hours.closing),
        (Phase.CLOSING if night else Phase.ENDING, hours.closing, hours.end + (0 if night else 60)),
    )
    return _between(session, day, edges, trading)


def _phases(session: Session, day: date, hours: Hours, trading: date) -> tuple[Span, ...]:
    edges = (
        (Phase.OPENING, hours.opening, hours.frozen),
        (Phase.FROZEN, hours.frozen, hours.start),
        (Phase.CONTINUOUS, hours.start, hours.closing),
        (Phase.CLOSING, hours.closing, hours.end),
    )
    return _between(session, day, edges, trading)


def _between(
    session: Session, day: date, edges: tuple[tuple[Phase, int, int], ...], trading: date
) -> tuple[Span, ...]:
    return tuple(
        Span(session, phase, ns_of(day, start), ns_of(day, end), trading)
        for phase, start, end in edges
        if start < end
    )


def _last_minutes(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Of an expiring contract: what its last ten minutes are isn't known."""
    *found, end = spans
    return (*found, replace(end, phase=Phase.LAST_MINUTES) if end.phase is Phase.CLOSING else end)
