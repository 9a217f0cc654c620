"""A quiet market in which every control passes; tests change one fact at a time."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from brokers.contract import OrderUpdate
from desk.orders import Fill, Order, OrderEvent
from live.risk.facts import AccountFacts, Facts, MarketFacts, StrategyFacts
from live.risk.gate import ENTRY, Control, RiskGate
from live.risk.judgement import Judgement
from live.risk.limits import RiskLimits
from market.instruments import Fees, Instrument, Kind
from records.inputs import Intent, Update
from records.outcomes import Trade

S = 1_000_000_000
NOW = 1_800_000_000 * S
BTC = Instrument(
    "BTCUSDT@test",
    base="BTC",
    quote="USDT",
    ticks=((0.0, 0.1), (1_000.0, 0.5)),
    lot=0.001,
    min_quantity=0.002,
    max_quantity=500.0,
    min_notional=5.0,
    fees=Fees(taker=0.001),
)
ETH = Instrument("ETHUSDT@test", base="ETH", quote="USDT", ticks=((0.0, 0.1),), lot=0.01)
K200 = Instrument(
    "K200F@test",
    Kind.FUTURE,
    quote="KRW",
    multiplier=250_000.0,
    ticks=((0.0, 0.05),),
    long_margin=0.1,
    short_margin=0.2,
)
STRATEGIES = ("trend", "revert")
# Wide enough that each test meets its own limit alone.
WIDE = RiskLimits(
    max_order_equity=1e9,
    max_gross=1e9,
    max_net=1e9,
    max_underlying_gross=1e9,
    max_underlying_net=1e9,
    max_currency_gross=1e9,
    max_currency_net=1e9,
    max_strategy_gross=1e9,
    max_strategy_net=1e9,
)


def market(**changes: Any) -> MarketFacts:
    """100 for a unit, quoted just now, nothing held."""
    zero = Decimal(0)
    quiet = MarketFacts(
        last=100.0, last_at=NOW, bid=99.9, ask=100.1, quoted_at=NOW, books=(zero, zero), venue=zero
    )
    return replace(quiet, **changes)


def holding(trend: str, revert: str = "0", venue: str | None = "sum", **changes: Any) -> MarketFacts:
    """A market in which the two strategies hold so much; venue: "sum" = as the books say."""
    books = (Decimal(trend), Decimal(revert))
    there = sum(books) if venue == "sum" else None if venue is None else Decimal(venue)
    return market(books=books, venue=there, **changes)


def account(**changes: Any) -> AccountFacts:
    """A million, nothing lost, everything heard just now."""
    calm = AccountFacts(
        equity=1e6,
        day_equity=1e6,
        peak=1e6,
        day_start=NOW - 3_600 * S,
        strategies=(StrategyFacts(), StrategyFacts()),
        heartbeat=NOW,
        clock_offset=0,
        reconciled=NOW,
    )
    return replace(calm, **changes)


def facts(now: int = NOW, of: Instrument = BTC, here: MarketFacts | None = None, **changes: Any) -> Facts:
    """One instrument's market and the account with ``changes``."""
    return Facts(now, {of.id: here or market()}, account(**changes))


def order(quantity: str = "1", side: int = 1, **changes: Any) -> Order:
    """A market order of the first strategy."""
    return replace(Order("r-1", BTC.id, side, Decimal(quantity)), **changes)


def limit(price: str, quantity: str = "1", side: int = 1, **changes: Any) -> Order:
    return order(quantity, side, limit=Decimal(price), **changes)


def exit_of(quantity: str = "1", side: int = -1, **changes: Any) -> Order:
    return order(quantity, side, reduces=True, **changes)


def gate(limits: RiskLimits = WIDE, *controls: Control, instruments: Sequence[Instrument] = ()) -> RiskGate:
    """A gate, with some controls for entries only when given."""
    return RiskGate(limits, instruments or (BTC, ETH, K200), STRATEGIES, entries=controls or ENTRY)


def judged(limits: RiskLimits, asked: Order, told: Facts) -> Judgement:
    return gate(limits).judge(asked, told)


def tight(**changes: Any) -> RiskLimits:
    """WIDE with one limit that binds."""
    return replace(WIDE, **changes)


def passes(verdict: Judgement) -> bool:
    """Allowed whole."""
    return verdict.outcome.value == "allow" and verdict.quantity == verdict.order.quantity


def send(one: RiskGate, ts: int, sent: Order, strategy: str = "trend") -> None:
    """An order that the journal holds with a verdict that let it pass."""
    one.heard(ts, Intent(sent, strategy))
    allowed = RiskGate(WIDE, (BTC,), STRATEGIES, entries=()).judge(replace(sent, reduces=False), facts())
    one.heard(ts, allowed.message)


def said(client_id: str, event: OrderEvent, instrument: str = BTC.id) -> Update:
    return Update(OrderUpdate(client_id, "", instrument, event))


def filled(client_id: str, trade: str) -> Update:
    return said(client_id, Fill(trade, Decimal(1), Decimal(100)))


def trade(pnl: float, strategy: str = "trend", seq: int = 0) -> Trade:
    return Trade(BTC.id, strategy, 1, 1, seq, 0, 1, 100.0, 100.0 + pnl, pnl, 0.0, "SIGNAL", "CLOSED")
