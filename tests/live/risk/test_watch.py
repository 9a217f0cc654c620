"""Conditions of the account are told once when they begin and once when they end, and survive a restart."""

from dataclasses import replace
from typing import Any

import pytest

from live.risk.codes import LATCHING, Code
from live.risk.facts import Facts, StrategyFacts, Unresolved
from live.risk.gate import RiskGate
from live.risk.judgement import Notice, Wanted
from records.outcomes import Level
from tests.live.risk.world import BTC, NOW, WIDE, S, facts, gate, market, tight, trade


def tell(one: RiskGate, told: Facts) -> tuple[Notice, ...]:
    """A tick whose notices are journaled and heard."""
    found = one.tick(told)
    for each in found:
        one.heard(told.now, each.message)
    return found


def test_a_calm_account_has_nothing_to_tell() -> None:
    assert gate().tick(facts()) == ()


@pytest.mark.parametrize(
    ("begins", "code", "level"),
    [
        ({"equity": 940_000.0}, Code.DAILY_LOSS, Level.ERROR),
        ({"strategies": (StrategyFacts(day_pnl=-60_000.0),)}, Code.DAILY_LOSS, Level.ERROR),
        ({"peak": 2e6}, Code.DRAWDOWN, Level.ERROR),
        ({"heartbeat": NOW - 11 * S}, Code.CONNECTION, Level.WARNING),
        ({"here": market(unresolved=(Unresolved("u", NOW, lost=True),))}, Code.UNRESOLVED, Level.ERROR),
        ({"here": market(drift="position")}, Code.DRIFT, Level.ERROR),
        ({"drift": "cash"}, Code.DRIFT, Level.ERROR),
        ({"killed": "by ann"}, Code.KILLED, Level.KILL),
        ({"paused": "by ann"}, Code.STATE, Level.NOTE),
        ({"journal": "disk full"}, Code.RECORD, Level.KILL),
        ({"clock_offset": 3 * S}, Code.CLOCK, Level.ERROR),
        ({"alert_since": NOW - 6 * S}, Code.ALERTS, Level.WARNING),
    ],
)
def test_a_condition_is_told_once_and_so_is_its_end(begins: dict[str, Any], code: Code, level: Level) -> None:
    one, bad = gate(), facts(**begins)
    (first,) = tell(one, bad)
    assert (first.code, first.began, first.level) == (code, True, level)
    assert first.told("en").startswith(code) and first.told("ko") != first.told("en")
    assert tell(one, bad) == ()
    again = replace(facts(now=NOW + 1), account=replace(facts().account, day_start=NOW + 1))
    if code in LATCHING:
        assert tell(one, again) == ()
        one.heard(NOW + 1, one.release(code, "ann"))
    else:
        (last,) = tell(one, again)
        assert (last.code, last.began) == (code, False)
        assert (last.instrument, last.strategy) == (first.instrument, first.strategy)
    assert tell(one, again) == ()


def test_alerts_and_the_clock_may_be_off_by_their_limits() -> None:
    assert gate().tick(facts(clock_offset=WIDE.max_clock_offset)) == ()
    assert gate().tick(facts(alert_since=NOW - WIDE.max_alert_delay)) == ()


def test_r25_after_a_long_silence_entries_are_cancelled_once_the_venue_is_back() -> None:
    one = gate()
    silent = facts(heartbeat=NOW - WIDE.heartbeat_cancel)
    assert [each.code for each in tell(one, silent)] == [Code.CONNECTION]
    later = facts(heartbeat=NOW - WIDE.heartbeat_cancel - 1)
    assert [each.code for each in tell(one, later)] == [Code.CONNECTION_LOST]
    back = tell(one, facts())
    assert [(each.code, each.wants) for each in back] == [
        (Code.CONNECTION, Wanted.NOTHING),
        (Code.CONNECTION_LOST, Wanted.CANCEL_ENTRIES),
    ]


def test_losses_and_halts_want_entries_cancelled() -> None:
    one = gate(tight(max_losses_in_row=1))
    one.heard(NOW, trade(-1.0))
    (found,) = tell(one, facts())
    assert "strategy trend lost 1 times in a row" in found.told("en")
    assert (found.code, found.strategy, found.wants) == (
        Code.LOSSES_IN_ROW,
        "trend",
        Wanted.CANCEL_ENTRIES,
    )
    assert tell(one, facts()) == ()


def test_an_unresolved_order_is_told_of_its_instrument() -> None:
    (found,) = gate().tick(facts(here=market(unresolved=(Unresolved("u", NOW, lost=True),))))
    assert found.instrument == BTC.id and found.message.instrument == BTC.id
