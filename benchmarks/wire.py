"""From bytes on the socket to order bytes on the wire: the whole bot against a venue in another process.

The frame that closes a bar comes over loopback, unmodified ccxt reads it, the whole pipeline decides, the
intent is on disk, unmodified ccxt signs the order and writes it. Each part is timed in the same run; ours is
what is neither the socket's, nor ccxt's, nor the disk's flush.
"""

import asyncio
import tempfile
import time
from asyncio.selector_events import _SelectorSocketTransport  # type: ignore[attr-defined]
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp.client_proto import ResponseHandler

from benchmarks.table import Row
from benchmarks.wire_venue import KEY, SECRET, SYMBOL, Venue, venue
from brokers.crypto.access import Access
from brokers.crypto.binance_spot import BinanceSpot
from brokers.crypto.broker import CcxtBroker
from brokers.keys import Keys
from live.control.places import Places
from live.host import Hosted, host
from live.redaction import Redactor
from maemae.compose_live import Outside, assemble
from maemae.compose_live_market import streamed
from maemae.live_bot import LiveBot
from maemae.profile import check_profile
from records.journal import Journal

EVENTS, WARM, MOST = 3_000, 100, 12_000  # bars with an order; those before don't count; bars at most
WHOLE_S, OWN_S = {50: 1.5e-3, 99: 5e-3}, {50: 150e-6, 99: 1e-3}
COMPARED_EVERY = 8  # bars
NAMES = ("whole", "read", "parse", "own", "flush", "send")
CLOSED, ORDER = b'"x": true', b"POST /api/v3/order"
PROFILE: dict[str, Any] = {
    "name": "wire",
    "mode": "live",
    "cash": 1_000_000.0,
    "venue": {"use": "binance", "account": "wire"},
    "market": {"instruments": [f"{SYMBOL}@binance"], "timeframe": "1m"},
    "strategy": [{"use": "sma_cross", "fast": 2, "slow": 5}],
    "filters": [{"use": "technical", "act": "learn"}, {"use": "regime", "act": "learn"}],
    "sizing": {"use": "fixed", "quantity": 30.0},
    "execution": {"entry": "twap", "exit": "twap", "slices": 3},
    "risk": {"controls": {"max_losses_in_row": 1_000_000, "max_executions": 1_000_000}},
}


class Hurried(BinanceSpot):
    """The venue's limits count its own minutes, of which many are played in a second."""

    burst_s = 1e6
    capabilities = replace(BinanceSpot.capabilities, orders_per_s=1e6)


@dataclass
class Clocked:
    """One event: instants (s) on its way, and what others took meanwhile."""

    came: float = 0.0  # the frame's bytes
    said: float = 0.0  # decoded, and given to us
    asked: float = 0.0  # ccxt is given the order
    flush: float = 0.0
    parsed: float = 0.0  # by ccxt, of that frame and of others before the order was asked for


@dataclass
class Parts:
    """Seconds of each part, an entry for every bar that sent an order."""

    now: Clocked = field(default_factory=Clocked)
    whole: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)  # socket, frame, JSON
    parse: list[float] = field(default_factory=list)  # ccxt's own handling of the frame
    flush: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    send: list[float] = field(default_factory=list)  # ccxt's request, signature, socket

    def wrote(self, when: float) -> None:
        """The bytes of an order that a closed bar brought are the kernel's."""
        one, self.now = self.now, Clocked()
        self.whole.append(when - one.came)
        self.read.append(one.said - one.came)
        self.parse.append(one.parsed)
        self.flush.append(one.flush)
        self.own.append(one.asked - one.said - one.parsed - one.flush)
        self.send.append(when - one.asked)

    def warm(self) -> "Parts":
        """Without the first ``WARM`` orders."""
        return Parts(**{name: getattr(self, name)[WARM:] for name in NAMES})

    def told(self) -> str:
        return ", ".join(
            f"{name} {_us(getattr(self, name), 50)} / {_us(getattr(self, name), 99)}" for name in NAMES
        )


def _us(values: list[float], percent: int) -> str:
    return f"{np.percentile(values, percent) * 1e6:.0f}"


def rows() -> Iterator[Row]:
    """p50 and p99 of the whole way and of our share."""
    parts = asyncio.run(measured(EVENTS + WARM)).warm()
    floor = [
        read + parse + send for read, parse, send in zip(parts.read, parts.parse, parts.send, strict=True)
    ]
    note = f"{len(parts.whole):,} bars with an order; p50 / p99 in us: {parts.told()}; "
    note += f"floor without us {_us(floor, 50)} / {_us(floor, 99)}"
    for name, limits in (("whole", WHOLE_S), ("own share", OWN_S)):
        values = parts.whole if name == "whole" else parts.own
        for percent, wanted in limits.items():
            found = float(np.percentile(values, percent))
            right = len(parts.whole) >= EVENTS
            yield Row(f"wire p{percent}", name, found, wanted, wanted / found, 1.0, right, nan, note=note)


async def measured(
    events: int, profile: Mapping[str, Any] = PROFILE, change: Callable[[Hosted], None] = lambda hosted: None
) -> Parts:
    """Trade until so many bars have sent an order. change: of the bot, before its first bar."""
    parts = Parts()
    with tempfile.TemporaryDirectory() as folder, venue(MOST) as place, ExitStack() as stack:
        hosted, broker, journal = await bot(profile, Hurried(), place, Path(folder), stack)
        stack.enter_context(_timed(parts, broker, journal))
        life = asyncio.create_task(host(hosted))
        try:
            while not hosted.bot.trading and not life.done():
                await asyncio.sleep(0.02)
            await asyncio.sleep(1.0)  # until every stream is open
            change(hosted)
            for bar in range(1, MOST + 1):
                parts.now = Clocked()
                await place.advance()
                await _done(hosted, life, bar)
                if len(parts.whole) >= events:
                    break
        finally:
            hosted.bot.end("measured")
            await asyncio.gather(life, return_exceptions=True)
        if life.exception() is not None:
            life.result()
    return parts


async def bot(
    settings: Mapping[str, Any], dialect: BinanceSpot, place: Venue, folder: Path, stack: ExitStack
) -> tuple[Hosted, CcxtBroker, Journal]:
    """A live bot, its broker connected to the venue, not yet hosted."""
    profile = check_profile(dict(settings), "wire")
    broker = CcxtBroker(
        Access("binance", "BENCH_KEY", "BENCH_SECRET"),
        Keys(KEY, SECRET),
        dialect,
        tuple(profile.market.instruments),
        point=place.point,
        clock=lambda: place.clock.now() * 10**6,
    )
    await broker.connect()
    market = await streamed(profile, broker)
    made = LiveBot(profile, folder / "profile.toml", 'name = "wire"', Places(folder).make())
    journal = stack.enter_context(Journal.open(made.journal, made.account))
    return assemble(made, market, journal, Outside(Redactor())), broker, journal


async def _done(hosted: Hosted, life: "asyncio.Task[str]", bar: int) -> None:
    """Until the bar has been heard and all that it brought is over."""
    bot, deadline = hosted.bot, time.monotonic() + 20.0
    while len(bot.reader.history) - bot.reader.start < bar and not life.done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"bar {bar} was not seen within 20 s")
        await asyncio.sleep(0.001)
    await bot.engine.sending.idle()
    await bot.engine.sending.settled()
    if bar % COMPARED_EVERY == 0:  # minutes pass too fast for the engine's own clockwork
        await bot.engine.beat()
    bot.reader.rest()


@contextmanager
def _timed(parts: Parts, broker: CcxtBroker, journal: Journal) -> Iterator[None]:
    """Clocks on the way. Nothing of ccxt is changed; its functions are called through."""
    exchange, clock = broker._open, time.perf_counter
    handle, create, received = exchange.handle_message, exchange.create_order, ResponseHandler.data_received
    write = _SelectorSocketTransport.write

    def data_received(self: Any, data: bytes) -> None:
        if CLOSED in data:
            parts.now = Clocked(came=clock())
        received(self, data)

    def handle_message(client: Any, message: Any) -> None:
        """ccxt's share of a message: all but what our listener takes of it."""
        begin, listener, ours = clock(), exchange.ears.message, [0.0]

        def listening(*given: Any) -> None:
            began = clock()
            listener(*given)
            ours[0] = clock() - began

        if parts.now.came and not parts.now.said and _closes(message):
            parts.now.said = begin
        exchange.ears.message = listening
        try:
            handle(client, message)
        finally:
            exchange.ears.message = listener
        if parts.now.said and not parts.now.asked:
            parts.now.parsed += clock() - begin - ours[0]

    async def create_order(*given: Any, **more: Any) -> Any:
        if parts.now.said and not parts.now.asked:
            parts.now.asked = clock()
        return await create(*given, **more)

    def writing(self: Any, data: Any) -> None:
        write(self, data)
        if parts.now.asked and bytes(data[: len(ORDER)]) == ORDER:
            parts.wrote(clock())

    journal._db = _Flushes(journal._db, parts)  # type: ignore[assignment]
    exchange.create_order, exchange.handle_message = create_order, handle_message
    ResponseHandler.data_received = data_received  # type: ignore[method-assign]
    _SelectorSocketTransport.write = writing
    try:
        yield
    finally:
        ResponseHandler.data_received = received  # type: ignore[method-assign]
        _SelectorSocketTransport.write = write


def _closes(message: Any) -> bool:
    """A frame that says that a bar is over."""
    said = message.get("data", message) if isinstance(message, dict) else {}
    return isinstance(said, dict) and bool(said.get("k", {}).get("x"))


class _Flushes:
    """The journal's connection, whose commits are timed."""

    def __init__(self, connection: Any, parts: Parts) -> None:
        self._connection, self._parts = connection, parts

    def execute(self, sql: str, *given: Any) -> Any:
        if sql != "COMMIT":
            return self._connection.execute(sql, *given)
        begin = time.perf_counter()
        found = self._connection.execute(sql)
        if self._parts.now.said and not self._parts.now.asked:
            self._parts.now.flush += time.perf_counter() - begin
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
