"""Section 7 of docs/desk-rules.md: days, limits, margin."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.records import Cause, Reason
from desk.rules import Style
from tests.desk.twin_learn import close_day
from tests.desk.twin_numbers import DAY_NS
from tests.desk.twin_plans import plan_exit
from tests.desk.twin_state import Desk


def start_day(desk: Desk) -> None:
    """Step 1."""
    new_year = datetime(2024, 1, 1, tzinfo=ZoneInfo(desk.terms[0].instrument.timezone))
    ahead = (new_year.utcoffset() - new_year.dst()) // timedelta(seconds=1) * 10**9
    day = (int(desk.panel.ts[desk.t]) + ahead - desk.rules.risk.day_begins) // DAY_NS
    if day != desk.day:
        desk.day, desk.day_equity, desk.daily = day, desk.equity, False
        for learner in desk.learners:
            close_day(learner)


def watch(desk: Desk) -> None:
    """Step 4."""
    rules, reduced = desk.rules.risk, desk.daily or desk.latched
    desk.peak = max(desk.peak, desk.equity)
    if math.isfinite(rules.max_daily_loss) and desk.equity <= desk.day_equity * (1 - rules.max_daily_loss):
        desk.daily = True
    if math.isfinite(rules.max_drawdown) and desk.equity <= desk.peak * (1 - rules.max_drawdown):
        desk.latched = True
    if desk.latched and all(position.lots == 0 for position in desk.positions):
        desk.halted = True
    called = margin_call(desk)
    desk.latched = desk.latched or called
    if (desk.daily or desk.latched) and not reduced:
        for position in desk.positions:
            desk.drop_entry(position, Cause.RISK)
    if called:
        for position in desk.positions:
            if position.trade is not None:
                seq = position.trade.seq
                plan_exit(desk, position, abs(position.lots), Style.MARKET, Reason.MARGIN, seq)


def margin_call(desk: Desk) -> bool:
    """Equity is below what the open positions need."""
    net = [0] * len(desk.terms)
    for position in desk.positions:
        net[position.instrument] += position.lots
    needed = sum(
        abs(lots) * terms.instrument.maintenance * terms.size * last
        for lots, terms, last in zip(net, desk.terms, desk.last, strict=True)
        if lots
    )
    return needed > 0 and desk.equity < needed
