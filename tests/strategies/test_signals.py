"""How signals are said: from masks, at bars, merged; and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.errors import DataError
from strategies.signals import SIGNAL, SignalKind, Signals

MASKS = st.lists(st.tuples(*[st.booleans()] * 4), max_size=30)


def masks_of(bits):
    return [np.array(column, bool) for column in zip(*bits, strict=True)] or [np.zeros(0, bool)] * 4


@given(MASKS)
def test_every_true_value_is_a_signal_and_exits_come_first(bits):
    enter, leave, enter_short, leave_short = masks_of(bits)
    rows = Signals.of(enter=enter, exit=leave, enter_short=enter_short, exit_short=leave_short).rows
    expected = []
    for bar in range(len(enter)):
        for mask, kind, side in ((leave, 2, 1), (leave_short, 2, -1), (enter, 1, 1), (enter_short, 1, -1)):
            expected += [(bar, kind, side)] if mask[bar] else []
    assert rows[["bar", "kind", "side"]].tolist() == expected


@given(MASKS)
def test_columns_belong_to_entries_and_are_read_at_their_bar(bits):
    enter, leave, *_ = masks_of(bits)
    stops = np.arange(len(enter)) + 1.0
    rows = Signals.of(enter=enter, exit=leave, stop=stops, horizon=7).rows
    for row in rows:
        entry = row["kind"] == SignalKind.ENTER
        assert row["stop"] == row["bar"] + 1.0 if entry else np.isnan(row["stop"])
        assert row["horizon"] == (7 if entry else 0)


def test_what_isnt_said_is_open():
    row = Signals.at(3).rows[0]
    assert (row["bar"], row["kind"], row["side"], row["strength"]) == (3, SignalKind.ENTER, 1, 1.0)
    assert all(np.isnan(row[name]) for name in ("price", "stop", "target", "trail", "weight"))
    assert Signals.of(enter=np.array([False, True])).rows[0].tobytes() == Signals.at(1).rows[0].tobytes()


def test_merging_sorts_by_bar_and_keeps_the_order_of_parts():
    merged = Signals.merge([Signals.at([5, 9], tag=1), Signals.at([2, 5], tag=2), Signals.none()])
    assert merged.rows[["bar", "tag"]].tolist() == [(2, 2), (5, 1), (5, 2), (9, 1)]
    assert merged.rows.dtype == SIGNAL
    assert len(Signals.merge([])) == len(Signals.merge([Signals.none()])) == len(Signals.of()) == 0


def test_a_copy_is_another_array():
    one = Signals.at([1, 2])
    other = one.copy()
    other.rows["bar"] = 9
    assert one.rows["bar"].tolist() == [1, 2]


def test_masks_of_pandas_are_masks():
    import pandas as pd

    close = pd.Series([1.0, 3.0, 2.0, 4.0])
    rows = Signals.of(enter=close > close.shift(1), stop=close / 10.0).rows
    assert rows["bar"].tolist() == [1, 3] and rows["stop"].tolist() == [0.3, 0.4]


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        (
            lambda: Signals.of(enter=np.array([np.nan, 1.0])),
            "a signal mask is float64 .*expected True or False",
        ),
        (
            lambda: Signals.of(enter=np.zeros((3, 2), bool)),
            r"of shape \(3, 2\); expected True or False per bar",
        ),
        (lambda: Signals.of(np.zeros(3, bool), np.zeros(4, bool)), r"different lengths \[3, 4\]"),
        (
            lambda: Signals.of(np.zeros(3, bool), stop=np.zeros(2)),
            r"stop has shape \(2,\); expected one value",
        ),
        (lambda: Signals.of(np.zeros(3, bool), stp=0.1), "no column 'stp'. Did you mean 'stop'"),
        (lambda: Signals.at([1], targt=0.1), "no column 'targt'. Did you mean 'target'"),
        (lambda: Signals(np.zeros(3)), "expected an array of SIGNAL rows, got float64"),
    ],
)
def test_what_cant_be_signals_is_refused_with_what_was_expected(say, expected):
    with pytest.raises(DataError, match=expected):
        say()
