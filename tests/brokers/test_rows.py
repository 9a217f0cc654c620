"""Rows wait for bars that may still come, and for none that can't."""

import pytest

from brokers.contract import BarEvent
from brokers.rows import Rows
from market.instruments import Instrument

MINUTE, SECOND = 60 * 10**9, 10**9
BOTH = (Instrument("A@x"), Instrument("B@x"))


def bar(name: str, number: int) -> BarEvent:
    return BarEvent(name, MINUTE, number * MINUTE, 1.0, 1.0, 1.0, 1.0, 1.0)


def rows(patience: int = 5 * SECOND) -> Rows:
    return Rows(BOTH, MINUTE, patience)


def test_a_row_is_given_once_with_its_last_bar() -> None:
    one = rows()
    assert not list(one.take(bar("A@x", 0)))
    assert [row.ts for row in one.take(bar("B@x", 0))] == [0]
    assert not list(one.take(bar("B@x", 0))) and one.late == 1
    assert not list(one.said(10 * MINUTE))


@pytest.mark.parametrize("patience", (0, 5 * SECOND, 3 * MINUTE))
def test_what_is_said_to_be_all_is_waited_for_no_longer(patience: int) -> None:
    one = rows(patience)
    list(one.take(bar("A@x", 0)))
    assert not list(one.said(MINUTE - 1))
    (row,) = one.said(MINUTE)
    assert row.ts == 0 and row.prices[3][0] == 1.0 and row.prices[3][1] != row.prices[3][1]


def test_time_alone_needs_patience() -> None:
    one = rows()
    list(one.take(bar("A@x", 0)))
    assert not list(one.due(MINUTE + 5 * SECOND - 1))
    assert [row.ts for row in one.due(MINUTE + 5 * SECOND)] == [0]
