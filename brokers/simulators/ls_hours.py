"""When the Korea Exchange trades: day and night, auctions, holidays."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum

from brokers.simulators.ls_words import KST, kst


class Session(Enum):
    CLOSED = "closed"
    DAY = "day"
    NIGHT = "night"


class Phase(Enum):
    """FROZEN: the opening auction's last minute, when nothing can be changed or cancelled."""

    CLOSED = "closed"
    OPENING = "opening auction"
    FROZEN = "opening auction's last minute"
    CONTINUOUS = "continuous"
    CLOSING = "closing auction"

    @property
    def auction(self) -> bool:
        return self in (Phase.OPENING, Phase.FROZEN, Phase.CLOSING)


@dataclass(frozen=True)
class Moment:
    session: Session
    phase: Phase


CLOSED = Moment(Session.CLOSED, Phase.CLOSED)
# Minutes of a day: the opening auction, its last minute, trading, the closing auction, the end.
FUTURES = (8 * 60 + 30, 8 * 60 + 44, 8 * 60 + 45, 15 * 60 + 35, 15 * 60 + 45)
STOCKS = (8 * 60 + 30, 8 * 60 + 59, 9 * 60, 15 * 60 + 20, 15 * 60 + 30)
NIGHT = (17 * 60 + 50, 17 * 60 + 59, 18 * 60, 29 * 60 + 50, 30 * 60)
PHASES = (Phase.OPENING, Phase.FROZEN, Phase.CONTINUOUS, Phase.CLOSING)


@dataclass
class Hours:
    """holidays, late: ISO dates without trading, and those on which everything begins an hour later.

    always: this moment holds at any time, for demos by a wall clock; None = KRX's own hours.
    """

    holidays: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    always: Moment | None = field(default=None)

    @classmethod
    def never_closed(cls, session: Session = Session.DAY) -> "Hours":
        return cls(always=Moment(session, Phase.CONTINUOUS))

    def trades(self, day: date) -> bool:
        return day.weekday() < 5 and day.isoformat() not in self.holidays

    def at(self, ms: int, stock: bool = False) -> Moment:
        """What holds at an instant."""
        if self.always is not None:
            return self.always
        now = kst(ms)
        day = _within(STOCKS if stock else FUTURES, self._minutes(now, now.date()))
        if day is not Phase.CLOSED and self.trades(now.date()):
            return Moment(Session.DAY, day)
        began = self._night_began(now)
        if stock or not self.trades(began):
            return CLOSED
        night = _within(NIGHT, self._minutes(now, began))
        return CLOSED if night is Phase.CLOSED else Moment(Session.NIGHT, night)

    def _minutes(self, now: datetime, began: date) -> float:
        """Minutes since the midnight that ``began`` began with; a late day's clock is set back."""
        since = now - datetime.combine(began, time(), KST)
        return since.total_seconds() / 60 - (60 if began.isoformat() in self.late else 0)

    @staticmethod
    def _night_began(now: datetime) -> date:
        return now.date() if now.hour >= 12 else now.date() - timedelta(days=1)

    def trading_day(self, ms: int) -> str:
        """YYYYMMDD of the day a trade at this instant belongs to; a night's, to the next trading day."""
        now = kst(ms)
        day = now.date()
        if now.hour >= 16:
            day += timedelta(days=1)
        while not self.trades(day):
            day += timedelta(days=1)
        return day.strftime("%Y%m%d")

    def day_before(self, day: str) -> str:
        """The trading day before YYYYMMDD."""
        found = datetime.strptime(day, "%Y%m%d").date() - timedelta(days=1)
        while not self.trades(found):
            found -= timedelta(days=1)
        return found.strftime("%Y%m%d")


def _within(edges: tuple[int, ...], minute: float) -> Phase:
    found = Phase.CLOSED
    for edge, phase in zip(edges, PHASES, strict=False):
        if minute >= edge:
            found = phase
    return Phase.CLOSED if minute >= edges[-1] else found


def second_thursday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 7)
