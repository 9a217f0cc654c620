"""DecisionCore: one signal, one decision, and the plan that follows. Rules: docs/desk-rules.md, section 5."""

from math import isnan, nan

from desk.execute import begin_exit, begin_plan, cancel_entries, enters
from desk.learn import base_rate, judge, remember
from desk.records import Action, Cause, OrderKind, Reason, Stage, State, Why
from desk.rules import Act, OnEmpty, SizeBy, Style
from desk.size import (
    asked_lots,
    capped_lots,
    loss_per_lot,
    recount,
    reference_price,
    weighted_lots,
)
from filters.opinions import Status
from market.compiled import inlined, inner
from strategies.signals import Entry, SignalKind


@inlined
def decide(account, inst, pos, rule, learner, ev, number, signal, d):
    """Decide on ``signal``; fills the decision ``d``, which holds the filters' answers already.

    ev: where an entry's evidence waits for its label; scratch for other signals. number: of the position.
    """
    d.seq, d.bar, d.side = account.signals_seen, account.bar, signal.side
    account.signals_seen += 1
    weigh(account, rule, learner, pos, ev, number, signal, d)
    if signal.kind == SignalKind.EXIT:
        _exit(account, inst, pos, rule, signal, d)
    elif signal.kind == SignalKind.REVIEW:
        _review(account, inst, pos, rule, signal, d)
    else:
        _make_way(account, inst, pos, rule, signal, d)
        if _wants_lots(account, inst, pos, rule, learner, signal, d):
            _enter(account, inst, pos, rule, learner, signal, d)
    recount(account, inst, pos)


@inlined
def weigh(account, rule, learner, pos, ev, number, signal, d):
    """What the filters' answers are worth."""
    d.p_star = learner.p_star
    if rule.n_learning == 0:
        d.base_rate, d.p, d.p_low = 0.5, 0.5, 0.5
        return
    enters_now = signal.kind == SignalKind.ENTER
    d.base_rate = base_rate(account, learner)
    d.stage = highest_stage(rule, learner)
    judge(rule, learner, d, ev, enters_now)
    if enters_now:
        remember(pos, ev, d.seq, number, d.bar)


@inner
def highest_stage(rule, learner):
    stage = 0
    for f in range(rule.n_filters):
        stage = max(stage, learner.stage[f])
    return stage


@inlined
def _exit(account, inst, pos, rule, signal, d):
    d.action = Action.HOLD
    if enters(pos, signal.side):
        cancel_entries(account, pos, Cause.EXIT)
    if pos.lots * signal.side > 0:
        d.action = Action.SELL
        d.lots = begin_exit(account, inst, pos, rule, rule.exit_style, Reason.SIGNAL, abs(pos.lots), d.seq)


@inner
def _review(account, inst, pos, rule, signal, d):
    """Doubt ends what a signal began: waiting entries, and the position."""
    d.action = Action.HOLD
    if d.stage != Stage.BLOCK or d.p >= d.p_star - rule.hysteresis:
        return
    if enters(pos, signal.side):
        cancel_entries(account, pos, Cause.EXIT)
    if pos.lots * signal.side > 0:
        d.action = Action.SELL
        d.lots = begin_exit(account, inst, pos, rule, rule.exit_style, Reason.REVIEW, abs(pos.lots), d.seq)


@inner
def _make_way(account, inst, pos, rule, signal, d):
    """An entry closes what stands on the other side, whatever the filters say."""
    if pos.lots * signal.side < 0:
        begin_exit(account, inst, pos, rule, Style.MARKET, Reason.REVERSE, abs(pos.lots), d.seq)
    if enters(pos, -signal.side):
        cancel_entries(account, pos, Cause.OPPOSITE)


@inlined
def _wants_lots(account, inst, pos, rule, learner, signal, d):
    """True when the entry is to be sized; else the decision says why not."""
    side = signal.side
    weighted = not isnan(signal.weight)
    if weighted and pos.lots * side > 0:
        excess = abs(pos.lots) - weighted_lots(
            account, inst, signal, reference_price(rule, signal, inst.last)
        )
        if excess >= 0:
            _resize_down(account, inst, pos, rule, d, excess)
            return False
    d.action = Action.PASS
    if account.state != State.ACTIVE:
        d.why = Why.STATE
        return False
    if side < 0 and account.long_only:
        d.why = Why.LONG_ONLY
        return False
    if not weighted and (pos.lots * side > 0 or enters(pos, side)):
        d.action = Action.HOLD
        return False
    d.why = verdict(rule, learner, d)
    return d.why == Why.NONE


@inner
def _resize_down(account, inst, pos, rule, d, lots):
    d.action = Action.HOLD
    if lots > 0:
        d.action = Action.SELL
        d.lots = begin_exit(account, inst, pos, rule, Style.MARKET, Reason.RESIZE, lots, d.seq)


@inlined
def verdict(rule, learner, d):
    """Why an entry passes, or NONE."""
    for f in range(rule.n_filters):
        binding = rule.act[f] == Act.RULE or learner.stage[f] == Stage.BLOCK
        if binding and d.status[f] == Status.VETO:
            return Why.VETO
    for f in range(rule.n_filters):
        if rule.act[f] == Act.RULE and d.status[f] == Status.ANSWERED and d.opinion[f] < rule.min_p[f]:
            return Why.RULE
    if nobody_answered(rule, learner, d):
        return Why.EMPTY if rule.on_empty == OnEmpty.BLOCK else Why.NONE
    if d.stage == Stage.BLOCK and d.p_low <= d.p_star + rule.hysteresis:
        return Why.P_LOW
    return Why.NONE


@inner
def nobody_answered(rule, learner, d):
    """True when promoted filters exist and none answered, or a required filter didn't."""
    promoted, answered = 0, 0
    for f in range(rule.n_filters):
        if rule.required[f] and d.status[f] != Status.ANSWERED:
            return True
        if learner.stage[f] != Stage.SHADOW:
            promoted += 1
            answered += d.status[f] == Status.ANSWERED
    return promoted > 0 and answered == 0


@inlined
def _enter(account, inst, pos, rule, learner, signal, d):
    """Size the entry and plan it."""
    ref = reference_price(rule, signal, inst.last)
    lots = 0
    if ref > 0.0:
        loss = loss_per_lot(inst, signal, ref)
        empty = nobody_answered(rule, learner, d)
        if not isnan(signal.weight):
            lots = weighted_lots(account, inst, signal, ref) - (
                abs(pos.lots) if pos.lots * signal.side > 0 else 0
            )
        else:
            method = rule.size_by
            if method == SizeBy.KELLY and (d.stage == Stage.SHADOW or empty):
                method = rule.base
            lots = asked_lots(account, inst, rule, learner, d, method, ref, loss)
        if empty and rule.on_empty == OnEmpty.HALF:
            lots = min(lots, max(lots // 2, 1))
        lots = capped_lots(account, inst, rule, pos, d, signal.side, lots, ref, loss)
    if lots <= 0:
        d.why = Why.SIZE
        return
    d.action = Action.BUY
    d.lots = lots
    if enters(pos, signal.side):
        cancel_entries(account, pos, Cause.REPLACED)
    _plan_entry(account, inst, pos, rule, signal, d)


@inlined
def _plan_entry(account, inst, pos, rule, signal, d):
    pos.asked_stop, pos.asked_target, pos.asked_trail = signal.stop, signal.target, signal.trail
    pos.asked_unit, pos.asked_horizon = signal.unit, signal.horizon
    side, seq = signal.side, d.seq
    if signal.entry != Entry.MARKET:
        kind = OrderKind.LIMIT if signal.entry == Entry.LIMIT else OrderKind.STOP
        expires = account.bar + signal.valid_bars if signal.valid_bars > 0 else -1
        begin_plan(
            account,
            inst,
            pos.entry,
            rule,
            Style.MARKET,
            kind,
            side,
            Reason.ENTRY,
            d.lots,
            signal.price,
            seq,
            expires,
        )
        return
    kind, price, expires = OrderKind.MARKET, nan, -1
    if rule.entry_style == Style.LADDER:
        kind, price, expires = OrderKind.LIMIT, inst.last, account.bar + rule.ladder_bars
    style = rule.entry_style
    begin_plan(account, inst, pos.entry, rule, style, kind, side, Reason.ENTRY, d.lots, price, seq, expires)
