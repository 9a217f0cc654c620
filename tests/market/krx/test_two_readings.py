"""The simulator of LS was written from the reference alone: two readings of one market must agree."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.simulators import ls_contracts, ls_words
from brokers.simulators.ls_hours import Hours
from market import krx
from market.krx.clock import ns_of
from market.krx.codes import isin, parse
from market.krx.expiries import monthly
from market.krx.hours import Board
from tests.market.krx.real_day import each_of, needs_data, table

DAYS = krx.calendar()
FROM, TO = date(2025, 6, 10), date(2026, 12, 30)
HOLIDAYS = frozenset(
    day.isoformat()
    for day in (FROM + timedelta(days=n) for n in range((TO - FROM).days + 30))
    if day.weekday() < 5 and not DAYS.trades(day)
)
# The year's first day and examination days are where the two differ knowingly: the simulator is told of them.
HOURS = Hours(HOLIDAYS, frozenset(day.isoformat() for day in DAYS.exams))


@settings(max_examples=400)
@given(st.dates(FROM, TO), st.integers(0, 1439), st.booleans())
def test_hours(day: date, minute: int, stock: bool) -> None:
    if DAYS.first_of_year(day):
        return
    ns = ns_of(day, minute)
    theirs = HOURS.at(ns // 10**6, stock)
    mine = krx.session_at(ns, DAYS, Board.STOCKS if stock else Board.DERIVATIVES)
    assert mine.session.value == theirs.session.value
    if not (stock and theirs.phase.name == "FROZEN"):  # of shares no such minute is stated
        assert mine.phase.name == theirs.phase.name


@given(st.integers(2_000, 40_000), st.integers(1, 3), st.integers(1, 3))
def test_limits_of_futures(n: int, up: int, down: int) -> None:
    base = n / 20
    contract = ls_contracts.contract_of("A016C000", reference=Decimal(str(base)))
    low, high = contract.stage(down - 1, up - 1)
    mine = krx.future_limits(parse("A016C000"), base, krx.PRODUCTS["01"].future_ticks, up, down)
    assert (mine.low, mine.high) == (float(low), float(high))


@pytest.mark.parametrize("code", ["A016C000", "A0173000", "101V3000", "B016A745", "105V1000"])
def test_terms(code: str) -> None:
    theirs, mine = ls_contracts.contract_of(code), krx.instrument(code, margin=0.1)
    assert float(theirs.multiplier) == mine.multiplier
    assert tuple((float(start), float(tick)) for start, tick in theirs.ticks) == mine.ticks
    assert float(theirs.strike) == mine.strike
    assert theirs.month == f"{monthly(parse(code).year, parse(code).month, DAYS):%Y%m}"


@needs_data
def test_check_digits() -> None:
    for row in each_of(table("options_index")):
        assert ls_words.isin(row.ISU_CD) == isin(row.ISU_CD)
