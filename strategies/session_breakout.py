"""Break out of a session's opening range, by day and by night, and be flat before its closing auction."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from market import krx
from market.bars import Bars
from market.errors import ConfigError
from market.timeframes import DAY, MINUTE
from strategies.base import BarStrategy
from strategies.korean_sessions import NONE, session_bars
from strategies.ranges import in_range, true_or_false
from strategies.signals import Signals

Bools = NDArray[np.bool_]
LONGEST = 720  # minutes of a session: the night's


@dataclass(frozen=True)
class SessionBreakout(BarStrategy):
    """Once a session: long above the highest price of its first ``range_minutes``, short below the lowest.

    Everything is closed by the bar that ends ``lead_minutes`` before the closing auction or later, and by
    each one after it, should an exit have failed; nothing is begun from then on. So it is in every session
    and for both sides, whatever was said before: a person may have entered, too. nights: trade the night
    session too. Bars shorter than a day; KRX's codes.
    """

    range_minutes: int = 30
    lead_minutes: int = 5
    shorts: bool = True
    nights: bool = True
    days: krx.Calendar = field(default_factory=krx.calendar)  # the profile's

    def __post_init__(self) -> None:
        in_range(self, 1, 360, "range_minutes")
        in_range(self, 0, 120, "lead_minutes")
        true_or_false(self, "shorts", "nights")

    @property
    def warmup(self) -> int:  # type: ignore[override]
        """A whole session of minutes: its opening must be known."""
        return LONGEST

    def signals(self, bars: Bars) -> Signals:
        if bars.timeframe >= DAY:
            raise ConfigError("SessionBreakout: expected bars shorter than a day. Say timeframe = '1m'.")
        lead_s = 60.0 * self.lead_minutes
        marks = session_bars(bars.instrument, bars.ts, bars.timeframe, lead_s, self.days)
        masks = np.zeros((2, len(bars)), bool)
        edges = np.flatnonzero(np.diff(marks.number, prepend=NONE - 1)).tolist()
        for start, stop in zip(edges, [*edges[1:], len(bars)], strict=True):
            if marks.number[start] != NONE and (self.nights or not marks.night[start]):
                self._session(bars, marks.late, start, stop, masks)
        enter, enter_short = masks
        return Signals.of(enter=enter, exit=marks.late, enter_short=enter_short, exit_short=marks.late)

    def _session(self, bars: Bars, late: Bools, start: int, stop: int, masks: Bools) -> None:
        """Mark one session's entry: bars [start, stop)."""
        ends = int(bars.ts[start]) + self.range_minutes * MINUTE
        begin = start + int(np.searchsorted(bars.ts[start:stop], ends))
        if begin >= stop or begin == start:
            return
        high, low = bars.high[start:begin].max(), bars.low[start:begin].min()
        open_ = ~late[begin:stop]
        up = np.flatnonzero(open_ & (bars.close[begin:stop] > high))
        down = np.flatnonzero(open_ & (bars.close[begin:stop] < low)) if self.shorts else up[:0]
        first_up = int(up[0]) if len(up) else stop
        first_down = int(down[0]) if len(down) else stop
        if first_up == first_down:
            return
        masks[0 if first_up < first_down else 1, begin + min(first_up, first_down)] = True
