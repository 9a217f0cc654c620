"""Refusals of what can't be a strategy's signals, naming the row and its value."""

from typing import Any

from market.bars import Panel
from market.compiled import compiled, inlined
from market.errors import DataError
from strategies.signals import Entry, SignalKind, Signals

FIELDS = ("bar", "instrument", "kind", "side", "stop", "target", "trail", "horizon", "price")


def check_own(found: object, n_bars: int, name: str) -> Signals:
    """Refuse what can't be one instrument's signals, before its bars are looked up among the panel's rows."""
    if not isinstance(found, Signals):
        raise DataError(
            f"{name}.signals returned {type(found).__name__}; expected Signals: end it with "
            "return Signals.of(...)."
        )
    if found.n_bars not in (None, n_bars):
        raise DataError(
            f"{name}.signals: its masks have {found.n_bars} values for {n_bars} bars; expected one per bar, "
            "so that each stands at its own."
        )
    row = _first_outside(found.rows, n_bars)
    if row >= 0:
        raise DataError(f"{name}, signal {row}: bar = {found.rows['bar'][row]}; expected 0..{n_bars - 1}.")
    _check_sorted(found, name)
    return found


def check_signals(found: object, panel: Panel, name: str) -> Signals:
    """Refuse what can't be signals of this panel, field by field."""
    if not isinstance(found, Signals):
        raise DataError(f"strategy '{name}' returned {type(found).__name__}; expected Signals.")
    row, wrong = _first_wrong(found.rows, len(panel), len(panel.instruments))
    if row >= 0:
        field = FIELDS[wrong]
        raise DataError(
            f"strategy '{name}', signal {row}: {field} = {found.rows[field][row]}; "
            f"expected {_expected(field, panel)}."
        )
    _check_sorted(found, f"strategy '{name}'")
    return found


def _expected(field: str, panel: Panel) -> str:
    barrier = "a number above 0, or NaN for none"
    return {
        "bar": f"0..{len(panel) - 1}",
        "instrument": f"0..{len(panel.instruments) - 1}",
        "kind": "ENTER, EXIT or REVIEW",
        "side": "+1 or -1",
        "stop": barrier,
        "target": barrier,
        "trail": barrier,
        "horizon": "0 or more bars",
        "price": "a price above 0 for a LIMIT or STOP entry",
    }[field]


def _check_sorted(found: Signals, name: str) -> None:
    """Refuse signals out of order: on one bar their order matters, so it is the author's to give."""
    row = _first_late(found.rows)
    if row >= 0:
        bar = found.rows["bar"]
        raise DataError(f"{name}, signal {row}: bar {bar[row]} after bar {bar[row - 1]}; sort by bar.")


@compiled
def _first_outside(rows: Any, n_bars: int) -> int:
    for seq in range(len(rows)):
        if rows[seq].bar < 0 or rows[seq].bar >= n_bars:
            return seq
    return -1


@compiled
def _first_late(rows: Any) -> int:
    for seq in range(1, len(rows)):
        if rows[seq].bar < rows[seq - 1].bar:
            return seq
    return -1


@compiled
def _first_wrong(rows: Any, n_bars: int, n_instruments: int) -> tuple[int, int]:
    """Of the first field that is wrong in any row: the first such row, and its place in ``FIELDS``; row -1 =
    nothing is wrong."""
    first, field = -1, len(FIELDS)
    for seq in range(len(rows)):
        wrong = _wrong_field(rows[seq], n_bars, n_instruments)
        if wrong < field:
            first, field = seq, wrong
    return first, field


@inlined
def _wrong_field(row: Any, n_bars: int, n_instruments: int) -> int:
    """Place in ``FIELDS`` of the first one that is wrong; their number when none is."""
    if row.bar < 0 or row.bar >= n_bars:
        return 0
    if row.instrument < 0 or row.instrument >= n_instruments:
        return 1
    if row.kind < SignalKind.ENTER or row.kind > SignalKind.REVIEW:
        return 2
    if row.side != 1 and row.side != -1:
        return 3
    if row.stop <= 0.0:
        return 4
    if row.target <= 0.0:
        return 5
    if row.trail <= 0.0:
        return 6
    if row.horizon < 0:
        return 7
    if row.entry != Entry.MARKET and not row.price > 0.0:
        return 8
    return len(FIELDS)
