"""The age of a price is the market's, not that of the message that told it."""

from brokers.contract import BarEvent, QuoteEvent, TradeEvent
from desk.rules import DeskRules, StrategyRules
from live.guard import Guard
from live.risk.gate import RiskGate
from live.risk.limits import RiskLimits
from live.trader import Trader
from market.instruments import Instrument

SECOND = 10**9
NOW = 1_700_000_000 * SECOND
INSTRUMENT = Instrument("AAA@test", lot=1.0)


def guard() -> Guard:
    trader = Trader((INSTRUMENT,), DeskRules((StrategyRules(),)), "test")
    return Guard(RiskGate(RiskLimits(), (INSTRUMENT,), ["one"]), trader, lambda: NOW)


def bar(ts: int, close: float, known: int) -> BarEvent:
    return BarEvent(INSTRUMENT.id, SECOND, ts, close, close, close, close, 1.0, known)


def test_a_close_that_is_heard_late_is_as_old_as_it_is() -> None:
    one = guard()
    one.see(bar(NOW - 600 * SECOND, 100.0, known=NOW))
    market = one.facts().markets[INSTRUMENT.id]
    assert (market.last, market.last_at) == (100.0, NOW - 599 * SECOND)


def test_a_close_that_is_heard_late_does_not_replace_a_newer_trade() -> None:
    one = guard()
    one.see(TradeEvent(INSTRUMENT.id, NOW - SECOND, 101.0, 1.0, NOW))
    one.see(bar(NOW - 10 * SECOND, 100.0, known=NOW))
    market = one.facts().markets[INSTRUMENT.id]
    assert (market.last, market.last_at) == (101.0, NOW - SECOND)


def test_a_quote_is_of_when_the_venue_says() -> None:
    one = guard()
    one.see(QuoteEvent(INSTRUMENT.id, NOW - 60 * SECOND, 99.0, 101.0, 1.0, 1.0, NOW))
    assert one.facts().markets[INSTRUMENT.id].quoted_at == NOW - 60 * SECOND
