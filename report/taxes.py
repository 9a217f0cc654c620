"""Taxes trade by trade: the desk's record of a trade has fees and taxes in one sum, its fills apart."""

from math import inf

import numpy as np
from numpy.typing import NDArray

from desk.records import Reason
from market.bars import Floats, Ints, Panel


def trade_taxes(fills: NDArray[np.void], trades: NDArray[np.void], panel: Panel) -> Floats:
    """What each of ``trades`` (TRADE rows) paid in taxes on sales, account currency, shape (n_trades,).

    A trade's fills (FILL rows) are those of its strategy and instrument from the one that leaves flat to
    the one that returns to it.
    """
    taxes = np.zeros(len(trades))
    if not len(trades) or not fills["tax"].any():
        return taxes
    width = 1 + int(fills["strategy"].max())
    owner = fills["instrument"].astype(np.int64) * width + fills["strategy"]
    order = np.argsort(owner, kind="stable")
    fills, owner = fills[order], owner[order]
    turn, closed = _turns(owner, fills["side"] * fills["lots"] - _kept(fills, panel))
    paid = np.bincount(turn, fills["tax"], len(closed))[closed]
    owners = trades["instrument"].astype(np.int64) * width + trades["strategy"]
    taxes[np.argsort(owners, kind="stable")] = paid
    return taxes


def _turns(owner: Ints, change: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """From flat to flat: the number of each fill's turn, and of each turn whether it closed by a fill of the
    other side. owner: ascending; change: signed lots, shape (n_fills,) both."""
    first = np.append(True, owner[1:] != owner[:-1])
    held = np.cumsum(change)
    before = held - change
    flat = held == before[np.maximum.accumulate(np.where(first, np.arange(len(owner)), 0))]
    opens = first | np.append(False, flat[:-1])
    turn = np.cumsum(opens) - 1
    last = np.append(np.flatnonzero(opens)[1:] - 1, len(owner) - 1)
    return turn, flat[last] & ~opens[last]


def _kept(fills: NDArray[np.void], panel: Panel) -> Ints:
    """Lots that a venue keeps of what a buy receives, where fees are in the base currency."""
    base = np.array([each.fees.currency in ("base", each.base) for each in panel.instruments])
    size = np.array([each.lot * each.multiplier for each in panel.instruments])
    taken = base[fills["instrument"]] & (fills["side"] > 0) & (fills["reason"] == Reason.ENTRY)
    value = np.where(taken, fills["price"] * size[fills["instrument"]], inf)
    return np.where(taken, np.ceil(fills["fee"] / value - 1e-9), 0.0).astype(np.int64)
