"""Laws of the gate, whatever the limits and the facts."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.orders import Order
from desk.records import State
from live.risk.facts import Facts, MarketFacts, Session, StrategyFacts, Unresolved, Working
from live.risk.gate import ENTRY, EXIT, RiskGate
from live.risk.limits import RiskLimits
from live.risk.reducing import held_against
from records.outcomes import Verdict
from tests.live.risk.world import BTC, NOW, STRATEGIES, S, account, exit_of, facts, market, send

LOT = Decimal("0.001")
UNITS = st.integers(-6_000, 6_000).map(lambda lots: lots * LOT)
SIZES = st.integers(1, 9_000).map(lambda lots: lots * LOT)
PRICES = st.sampled_from((90.0, 95.0, 99.5, 100.0, 101.0, 110.0, float("nan")))
AGES = st.sampled_from((0, S, 10 * S, 11 * S, 600 * S))
MAYBE_LIMIT = st.sampled_from((0.001, 0.5, 2.0, *(1e9,) * 12))


@st.composite
def orders(draw: st.DrawFn, reduces: bool | None = None) -> Order:
    price = draw(st.sampled_from((None, None, None, "95", "99.9", "100", "100.05", "106")))
    trigger = draw(st.booleans())
    return Order(
        draw(st.sampled_from((*("new",) * 9, "sent-1"))),
        BTC.id,
        draw(st.sampled_from((1, -1))),
        draw(SIZES),
        limit=None if price is None or trigger else Decimal(price),
        trigger=Decimal(price) if price is not None and trigger else None,
        reduces=draw(st.booleans()) if reduces is None else reduces,
        strategy=draw(st.integers(0, 1)),
    )


@st.composite
def workings(draw: st.DrawFn) -> Working:
    price = draw(st.sampled_from((None, Decimal(95), Decimal(100), Decimal(105))))
    kinds = {"trigger": price is not None and draw(st.booleans()), "reduces": draw(st.booleans())}
    side, name = draw(st.sampled_from((1, -1))), draw(st.sampled_from(("w-1", "w-2")))
    return Working(name, side, draw(SIZES), price, strategy=draw(st.integers(0, 1)), **kinds)


@st.composite
def markets(draw: st.DrawFn) -> MarketFacts:
    return market(
        last=draw(PRICES),
        last_at=NOW - draw(AGES),
        bid=draw(PRICES),
        ask=draw(PRICES),
        quoted_at=NOW - draw(AGES),
        depth=draw(st.sampled_from((None, None, None, 0.0, 2.0, 1e6))),
        adv=draw(st.sampled_from((None, None, 0.0, 200.0, 1e6))),
        session=draw(st.sampled_from(Session)),
        listed=draw(st.sampled_from((True, True, False))),
        state=draw(st.sampled_from(State)),
        books=(draw(UNITS), draw(st.sampled_from((Decimal(0), Decimal(2), Decimal(-2))))),
        venue=draw(st.one_of(st.none(), UNITS)),
        working=tuple(draw(st.lists(workings(), max_size=2))),
        unresolved=tuple(
            draw(
                st.lists(
                    st.builds(Unresolved, st.just("u"), st.just(NOW), st.booleans(), st.booleans()),
                    max_size=1,
                )
            )
        ),
        drift=draw(st.sampled_from(("", "", "position"))),
    )


@st.composite
def all_facts(draw: st.DrawFn) -> Facts:
    state = account(
        equity=draw(st.sampled_from((0.0, 100.0, 1_000.0, 1e6, float("nan")))),
        free=draw(st.sampled_from((None, None, {}, {"USDT": 150.0}))),
        state=draw(st.sampled_from(State)),
        strategies=(StrategyFacts(draw(st.sampled_from(State)), draw(st.sampled_from((0.0, -1e5)))),) * 2,
        heartbeat=draw(st.sampled_from((None, NOW, NOW - 20 * S))),
        clock_offset=draw(st.sampled_from((None, 0, 5 * S))),
        reconciled=draw(st.sampled_from((None, NOW))),
        paused=draw(st.sampled_from(("", "", "lunch"))),
        killed=draw(st.sampled_from(("", "", "", "by ann"))),
        journal=draw(st.sampled_from(("", "", "", "disk full"))),
        shorts=draw(st.booleans()),
        venue_reduces=draw(st.booleans()),
    )
    return Facts(NOW, {BTC.id: draw(markets())}, state)


@st.composite
def limits(draw: st.DrawFn) -> RiskLimits:
    names = (
        "max_order_quantity", "max_order_notional", "max_order_equity", "max_depth_share", "max_adv_share",
        "max_position", "max_gross", "max_net", "max_underlying_gross", "max_strategy_net", "price_collar",
    )  # fmt: skip
    chosen: dict[str, Any] = {name: draw(MAYBE_LIMIT) for name in names}
    return RiskLimits(**chosen, long_only=draw(st.integers(0, 9)) == 0)


@st.composite
def mostly_calm(draw: st.DrawFn) -> Facts:
    """Facts in which entries have a chance: sizes vary, nothing is halted."""
    told = draw(all_facts())
    if draw(st.integers(0, 9)) == 0:
        return told
    calm: dict[str, Any] = {
        "session": Session.OPEN,
        "listed": True,
        "state": State.ACTIVE,
        "drift": "",
        "unresolved": (),
    }
    prices: dict[str, Any] = {"last": 100.0, "last_at": NOW, "bid": 99.9, "ask": 100.1, "quoted_at": NOW}
    here = replace(told.markets[BTC.id], **calm, **prices)
    money = {"equity": draw(st.sampled_from((1_000.0, 1e6))), "day_equity": 1.0, "peak": 1.0}
    state = account(**money, free=told.account.free, shorts=told.account.shorts)
    return Facts(NOW, {BTC.id: here}, state)


def gate_of(chosen: RiskLimits, entries: Any = ENTRY, exits: Any = EXIT) -> RiskGate:
    one = RiskGate(chosen, (BTC,), STRATEGIES, entries=entries, exits=exits)
    send(one, NOW - 1, replace(exit_of(), client_id="sent-1"))
    return one


@given(orders(), mostly_calm(), limits())
@settings(max_examples=150, deadline=None)
def test_what_passes_is_whole_lots_and_never_more_than_asked(
    sent: Order, told: Facts, chosen: RiskLimits
) -> None:
    said = gate_of(chosen).judge(sent, told)
    assert 0 <= said.quantity <= sent.quantity and said.quantity % LOT == 0
    assert said.passes == (said.quantity > 0)
    assert (said.outcome is Verdict.ALLOW) == (said.quantity == sent.quantity)
    assert not (said.passes and said.waits)
    if said.passes:
        assert said.to_send == replace(sent, quantity=said.quantity)


@given(orders(), mostly_calm(), limits())
@settings(max_examples=120, deadline=None)
def test_judging_again_without_new_facts_says_the_same(sent: Order, told: Facts, chosen: RiskLimits) -> None:
    one = gate_of(chosen)
    before = repr(one.memory)
    first = one.judge(sent, told)
    one.judge(replace(sent, client_id="other"), facts())
    second = one.judge(sent, told)
    assert (first.reason, first.quantity, first.retry_at) == (second.reason, second.quantity, second.retry_at)
    assert repr(one.memory) == before
    fresh = gate_of(chosen).judge(sent, told)
    assert (fresh.reason, fresh.quantity) == (first.reason, first.quantity)


@given(orders(), mostly_calm(), limits(), st.data())
@settings(max_examples=150, deadline=None)
def test_one_more_control_never_lets_more_through(
    sent: Order, told: Facts, chosen: RiskLimits, data: st.DataObject
) -> None:
    of = EXIT if sent.reduces else ENTRY
    kept = tuple(each for each in of if data.draw(st.booleans()))
    more = data.draw(st.sampled_from(of))
    added = tuple(each for each in of if each in kept or each is more)
    fewer, all_of_them = (gate_of(chosen, each, each).judge(sent, told) for each in (kept, added))
    assert all_of_them.quantity <= fewer.quantity


@given(
    orders(),
    mostly_calm(),
    limits(),
    st.sampled_from(("max_position", "max_gross", "max_net", "max_adv_share")),
)
@settings(max_examples=120, deadline=None)
def test_a_tighter_limit_never_lets_more_through(
    sent: Order, told: Facts, chosen: RiskLimits, name: str
) -> None:
    tighter = replace(chosen, **{name: getattr(chosen, name) / 2.0})
    assert gate_of(tighter).judge(sent, told).quantity <= gate_of(chosen).judge(sent, told).quantity


@given(orders(reduces=True), all_facts(), limits())
@settings(max_examples=120, deadline=None)
def test_exits_are_bounded_by_what_is_held_and_by_nothing_else(
    sent: Order, told: Facts, chosen: RiskLimits
) -> None:
    said = gate_of(chosen).judge(sent, told)
    here = told.markets[BTC.id]
    book = here.books[sent.strategy]
    held = held_against(book, sum(here.books, Decimal(0)), here.venue, sent.side)
    working = sum(
        each.remaining
        for each in here.working
        if each.reduces and each.side == sent.side and each.strategy == sent.strategy
        and not (each.trigger and told.account.venue_reduces)
    )  # fmt: skip
    assert said.quantity <= max(Decimal(0), held - working)
    auction = here.session is Session.AUCTION and sent.limit is None
    settles_first = any(each.reduces and each.lost for each in here.unresolved)
    stopped = bool(told.account.killed or told.account.journal or settles_first)
    shut = here.session is Session.CLOSED or auction or not here.listed
    if not stopped and not shut and sent.client_id != "sent-1":
        assert said.quantity == min(sent.quantity, max(Decimal(0), held - working))
    if (stopped or (shut and here.listed)) and here.listed and sent.client_id != "sent-1":
        assert said.waits  # it isn't lost


def test_an_order_of_no_strategy_is_judged_as_external() -> None:
    for place in (-1, len(STRATEGIES)):
        said = gate_of(RiskLimits()).judge(exit_of(strategy=place), facts())
        assert said.strategy == "EXTERNAL"


@given(orders(reduces=False), all_facts(), limits())
@settings(max_examples=100, deadline=None)
def test_what_is_not_known_is_not_risked(sent: Order, told: Facts, chosen: RiskLimits) -> None:
    state = told.account
    known = (
        None not in (state.heartbeat, state.clock_offset, state.reconciled) and state.equity == state.equity
    )
    if not known or state.killed or state.journal or state.paused or state.state != State.ACTIVE:
        assert not gate_of(chosen).judge(sent, told).passes
