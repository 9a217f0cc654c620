"""The replayed market: history played into exchanges as trades, quotes and candles, at any speed.

A bar becomes four trades: its open (a jump from the last close), the extreme farther from its close, the
other extreme, its close. Moves inside a bar are continuous: a trigger on the way is met at its price.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from brokers.simulators.book import Level
from brokers.simulators.clock import Clock, VirtualClock
from brokers.simulators.events import CandleMoved
from brokers.simulators.exchange import Exchange
from market.bars import Bars
from market.errors import DataError

MS = 1_000_000  # ns


@dataclass(frozen=True)
class Candle:
    """start: ms of its open. volume: units. quote: quote currency traded. trades: how many."""

    start: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    quote: float
    trades: int


@dataclass(frozen=True)
class Print:
    """A step of the market: a trade, or recorded quotes (``bid`` and ``ask`` given)."""

    ms: int
    price: float = 0.0
    quantity: float = 0.0
    buyer_maker: bool = False
    jump: bool = False
    bid: tuple[float, float] | None = None
    ask: tuple[float, float] | None = None


@dataclass
class Track:
    """One symbol's history on one exchange.

    done: how many bars are over. forming: open, high, low, close, volume of the bar under way. prints: the
    recorded steps of each bar, by its index; empty = made from the bar.
    """

    exchange: Exchange
    symbol: str
    bars: Bars
    done: int = 0
    forming: list[float] = field(default_factory=list)
    prints: dict[int, list[Print]] = field(default_factory=dict)

    @property
    def step(self) -> int:
        """ms of a bar."""
        return self.bars.timeframe // MS

    def start(self, index: int) -> int:
        return int(self.bars.ts[index]) // MS

    def path(self, index: int) -> list[Print]:
        """The steps of a bar."""
        if self.prints:
            return self.prints.get(index, [])
        bars, start = self.bars, self.start(index)
        o, h, l, c = (float(a[index]) for a in (bars.open, bars.high, bars.low, bars.close))
        first, second = (l, h) if c >= o else (h, l)
        share = float(bars.volume[index]) / 4
        times = (start, start + self.step // 4, start + self.step // 2, start + self.step - 1)
        before = (o, o, first, second)
        return [
            Print(at, price, share, buyer_maker=price < came, jump=number == 0)
            for number, (at, price, came) in enumerate(zip(times, (o, first, second, c), before, strict=True))
        ]

    def play(self, step: Print) -> None:
        """Bring one step to the exchange."""
        if step.bid is not None and step.ask is not None:
            self.exchange.quote(self.symbol, _level(step.bid), _level(step.ask), step.ms)
            return
        listing = self.exchange.listings[self.symbol]
        price, quantity = listing.rounded(step.price), Decimal(repr(round(step.quantity, 8)))
        if self.prints:
            self.exchange.record(self.symbol, price, quantity, step.buyer_maker, step.ms)
        else:
            self._move(price, quantity, step)
        self._form(float(price) if not self.prints else step.price, step.quantity)
        self.exchange.tell(CandleMoved(self.symbol, self.start(self.done), False, step.ms))

    def _move(self, price: Decimal, quantity: Decimal, step: Print) -> None:
        """Trade at every trigger on the way, then at the price itself; a jump meets nothing on its way."""
        book = self.exchange.books[self.symbol]
        stops = [] if step.jump or book.last is None else book.triggers_between(book.last, price)
        stops = [stop for stop in stops if book.listing.on_tick(stop)]
        share = quantity / (len(stops) + 1)
        for stop in [*stops, price]:
            self.exchange.trade(self.symbol, stop, share, step.buyer_maker, step.ms)

    def _form(self, price: float, quantity: float) -> None:
        if not self.forming:
            self.forming = [price, price, price, price, 0.0]
        forming = self.forming
        forming[1], forming[2] = max(forming[1], price), min(forming[2], price)
        forming[3] = price
        forming[4] += quantity

    def close(self) -> None:
        """The bar under way is over."""
        start, self.forming = self.start(self.done), []
        self.done += 1
        self.exchange.tell(CandleMoved(self.symbol, start, True, start + self.step))

    def candles(self, step: int, start: int | None, end: int | None, limit: int) -> list[Candle]:
        """Candles of ``step`` ms that open in [start, end], the one under way included.

        The first ``limit`` from ``start`` on when it is given, else the last. Empty when ``step`` is no
        multiple of the bars'.
        """
        if step % self.step:
            return []
        stop = self.done + bool(self.forming)
        ts = self.bars.ts[:stop] // MS
        first = 0 if start is None else int(np.searchsorted(ts, start + -start % step))
        last = stop if end is None else int(np.searchsorted(ts, end - end % step + step))
        span = limit * (step // self.step)
        if start is None:
            first = max(first, last - span - step // self.step)
        else:
            last = min(last, first + span)
        made = self._grouped(first, last, step)
        return made[:limit] if start is not None else made[-limit:]

    def candle(self, step: int, at: int) -> Candle | None:
        """The candle of ``step`` ms that holds the instant ``at``."""
        start = at - at % step
        found = self.candles(step, start, start, 1)
        return found[0] if found else None

    def day(self, now: int) -> Candle:
        """The last 24 hours as one candle."""
        stop = self.done
        first = int(np.searchsorted(self.bars.ts[:stop], (now - 86_400_000) * MS))
        rows = [a[first:stop] for a in (self.bars.high, self.bars.low, self.bars.close, self.bars.volume)]
        if first == stop:
            o, h, l, c, v = self.forming or [float(self.bars.open[min(stop, len(self.bars) - 1)])] * 4 + [0.0]
            return Candle(now, o, h, l, c, v, v * c, 1)
        high, low, close, volume = rows
        quote = float((volume * (high + low + close) / 3).sum())
        total, count = float(volume.sum()), 4 * (stop - first)
        o, h, l = float(self.bars.open[first]), float(high.max()), float(low.min())
        return Candle(now, o, h, l, float(close[-1]), total, quote, count)

    def _grouped(self, first: int, last: int, step: int) -> list[Candle]:
        rows: list[Candle] = []
        for index in range(first, last):
            opened = self.start(index) - self.start(index) % step
            values = self.values(index)
            if rows and rows[-1].start == opened:
                rows[-1] = _joined(rows[-1], values)
            else:
                o, h, l, c, volume = values
                rows.append(Candle(opened, o, h, l, c, volume, volume * (h + l + c) / 3, 4))
        return rows

    def values(self, index: int) -> list[float]:
        """Open, high, low, close, volume of a bar, as far as it has come."""
        if index == self.done and self.forming:
            return self.forming
        bars = self.bars
        return [float(a[index]) for a in (bars.open, bars.high, bars.low, bars.close, bars.volume)]


def _joined(candle: Candle, values: Sequence[float]) -> Candle:
    _, h, l, c, volume = values
    return Candle(
        candle.start,
        candle.open,
        max(candle.high, h),
        min(candle.low, l),
        c,
        candle.volume + volume,
        candle.quote + volume * (h + l + c) / 3,
        candle.trades + 4,
    )


def _level(quote: tuple[float, float]) -> Level:
    return Level(Decimal(repr(quote[0])), Decimal(repr(quote[1])))


class Replay:
    """Several tracks on one clock. ``history`` bars are over before the replay begins."""

    def __init__(self, tracks: Sequence[Track], clock: Clock, history: int = 0) -> None:
        self.tracks = list(tracks)
        self.clock = clock
        self.by_symbol = {(id(track.exchange), track.symbol): track for track in tracks}
        steps = {track.step for track in tracks}
        if len(steps) > 1:
            raise DataError(f"bars of {sorted(steps)} ms in one replay; expected one timeframe for all.")
        self._steps: Iterator[int] | None = None
        for track in self.tracks:
            track.done = min(history, len(track.bars))
            self._begin(track)
        self._set(min((track.start(track.done) for track in self.tracks if self._left(track)), default=0))

    def _begin(self, track: Track) -> None:
        """The market as it stands before the first step: the last close, or the first open."""
        if not len(track.bars):
            raise DataError(f"{track.symbol}: no bars to replay.")
        bars = track.bars
        price = bars.close[track.done - 1] if track.done else bars.open[0]
        listing, book = track.exchange.listings[track.symbol], track.exchange.books[track.symbol]
        at = track.start(track.done - 1) + track.step if track.done else track.start(0)
        book.last = listing.rounded(float(price))
        book.center(book.last, at)

    def track(self, exchange: Exchange, symbol: str) -> Track:
        return self.by_symbol[(id(exchange), symbol)]

    @property
    def over(self) -> bool:
        return not any(self._left(track) for track in self.tracks)

    @staticmethod
    def _left(track: Track) -> bool:
        return track.done < len(track.bars)

    def _set(self, ms: int) -> None:
        if isinstance(self.clock, VirtualClock):
            self.clock.set(ms)

    def frame(self) -> Iterator[int]:
        """Play the next bar of every track that has one at the earliest time; yields each step's ms first."""
        due = [track for track in self.tracks if self._left(track)]
        start = min(track.start(track.done) for track in due)
        due = [track for track in due if track.start(track.done) == start]
        steps = [
            (step.ms, number, step) for number, track in enumerate(due) for step in track.path(track.done)
        ]
        for ms, number, step in sorted(steps, key=lambda item: (item[0], item[1])):
            yield ms
            self._set(ms)
            due[number].play(step)
        end = start + due[0].step
        yield end
        self._set(end)
        for track in due:
            track.close()

    def step(self) -> bool:
        """One step of the market. False when history is over."""
        while not self.over:
            if self._steps is None:
                self._steps = self.frame()
                next(self._steps)
            if next(self._steps, None) is not None:
                return True
            self._steps = None
            return True
        return False

    def advance(self) -> bool:
        """To the close of the bar under way, or of the next one. False when history is over."""
        if self.over:
            return False
        for _ in self._steps if self._steps is not None else self.frame():
            pass
        self._steps = None
        return True

    async def run(self, speed: float) -> None:
        """Play to the end, ``speed`` times as fast as it was."""
        loop = asyncio.get_running_loop()
        began, first = loop.time(), None
        while not self.over:
            for ms in self.frame():
                first = ms if first is None else first
                await asyncio.sleep(max((ms - first) / 1000 / speed - (loop.time() - began), 0))


def shifted(bars: Bars, now: int, history: int) -> Bars:
    """The same bars, moved so that bar ``history`` opens at the timeframe's next edge after ``now`` ms."""
    step = bars.timeframe
    edge = -(-(now * MS) // step) * step
    index = min(history, len(bars) - 1)
    return replace(bars, ts=bars.ts + (edge - int(bars.ts[index])))


def recorded(
    exchange: Exchange,
    symbol: str,
    bars: Bars,
    trades: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]],
    quotes: NDArray[np.float64] | None = None,
    quote_ts: NDArray[np.int64] | None = None,
) -> Track:
    """A track of recorded trades (ts ns, price, quantity, buyer was maker) and quotes (bid, size, ask, size).

    bars: their candles (``candled``); quotes outside them are left out. trades, quotes: ascending in time.
    """
    track = Track(exchange, symbol, bars)
    where = np.searchsorted(bars.ts, trades[0], side="right") - 1
    for index, ts, price, quantity, maker in zip(where, *trades, strict=True):
        step = Print(int(ts) // MS, float(price), float(quantity), bool(maker))
        track.prints.setdefault(int(index), []).append(step)
    if quotes is not None and quote_ts is not None:
        where = np.searchsorted(bars.ts, quote_ts, side="right") - 1
        for index, ts, row in zip(where, quote_ts, quotes, strict=True):
            bid, ask = (float(row[0]), float(row[1])), (float(row[2]), float(row[3]))
            track.prints.setdefault(int(index), []).append(Print(int(ts) // MS, bid=bid, ask=ask))
    for steps in track.prints.values():
        steps.sort(key=lambda step: (step.ms, step.bid is None))  # quotes lead the trades they caused
    return track


def candled(
    like: Bars, ts: NDArray[np.int64], price: NDArray[np.float64], quantity: NDArray[np.float64]
) -> Bars:
    """Candles of ``like``'s instrument and timeframe from trades ascending in time (ns)."""
    opened = ts - ts % like.timeframe
    first = np.flatnonzero(np.r_[True, opened[1:] != opened[:-1]])
    last = np.r_[first[1:], len(ts)] - 1
    return replace(
        like,
        ts=opened[first],
        open=price[first],
        high=np.maximum.reduceat(price, first),
        low=np.minimum.reduceat(price, first),
        close=price[last],
        volume=np.add.reduceat(quantity, first),
    )
