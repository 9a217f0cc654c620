"""Closed candles of a venue, page by page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from brokers.candle import Candle
from brokers.crypto.dialect import Dialect
from brokers.crypto.exact import Row
from market.errors import ConfigError
from market.timeframes import timeframe_text

MS = 1_000_000  # ns
Ask = Callable[[Callable[[], Awaitable[list[Candle]]]], Awaitable[list[Candle]]]


def timeframe_word(exchange: Any, timeframe: int) -> str:
    """ccxt's word for a bar length in ns; ConfigError lists those the venue has."""
    word = timeframe_text(timeframe)
    if word not in (exchange.timeframes or {}):
        known = ", ".join(exchange.timeframes or {}) or "none"
        raise ConfigError(f"timeframe '{word}': {exchange.id} has no such candles. It has: {known}.")
    return word


async def pages(
    exchange: Any, dialect: Dialect, market: Row, timeframe: int, start: int, end: int, ask: Ask
) -> AsyncIterator[tuple[int, list[Candle]]]:
    """(instant up to which the venue has been asked, its candles) until ``end``; all in ns, in order of time.

    Candles that open in [start, end); ones still forming are the caller's to drop.
    """
    word, step = timeframe_word(exchange, timeframe), timeframe // MS
    at, last = -(-start // MS), -(-end // MS)
    while at < last:
        span_end = min(at + dialect.candles * step, last)
        params = {} if dialect.forward else {"until": span_end - 1}

        async def fetch(at: int = at, params: Row = params) -> list[Candle]:
            found: list[Candle] = await exchange.fetch_ohlcv(
                market["symbol"], word, at, dialect.candles, params
            )
            return found

        rows = sorted((row for row in await ask(fetch) if at <= row[0]), key=lambda row: row[0])
        full = len(rows) >= dialect.candles
        at = span_end if not dialect.forward else rows[-1][0] + step if full else last
        yield min(at, last) * MS, [row for row in rows if row[0] < min(at, last)]
