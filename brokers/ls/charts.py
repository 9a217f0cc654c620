"""Bars of LS's charts: minutes and days of futures, options and stocks, and the newest minutes of a night.

Minute rows are stamped by their end and come in either order; pages overlap. A row that trades still change
is left out. How one is stamped that is cut short (under way, a day's last, without trades at its end) isn't
documented: by its last minute or as if it were whole, it opened at the clock's multiple before.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from brokers.ls.answers import Answer
from brokers.ls.rest import Rest
from brokers.ls.values import Row, day_of, decimal, instant, near
from market.bars import Bars
from market.errors import ConfigError, DataError
from market.instruments import Instrument
from market.timeframes import DAY, MINUTE, timeframe_text

ROWS = 500  # the most of one page that isn't compressed
NIGHT_ROWS = 999
MINUTES = (1, 2, 3, 5, 10, 15, 30, 60)
Candle = tuple[int, float, float, float, float, float]  # ts of its open, ns; open, high, low, close, volume


@dataclass(frozen=True, slots=True)
class _Chart:
    """tick, minute, day: TRs. more: fields that the day's TR has besides."""

    tick: str
    minute: str
    day: str
    more: Mapping[str, str]


_FUTURES = _Chart("t8464", "t8465", "t8466", {})
_STOCKS = _Chart("t8411", "t8412", "t8410", {"sujung": "N"})  # prices as they were traded


async def bars(rest: Rest, instrument: Instrument, timeframe: int, start: int, end: int, now: int) -> Bars:
    """Closed bars that open in [start, end), ns UTC. Raises ConfigError for a timeframe that LS lacks.

    A day's bar opens at 00:00 UTC of its date. Bars of seconds are made of LS's own list of trades. Of nights
    LS has the running one only, in real mode.
    """
    chart = _STOCKS if len(instrument.symbol) == 6 else _FUTURES
    rows: dict[int, Candle] = {}
    if timeframe < MINUTE:
        rows = _of_trades(await _trades(rest, chart, instrument, start, end), timeframe)
    else:
        async for candle in _asked(rest, chart, instrument, timeframe, start, end):
            rows[candle[0]] = candle
    return _bars(instrument, timeframe, rows, start, min(end, now - timeframe + 1))


async def night(rest: Rest, instrument: Instrument, timeframe: int, start: int, end: int, now: int) -> Bars:
    """The same of the night session under way."""
    count = _minutes(timeframe)
    block = {"focode": instrument.symbol, "cgubun": "B", "bgubun": str(count), "cnt": NIGHT_ROWS}
    answer = await rest.ask("t8461", {"t8461InBlock": block})
    rows, at = {}, now
    for row in sorted(answer.rows("OutBlock1"), key=lambda row: -_of_night(str(row["chetime"]))):
        at = near(at, str(row["chetime"]))
        candle = _candle(_open(at, timeframe), row, "price", "volume")
        rows[candle[0]] = candle
    return _bars(instrument, timeframe, rows, start, min(end, now - timeframe + 1))


def joined(day: Bars, night: Bars) -> Bars:
    """Bars of both, in order of time."""
    columns = [
        np.concatenate([getattr(day, name), getattr(night, name)])
        for name in ("ts", "open", "high", "low", "close", "volume")
    ]
    _, places = np.unique(columns[0], return_index=True)
    return Bars(day.instrument, day.timeframe, *(column[places] for column in columns))


async def _asked(
    rest: Rest, chart: _Chart, instrument: Instrument, timeframe: int, start: int, end: int
) -> AsyncIterator[Candle]:
    if timeframe == DAY:
        block = {
            "shcode": instrument.symbol, "gubun": "2", "qrycnt": ROWS, "sdate": _utc_day(start),
            "edate": _utc_day(end - 1), "cts_date": "", "comp_yn": "N", **chart.more,
        }  # fmt: skip
        async for row in _pages(rest, chart.day, block, _older_days):
            day = datetime.strptime(str(row["date"]), "%Y%m%d").replace(tzinfo=UTC)
            yield _candle(int(day.timestamp()) * 10**9, row)
        return
    block = _block(instrument, _minutes(timeframe), start, end - 1 + timeframe)
    stamps: list[int] = []
    async for row in _pages(rest, chart.minute, block, _older_minutes):
        stamps.append(instant(str(row["date"]), str(row["time"])))
        yield _candle(_open(stamps[-1], timeframe), row)
    _check_clock(stamps, timeframe)


async def _trades(
    rest: Rest, chart: _Chart, instrument: Instrument, start: int, end: int
) -> list[tuple[int, float, float]]:
    """(second they were in, price, quantity) of all trades, in order. An older page has everything up to the
    instant that asked for it, so that what the newer one has of it is dropped."""
    found: list[tuple[int, float, float]] = []
    async for answer in rest.all(chart.tick, _block(instrument, 1, start, end), _older_minutes):
        page = [_trade(row) for row in answer.rows("OutBlock1")]
        if page and page[0][0] > page[-1][0]:
            page.reverse()  # either order comes
        joint = page[-1][0] if page else 0
        found = page + [trade for trade in found if trade[0] > joint]
        if page and page[0][0] < start:
            break
    return found


def _trade(row: Row) -> tuple[int, float, float]:
    at = instant(str(row["date"]), str(row["time"])[:6])
    return at, float(decimal(row["close"])), float(decimal(row["jdiff_vol"]))


def _of_trades(trades: list[tuple[int, float, float]], timeframe: int) -> dict[int, Candle]:
    rows: dict[int, Candle] = {}
    for at, price, quantity in trades:
        ts = at // timeframe * timeframe
        _, o, h, l, _, volume = rows.get(ts, (ts, price, price, price, price, 0.0))
        rows[ts] = (ts, o, max(h, price), min(l, price), price, volume + quantity)
    return rows


def _block(instrument: Instrument, count: int, start: int, last: int) -> dict[str, object]:
    """What asks for bars of ``count`` minutes or trades."""
    return {
        "shcode": instrument.symbol, "ncnt": count, "qrycnt": ROWS, "nday": "0", "sdate": day_of(start),
        "stime": "", "edate": day_of(last), "etime": "", "cts_date": "", "cts_time": "", "comp_yn": "N",
    }  # fmt: skip


async def _pages(
    rest: Rest, code: str, block: Mapping[str, object], older: Callable[[Answer], Row]
) -> AsyncIterator[Row]:
    """Rows of the newest page, then older ones: each is asked for by the end that the one before names."""
    async for answer in rest.all(code, block, older):
        for row in answer.rows("OutBlock1"):
            yield row


def _older_days(answer: Answer) -> Row:
    day = str(answer.row("OutBlock").get("cts_date") or "").strip()
    return {"edate": day} if day else {}


def _older_minutes(answer: Answer) -> Row:
    row = answer.row("OutBlock")
    day, time = str(row.get("cts_date") or "").strip(), str(row.get("cts_time") or "").strip()
    return {"edate": day, "etime": time[:6]} if day else {}


def _minutes(timeframe: int) -> int:
    count, rest = divmod(timeframe, MINUTE)
    if rest or count not in MINUTES:
        known = ", ".join(timeframe_text(each * MINUTE) for each in MINUTES)
        raise ConfigError(
            f"timeframe '{timeframe_text(timeframe)}': LS has no such candles. It has: seconds, {known}, 1d."
        )
    return count


def _candle(ts: int, row: Row, close: str = "close", volume: str = "jdiff_vol") -> Candle:
    o, h, l, c = (float(decimal(row[name])) for name in ("open", "high", "low", close))
    return ts, o, h, l, c, float(decimal(row[volume]))


def _open(stamp: int, timeframe: int) -> int:
    return (stamp - 1) // timeframe * timeframe


def _check_clock(stamps: list[int], timeframe: int) -> None:
    """Bars that count from a session's beginning (08:45) would be named by wrong times. Raises DataError."""
    odd = [stamp % timeframe for stamp in stamps if stamp % timeframe]
    if len(odd) > max(len(stamps) // 2, 2) and len(set(odd)) == 1:
        raise DataError(
            f"timeframe '{timeframe_text(timeframe)}': LS's bars end {odd[0] // MINUTE} minutes off the "
            "clock's multiples. Nothing was taken; use a shorter one, such as 5m."
        )


def _of_night(clock: str) -> int:
    """Seconds into a night, which goes over midnight."""
    seconds = int(clock[:2]) * 3600 + int(clock[2:4]) * 60 + int(clock[4:6] or 0)
    return seconds + (86_400 if seconds < 43_200 else 0)


def _utc_day(ns: int) -> str:
    return datetime.fromtimestamp(ns // 10**9, UTC).strftime("%Y%m%d")


def _bars(instrument: Instrument, timeframe: int, rows: Mapping[int, Candle], start: int, end: int) -> Bars:
    kept = [rows[ts] for ts in sorted(rows) if start <= ts < end]
    ts = np.array([candle[0] for candle in kept], np.int64)
    columns = [np.array([candle[place] for candle in kept], np.float64) for place in range(1, 6)]
    return Bars(instrument, timeframe, ts, *columns)
