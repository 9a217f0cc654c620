"""Commands that only look."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from live import charts
from live.control.answers import Period
from live.messages import answers, story
from live.messages.markup import b, esc, fit, pre
from live.telegram.call import Answer, Call
from live.telegram.courier import Reply
from market.errors import ConfigError


async def status(call: Call) -> Answer:
    return Reply(answers.status_text(await call.bot.status(), call.voice))


async def positions(call: Call) -> Answer:
    return Reply(answers.positions_text(await call.bot.positions(), call.voice))


async def orders(call: Call) -> Answer:
    return Reply(answers.orders_text(await call.bot.orders(), call.voice))


async def balance(call: Call) -> Answer:
    return Reply(answers.balance_text(await call.bot.balance(), call.voice))


async def profit(call: Call) -> Answer:
    """The figures under the curve of the last thirty days."""
    text = answers.summary_text(await call.bot.summary(), call.voice)
    curve = await call.bot.curve(30)
    return Reply(text, await drawn(lambda: charts.equity(curve, call.voice)))


async def daily(call: Call) -> Answer:
    return await _profit_by(call, Period.DAY, 7)


async def weekly(call: Call) -> Answer:
    return await _profit_by(call, Period.WEEK, 8)


async def monthly(call: Call) -> Answer:
    return await _profit_by(call, Period.MONTH, 6)


async def _profit_by(call: Call, period: Period, count: int) -> Answer:
    rows = await call.bot.profit(period, call.number(0, count, 60))
    return Reply(answers.profit_text(rows, period, call.voice))


async def performance(call: Call) -> Answer:
    return Reply(answers.performance_text(await call.bot.performance(), call.voice))


async def trades(call: Call) -> Answer:
    return Reply(answers.trades_text(await call.bot.trades(call.number(0, 5, 50)), call.voice))


async def why(call: Call) -> Answer:
    return Reply(story.story_text(await call.bot.why(call.word(0)), call.voice))


async def filters(call: Call) -> Answer:
    return Reply(answers.filters_text(await call.bot.filters(), call.voice))


async def decisions(call: Call) -> Answer:
    """/decisions [count] [instrument], in either order."""
    numbers = [word for word in call.words if word.isdigit()]
    names = [word for word in call.words if not word.isdigit()]
    count = min(int(numbers[0]), 50) if numbers else 5
    found = await call.bot.decisions(max(count, 1), names[0] if names else "")
    return Reply(story.decisions_text(found, call.voice))


async def chart(call: Call) -> Answer:
    data = await call.bot.chart(call.word(0), call.number(1, 120, 500))
    return Reply(b(data.instrument), await asyncio.to_thread(charts.candles, data, call.voice))


async def config(call: Call) -> Answer:
    return Reply(fit(pre(await call.bot.config())))


async def logs(call: Call) -> Answer:
    lines = await call.bot.logs(call.number(0, 10, 50))
    if not lines:
        return Reply(call.voice.say("The log is empty."))
    kept = [_log_line(line) for line in lines]
    while len(kept) > 1 and sum(map(len, kept)) > 3800:  # the newest are at the end
        kept.pop(0)
    return Reply(fit(pre("\n".join(kept))))


async def health(call: Call) -> Answer:
    return Reply(answers.health_text(await call.bot.health(), call.voice))


async def version(call: Call) -> Answer:
    found = await call.bot.status()
    return Reply(f"Maemae {esc(found.version)} · {esc(found.profile)} · {esc(call.voice.say(found.mode))}")


async def drawn(draw: Callable[[], bytes]) -> bytes | None:
    """A picture, drawn beside the loop; None when there is nothing to draw."""
    try:
        return await asyncio.to_thread(draw)
    except ConfigError:
        return None


def _log_line(line: str) -> str:
    """A JSON line as a person reads it; anything else as it is."""
    try:
        told: dict[str, Any] = json.loads(line)
        rest = " ".join(f"{key}={value}" for key, value in told.items() if key not in _HEAD)
        return f"{str(told['ts'])[11:19]} {told['level']} {told['event']} {rest}".rstrip()
    except (ValueError, KeyError, TypeError, AttributeError):
        return line


_HEAD = ("ts", "level", "logger", "event", "exception")
