"""Sessions of one instrument: its board, its night and its last day taken from what it is."""

from datetime import date

from market.instruments import Instrument, Kind
from market.krx.calendar import Calendar
from market.krx.clock import day_of
from market.krx.codes import parse
from market.krx.hours import Board
from market.krx.products import has_night
from market.krx.sessions import Span, flatten_by, session_at


def session_of(instrument: Instrument, ns: int, days: Calendar, *, night: bool | None = None) -> Span:
    """What holds for an instrument at an instant. night: for products of which the table doesn't know it."""
    board, nights, last = _terms(instrument, night)
    return session_at(ns, days, board, night=nights, last_day=last)


def flat_by(
    instrument: Instrument, ns: int, days: Calendar, lead_s: float, *, night: bool | None = None
) -> int:
    """When a position in it must be gone before the next closing auction; see ``sessions.flatten_by``."""
    board, nights, last = _terms(instrument, night)
    return flatten_by(ns, days, lead_s, board, night=nights, last_day=last)


def _terms(instrument: Instrument, night: bool | None) -> tuple[Board, bool, date | None]:
    if instrument.kind is Kind.EQUITY:
        return Board.STOCKS, False, None
    code = parse(instrument.symbol, new_spreads=True)
    return Board.DERIVATIVES, has_night(code, night), day_of(instrument.expiry) if instrument.expiry else None
