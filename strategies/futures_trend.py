"""Follow KOSPI200's trend in the contract that is traded most, and move on before it expires."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from market import krx, ta
from market.bars import Bars, Floats, Ints, Panel
from market.errors import ConfigError, DataError
from market.instruments import Instrument, Kind
from market.krx.clock import day_of, ns_of
from market.timeframes import DAY
from strategies.base import PanelStrategy
from strategies.korean_sessions import session_bars
from strategies.ranges import in_range, true_or_false
from strategies.signals import SignalKind, Signals

INSIST = 12  # bars after a roll in which what is held of the old contract is closed
Sides = NDArray[np.int8]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class FuturesTrend(PanelStrategy):
    """Long above the highest high of the last ``entry`` bars, out below the lowest low of the last ``exit``,
    and the mirror image short. A break that isn't repeated within ``memory`` bars is forgotten.

    A column for each contract month. Only the front one is traded: that with the nearest expiry until
    ``roll_days`` trading days before it, when what is held is closed and, if the next contract is in a trend
    by its own bars, opened there. overnight: keep positions over a session's end; else they are closed
    ``lead_minutes`` before the closing auction, and nothing is begun after that. Both closings are said of
    both sides, whatever was said before: a person may have entered, too.
    """

    entry: int = 20  # closed bars
    exit: int = 10  # closed bars
    memory: int = 100  # closed bars
    roll_days: int = 3
    shorts: bool = True
    overnight: bool = True
    lead_minutes: int = 5
    days: krx.Calendar = field(default_factory=krx.calendar)  # the profile's

    def __post_init__(self) -> None:
        in_range(self, 1, 10_000, "entry", "exit", "memory")
        in_range(self, 0, 60, "roll_days", "lead_minutes")
        true_or_false(self, "shorts", "overnight")

    @property
    def warmup(self) -> int:  # type: ignore[override]
        return max(max(self.entry, self.exit) + self.memory + 1, INSIST)

    def signals(self, panel: Panel) -> Signals:
        if not self.overnight and panel.timeframe >= DAY:
            raise ConfigError(
                "FuturesTrend: overnight = false needs bars shorter than a day. Say timeframe = '5m'."
            )
        lasts = [_last_day(one, self.days) for one in panel.instruments]
        order = sorted(range(len(lasts)), key=lambda column: lasts[column])
        parts, begins = [], 0
        for column in order:
            day = lasts[column]
            for _ in range(self.roll_days):
                day = self.days.next(day, -1)
            ends = ns_of(day, 0)
            parts.append(self._of_contract(panel, column, begins, ends))
            begins = ends
        return Signals.merge(parts) if len(parts) > 1 else parts[0]

    def _of_contract(self, panel: Panel, column: int, begins: int, ends: int) -> Signals:
        """Signals of one contract while it is the front one; what is held then is closed at its next bar."""
        bars, rows = panel.bars(column)
        front = (bars.ts >= begins) & (bars.ts < ends)
        late = np.zeros(len(bars), bool)
        if not self.overnight:
            lead_s = 60.0 * self.lead_minutes
            late = session_bars(bars.instrument, bars.ts, bars.timeframe, lead_s, self.days).late
        held = np.where(front & ~late, self._state(bars), 0).astype(np.int8)
        after = np.searchsorted(bars.ts, ends)
        rolled = (np.arange(len(bars)) >= after) & (np.arange(len(bars)) < after + INSIST)
        bar, kind, side = _changes(held, late | rolled)
        return Signals.at(bar if rows is None else rows[bar], instrument=column, kind=kind, side=side)

    def _state(self, bars: Bars) -> Sides:
        """+1, -1 or 0 at each bar: the last break within ``memory`` bars."""
        close = bars.close
        up, down = (
            close > _before(ta.MAX(bars.high, self.entry)),
            close < _before(ta.MIN(bars.low, self.entry)),
        )
        low, high = _before(ta.MIN(bars.low, self.exit)), _before(ta.MAX(bars.high, self.exit))
        said = np.zeros(len(close), np.int8)
        said[up] = 1
        if self.shorts:
            said[down] = -1
        # An exit speaks where it ends what was held; a break of the longer channel says more than it.
        ends_long, ends_short = (close < low) & (said == 0), (close > high) & (said == 0)
        state = _latest(np.where(said != 0, said, 0), self.memory)
        broken = ((state > 0) & _since(ends_long, said)) | ((state < 0) & _since(ends_short, said))
        state[broken] = 0
        return state


def _changes(held: Sides, none: Bools) -> tuple[Ints, Ints, Sides]:
    """Bar, kind and side of the signals that lead from one bar's position to the next one's.

    none: where nothing may be held. There both sides are closed at each bar, for a person may have entered
    and an exit may have failed.
    """
    before = np.r_[np.int8(0), held[:-1]]
    changed = held != before
    longs, shorts = (np.flatnonzero(none | (changed & (before == side))) for side in (1, -1))
    opens = np.flatnonzero(changed & (held != 0))
    bar = np.r_[longs, shorts, opens]
    kind = np.repeat([SignalKind.EXIT, SignalKind.ENTER], [len(longs) + len(shorts), len(opens)])
    side = np.r_[np.repeat(np.array([1, -1], np.int8), [len(longs), len(shorts)]), held[opens]]
    in_order = np.argsort(bar, kind="stable")  # closes come before opens of the same bar
    return bar[in_order], kind[in_order], side[in_order]


def _last_day(instrument: Instrument, days: krx.Calendar) -> date:
    expiry = instrument.expiry
    if not expiry:
        try:
            expiry = krx.instrument(instrument.symbol, margin=1.0, days=days).expiry
        except (ConfigError, DataError):
            expiry = 0
    if not expiry or instrument.kind not in (Kind.FUTURE, Kind.SPOT):
        raise ConfigError(
            f"FuturesTrend: {instrument.id} is no future with a last trading day. Name contracts by LS's "
            "codes, such as A016C000@ls."
        )
    return day_of(expiry)


def _before(values: Floats) -> Floats:
    """Each bar's value as of the bar before it."""
    return np.r_[np.nan, values[:-1]] if len(values) else values


def _latest(said: Sides, memory: int) -> Sides:
    """The newest word that isn't 0, unless it is older than ``memory`` bars."""
    place = _newest(said != 0)
    found = np.where(place >= 0, said[np.maximum(place, 0)], 0)
    return np.where(np.arange(len(said)) - place < memory, found, 0).astype(np.int8)


def _since(ends: Bools, said: Sides) -> Bools:
    """Whether an end came after the newest word."""
    return _newest(ends) > _newest(said != 0)


def _newest(mask: Bools) -> Ints:
    """The place of the newest true bar up to each, -1 = none yet."""
    return np.maximum.accumulate(np.where(mask, np.arange(len(mask)), -1))
