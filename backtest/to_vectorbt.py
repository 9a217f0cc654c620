"""A run's fills as a vectorbt portfolio, for its statistics and plots and as a second opinion on our ledger.

vectorbt knows one order per row and column, so a bar with several fills of an instrument becomes several
rows, a nanosecond apart; the last row of each bar is where its value is ours. It knows neither borrow nor
margin nor fees in coins: a run with those differs by exactly them, and one that needs margin is refused.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from market.bars import Floats, Ints
from market.errors import ConfigError, DataError

if TYPE_CHECKING:
    from backtest.result import Result


def portfolio_of(result: "Result") -> Any:
    """A ``vectorbt.Portfolio`` with one group of all instruments sharing the account's cash."""
    try:
        import vectorbt
    except ImportError:
        raise ConfigError(
            "vectorbt is not installed. Install it with: pip install 'maemae[peers]'."
        ) from None
    import pandas as pd

    panel, cash = result.plan.panel, result.plan.pipeline.rules.cash
    size, price, fees, bars, ts = order_rows(result)
    index = pd.DatetimeIndex(ts.astype("datetime64[ns]"), tz="UTC", name="time")
    names = [each.id for each in panel.instruments]
    closes = filled_closes(panel.close)[bars]
    try:
        return vectorbt.Portfolio.from_orders(
            close=pd.DataFrame(closes, index, names),
            size=size,
            price=price,
            fixed_fees=fees,
            init_cash=cash,
            cash_sharing=True,
            group_by=True,
            call_seq="auto",  # sales first, as far as cash goes
            allow_partial=False,
            raise_reject=True,
            freq=pd.Timedelta(panel.timeframe, "ns"),
        )
    except vectorbt.portfolio.enums.RejectedOrderError as error:
        raise DataError(
            f"vectorbt can't hold this run ({error}): it used margin, which vectorbt doesn't know. Set "
            "risk.max_gross to 1, or use the frames of the result instead."
        ) from error


def order_rows(result: "Result") -> tuple[Floats, Floats, Floats, Ints, Ints]:
    """size (signed units times multiplier), price, fees with taxes, each shape (n_rows, n_instruments), NaN =
    no order; the bar of each row and its time, shape (n_rows,)."""
    panel, fills = result.plan.panel, result.run.fills
    n_bars, width = panel.close.shape
    turn = _turn_in_bar(fills["bar"] * width + fills["instrument"])
    rows_of_bar = np.ones(n_bars, np.int64)
    np.maximum.at(rows_of_bar, fills["bar"], turn + 1)
    first = np.cumsum(rows_of_bar) - rows_of_bar
    bars = np.repeat(np.arange(n_bars), rows_of_bar)
    shape = (len(bars), width)
    size, price, fees = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    unit = np.array([each.lot * each.multiplier for each in panel.instruments])
    where = (first[fills["bar"]] + turn, fills["instrument"])
    size[where] = fills["side"] * fills["lots"] * unit[fills["instrument"]]
    price[where] = fills["price"]
    fees[where] = fills["fee"] + fills["tax"]
    return size, price, fees, bars, panel.ts[bars] + np.arange(len(bars)) - first[bars]


def filled_closes(closes: Floats) -> Floats:
    """Missing closes as the last known one, or the first one to come."""
    if not np.isnan(closes).any():
        return closes
    filled = np.empty_like(closes)
    for column in range(closes.shape[1]):
        known = np.flatnonzero(~np.isnan(closes[:, column]))
        place = np.maximum(np.searchsorted(known, np.arange(len(closes)), side="right") - 1, 0)
        filled[:, column] = closes[known[place], column] if len(known) else 0.0
    return filled


def _turn_in_bar(cells: NDArray[np.int64]) -> Ints:
    """How many earlier fills fell into the same cell, shape (n_fills,)."""
    order = np.argsort(cells, kind="stable")
    ordered = cells[order]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(cells) else np.zeros(0, int)
    lengths = np.diff(np.append(begins, len(cells)))
    turn = np.empty(len(cells), np.int64)
    turn[order] = np.arange(len(cells)) - np.repeat(begins, lengths)
    return turn
