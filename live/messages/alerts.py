"""Events as the text of an alert."""

from live.control.answers import (
    ApprovalRequest,
    DecisionLine,
    FillLine,
    OrderLine,
    RiskLine,
    TradeLine,
)
from live.control.events import ApprovalEnded, Daily, Event, Kind, Said
from live.messages.answers import done_text, filters_text, order_text, trade_text
from live.messages.markup import b, code, esc, fit
from live.messages.story import decision_text, fill_text, opinion_text, risk_text
from live.messages.voice import Voice, chance, money, percent, price, quantity

_ICONS = {
    Kind.DECISION: "🧭",
    Kind.ORDER: "📝",
    Kind.FILL: "✔️",
    Kind.STOP: "🛑",
    Kind.TRADE: "🏁",
    Kind.RISK: "⚠️",
    Kind.ERROR: "❗",
    Kind.CONNECTION: "🔌",
    Kind.APPROVAL: "✋",
    Kind.ENGINE: "⚙️",
    Kind.KILL: "☠️",
    Kind.DAILY: "📅",
    Kind.COMMAND: "👤",
}


def event_text(event: Event, voice: Voice) -> str:
    """One alert, its kind first."""
    return fit(f"{_ICONS[event.kind]} {_body(event, voice)}")


def _body(event: Event, voice: Voice) -> str:
    body = event.body
    match body:
        case DecisionLine():
            return decision_text(body, voice)
        case OrderLine():
            return order_text(body, voice)
        case FillLine():
            head = f"{voice.say('protective stop')}: " if body.stop else ""
            return head + fill_text(body, voice)
        case TradeLine():
            return trade_text(body, voice)
        case RiskLine():
            return risk_text(body, voice)
        case ApprovalRequest():
            return request_text(body, event.ts, voice)
        case ApprovalEnded():
            return ended_text(body, voice)
        case Daily():
            return daily_text(body, voice)
        case Said():
            return said_text(body, voice)


def said_text(said: Said, voice: Voice) -> str:
    where = f" {b(said.instrument)}" if said.instrument else ""
    text = said.korean if voice.language == "ko" and said.korean else said.text
    return f"{code(said.code)}{where} {esc(text)}"


def in_both(code: str, /, *sentences: str, **values: object) -> Said:
    """Sentences of ``words`` in both languages, so that every receiver reads its own."""
    english, korean = (
        " ".join(Voice(language).say(each, **values) for each in sentences) for language in ("en", "ko")
    )
    return Said(code, english, korean=korean)


def daily_text(daily: Daily, voice: Voice) -> str:
    say, unit = voice.say, daily.currency
    gain = say("day {pnl} ({pct})", pnl=money(daily.pnl, unit, signed=True), pct=percent(daily.pnl_pct))
    lines = [
        f"{b(say('Daily report'))} · {esc(daily.profile)} · {esc(daily.day)}",
        b(gain),
        f"{say('equity')}: {money(daily.equity, unit)}",
        f"{say('trades')}: {daily.trades}, {daily.wins} {say('wins')}",
        f"{say('fees')}: {money(daily.fees, unit)}",
        f"{say('positions')}: {daily.positions}",
    ]
    cards = f"\n\n{filters_text(daily.filters, voice)}" if daily.filters else ""
    return "\n".join(lines) + cards


def request_text(request: ApprovalRequest, now: int, voice: Voice) -> str:
    """An order that waits for a button, with what a person needs to know."""
    say = voice.say
    left = voice.span(max(0.0, (request.expires - now) / 1e9))
    return "\n".join(
        [
            f"{b(say('Waiting for you'))}: {esc(say(request.why))} · {say('expires in {span}', span=left)}",
            f"{b(request.instrument)} {voice.side(request.side)} {quantity(request.quantity)} @ "
            f"{price(request.price)} ≈ {b(money(request.notional, request.currency))}",
            f"{esc(request.strategy)} · p {chance(request.p)}",
            *[opinion_text(each, voice) for each in request.opinions],
            code(request.id),
        ]
    )


def ended_text(ended: ApprovalEnded, voice: Voice) -> str:
    who = voice.say("answered by {who}", who=ended.who) if ended.who else voice.say("time ran out")
    return f"{code(ended.request)} {done_text(ended.result, voice)} ({esc(who)})"
