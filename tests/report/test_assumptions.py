"""The assumptions box says what holds, in sentences a person can check."""

import re
from dataclasses import replace

import numpy as np
import pytest

from desk.rules import (
    Act,
    DecisionRules,
    ExecutionRules,
    FillRules,
    FilterRules,
    LimitFill,
    MonitorRules,
    OnEmpty,
    RiskRules,
    RungWeights,
    SizeBy,
    SizingRules,
    StrategyRules,
    Style,
    Tie,
)
from market.contracts import KRX_SELL_TAXES, KRX_STOCK_TICKS, korean_equity, us_equity
from market.instruments import Fees, Instrument, Kind
from report.assumptions import assumptions, cost, sell_tax, teller, ticks
from tests.backtest.market import plan, walk, with_rules

EN = teller("en")
SPAN = ("2018-01-02", "2021-12-30")


def said(*instruments: Instrument, language: str = "en", **rules: object) -> dict[str, str]:
    panel = walk(width=len(instruments) or 2)
    chosen = with_rules(plan(replace(panel, instruments=instruments) if instruments else panel), **rules)
    return dict(assumptions(chosen.panel, chosen.pipeline, "bars.csv", language))


def test_only_the_tax_rates_of_the_data_s_days_are_told_with_the_days_they_hold_from() -> None:
    assert sell_tax(KRX_SELL_TAXES, SPAN, EN) == (
        "sell tax 0.3 %, 0.25 % from 2019-06-03, 0.23 % from 2021-01-01"
    )
    assert sell_tax(KRX_SELL_TAXES, ("2022-01-03", "2022-12-29"), EN) == "sell tax 0.23 %"
    assert sell_tax(KRX_SELL_TAXES, ("1999-01-04", "2000-12-29"), EN) == "sell tax 0 %, 0.3 % from 2000-01-01"
    assert sell_tax((("2030-01-01", 0.01),), SPAN, EN) == "sell tax 0 %"


def test_a_tick_table_says_where_each_step_holds() -> None:
    assert ticks(KRX_STOCK_TICKS, EN) == (
        "tick 1 below 2,000, 5 below 5,000, 10 below 20,000, 50 below 50,000, 100 below 200,000, "
        "500 below 500,000, 1,000 above"
    )
    assert ticks(((0.0, 0.05),), EN) == "tick 0.05" and ticks(((0.0, 0.0),), EN) == "any price"


def test_fees_are_told_in_the_currency_that_is_taken() -> None:
    def told(fees: Fees) -> str:
        return cost(Instrument("BTC@x", Kind.SPOT, "BTC", "KRW", fees=fees), SPAN, EN)

    assert "fee 10 bps taker, 5 bps maker in KRW," in told(Fees(0.0005, 0.001))
    assert "in BTC of what a buy receives" in told(Fees(0.0005, 0.001, "base"))
    assert "in BNB at 600,000 KRW" in told(Fees(0.0005, 0.001, "BNB", 600_000.0))


def test_borrow_is_told_for_whatever_can_be_short() -> None:
    assert "borrow 5 % a year while short" in cost(Instrument("A@x", borrow=0.05), SPAN, EN)
    assert "borrow 0 % a year while short" in cost(Instrument("A@x"), SPAN, EN)
    assert "nothing to borrow" in cost(Instrument("A@x", Kind.FUTURE), SPAN, EN)


def test_the_zone_of_the_days_is_named_and_whose_it_is_when_there_are_several() -> None:
    korean, american = korean_equity("005930"), replace(us_equity("AAPL"), quote="KRW")
    assert said(korean)["period"] == "2020-01-01 to 2021-08-22, time of Asia/Seoul"
    both = said(korean, american)
    assert both["period"].endswith("Asia/Seoul, the zone of 005930@krx; trades are dated in their own")
    assert "by day (Asia/Seoul)" in both["figures"]


def test_a_short_bar_s_period_is_told_to_the_minute_of_its_market() -> None:
    panel = replace(walk(width=1), timeframe=3600 * 10**9, instruments=(korean_equity("005930"),))
    hours = replace(panel, ts=panel.ts[0] + 3600 * 10**9 * np.arange(len(panel)))
    told = dict(assumptions(hours, plan(hours).pipeline, "bars.csv"))
    assert told["period"] == "2020-01-01 09:00 to 2020-01-26 09:00, time of Asia/Seoul"


EVERYTHING = [
    StrategyRules(
        decision=DecisionRules((FilterRules(act, 0.5, required=True),), on_empty=empty),
        sizing=SizingRules(by, base, max_risk=0.02, max_notional=0.3),
        execution=ExecutionRules(entry, exit, every=every, weights=weights),
        monitor=MonitorRules(*barriers),
    )
    for act, empty, by, base, entry, exit, every, weights, barriers in [
        (Act.RULE, OnEmpty.PASS, SizeBy.KELLY, SizeBy.FIXED, Style.TWAP, Style.LADDER, 1,
         RungWeights.LINEAR, ()),
        (Act.LEARN, OnEmpty.HALF, SizeBy.KELLY, SizeBy.FRACTIONAL, Style.MARKET, Style.MARKET, 2,
         RungWeights.EQUAL, (0.01, 0.02, 0.03, 5)),
        (Act.LEARN, OnEmpty.BLOCK, SizeBy.FIXED, SizeBy.FIXED, Style.LADDER, Style.TWAP, 3,
         RungWeights.GEOMETRIC, (0.01,)),
    ]
]  # fmt: skip
NAMES = re.compile(
    r"(?<![A-Za-z])(fast|slow|stop|short|name|warmup|coin|cross|bars|csv|S\d|test|Asia|Seoul|UTC|America|New_York|KRW|USD|BNB|"
    r"bps|krx|us|AAPL|BTC|fills|participation|d)(?![A-Za-z])"
)


@pytest.mark.parametrize("rules", EVERYTHING)
@pytest.mark.parametrize("tie", list(Tie))
def test_nothing_but_names_is_left_in_english(rules: StrategyRules, tie: Tie) -> None:
    third = korean_equity("005930", fees=Fees(0.001, 0.001, "BNB", 9.0))
    third = replace(third, multiplier=10.0, long_margin=0.1)
    fills = FillRules(tie, LimitFill.TOUCH if tie else LimitFill.THROUGH, bool(tie), 0.1 * tie)
    limits = RiskRules(10.0, 2.0, 0.03, 0.2, long_only=True)
    many = tuple(Instrument(f"S{k}@test", quote="KRW") for k in range(9))
    told = said(third, *many, language="ko", strategies=(rules,), fills=fills, risk=limits)
    for what, korean in told.items():
        assert not re.search(r"[A-Za-z]{2,}", NAMES.sub("", korean)), (what, korean)
