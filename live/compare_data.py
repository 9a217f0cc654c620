"""The bars that a bot saw against downloaded history of the same time, and what the difference did."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from live.compare_findings import Cause, Finding, Line, Why
from live.compare_rounds import Key, Replayed, Round
from market.bars import PRICES, Floats, Ints, Panel
from market.errors import DataError

CLOSE = PRICES.index("close")


@dataclass(frozen=True)
class BarDifference:
    """One bar that isn't the same. ts: its open, ns UTC. cause: CHANGED_BAR, MISSING_BAR (the bot didn't see
    it) or EXTRA_BAR (history hasn't it). what: the first price that differs, as seen and downloaded."""

    ts: int
    instrument: int
    cause: Cause
    what: str = ""
    seen: float = float("nan")
    history: float = float("nan")


@dataclass(frozen=True)
class DataComparison:
    """bars: all that differ, in order of time. lines: trades of the backtest on the bars seen (``live`` of a
    line) against those on history (``back``). final: equity at the end on either."""

    bars: Sequence[BarDifference]
    lines: Sequence[Line]
    final: tuple[float, float]


def aligned(seen: Panel, history: Panel) -> Panel:
    """History of the time and the instruments that were seen.

    Raises DataError when it lacks an instrument, has other bars, or none of that time.
    """
    if history.timeframe != seen.timeframe:
        raise DataError(
            f"the journal's bars are {seen.timeframe / 1e9:g} s long, the data's "
            f"{history.timeframe / 1e9:g} s: give data of the same timeframe."
        )
    ids = [one.id for one in history.instruments]
    symbols = [one.symbol for one in history.instruments]
    columns = []
    for one in seen.instruments:
        names, name = (ids, one.id) if one.id in ids else (symbols, one.symbol)
        place = names.index(name) if name in names else -1
        if place < 0:
            raise DataError(f"{one.id} was traded and isn't in the data, which have {', '.join(ids)}.")
        columns.append(place)
    rows = (history.ts >= seen.ts[0]) & (history.ts <= seen.ts[-1])
    fields = {name: np.ascontiguousarray(getattr(history, name)[rows][:, columns]) for name in PRICES}
    some = ~np.isnan(fields["close"]).all(axis=1)
    if not some.any():
        raise DataError("the data have no bar of the time that the journal covers: give that period.")
    fields = {name: np.ascontiguousarray(column[some]) for name, column in fields.items()}
    return Panel(seen.instruments, seen.timeframe, np.ascontiguousarray(history.ts[rows][some]), **fields)


def bars_differ(seen: Panel, history: Panel) -> list[BarDifference]:
    """Every bar that isn't the same, in order of time."""
    times = np.union1d(seen.ts, history.ts)
    mine, theirs = _spread(seen, times), _spread(history, times)
    other = (mine != theirs) & ~(np.isnan(mine) & np.isnan(theirs))
    found = []
    for row, column in np.argwhere(other.any(axis=0)).tolist():
        one, two = mine[:, row, column], theirs[:, row, column]
        ts = int(times[row])
        if np.isnan(one[CLOSE]) or np.isnan(two[CLOSE]):
            cause = Cause.MISSING_BAR if np.isnan(one[CLOSE]) else Cause.EXTRA_BAR
            found.append(BarDifference(ts, column, cause))
        else:
            k = int(np.argmax(other[:, row, column]))
            found.append(
                BarDifference(ts, column, Cause.CHANGED_BAR, PRICES[k], float(one[k]), float(two[k]))
            )
    return found


def _spread(panel: Panel, times: Ints) -> Floats:
    """All prices at ``times``, shape (n_prices, n_times, n_instruments); NaN where there is no bar."""
    found = np.full((len(PRICES), len(times), len(panel.instruments)), np.nan)
    found[:, np.searchsorted(times, panel.ts)] = np.stack([getattr(panel, name) for name in PRICES])
    return found


@dataclass(eq=False)
class Bars:
    """The bars that differ, to be asked for the nearest."""

    all: Sequence[BarDifference]

    def __post_init__(self) -> None:
        self._own: dict[int, list[BarDifference]] = {}
        for each in self.all:
            self._own.setdefault(each.instrument, []).append(each)

    def nearest(self, instrument: int, until: int) -> BarDifference | None:
        """The last that opens by ``until``; the instrument's own before others'."""
        for bars in (self._own.get(instrument, []), self.all):
            place = bisect_right(bars, until, key=lambda each: each.ts)
            if place:
                return bars[place - 1]
        return None


def explained_by_bars(line: Line, bars: Bars, symbols: Sequence[str], until: int) -> Line:
    """The line with the bar that made it differ: code and settings are the same, so some bar did, which
    opened by ``until``."""
    if line.live is not None and line.back is not None and _same(line.live, line.back):
        return line
    bar = bars.nearest(line.key.instrument, until)
    why = Why(Cause.UNEXPLAINED, "no bar differs before it, and the trade does")
    if bar is not None:
        why = _bar_why(bar, symbols)
    return replace(line, findings=(Finding(why, money=line.difference),))


def _same(one: Round, other: Round) -> bool:
    names = ("side", "lots", "entry", "exit", "pnl")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _bar_why(bar: BarDifference, symbols: Sequence[str]) -> Why:
    values = {"symbol": symbols[bar.instrument], "time": utc(bar.ts)}
    if bar.cause is Cause.MISSING_BAR:
        return Why(bar.cause, "the bot never saw the bar of {symbol} at {time}, or too late", values)
    if bar.cause is Cause.EXTRA_BAR:
        return Why(bar.cause, "history has no bar of {symbol} at {time}, which the bot saw", values)
    said = {**values, "what": bar.what, "seen": f"{bar.seen:.10g}", "history": f"{bar.history:.10g}"}
    return Why(bar.cause, "{symbol} at {time}: the bot saw {what} {seen}, history has {history}", said)


def utc(ts: int) -> str:
    """A time in words, UTC."""
    return str(np.datetime64(ts, "ns").astype("datetime64[m]")).replace("T", " ")


def paired(live: dict[Key, Round], back: dict[Key, Round]) -> list[tuple[Key, Round | None, Round | None]]:
    """Rounds of both by what opened them, in order of time; of two that went opposite ways, each alone."""
    found: list[tuple[Key, Round | None, Round | None]] = []
    for key in sorted({*live, *back}):
        one, other = live.get(key), back.get(key)
        if one is not None and other is not None and one.side != other.side:
            found += [(key, one, None), (key, None, other)]
        else:
            found.append((key, one, other))
    return found


def replayed_lines(
    seen: Replayed, history: Replayed, bars: Sequence[BarDifference], strategies: Sequence[str]
) -> list[Line]:
    """Trades of two backtests, each explained by the bar that made it differ."""
    instruments = seen.panel.instruments
    symbols, index = [one.symbol for one in instruments], Bars(bars)
    lines = []
    for number, (key, one, other) in enumerate(paired(seen.rounds, history.rounds), 1):
        row = int(np.searchsorted(seen.panel.ts, key.ts))
        line = Line(number, key, row, instruments[key.instrument].id, strategies[key.strategy], one, other)
        lines.append(explained_by_bars(line, index, symbols, _until(line, seen.panel, history.panel)))
    return lines


def _until(line: Line, seen: Panel, history: Panel) -> int:
    """Open of the last bar that can have made the difference: of the fill that differs first."""
    one, other = line.live, line.back
    entered = one is not None and other is not None and (one.lots, one.entry) == (other.lots, other.entry)
    ends = [line.key.ts]
    for each, panel in ((one, seen), (other, history)):
        if each is not None:
            bar = (each.exit_bar if not each.open else len(panel) - 1) if entered else each.entry_bar
            ends.append(int(panel.ts[min(bar, len(panel) - 1)]))
    return max(ends)
