"""Section 5 of docs/desk-rules.md, the deciding half: what one signal leads to."""

import math
from dataclasses import dataclass

import numpy as np

from desk.records import Action, Cap, Cause, Reason, State, Why
from desk.rules import MAX_FILTERS, Act, OnEmpty, SizeBy, Style
from filters.opinions import Status
from strategies.signals import SignalKind
from tests.desk.twin_learn import (
    BLOCK,
    SHADOW,
    Evidence,
    Learner,
    base_rate,
    quadratic,
    remember,
    shrunk,
    standing,
)
from tests.desk.twin_numbers import logit, sigma
from tests.desk.twin_plans import plan_entry, plan_exit
from tests.desk.twin_size import Ask, lots_and_cap, weighted_lots
from tests.desk.twin_state import Desk, Position


@dataclass
class View:
    """What the filters and the learner say about one signal."""

    x: list[float]
    answered: list[bool]
    promoted: list[bool]
    base_rate: float
    solo: list[float]
    cores: list[float]
    p: float
    variance: float
    theta: list[float]
    p_low: float
    p_star: float


@dataclass
class Verdict:
    """What a signal led to."""

    action: Action
    why: Why = Why.NONE
    cap: Cap = Cap.NONE
    lots: int = 0


def see(desk: Desk, learner: Learner, p: list[float], status: list[int], *, update: bool) -> View:
    """Standing, solo learners and the stack for one row of opinions."""
    rules, states = learner.rules, learner.filters
    answered = [on and code == Status.ANSWERED for on, code in zip(learner.learns, status, strict=True)]
    x = [
        standing(state, chance, update=update) if yes else 0.0
        for state, chance, yes in zip(states, p, answered, strict=True)
    ]
    promoted = learner.promoted
    pi = base_rate(learner, desk.learners)
    solo = [shrunk(logit(pi) + s.theta * xk, s.variance * xk * xk) for s, xk in zip(states, x, strict=True)]
    masked = [xk if on else 0.0 for xk, on in zip(x, promoted, strict=True)]
    variances = [quadratic(masked, matrix) for matrix in learner.matrix]
    cores = [
        shrunk(logit(pi) + sum(t * xk for t, xk in zip(theta, masked, strict=True)), v)
        for theta, v in zip(learner.theta, variances, strict=True)
    ]
    chance = learner.w[0] * pi + sum(w * one for w, one in zip(learner.w[1:], cores, strict=True))
    share = [w / sum(learner.w[1:]) for w in learner.w[1:]]
    variance = sum(w * v for w, v in zip(share, variances, strict=True))
    theta = [sum(w * core[k] for w, core in zip(share, learner.theta, strict=True)) for k in range(len(x))]
    heard = [on and yes for on, yes in zip(promoted, answered, strict=True)]
    disp = _deviation([t * xk for t, xk, yes in zip(theta, x, heard, strict=True) if yes])
    p_low = sigma(logit(chance) - rules.kappa * math.sqrt(variance + rules.tau**2 * disp**2))
    win, loss = learner.payoffs
    return View(
        x, answered, promoted, pi, solo, cores, chance, variance, theta, p_low, p_star=loss / (win + loss)
    )


def _deviation(values: list[float]) -> float:
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def on_signal(desk: Desk, seq: int, p: list[float], status: list[int]) -> None:
    """Step 7 for one signal."""
    signal = desk.signals[seq]
    position = desk.position(int(signal["instrument"]), int(signal["strategy"]))
    learner = desk.learners[position.strategy]
    stage = learner.stage
    entering = signal["kind"] == SignalKind.ENTER
    view = see(desk, learner, p, status, update=entering)
    if entering:
        verdict = _enter(desk, position, learner, signal, seq, view, p, status)
    elif signal["kind"] == SignalKind.EXIT:
        verdict = _leave(desk, position, signal, seq)
    else:
        verdict = _review(desk, position, learner, signal, seq, view)
    _record(desk, signal, seq, stage, view, verdict, p, status)


def _enter(
    desk: Desk,
    position: Position,
    learner: Learner,
    signal: np.void,
    seq: int,
    view: View,
    p: list[float],
    status: list[int],
) -> Verdict:
    remember(
        learner,
        seq,
        Evidence(
            position.strategy,
            position.instrument,
            desk.t,
            view.x,
            view.answered,
            view.base_rate,
            view.cores,
            view.solo,
        ),
    )
    side = int(signal["side"])
    if position.side == -side:
        plan_exit(desk, position, abs(position.lots), Style.MARKET, Reason.REVERSE, seq)
    if position.entry_plan is not None and position.entry_plan.side == -side:
        desk.drop_entry(position, Cause.OPPOSITE)
    return _admit(desk, position, learner, signal, seq, view, p, status)


def _admit(
    desk: Desk,
    position: Position,
    learner: Learner,
    signal: np.void,
    seq: int,
    view: View,
    p: list[float],
    status: list[int],
) -> Verdict:
    """Weights, then steps 1 to 6."""
    side, held = int(signal["side"]), 0
    weighted = math.isfinite(signal["weight"])
    if weighted and position.side == side:
        held = abs(position.lots)
        excess = held - weighted_lots(desk, position, signal)
        if excess == 0:
            return Verdict(Action.HOLD)
        if excess > 0:
            lots = plan_exit(desk, position, excess, Style.MARKET, Reason.RESIZE, seq)
            return Verdict(Action.SELL, lots=lots)
    if desk.state != State.ACTIVE:
        return Verdict(Action.PASS, Why.STATE)
    if side < 0 and desk.rules.risk.long_only:
        return Verdict(Action.PASS, Why.LONG_ONLY)
    live = position.entry_plan is not None and position.entry_plan.side == side
    if not weighted and (position.side == side or live):
        return Verdict(Action.HOLD)
    why = _refusal(learner, view, p, status)
    if why != Why.NONE:
        return Verdict(Action.PASS, why)
    lots, cap = _size(desk, position, learner, signal, view, status, held)
    if lots <= 0:
        return Verdict(Action.PASS, Why.SIZE, cap)
    plan_entry(desk, position, signal, seq, lots)
    return Verdict(Action.BUY, Why.NONE, cap, lots)


def _refusal(learner: Learner, view: View, p: list[float], status: list[int]) -> Why:
    """Steps 2 to 4."""
    rules = learner.rules
    for rule, state, code in zip(rules.filters, learner.filters, status, strict=True):
        if code == Status.VETO and (rule.act == Act.RULE or state.stage == BLOCK):
            return Why.VETO
    for rule, code, chance in zip(rules.filters, status, p, strict=True):
        if rule.act == Act.RULE and code == Status.ANSWERED and chance < rule.min_p:
            return Why.RULE
    empty = _empty(learner, view, status)
    if empty and rules.on_empty == OnEmpty.BLOCK:
        return Why.EMPTY
    if learner.stage == BLOCK and not empty and view.p_low <= view.p_star + rules.hysteresis:
        return Why.P_LOW
    return Why.NONE


def _empty(learner: Learner, view: View, status: list[int]) -> bool:
    """No promoted filter answered though there are some, or a required one didn't."""
    heard = [yes for yes, on in zip(view.answered, view.promoted, strict=True) if on]
    absent = any(
        rule.required and code != Status.ANSWERED
        for rule, code in zip(learner.rules.filters, status, strict=True)
    )
    return absent or (bool(heard) and not any(heard))


def _size(
    desk: Desk,
    position: Position,
    learner: Learner,
    signal: np.void,
    view: View,
    status: list[int],
    held: int,
) -> tuple[int, Cap]:
    """Step 5."""
    sizing, empty = desk.rules.strategies[position.strategy].sizing, _empty(learner, view, status)
    method, kelly = sizing.by, 0.0
    if method == SizeBy.KELLY:
        if learner.stage == SHADOW or empty:
            method = sizing.base
        else:
            kelly = _kelly(learner, view, sizing.fraction)
    half = empty and learner.rules.on_empty == OnEmpty.HALF
    return lots_and_cap(desk, Ask(position, signal, method, kelly, half, held))


def _kelly(learner: Learner, view: View, fraction: float) -> float:
    win, loss = learner.payoffs
    edge, b = view.p_low / loss - (1 - view.p_low) / win, win / loss
    spread = view.p**2 * (1 - view.p) ** 2 * view.variance
    shrink = edge**2 / (edge**2 + ((b + 1) / b) ** 2 * spread) if spread > 0 else 1.0
    return max(0.0, fraction * shrink * edge)


def _leave(desk: Desk, position: Position, signal: np.void, seq: int) -> Verdict:
    side = int(signal["side"])
    if position.entry_plan is not None and position.entry_plan.side == side:
        desk.drop_entry(position, Cause.EXIT)
    if position.side != side:
        return Verdict(Action.HOLD)
    style = desk.rules.strategies[position.strategy].execution.exit
    return Verdict(Action.SELL, lots=plan_exit(desk, position, abs(position.lots), style, Reason.SIGNAL, seq))


def _review(
    desk: Desk, position: Position, learner: Learner, signal: np.void, seq: int, view: View
) -> Verdict:
    side = int(signal["side"])
    if learner.stage != BLOCK or view.p >= view.p_star - learner.rules.hysteresis:
        return Verdict(Action.HOLD)
    if position.entry_plan is not None and position.entry_plan.side == side:
        desk.drop_entry(position, Cause.EXIT)
    if position.side == side:
        style = desk.rules.strategies[position.strategy].execution.exit
        lots = plan_exit(desk, position, abs(position.lots), style, Reason.REVIEW, seq)
        return Verdict(Action.SELL, lots=lots)
    return Verdict(Action.HOLD)


def _record(
    desk: Desk,
    signal: np.void,
    seq: int,
    stage: int,
    view: View,
    verdict: Verdict,
    p: list[float],
    status: list[int],
) -> None:
    blank = [0.0] * MAX_FILTERS
    desk.decisions.append(
        {
            "seq": seq,
            "bar": desk.t,
            "action": verdict.action,
            "why": verdict.why,
            "cap": verdict.cap,
            "stage": stage,
            "side": int(signal["side"]),
            "lots": verdict.lots,
            "p": view.p,
            "p_low": view.p_low,
            "p_star": view.p_star,
            "base_rate": view.base_rate,
            "variance": view.variance,
            "opinion": (p + blank)[:MAX_FILTERS],
            "status": (status + [0] * MAX_FILTERS)[:MAX_FILTERS],
            "theta": (view.theta + blank)[:MAX_FILTERS],
            "x": (view.x + blank)[:MAX_FILTERS],
        }
    )
