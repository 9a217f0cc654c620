"""Declared splits applied to raw prices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from market.bars import PRICES, Ints, Panel
from market.errors import ConfigError, DataError, nearest
from market.reading.raw import moment_text
from market.reading.zones import zone_named
from market.timeframes import DAY


def adjust_splits(panel: Panel, splits: Sequence[tuple[str, str, float]]) -> Panel:
    """A panel whose prices before each split are divided by its ratio and volumes multiplied by it.

    splits: (symbol or id, ISO day on which the new shares first trade, new shares per old one), such as
    ("AAPL", "2014-06-09", 7.0); a reverse split of 1:10 is 0.1. A split whose day shows no such jump is
    refused: the prices may be adjusted already. Levels before a split are then what one could know only
    after it; returns, and what depends on them alone, are not changed.
    """
    fields = {name: getattr(panel, name).copy() for name in PRICES}
    for symbol, day, ratio in splits:
        column = _column(panel, symbol)
        before = _rows_before(panel, column, symbol, day)
        _confirm(panel, column, before, symbol, day, ratio)
        for name in PRICES[:4]:
            fields[name][:before, column] /= ratio
        fields["volume"][:before, column] *= ratio
    return replace(panel, **fields)


def _column(panel: Panel, symbol: str) -> int:
    known = [each.id if "@" in symbol else each.symbol for each in panel.instruments]
    if symbol not in known:
        raise DataError(f"split of '{symbol}': it isn't in the panel. {nearest(symbol, known)}")
    return known.index(symbol)


def _rows_before(panel: Panel, column: int, symbol: str, day: str) -> int:
    """How many rows lie before the day: the instrument's own, or UTC's for bars dated at its midnight."""
    try:
        wanted = np.datetime64(date.fromisoformat(day), "D")
    except ValueError:
        raise ConfigError(f"split of {symbol}: day '{day}': expected one such as 2014-06-09.") from None
    return int(np.searchsorted(_days(panel, panel.instruments[column].timezone), wanted.astype(np.int64)))


def _days(panel: Panel, timezone: str) -> Ints:
    """Days since 1970 of each row."""
    if panel.timeframe >= DAY and not (panel.ts % DAY).any():
        return panel.ts // DAY
    from datetime import UTC, datetime

    zone = zone_named(timezone)
    hours, place = np.unique(panel.ts // (DAY // 24), return_inverse=True)
    local = [datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone).date() for hour in hours.tolist()]
    days: Ints = np.array(local, "datetime64[D]").astype(np.int64)
    return days[place]


def _confirm(panel: Panel, column: int, before: int, symbol: str, day: str, ratio: float) -> None:
    """The overnight move is nearer to the split than to none."""
    if not ratio > 0.0 or ratio == 1.0:
        raise ConfigError(f"split of {symbol} on {day}: ratio {ratio}: expected new shares per old.")
    rows = panel.present(column)
    place = int(np.searchsorted(rows, before))
    if place == 0 or place == len(rows):
        ends = f"{moment_text(int(panel.ts[rows[0]]))} to {moment_text(int(panel.ts[rows[-1]]))}"
        raise DataError(
            f"split of {symbol} on {day}: its bars cover {ends}; expected bars before and after it."
        )
    opened, closed = panel.open[rows[place], column], panel.close[rows[place - 1], column]
    move = float(np.log(opened / closed))
    if abs(move + np.log(ratio)) > abs(np.log(ratio)) / 2:
        raise DataError(
            f"split of {symbol} on {day}: {closed:.10g} is followed by {opened:.10g}, not by about "
            f"{closed / ratio:.5g}. Are the prices adjusted already, or is the day another?"
        )
