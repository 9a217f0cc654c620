"""Laws of any desk: they are asked of the slow twin, and of the compiled desk alike."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from desk.records import Action, Cap, OrderEventKind, Reason, Why
from desk.rules import (
    MAX_FILTERS,
    Act,
    ExecutionRules,
    FilterRules,
    RiskRules,
    SizeBy,
    SizingRules,
    Style,
)
from filters.opinions import Status
from strategies.signals import SIGNAL, BarrierUnit, Entry, SignalKind
from tests.desk.desks import EVERY_DESK, Run, same
from tests.desk.markets import World, market, seeds
from tests.desk.replay import replay

every_desk = pytest.mark.parametrize("run", EVERY_DESK)
laws = settings(max_examples=100)
CENT = 1e-6


def _each_strategy(world: World, **changed: object) -> World:
    strategies = tuple(replace(one, **changed) for one in world.rules.strategies)  # type: ignore[arg-type]
    return replace(world, rules=replace(world.rules, strategies=strategies))


def _market_orders_only(world: World) -> World:
    return _each_strategy(world, execution=ExecutionRules(entry=Style.MARKET, exit=Style.MARKET))


def _unlimited_volume(world: World) -> World:
    return replace(world, rules=replace(world.rules, fills=replace(world.rules.fills, participation=0.0)))


def _fees_in_quote(world: World) -> World:
    """Fees taken from what was bought leave dust that no exit sells."""
    instruments = tuple(
        replace(one, fees=replace(one.fees, currency="quote")) for one in world.panel.instruments
    )
    return replace(world, panel=replace(world.panel, instruments=instruments))


def _unweighted(world: World) -> World:
    signals = world.signals.copy()
    signals["weight"] = np.nan
    return replace(world, signals=signals)


@every_desk
@laws
@given(seed=seeds)
def test_no_fill_meets_a_price_its_decision_knew(run: Run, seed: int) -> None:
    world = market(seed)
    ran = run(world)
    sent = {int(row["id"]): row for row in ran.orders if row["event"] == OrderEventKind.SENT}
    for fill in ran.fills:
        if fill["order"] >= 0:
            order = sent[int(fill["order"])]
            assert order["bar"] < fill["bar"]
            assert order["seq"] < 0 or world.signals["bar"][order["seq"]] <= order["bar"]
    for trade in ran.trades:
        assert world.signals["bar"][trade["seq"]] < trade["entry_bar"] <= trade["exit_bar"]


@every_desk
@laws
@given(seed=seeds)
def test_what_a_shorter_history_said_is_never_unsaid(run: Run, seed: int) -> None:
    world = market(seed)
    cut = 1 + seed % len(world.panel)
    whole, part = run(world), run(world.head(cut))
    for name in ("decisions", "orders", "fills"):
        rows = getattr(whole, name)
        assert same(rows[rows["bar"] < cut], getattr(part, name)), name
    assert (whole.equity[:cut] == part.equity).all()


@every_desk
@laws
@given(seed=seeds)
def test_equity_is_cash_and_positions_at_every_bar(run: Run, seed: int) -> None:
    world = market(seed)
    ran = run(world)
    np.testing.assert_allclose(ran.equity, replay(world, ran).equity, rtol=1e-12, atol=CENT)


@every_desk
@laws
@given(seed=seeds)
def test_no_fill_is_better_than_its_bar_allowed(run: Run, seed: int) -> None:
    world = market(seed)
    for fill in run(world).fills:
        at = fill["bar"], fill["instrument"]
        if fill["side"] > 0:
            assert fill["price"] >= world.panel.low[at] - CENT
        else:
            assert fill["price"] <= world.panel.high[at] + CENT
        assert fill["slippage"] >= -CENT


def _one_book(world: World) -> World:
    """Strategy 0 in instrument 0 alone: there, what others plan can't hide behind what is held."""
    keep = (world.signals["strategy"] == 0) & (world.signals["instrument"] == 0)
    rules = replace(world.rules, strategies=world.rules.strategies[:1])
    return replace(world.with_signals(keep), rules=rules)


@every_desk
@laws
@given(seed=seeds)
def test_no_entry_is_larger_than_a_cap_allows(run: Run, seed: int) -> None:
    world = _one_book(market(seed))
    ran = run(world)
    seen = replay(world, ran)
    for row in ran.decisions[ran.decisions["action"] == Action.BUY]:
        held = int(seen.lots[row["bar"], 0, 0])
        _assert_within_caps(world, row, float(ran.equity[row["bar"]]), max(held * int(row["side"]), 0))


def _assert_within_caps(world: World, row: np.void, equity: float, held: int) -> None:
    """held: lots on the entry's side; those of a position that is being reversed count as closed."""
    one, risk, sizing = world.panel.instruments[0], world.rules.risk, world.rules.strategies[0].sizing
    close, lots = float(world.panel.close[row["bar"], 0]), int(row["lots"])
    low, high = _priced_at(world, world.signals[row["seq"]], close)
    size = one.lot * one.multiplier
    margin = one.long_margin if row["side"] > 0 else one.short_margin
    assert lots * low * size <= sizing.max_notional * equity + CENT
    assert one.min_quantity - CENT <= lots * one.lot <= one.max_quantity + CENT
    assert lots * high * size >= one.min_notional - CENT
    assert (held + lots) * one.lot <= risk.max_position + CENT
    assert held * close * size + lots * low * size <= risk.max_gross * equity + CENT
    need = held * close * size * margin + lots * low * size * (margin + one.fees.taker + one.slippage)
    assert need <= (1 - sizing.reserve) * equity + CENT


def _priced_at(world: World, signal: np.void, close: float) -> tuple[float, float]:
    """The lowest and highest price at which the entry may have been sized."""
    rules = world.rules.strategies[0].execution
    if signal["entry"] != Entry.MARKET:
        return float(signal["price"]), float(signal["price"])
    if rules.entry != Style.LADDER:
        return close, close
    last = close * (1 - int(signal["side"]) * (rules.rungs - 1) * rules.step)
    return min(close, last), max(close, last)


@every_desk
@laws
@given(seed=seeds)
def test_one_book_never_holds_more_than_the_position_limit(run: Run, seed: int) -> None:
    world = _one_book(market(seed))
    limit = 3 * world.panel.instruments[0].lot
    world = replace(world, rules=replace(world.rules, risk=replace(world.rules.risk, max_position=limit)))
    lots = replay(world, run(world)).lots
    assert np.abs(lots).max(initial=0) <= 3


@every_desk
@laws
@given(seed=seeds)
def test_entries_fill_at_most_what_was_decided(run: Run, seed: int) -> None:
    world = market(seed)
    ran = run(world)
    decided = {int(row["seq"]): int(row["lots"]) for row in ran.decisions if row["action"] == Action.BUY}
    seq_of = {int(row["id"]): int(row["seq"]) for row in ran.orders}
    for fill in ran.fills[ran.fills["reason"] == Reason.ENTRY]:
        seq = seq_of[int(fill["order"])]
        decided[seq] -= int(fill["lots"])
        assert decided[seq] >= 0


@every_desk
@laws
@given(seed=seeds)
def test_fills_of_a_bar_share_its_volume(run: Run, seed: int) -> None:
    world, share = _one_book(market(seed)), 0.3
    world = replace(world, rules=replace(world.rules, fills=replace(world.rules.fills, participation=share)))
    filled = np.zeros(world.panel.close.shape)
    for fill in run(world).fills:
        filled[fill["bar"], fill["instrument"]] += fill["lots"]
    for i, one in enumerate(world.panel.instruments):
        present = world.panel.present(i)
        volume = np.nan_to_num(world.panel.volume[present, i])
        most = share * np.maximum(volume, np.concatenate([[0.0], volume[:-1]])[: len(volume)]) / one.lot
        assert (filled[present, i] <= most + CENT).all()
        assert filled[:, i].sum() == filled[present, i].sum()


@every_desk
@laws
@given(seed=seeds)
def test_every_order_is_sent_once_and_ends_at_most_once(run: Run, seed: int) -> None:
    world = market(seed)
    ran = run(world)
    filled: dict[int, int] = {}
    for fill in ran.fills[ran.fills["order"] >= 0]:
        filled[int(fill["order"])] = filled.get(int(fill["order"]), 0) + int(fill["lots"])
    sent = ran.orders[ran.orders["event"] == OrderEventKind.SENT]
    ended = ran.orders[ran.orders["event"] != OrderEventKind.SENT]
    assert len(set(sent["id"])) == len(sent) and set(filled) <= set(sent["id"].tolist())
    assert len(set(ended["id"])) == len(ended)
    left = {int(row["id"]): int(row["lots"]) for row in ended}
    for row in sent:
        done = filled.get(int(row["id"]), 0)
        assert 0 <= done <= row["lots"]
        if int(row["id"]) in left:
            assert left[int(row["id"])] == row["lots"] - done > 0


@every_desk
@laws
@given(seed=seeds)
def test_no_fill_takes_a_position_across_zero(run: Run, seed: int) -> None:
    world = _fees_in_quote(market(seed))
    held = np.zeros((len(world.panel.instruments), len(world.rules.strategies)), np.int64)
    for fill in run(world).fills:
        at = int(fill["instrument"]), int(fill["strategy"])
        before, change = int(held[at]), int(fill["side"]) * int(fill["lots"])
        if fill["reason"] == Reason.ENTRY:
            assert before * change >= 0
        else:
            assert before * change < 0 and abs(change) <= abs(before)
        held[at] += change


@every_desk
@laws
@given(seed=seeds)
def test_no_filter_and_no_limit_blocks_an_exit(run: Run, seed: int) -> None:
    """Vetoes everywhere, the account reduced or halted: what is held is given up at the next open."""
    world = _unweighted(_fees_in_quote(_unlimited_volume(_market_orders_only(market(seed)))))
    risk = RiskRules(max_daily_loss=1e-4, max_drawdown=1e-4, max_gross=0.5)
    world = replace(world, rules=replace(world.rules, risk=risk))
    half = world.signals["bar"] >= len(world.panel) // 2
    status = np.where(half[:, None], np.int8(Status.VETO), world.status)
    world = replace(world, status=status, p=np.where(status == Status.ANSWERED, world.p, np.nan))
    ran = run(world)
    lots = replay(world, ran).lots
    for row in ran.decisions[world.signals["kind"][ran.decisions["seq"]] == SignalKind.EXIT]:
        signal = world.signals[row["seq"]]
        bar, i, s = int(row["bar"]), int(signal["instrument"]), int(signal["strategy"])
        held = int(lots[bar, i, s])
        assert (row["action"] == Action.SELL) == (held * int(row["side"]) > 0)
        later = world.panel.present(i)
        later = later[later > bar]
        if row["action"] == Action.SELL and len(later):
            here = (
                (ran.fills["instrument"] == i) & (ran.fills["strategy"] == s) & (ran.fills["bar"] == later[0])
            )
            exits = ran.fills[
                here & (ran.fills["side"] == -row["side"]) & (ran.fills["reason"] != Reason.ENTRY)
            ]
            assert exits["lots"].sum() >= abs(held)


@every_desk
@laws
@given(seed=seeds)
def test_flat_at_the_end_means_the_trades_earned_what_the_account_did(run: Run, seed: int) -> None:
    world = _closed_at_the_end(market(seed))
    assume(world is not None)
    assert world is not None
    ran = run(world)
    assert not replay(world, ran).lots[-1].any()
    earned = float(ran.trades["pnl"].sum())
    assert earned == pytest.approx(float(ran.equity[-1]) - world.rules.cash, rel=1e-9, abs=CENT)
    entered = ran.fills["lots"][ran.fills["reason"] == Reason.ENTRY].sum()
    assert ran.trades["lots"].sum() == entered
    assert ran.trades["fees"].sum() == pytest.approx((ran.fills["fee"] + ran.fills["tax"]).sum())


def _closed_at_the_end(world: World) -> World | None:
    """Exits for every position at the last bar but one, and data for all at the last. None: too short."""
    n_bars = len(world.panel)
    if n_bars < 4:
        return None
    world = _fees_in_quote(_unlimited_volume(_market_orders_only(_unweighted(world))))
    world = world.with_instruments(borrow=0.0).with_signals(world.signals["bar"] < n_bars - 2)
    fields = {name: getattr(world.panel, name).copy() for name in ("open", "high", "low", "close")}
    for array in fields.values():
        array[n_bars - 2 :][np.isnan(array[n_bars - 2 :])] = 10.0
    exits = np.zeros(2 * len(world.panel.instruments) * len(world.rules.strategies), SIGNAL)
    for name in ("price", "stop", "target", "trail", "weight"):
        exits[name] = np.nan
    exits["bar"], exits["kind"] = n_bars - 2, SignalKind.EXIT
    exits["side"] = np.where(np.arange(len(exits)) % 2, -1, 1)
    exits["instrument"] = np.arange(len(exits)) // 2 % len(world.panel.instruments)
    exits["strategy"] = np.arange(len(exits)) // 2 // len(world.panel.instruments)
    n_filters = world.p.shape[1]
    return replace(
        world,
        panel=replace(world.panel, **fields),
        signals=np.concatenate([world.signals, exits]),
        p=np.concatenate([world.p, np.full((len(exits), n_filters), np.nan)]),
        status=np.concatenate([world.status, np.full((len(exits), n_filters), Status.ABSTAINED, np.int8)]),
    )


@every_desk
@laws
@given(seed=seeds)
def test_one_more_veto_never_adds_risk(run: Run, seed: int) -> None:
    """The same history up to one signal, and there one more rule that says no."""
    world = _with_a_rule(market(seed))
    enters = np.flatnonzero(world.signals["kind"] == SignalKind.ENTER)
    assume(len(enters) > 0)
    chosen = int(enters[seed % len(enters)])
    vetoed = replace(world, status=world.status.copy(), p=world.p.copy())
    vetoed.status[chosen, -1], vetoed.p[chosen, -1] = Status.VETO, np.nan
    free, bound = run(world), run(vetoed)
    assert same(free.decisions[:chosen], bound.decisions[:chosen])
    before, after = free.decisions[chosen], bound.decisions[chosen]
    if before["action"] == Action.BUY:
        assert after["action"] == Action.PASS and after["why"] == Why.VETO and after["lots"] == 0
    else:
        assert after["action"] == before["action"] and after["lots"] == before["lots"]
    bar = int(before["bar"])
    assert _reductions(free, bar) == _reductions(bound, bar)


def _with_a_rule(world: World) -> World:
    """One more filter, a rule, that agrees with everything."""
    n_signals = len(world.signals)
    strategies = tuple(
        replace(
            one, decision=replace(one.decision, filters=(*one.decision.filters, FilterRules(act=Act.RULE)))
        )
        for one in world.rules.strategies
    )
    return replace(
        world,
        rules=replace(world.rules, strategies=strategies),
        p=np.concatenate([world.p, np.full((n_signals, 1), 0.9)], axis=1),
        status=np.concatenate([world.status, np.zeros((n_signals, 1), np.int8)], axis=1),
    )


def _reductions(ran: object, bar: int) -> int:
    """Exit orders that rest or were sent up to the close of ``bar``."""
    orders = ran.orders  # type: ignore[attr-defined]
    sent = (
        (orders["event"] == OrderEventKind.SENT) & (orders["bar"] <= bar) & (orders["reason"] != Reason.ENTRY)
    )
    return int(sent.sum())


@every_desk
@laws
@given(seed=seeds)
def test_a_rule_that_vetoes_everything_keeps_the_account_flat(run: Run, seed: int) -> None:
    world = _with_a_rule(market(seed))
    world.status[:, -1], world.p[:, -1] = Status.VETO, np.nan
    ran = run(world)
    assert len(ran.fills) == 0 and (ran.equity == world.rules.cash).all()
    assert not (ran.decisions["action"] == Action.BUY).any()


@every_desk
@laws
@given(seed=seeds)
def test_the_same_trades_earn_less_when_they_cost_more(run: Run, seed: int) -> None:
    world = _decided_whatever_it_costs(market(seed))
    runs = [run(world, cost_factor) for cost_factor in (0.0, 1.0, 2.0, 3.0)]
    for ran in runs[1:]:
        for name in ("bar", "lots", "side", "reason"):
            assert (ran.fills[name] == runs[0].fills[name]).all()
    assert (np.diff([ran.equity for ran in runs], axis=0) <= CENT).all()


def _decided_whatever_it_costs(world: World) -> World:
    """Fixed lots, no limits, money enough, barriers at given prices: costs change no decision."""
    signals = world.signals.copy()
    signals["weight"] = signals["trail"] = np.nan
    relative = signals["unit"] != BarrierUnit.PRICE
    for name in ("stop", "target"):
        signals[name] = np.where(relative, np.nan, signals[name])
    quantity = 5 * max(one.lot for one in world.panel.instruments)
    world = replace(
        _each_strategy(_fees_in_quote(world), sizing=SizingRules(by=SizeBy.FIXED, quantity=quantity)),
        signals=signals,
    )
    return replace(world, rules=replace(world.rules, risk=RiskRules(), cash=1e12)).with_instruments(
        maintenance=0.0
    )


@every_desk
def test_the_random_worlds_reach_every_corner(run: Run) -> None:
    """A law over worlds in which nothing happens would prove nothing."""
    runs = [run(market(seed)) for seed in range(400)]
    decisions = np.concatenate([ran.decisions for ran in runs])
    orders = np.concatenate([ran.orders for ran in runs])
    fills = np.concatenate([ran.fills for ran in runs])
    assert set(decisions["action"]) == set(Action)
    assert set(decisions["why"]) == set(Why)
    assert set(decisions["cap"]) == set(Cap)
    assert set(decisions["stage"]) == {0, 1, 2}
    assert set(orders["event"]) == set(OrderEventKind)
    assert set(fills["reason"]) >= set(Reason) - {Reason.RISK, Reason.REVIEW}
    assert sum(ran.ambiguous_bars for ran in runs) > 10
    assert (decisions["x"].shape[1]) == MAX_FILTERS
