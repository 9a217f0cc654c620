"""Answers of a bot as text for a phone: a heading, then one line a thing."""

from collections.abc import Iterable, Sequence
from math import isfinite

from live.control.answers import (
    Balance,
    Check,
    Code,
    Done,
    FilterLine,
    Health,
    InstrumentResult,
    OrderLine,
    Period,
    PeriodProfit,
    Position,
    Status,
    Summary,
    TradeLine,
)
from live.messages.markup import b, code, esc, fit
from live.messages.retold import retell
from live.messages.voice import NONE, Voice, money, percent, price, quantity

SHOWN = 25  # lines of a list that fit on a phone


def status_text(status: Status, voice: Voice) -> str:
    say = voice.say
    gain = money(status.day_pnl, status.currency, signed=True)
    lines = [
        f"{b(status.profile)} · {esc(say(status.mode))} · {b(say(status.activity.value))}",
        *[f"⚠ {esc(retell(reason, voice.language))}" for reason in status.reasons],
        f"{say('equity')}: {b(money(status.equity, status.currency))}",
        f"{say('today')}: {gain}",
        f"{say('cash')}: {money(status.cash, status.currency)}",
        f"{say('positions')}: {status.positions} · {say('orders')}: {status.orders}",
        f"{say('last bar')}: {voice.time(status.last_bar)}",
        f"{say('venue')}: {esc(status.venue)} · {say('running since')}: {voice.time(status.started)}",
    ]
    return "\n".join(lines)


def positions_text(positions: Sequence[Position], voice: Voice) -> str:
    if not positions:
        return voice.say("No open positions.")
    return _listed([_position(each, voice) for each in positions], voice)


def _position(held: Position, voice: Voice) -> str:
    say = voice.say
    where = say("resting at the venue") if held.resting_stop else say("watched here")
    stop = f"{say('stop')} {price(held.stop)} ({where})" if isfinite(held.stop) else f"{say('stop')} {NONE}"
    return (
        f"{b(held.instrument)} {voice.held(held.side)} {quantity(held.quantity)} · {esc(held.strategy)}\n"
        f"  {say('entry')} {price(held.entry)} → {say('now')} {price(held.price)}: "
        f"{b(money(held.pnl, signed=True))} ({percent(held.pnl_pct)})\n"
        f"  {stop} · {say('target')} {price(held.target)} · {code(held.id)}"
    )


def orders_text(orders: Sequence[OrderLine], voice: Voice) -> str:
    if not orders:
        return voice.say("No orders are working.")
    return _listed([order_text(each, voice) for each in orders], voice)


def order_text(order: OrderLine, voice: Voice) -> str:
    say = voice.say
    at = f" @ {price(order.price)}" if order.price is not None else ""
    part = f" ({say('filled')} {quantity(order.filled)})" if order.filled else ""
    only = f" · {say('reduces')}" if order.reduces else ""
    kind = say(order.kind.lower())  # in capitals a limit is what was exceeded
    return (
        f"{b(order.instrument)} {voice.side(order.side)} {quantity(order.quantity)} {esc(kind)}"
        f"{at}{part}\n  {esc(say(order.status))} · {esc(say(order.reason))}{only} · {code(order.id)}"
    )


def balance_text(balance: Balance, voice: Voice) -> str:
    say = voice.say
    lines = [
        f"{say('equity')}: {b(money(balance.equity, balance.currency))}",
        f"{say('cash')}: {money(balance.cash, balance.currency)}",
        f"{say('margin')}: {money(balance.margin, balance.currency)}",
    ]
    for held in balance.holdings:
        worth = f" ≈ {money(held.value, balance.currency)}" if isfinite(held.value) else ""
        free = quantity(held.free)
        lines.append(f"{b(held.currency)} {quantity(held.total)} ({say('free')} {free}){worth}")
    return _listed(lines, voice, gap="\n")


def summary_text(summary: Summary, voice: Voice) -> str:
    say, unit = voice.say, summary.currency
    rate = percent(100.0 * summary.wins / summary.trades, signed=False) if summary.trades else NONE
    lines = [
        f"{say('profit')}: {b(money(summary.pnl, unit, signed=True))} ({percent(summary.pnl_pct)})",
        f"{say('since')}: {voice.day(summary.since)}",
        f"{say('trades')}: {summary.trades} · {say('win rate')} {rate}",
        f"{say('profit factor')}: {price(summary.profit_factor)} · {say('fees')} {money(summary.fees, unit)}",
        f"{say('worst drawdown')}: {percent(summary.max_drawdown_pct, signed=False)}",
        f"{say('best')} {money(summary.best, unit, signed=True)}"
        f" · {say('worst')} {money(summary.worst, unit, signed=True)}",
    ]
    if summary.funding:
        lines.append(f"{say('funding')}: {money(summary.funding, unit, signed=True)}")
    return "\n".join(lines)


def profit_text(rows: Sequence[PeriodProfit], period: Period, voice: Voice) -> str:
    if not rows:
        return voice.say("No figures yet.")
    say = voice.say
    lines = [b(f"{say('profit')}: {say(period.value)}")]
    for row in rows:
        start = voice.day(row.start)[:7] if period is Period.MONTH else voice.day(row.start)
        lines.append(
            f"{code(start)} {money(row.pnl, signed=True)} ({percent(row.pnl_pct)}) · "
            f"{row.trades} {say('trades')}, {row.wins} {say('wins')}"
        )
    return _listed(lines, voice, gap="\n")


def performance_text(rows: Sequence[InstrumentResult], voice: Voice) -> str:
    if not rows:
        return voice.say("No closed trades yet.")
    lines = [
        f"{k}. {b(row.instrument)} {esc(row.strategy)}: {money(row.pnl, signed=True)} "
        f"({percent(row.pnl_pct)}) · {row.trades} {voice.say('trades')}, {row.wins} {voice.say('wins')}"
        for k, row in enumerate(rows, 1)
    ]
    return _listed(lines, voice, gap="\n")


def trades_text(trades: Sequence[TradeLine], voice: Voice) -> str:
    if not trades:
        return voice.say("No closed trades yet.")
    return _listed([trade_text(each, voice) for each in trades], voice)


def trade_text(trade: TradeLine, voice: Voice) -> str:
    outcome = voice.say(trade.outcome if trade.outcome in ("STOP_LOSS", "TAKE_PROFIT") else trade.reason)
    return (
        f"{b(trade.instrument)} {voice.held(trade.side)} {quantity(trade.quantity)}: "
        f"{b(money(trade.pnl, signed=True))} ({percent(trade.pnl_pct)}) · {esc(outcome)}\n"
        f"  {price(trade.entry)} → {price(trade.exit)} · {voice.time(trade.entry_ts)} → "
        f"{voice.time(trade.exit_ts)} · {code(trade.id)}"
    )


def filters_text(cards: Sequence[FilterLine], voice: Voice) -> str:
    if not cards:
        return voice.say("This strategy has no filters.")
    say = voice.say
    lines = []
    for card in cards:
        stages = f" · {esc(', '.join(card.stages))}" if card.stages else ""
        earned = percent(100.0 * card.earned)
        brier, base = price(round(card.brier, 4)), price(round(card.base_brier, 4))
        lines.append(
            f"{b(card.name)} ({esc(card.act)}){stages}\n"
            f"  {say('answered')} {card.answered}/{card.signals} · {say('passed')} {card.passed} · "
            f"{say('rejected')} {card.rejected}\n"
            f"  Brier {brier} ({say('base rate')} {base}) · {say('earned')} {earned}"
        )
    return _listed(lines, voice)


def health_text(health: Health, voice: Voice) -> str:
    say = voice.say
    lines = [
        b(say("ok") if health.ok else say("not ok")),
        f"{say('uptime')} {voice.span(health.uptime_s)} · {say('memory')} {health.memory_mb:.0f} MB",
        f"{say('loop lag')} {1000 * health.lag_s:.0f} ms · {say('bar age')} {voice.span(health.bar_age_s)}"
        if isfinite(health.bar_age_s)
        else f"{say('loop lag')} {1000 * health.lag_s:.0f} ms",
        *[_check(each, voice) for each in health.checks],
    ]
    return _listed(lines, voice, gap="\n")


def _check(check: Check, voice: Voice) -> str:
    mark = "✅" if check.ok else "❌"
    return f"{mark} {esc(voice.say(check.name))}: {esc(retell(check.detail, voice.language))}"


def done_text(done: Done, voice: Voice) -> str:
    """What a request came to; details are the engine's own words."""
    ids = ", ".join(done.ids)
    head = esc(
        voice.say(_DONE[done.code], ids=ids) if "{ids}" in _DONE[done.code] else voice.say(_DONE[done.code])
    )
    return f"{head} {esc(done.detail)}".rstrip()


_DONE = {
    Code.PAUSED: "Paused: no new entries, over restarts too. Exits and stops go on. /resume ends it.",
    Code.RESUMED: "Resumed: entries are allowed again.",
    Code.STOPPING: "The engine is stopping in good order. Positions stay, with their resting stops.",
    Code.STARTING: "The engine is starting.",
    Code.RELOADED: "The profile was read again.",
    Code.SENT: "Sent: {ids}.",
    Code.CANCELING: "Asked the venue to cancel {ids}.",
    Code.APPROVED: "Approved: the order goes through its checks again and is sent.",
    Code.REJECTED: "Rejected: the order is not sent.",
    Code.EXPIRED: "Too late: the request has expired and nothing is sent.",
    Code.NOTHING: "Nothing to do: it is so already.",
    Code.UNKNOWN: "There is no such id.",
    Code.REFUSED: "Refused.",
    Code.HEARD: "Heard.",
    Code.SETTLED: "Settled: {ids}.",
}


def _listed(parts: Iterable[str], voice: Voice, gap: str = "\n\n") -> str:
    """The parts that fit into one message, and how many don't."""
    everything = list(parts)
    shown = everything[:SHOWN]
    while len(shown) > 1 and len(gap.join(shown)) > 3900:
        shown.pop()
    text = gap.join(shown)
    left = len(everything) - len(shown)
    return fit(f"{text}{gap}{voice.say('… and {count} more.', count=left)}" if left else text)
