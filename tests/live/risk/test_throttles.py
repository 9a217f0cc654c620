"""Controls 18 to 22: an order against the account's other orders and its own past."""

from decimal import Decimal

import pytest

from desk.orders import CancelRequested, Denied, ReplaceRequested
from live.risk import throttles
from live.risk.codes import Code
from live.risk.facts import MarketFacts, Working
from records.inputs import EXTERNAL, Intent
from tests.live.risk.world import (
    NOW,
    WIDE,
    S,
    exit_of,
    facts,
    filled,
    gate,
    holding,
    limit,
    market,
    order,
    passes,
    said,
    send,
    tight,
)


@pytest.mark.parametrize(
    ("price", "side", "meets"),
    [
        ("100.9", 1, False),
        ("101", 1, True),
        (None, 1, True),
        ("99.1", -1, False),
        ("99", -1, True),
        (None, -1, True),
    ],
)
def test_r18_no_order_meets_our_own(price: str | None, side: int, meets: bool) -> None:
    resting = (Working("ask", -1, Decimal(1), Decimal(101)), Working("bid", 1, Decimal(1), Decimal(99)))
    sent = order("1", side) if price is None else limit(price, "1", side)
    found = gate(WIDE, throttles.self_trade).judge(sent, facts(here=market(working=resting)))
    assert found.passes is not meets
    if meets:
        assert found.code is Code.SELF_TRADE
        assert ("our own order ask at 101" if side > 0 else "our own order bid at 99") in found.reason


def test_r18_a_stop_of_ours_rests_outside_the_book() -> None:
    stop = Working("stop", -1, Decimal(1), Decimal(90), trigger=True, reduces=True)
    here = market(working=(stop,))
    assert passes(gate(WIDE, throttles.self_trade).judge(order(), facts(here=here)))


def test_r19_a_client_id_is_used_once_ever() -> None:
    one, only = gate(), gate(WIDE, throttles.same_id)
    for each in (one, only):
        send(each, NOW, limit("99", client_id="r-1"))
    years = facts(now=NOW + 10 * 365 * 86_400 * S)
    found = only.judge(limit("98", client_id="r-1"), years)
    assert found.code is Code.DUPLICATE and "id r-1 was sent before" in found.reason
    assert passes(only.judge(limit("98", client_id="r-2"), years))
    assert passes(only.judge(limit("98", client_id="r-1"), years, replaces="r-1"))
    again = exit_of("1", client_id="r-1")
    assert one.judge(again, facts(here=holding("1"))).code is Code.DUPLICATE


def test_r19_what_was_denied_was_not_sent_and_what_others_sent_was() -> None:
    one = gate()
    one.heard(NOW, Intent(order(client_id="r-1"), "trend"))
    one.heard(NOW, one.judge(order(client_id="r-1"), facts(paused="lunch")).message)
    assert passes(one.judge(order(client_id="r-1"), facts()))
    one.heard(NOW, said("r-1", Denied("stale")))
    assert passes(one.judge(order(client_id="r-1"), facts()))
    one.heard(NOW, Intent(order(client_id="x"), EXTERNAL))
    assert one.judge(order(client_id="x"), facts()).code is Code.DUPLICATE


def test_r19_the_same_order_is_not_sent_twice_within_the_window() -> None:
    one = gate(WIDE, throttles.twin)
    send(one, NOW, limit("99", client_id="r-1"))
    twin, window = limit("99", client_id="r-2"), WIDE.duplicate_window
    found = one.judge(twin, facts(now=NOW + window - 1))
    assert found.code is Code.DUPLICATE and found.retry_at == NOW + window
    assert "sent 2s ago and risk.controls.duplicate_window = 2s" in found.reason
    assert passes(one.judge(twin, facts(now=NOW + window)))
    for other in (limit("99.1"), limit("99", "2"), limit("99", side=-1), limit("99", strategy=1)):
        assert passes(one.judge(other, facts()))


def test_r19_exits_have_no_twins() -> None:
    one = gate()
    send(one, NOW, exit_of("1", client_id="r-1"))
    assert passes(one.judge(exit_of("1", client_id="r-2"), facts(here=holding("5"))))


def test_r20_so_many_orders_work_in_an_instrument_and_in_all() -> None:
    def resting(n: int) -> MarketFacts:
        return market(working=tuple(Working(f"w{k}", 1, Decimal(1), Decimal(99)) for k in range(n)))

    only = gate(tight(max_working_instrument=3), throttles.working_orders)
    assert passes(only.judge(order(), facts(here=resting(2))))
    found = only.judge(order(), facts(here=resting(3)))
    assert found.code is Code.WORKING_ORDERS and "max_working_instrument = 3" in found.reason
    assert passes(only.judge(order(), facts(here=resting(3)), replaces="w0"))
    whole = gate(tight(max_working=3), throttles.working_orders)
    assert passes(whole.judge(order(), facts(here=resting(2))))
    assert "risk.controls.max_working = 3" in whole.judge(order(), facts(here=resting(3))).reason


def test_r21_a_burst_passes_and_then_messages_come_at_the_rate() -> None:
    one = gate(tight(message_burst=3, messages_per_s=2.0), throttles.messages)
    for k in range(3):
        assert passes(one.judge(order(client_id=f"n-{k}"), facts()))
        send(one, NOW, order(client_id=f"n-{k}"))
    found = one.judge(order(), facts())
    assert found.code is Code.MESSAGES and found.retry_at == NOW + S // 2
    assert "risk.controls.messages_per_s allows 2 a second, the next in 0.5s" in found.reason
    assert not one.judge(order(), facts(now=NOW + S // 2 - 1)).passes
    assert passes(one.judge(order(), facts(now=NOW + S // 2)))


def test_r21_cancels_replaces_and_exits_count_and_are_never_held_up() -> None:
    one = gate(tight(message_burst=3, messages_per_s=1.0))
    one.heard(NOW, said("a", CancelRequested(1)))
    one.heard(NOW, said("a", ReplaceRequested(2)))
    send(one, NOW, exit_of("1", client_id="e-1"))
    assert one.judge(order(), facts()).code is Code.MESSAGES
    for k in range(5):
        assert passes(one.judge(exit_of("1", client_id=f"f-{k}"), facts(here=holding("9"))))
        send(one, NOW, exit_of("1", client_id=f"f-{k}"))
    assert one.judge(order(), facts()).retry_at == NOW + 6 * S  # what was overdrawn is paid back


def test_r21_too_many_messages_for_too_few_trades_stop_entries_for_the_day() -> None:
    one = gate(tight(max_order_to_trade=4.0, order_to_trade_after=5), throttles.order_to_trade)
    for k in range(4):
        send(one, NOW, order(client_id=f"n-{k}"))
    assert passes(one.judge(order(), facts()))  # too few to judge by
    one.heard(NOW, said("n-0", CancelRequested(1)))
    found = one.judge(order(), facts())
    assert found.code is Code.ORDER_TO_TRADE
    assert (
        "5 messages for 0 executions today, one more would pass risk.controls.max_order_to_trade = 4"
        in found.reason
    )
    one.heard(NOW, filled("n-0", "t0"))
    one.heard(NOW, filled("n-1", "t1"))
    assert passes(one.judge(order(), facts()))
    for k in range(3):
        send(one, NOW, order(client_id=f"m-{k}"))
    assert not one.judge(order(), facts()).passes  # 8 for 2
    assert passes(one.judge(order(), facts(now=NOW + 86_400 * S)))


def test_r22_a_strategy_that_executes_too_often_is_off_until_released() -> None:
    one = gate(tight(max_executions=3, execution_window=60 * S), throttles.repeated)
    for k in range(2):
        send(one, NOW + k, order(client_id=f"n-{k}"))
        one.heard(NOW + k, filled(f"n-{k}", f"t{k}"))
        one.heard(NOW + k, filled(f"n-{k}", f"u{k}"))  # a second fill of an order is no second execution
    assert passes(one.judge(order(), facts()))
    send(one, NOW + 2, order(client_id="n-2"))
    assert passes(one.judge(order(), facts()))
    one.heard(NOW + 2, filled("n-2", "t2"))
    far = NOW + 30 * 86_400 * S
    found = one.judge(order(), facts(now=far))
    assert found.code is Code.REPEATED and "risk.controls.max_executions = 3 executions in 1m" in found.reason
    assert passes(one.judge(order(strategy=1), facts(now=far)))
    one.heard(far, one.release(Code.REPEATED, "ann", "trend"))
    send(one, NOW + 3, order(client_id="n-3"))
    one.heard(NOW + 3, filled("n-3", "t3"))
    assert passes(one.judge(order(), facts(now=far)))  # it is counted anew


def test_r22_executions_outside_the_window_and_exits_do_not_count() -> None:
    one = gate(tight(max_executions=2, execution_window=60 * S), throttles.repeated)
    for k, ts in enumerate((NOW, NOW + 60 * S)):
        send(one, ts, order(client_id=f"n-{k}"))
        one.heard(ts, filled(f"n-{k}", f"t{k}"))
    for k in range(5):
        send(one, NOW + 60 * S, exit_of("1", client_id=f"e-{k}"))
        one.heard(NOW + 60 * S, filled(f"e-{k}", f"e{k}"))
    one.heard(NOW + 60 * S, filled("n-1.stop", "s"))
    assert passes(one.judge(order(), facts(now=NOW + 60 * S)))
