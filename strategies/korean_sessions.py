"""Which session of the Korea Exchange each bar is in, and where it is so late that one must be flat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market import krx
from market.bars import Ints
from market.instruments import Instrument

NONE = -1  # between sessions


@dataclass(frozen=True)
class SessionBars:
    """number: of each bar's session, counted from the first; NONE between them. night: whether it is one.

    late: the bar closes at, or after, the instant at which everything must be closed. All shape (n_bars,).
    """

    number: Ints
    night: NDArray[np.bool_]
    late: NDArray[np.bool_]


def session_bars(
    instrument: Instrument, ts: Ints, timeframe: int, lead_s: float, days: krx.Calendar
) -> SessionBars:
    """ts: opens of bars, ns UTC, ascending. lead_s: before the closing auction. Raises DataError for a code
    that isn't KRX's."""
    number = np.full(len(ts), NONE, np.int64)
    night, late = np.zeros(len(ts), bool), np.zeros(len(ts), bool)
    at, count = 0, 0
    while at < len(ts):
        now = int(ts[at])
        span = krx.session_of(instrument, now, days)
        if span.session is krx.Session.CLOSED:
            at = int(np.searchsorted(ts, span.end))
            continue
        stop = int(np.searchsorted(ts, _end(instrument, span, days)))
        flat = krx.flat_by(instrument, now, days, lead_s)
        number[at:stop], night[at:stop] = count, span.session is krx.Session.NIGHT
        late[at:stop] = ts[at:stop] + timeframe >= flat
        at, count = stop, count + 1
    return SessionBars(number, night, late)


def _end(instrument: Instrument, span: krx.Span, days: krx.Calendar) -> int:
    """Of the whole session that a stretch of it is in, ns UTC."""
    following = krx.session_of(instrument, span.end, days)
    while following.session is span.session and following.start == span.end:
        span, following = following, krx.session_of(instrument, following.end, days)
    return span.end
