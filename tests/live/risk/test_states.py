"""Controls 23 to 30 as an order meets them: losses, silence, unknown outcomes, the latch, states, drift."""

from typing import Any

import pytest

from desk.records import State
from live.risk.codes import Code
from live.risk.facts import StrategyFacts, Unresolved
from live.risk.limits import RiskLimits
from market.errors import ConfigError
from records.latch import Latched
from tests.live.risk.world import (
    NOW,
    WIDE,
    S,
    exit_of,
    facts,
    gate,
    holding,
    judged,
    market,
    order,
    passes,
    tight,
    trade,
)


def exits_pass(limits: RiskLimits, here: dict[str, Any], **changes: Any) -> bool:
    return passes(judged(limits, exit_of("1"), facts(here=holding("1", **here), **changes)))


def test_r23_the_days_loss_of_the_account() -> None:
    limits = tight(max_daily_loss=0.03)
    assert passes(judged(limits, order(), facts(equity=970_000.01)))
    said = judged(limits, order(), facts(equity=970_000.0))
    assert said.code is Code.DAILY_LOSS
    assert "equity 970000 is -3% from the day's start 1000000" in said.reason
    assert "risk.max_daily_loss = 3% holds until the day ends; nothing was sent" in said.reason
    assert exits_pass(limits, {}, equity=970_000.0)


def test_r23_the_days_loss_of_a_strategy() -> None:
    limits = tight(max_strategy_daily_loss=0.02)

    def lost(amount: float) -> dict[str, Any]:
        return {"strategies": (StrategyFacts(day_pnl=-amount), StrategyFacts())}

    assert passes(judged(limits, order(), facts(**lost(19_999.99))))
    said = judged(limits, order(), facts(**lost(20_000.0)))
    assert said.code is Code.DAILY_LOSS and "strategy trend made -20000 today, -2%" in said.reason
    assert passes(judged(limits, order(strategy=1), facts(**lost(20_000.0))))
    assert exits_pass(limits, {}, **lost(20_000.0))


def test_r23_holds_for_the_day_even_when_the_loss_is_made_good() -> None:
    one = gate(tight(max_daily_loss=0.03))
    for notice in one.tick(facts(equity=900_000.0, day_start=NOW - S)):
        one.heard(NOW, notice.message)
    assert one.judge(order(), facts(day_start=NOW - S)).code is Code.DAILY_LOSS
    assert passes(one.judge(order(), facts(now=NOW + 2 * S, day_start=NOW + S)))


def test_r24_a_drawdown_holds_until_a_person_releases_it() -> None:
    limits = tight(max_drawdown=0.2, max_daily_loss=0.9)
    assert passes(judged(limits, order(), facts(equity=800_000.01)))
    assert judged(limits, order(), facts(equity=800_000.0)).code is Code.DRAWDOWN
    one = gate(limits)
    for notice in one.tick(facts(equity=800_000.0)):
        one.heard(NOW, notice.message)
    later = NOW + 90 * 86_400 * S
    said = one.judge(order(), facts(now=NOW, equity=2e6))
    assert said.code is Code.DRAWDOWN and "risk.max_drawdown = 20%" in said.reason
    assert passes(one.judge(exit_of(), facts(here=holding("1"))))
    one.heard(later, one.release(Code.DRAWDOWN, "ann"))
    assert one.judge(order(), facts(equity=2e6)).code is not Code.DRAWDOWN


def test_r24_losses_in_a_row_stop_the_strategy_that_made_them() -> None:
    one = gate(tight(max_losses_in_row=3))
    for pnl in (-1.0, -1.0, 1.0, -1.0, -1.0):
        one.heard(NOW, trade(pnl))
    assert passes(one.judge(order(), facts()))
    one.heard(NOW, trade(-1.0, "revert"))
    assert passes(one.judge(order(), facts()))
    one.heard(NOW, trade(-1.0))
    said = one.judge(order(), facts())
    assert said.code is Code.LOSSES_IN_ROW and "lost 3 times in a row" in said.reason
    assert passes(one.judge(order(strategy=1), facts()))
    assert passes(one.judge(exit_of(), facts(here=holding("1"))))
    one.heard(NOW, trade(5.0))
    assert not one.judge(order(), facts()).passes  # winning by an exit doesn't release it
    one.heard(NOW, one.release(Code.LOSSES_IN_ROW, "ann", "trend"))
    one.heard(NOW, trade(-1.0))
    one.heard(NOW, trade(-1.0))
    assert passes(one.judge(order(), facts()))  # it is counted anew


def test_only_what_is_in_force_can_be_released() -> None:
    one = gate(tight(max_losses_in_row=1))
    one.heard(NOW, trade(-1.0))
    with pytest.raises(ConfigError, match="Did you mean 'R24 LOSSES_IN_ROW trend'"):
        one.release(Code.LOSSES_IN_ROW, "ann", "revert")


def test_r25_a_silent_venue_takes_no_entries() -> None:
    assert passes(judged(WIDE, order(), facts(heartbeat=NOW - WIDE.heartbeat_block)))
    said = judged(WIDE, order(), facts(heartbeat=NOW - WIDE.heartbeat_block - S))
    assert said.code is Code.CONNECTION
    assert "last heard 11s ago and risk.controls.heartbeat_block = 10s" in said.reason
    assert judged(WIDE, order(), facts(heartbeat=None)).code is Code.CONNECTION
    assert exits_pass(WIDE, {}, heartbeat=None)


def test_r26_an_unknown_order_freezes_its_instrument() -> None:
    old = NOW - WIDE.in_flight_timeout
    assert passes(judged(WIDE, order(), facts(here=market(unresolved=(Unresolved("u-1", old),)))))
    for stuck in (Unresolved("u-1", old - 1), Unresolved("u-1", NOW, lost=True)):
        said = judged(WIDE, order(), facts(here=market(unresolved=(stuck,))))
        assert said.code is Code.UNRESOLVED and "order u-1" in said.reason and "asked first" in said.reason
        assert exits_pass(WIDE, {"unresolved": (stuck,)})  # an entry's fate doesn't hold up exits


def test_r26_an_unknown_reduction_is_settled_before_another_is_sent() -> None:
    lost = Unresolved("u-1", NOW, reduces=True, lost=True)
    said = judged(WIDE, exit_of(), facts(here=holding("1", unresolved=(lost,))))
    assert (said.code, said.retry_at) == (Code.UNRESOLVED, NOW)
    young = Unresolved("u-1", NOW - WIDE.in_flight_timeout, reduces=True)
    assert exits_pass(WIDE, {"unresolved": (young,)})


def test_r27_the_kill_latch_lets_nothing_out() -> None:
    latched = str(Latched("ann", "2026-01-01T00:00:00+00:00", "news"))
    said = judged(WIDE, order(), facts(killed=latched))
    assert said.code is Code.KILLED and not said.waits and "killed by ann" in said.reason
    waits = judged(WIDE, exit_of(), facts(here=holding("1"), killed=latched))
    assert waits.code is Code.KILLED and waits.waits
    assert passes(judged(WIDE, order(), facts(killed="")))


@pytest.mark.parametrize("state", [State.REDUCING, State.HALTED])
def test_r28_reducing_and_halted_take_exits_only(state: State) -> None:
    for changes, name in (
        ({"state": state}, "account"),
        ({"strategies": (StrategyFacts(state), StrategyFacts())}, "trend"),
        ({"here": market(state=state)}, "BTCUSDT@test"),
        ({"paused": "by ann"}, "by ann"),
    ):
        said = judged(WIDE, order(), facts(**changes))
        assert said.code is Code.STATE and name in said.reason
    assert exits_pass(WIDE, {"state": state}, state=state, paused="by ann")
    other = (StrategyFacts(), StrategyFacts(state))
    assert passes(judged(WIDE, order(), facts(strategies=other)))


def test_r29_drift_stops_entries_of_the_instrument_and_cash_all() -> None:
    said = judged(WIDE, order(), facts(here=market(drift="position is 1 here and 2 there")))
    assert said.code is Code.DRIFT and "position is 1 here and 2 there; nothing was sent" in said.reason
    assert judged(WIDE, order(), facts(drift="USDT is 1 here and 2 there")).code is Code.DRIFT
    assert exits_pass(WIDE, {"drift": "position"}, drift="cash")


def test_r29_without_a_recent_comparison_nothing_new_is_risked() -> None:
    limit = WIDE.max_reconcile_age
    assert passes(judged(WIDE, order(), facts(reconciled=NOW - limit)))
    assert judged(WIDE, order(), facts(reconciled=NOW - limit - 1)).code is Code.DRIFT
    assert judged(WIDE, order(), facts(reconciled=None)).code is Code.DRIFT


def test_r30_what_cannot_be_written_is_not_sent() -> None:
    said = judged(WIDE, order(), facts(journal="disk full"))
    assert said.code is Code.RECORD and not said.waits
    waits = judged(WIDE, exit_of(), facts(here=holding("1"), journal="disk full"))
    assert waits.code is Code.RECORD and waits.waits
    assert passes(judged(WIDE, order(), facts(alert_since=1)))  # late alerts never hold up trading


def test_r30_every_verdict_is_a_message_for_the_journal() -> None:
    said = judged(tight(max_position=0.5), order(), facts())
    message = said.message
    assert (message.code, message.verdict.value, message.client_id) == ("R12 POSITION", "reduce", "r-1")
    assert (message.strategy, message.quantity, message.detail) == ("trend", said.quantity, said.reason)
