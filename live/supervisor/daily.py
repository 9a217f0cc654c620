"""The daily report: when it is due, and what is in it."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from live import charts
from live.control.answers import Period
from live.control.bot import Bot
from live.control.events import Daily
from live.messages.voice import Voice
from market.errors import ConfigError

CURVE_DAYS = 30


def day_due(at: str, zone: str, reported: str, now: float) -> str | None:
    """The day (YYYY-MM-DD) whose report is due, None when it isn't. at: "HH:MM". reported: the last one's.

    now: seconds UTC. A report is of the day that ``now`` is in, once its hour has come.
    """
    if not at:
        return None
    moment = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    today = moment.strftime("%Y-%m-%d")
    return today if moment.strftime("%H:%M") >= at and today > reported else None


async def daily_report(bot: Bot, voice: Voice, day: str, at: str) -> tuple[Daily, bytes | None]:
    """The figures of a day and the curve. at: "HH:MM"; before noon the day is the one before.

    Raises EngineDown and what ``Bot`` raises.
    """
    status, rows = await bot.status(), await bot.profit(Period.DAY, 2)
    curve, cards = await bot.curve(CURVE_DAYS), await bot.filters()
    row = rows[min(1 if at < "12:00" else 0, len(rows) - 1)] if rows else None
    report = Daily(
        day=voice.day(row.start) if row else day,
        profile=status.profile,
        currency=status.currency,
        equity=status.equity,
        pnl=row.pnl if row else 0.0,
        pnl_pct=row.pnl_pct if row else 0.0,
        trades=row.trades if row else 0,
        wins=row.wins if row else 0,
        fees=row.fees if row else 0.0,
        positions=status.positions,
        filters=cards,
    )
    try:
        picture = await asyncio.to_thread(charts.equity, curve, voice)
    except ConfigError:
        picture = None
    return report, picture
