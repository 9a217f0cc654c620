"""DecisionCore: one signal, one decision, and the plan that follows. Rules: docs/desk-rules.md, section 5."""

from math import isnan

import numpy as np

from desk.execute import begin_exit, begin_plan, cancel_entries, has_entry
from desk.learn import base_rate, judge, mean_loss, mean_win, remember
from desk.records import Action, Cause, OrderKind, Reason, Stage, State, Why
from desk.rules import Act, OnEmpty, SizeBy, Style
from desk.size import asked_lots, capped_lots, count_exposure, recount, reference_price, stop_distance
from filters.opinions import Status
from market.compiled import inner
from strategies.signals import Entry, SignalKind


@inner
def decide(
    account, instruments, positions, rules, learners, evidence, orders, signal, d, p, status, row, close
):
    """Decide on ``signal``, whose opinions stand in ``row``; fills the decision ``d``."""
    n_strategies = rules.shape[0]
    number = signal.instrument * n_strategies + signal.strategy
    pos, inst = positions[number], instruments[signal.instrument]
    rule, learner = rules[signal.strategy], learners[signal.strategy]
    d.seq, d.bar, d.side = account.signals_seen, account.bar, signal.side
    account.signals_seen += 1
    opinions_count(rule, learners, learner, pos, evidence, d, signal, p, status, row, number)
    if signal.kind == SignalKind.EXIT:
        _exit(account, pos, rule, orders, signal, d, close)
    elif signal.kind == SignalKind.REVIEW:
        _review(account, pos, rule, learner, orders, signal, d, close)
    else:
        _enter(account, instruments, inst, positions, pos, rule, learner, orders, signal, d, status, p, row,
               close, n_strategies)  # fmt: skip
    recount(account, inst, positions, signal.instrument, n_strategies)


@inner
def opinions_count(rule, learners, learner, pos, evidence, d, signal, p, status, row, number):
    """What the filters' answers are worth; an entry's evidence waits for its label."""
    base = base_rate(learners, learner)
    win, loss = mean_win(rule, learner), mean_loss(rule, learner)
    d.base_rate, d.p, d.p_low = base, base, base
    d.p_star = loss / (win + loss)
    d.stage = highest_stage(rule, learner)
    if rule.n_learning == 0:
        return
    enters = signal.kind == SignalKind.ENTER
    room = evidence.shape[0] - 1
    ev = evidence[d.seq % room if enters else room]
    judge(rule, learner, d, ev, p, status, row, base, enters)
    if enters:
        remember(pos, ev, d.seq, number, d.bar)


@inner
def highest_stage(rule, learner):
    stage = 0
    for f in range(rule.n_filters):
        stage = max(stage, learner.stage[f])
    return stage


@inner
def _exit(account, pos, rule, orders, signal, d, close):
    d.action = Action.HOLD
    if has_entry(pos) and pos.entry.side == signal.side:
        cancel_entries(account, pos, signal.instrument, signal.strategy, orders, Cause.EXIT, signal.side)
        d.action = Action.SELL
    if pos.lots * signal.side > 0:
        begin_exit(account, pos, rule, signal.instrument, signal.strategy, orders, rule.exit_style,
                   Reason.SIGNAL, abs(pos.lots), close, d.seq)  # fmt: skip
        d.action = Action.SELL
        d.lots = abs(pos.lots)


@inner
def _review(account, pos, rule, learner, orders, signal, d, close):
    d.action = Action.HOLD
    doubtful = d.stage == Stage.BLOCK and d.p < d.p_star - rule.hysteresis
    if doubtful and has_entry(pos) and pos.entry.side == signal.side:
        cancel_entries(account, pos, signal.instrument, signal.strategy, orders, Cause.EXIT, signal.side)
        d.action = Action.SELL
    if doubtful and pos.lots * signal.side > 0:
        begin_exit(account, pos, rule, signal.instrument, signal.strategy, orders, rule.exit_style,
                   Reason.REVIEW, abs(pos.lots), close, d.seq)  # fmt: skip
        d.action = Action.SELL
        d.lots = abs(pos.lots)


@inner
def _enter(
    account,
    instruments,
    inst,
    positions,
    pos,
    rule,
    learner,
    orders,
    signal,
    d,
    status,
    p,
    row,
    close,
    n_strategies,
):
    side = signal.side
    if pos.lots * side < 0:
        begin_exit(account, pos, rule, signal.instrument, signal.strategy, orders, Style.MARKET,
                   Reason.REVERSE, abs(pos.lots), close, d.seq)  # fmt: skip
    if has_entry(pos) and pos.entry.side != side:
        cancel_entries(account, pos, signal.instrument, signal.strategy, orders, Cause.OPPOSITE, -side)
    d.action = Action.PASS
    d.why = Why.NONE
    if account.state != State.ACTIVE:
        d.why = Why.STATE
    elif side < 0 and account.long_only:
        d.why = Why.LONG_ONLY
    if d.why != Why.NONE:
        return
    weighted = not isnan(signal.weight)
    if not weighted and (pos.lots * side > 0 or has_entry(pos)):
        d.action = Action.HOLD
        return
    ref = reference_price(rule, signal, close)
    distance = stop_distance(signal, ref)
    held = 0
    if weighted:
        if has_entry(pos):
            cancel_entries(account, pos, signal.instrument, signal.strategy, orders, Cause.REPLACED, side)
        held = abs(pos.lots) if pos.lots * side > 0 else 0
        asked = asked_lots(account, inst, rule, learner, signal, d, SizeBy.FIXED, ref, distance)
        if held > 0 and asked <= held:
            _resize_down(account, pos, rule, orders, signal, d, held - asked, close)
            return
    empty = nobody_answered(rule, learner, status, row)
    d.why = verdict(rule, learner, d, p, status, row, empty)
    if d.why != Why.NONE:
        return
    if account.exposure_bar != account.bar:
        count_exposure(account, instruments, positions, n_strategies)
    else:
        recount(account, inst, positions, signal.instrument, n_strategies)
    method = rule.size_by
    if method == SizeBy.KELLY and (d.stage == Stage.SHADOW or empty):
        method = rule.base
    lots = asked_lots(account, inst, rule, learner, signal, d, method, ref, distance) - held
    if empty and rule.on_empty == OnEmpty.HALF and lots > 0:
        lots = max(lots // 2, 1)
    d.lots = capped_lots(account, inst, rule, d, side, lots, ref, distance)
    if d.lots <= 0:
        d.why = Why.SIZE
        return
    d.action = Action.BUY
    _plan_entry(account, pos, rule, signal, d, close)


@inner
def nobody_answered(rule, learner, status, row):
    """True when promoted filters exist and none answered, or a required filter didn't."""
    promoted, answered = 0, 0
    for f in range(rule.n_filters):
        if rule.required[f] and status[row, f] != Status.ANSWERED:
            return True
        if learner.stage[f] != Stage.SHADOW:
            promoted += 1
            answered += status[row, f] == Status.ANSWERED
    return promoted > 0 and answered == 0


@inner
def verdict(rule, learner, d, p, status, row, empty):
    """Why an entry passes, or NONE."""
    for f in range(rule.n_filters):
        binding = rule.act[f] == Act.RULE or learner.stage[f] == Stage.BLOCK
        if binding and status[row, f] == Status.VETO:
            return Why.VETO
    for f in range(rule.n_filters):
        if rule.act[f] == Act.RULE and status[row, f] == Status.ANSWERED and p[row, f] < rule.min_p[f]:
            return Why.RULE
    if empty:
        return Why.EMPTY if rule.on_empty == OnEmpty.BLOCK else Why.NONE
    if d.stage == Stage.BLOCK and d.p_low <= d.p_star + rule.hysteresis:
        return Why.P_LOW
    return Why.NONE


@inner
def _resize_down(account, pos, rule, orders, signal, d, lots, close):
    d.action = Action.HOLD
    if lots > 0:
        begin_exit(account, pos, rule, signal.instrument, signal.strategy, orders, Style.MARKET,
                   Reason.RESIZE, lots, close, d.seq)  # fmt: skip
        d.action = Action.SELL
        d.lots = lots


@inner
def _plan_entry(account, pos, rule, signal, d, close):
    pos.asked_stop, pos.asked_target, pos.asked_trail = signal.stop, signal.target, signal.trail
    pos.asked_unit, pos.asked_horizon = signal.unit, signal.horizon
    if signal.entry == Entry.MARKET:
        ladder = rule.entry_style == Style.LADDER
        kind = OrderKind.LIMIT if ladder else OrderKind.MARKET
        expires = account.bar + rule.ladder_bars if ladder else -1
        begin_plan(account, pos.entry, rule, rule.entry_style, kind, signal.side, Reason.ENTRY, d.lots,
                   close if ladder else np.nan, d.seq, expires)  # fmt: skip
        return
    kind = OrderKind.LIMIT if signal.entry == Entry.LIMIT else OrderKind.STOP
    expires = account.bar + signal.valid_bars if signal.valid_bars > 0 else -1
    begin_plan(account, pos.entry, rule, Style.MARKET, kind, signal.side, Reason.ENTRY, d.lots,
               signal.price, d.seq, expires)  # fmt: skip
