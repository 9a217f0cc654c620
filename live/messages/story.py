"""Decisions and their reasons as text: opinions, numbers, checks, orders and fills."""

from collections.abc import Sequence
from math import isfinite

from live.control.answers import DecisionLine, FillLine, OpinionLine, RiskLine, Story
from live.messages.answers import order_text, trade_text
from live.messages.markup import b, code, esc, fit, i
from live.messages.retold import retell
from live.messages.voice import Voice, chance, price, quantity


def decisions_text(decisions: Sequence[DecisionLine], voice: Voice) -> str:
    if not decisions:
        return voice.say("No decisions yet.")
    return fit("\n\n".join(decision_text(each, voice) for each in decisions))


def decision_text(decision: DecisionLine, voice: Voice) -> str:
    """The decision in two lines, then a line for each opinion."""
    say = voice.say
    why = f": {esc(say(decision.why))}" if decision.why not in ("", "NONE") else ""
    size = f" {quantity(decision.quantity)}" if decision.quantity else ""
    cap = f" · {say('bound by')} {esc(say(decision.cap))}" if decision.cap not in ("", "NONE") else ""
    head = f"{b(say(decision.action))}{why} {b(decision.instrument)} {voice.side(decision.side)}{size}{cap}"
    odds = (
        f"  p {chance(decision.p)} (≥ {chance(decision.p_low)}) · {say('break-even')}"
        f" {chance(decision.p_star)} · {say('base rate')} {chance(decision.base_rate)}"
    )
    when = f"  {voice.time(decision.ts)} · {esc(decision.strategy)} · {code(decision.id)}"
    return "\n".join([head, odds, *[opinion_text(each, voice) for each in decision.opinions], when])


def opinion_text(opinion: OpinionLine, voice: Voice) -> str:
    said = f"p {chance(opinion.p)}" if isfinite(opinion.p) else esc(voice.say(opinion.status.lower()))
    weight = f" · {voice.say('weight')} {opinion.weight:+.2f}" if isfinite(opinion.weight) else ""
    stage = f" · {esc(opinion.stage)}" if opinion.stage else ""
    explains = f"\n    {i(opinion.explains)}" if opinion.explains else ""
    return f"  • {esc(opinion.name)}: {said}{weight}{stage}{explains}"


def risk_text(check: RiskLine, voice: Voice) -> str:
    verdict = esc(voice.say(check.verdict))
    size = f" → {quantity(check.quantity)}" if check.quantity is not None else ""
    told = check.korean if voice.language == "ko" and check.korean else retell(check.detail, voice.language)
    rest = told.removeprefix(f"{check.code} {check.instrument}: ")
    return f"{b(check.code)} {esc(check.instrument)}: {verdict}{size} · {esc(rest)}".rstrip(" ·")


def fill_text(fill: FillLine, voice: Voice) -> str:
    fee = f" · {voice.say('fee')} {price(fill.fee)} {esc(fill.fee_currency)}" if fill.fee else ""
    return (
        f"{b(fill.instrument)} {voice.side(fill.side)} {quantity(fill.quantity)} @ {b(price(fill.price))} · "
        f"{esc(voice.say(fill.reason))}{fee.rstrip()}"
    )


def story_text(story: Story, voice: Voice) -> str:
    """Everything behind an order, in the order it happened."""
    parts = [decision_text(story.decision, voice)] if story.decision else []
    for heading, lines in (
        ("checks", [risk_text(each, voice) for each in story.checks]),
        ("orders", [order_text(each, voice) for each in story.orders]),
        ("fills", [fill_text(each, voice) for each in story.fills]),
    ):
        if lines:
            parts.append("\n".join([b(voice.say(heading)), *lines]))
    if story.trade:
        parts.append(trade_text(story.trade, voice))
    parts.extend(esc(note) for note in story.notes)
    return fit("\n\n".join([f"{code(story.id)}", *parts]))
