"""The real 2011 KOSPI200 option tape as LS's frames: through our parser, and over a socket into a broker."""

import asyncio
import json
import time
from collections.abc import Iterator
from itertools import islice
from math import isnan
from pathlib import Path
from typing import Any

from benchmarks.table import Row, limit
from brokers.contract import Feed, QuoteEvent
from brokers.keys import Keys
from brokers.ls.access import LsAccess
from brokers.ls.broker import LsBroker
from brokers.ls.market_messages import MarketMessages
from brokers.ls.messages import message
from brokers.simulators import LsSim, contract_of
from brokers.simulators.ls_hours import Hours
from brokers.simulators.ls_tape import option_tape
from brokers.simulators.ls_words import ms_of

TAPE = Path("../shared/data/korea/kospi200_options_l2_2011-02-16_part1.parquet")
DAY = "20110216"
MOST = 60_000  # frames
LIMIT_S = 1.0 / 20_000  # a message
Frame = tuple[str, str, dict[str, Any]]


def rows() -> Iterator[Row]:
    if not TAPE.exists():
        return
    frames = list(islice(option_tape(TAPE), MOST))
    yield parsed(frames)
    yield asyncio.run(heard(frames))


def parsed(frames: list[Frame]) -> Row:
    """Bytes in, events out."""
    texts = [_frame(*frame) for frame in frames]
    now = ms_of(DAY, "120000") * 10**6
    market = MarketMessages({key: f"{key}@ls" for _, key, _ in frames}, lambda: now)
    began = time.process_time()
    events = [market(message(text)) for text in texts]
    took = time.process_time() - began
    right = all(_same(body, event) for (_, _, body), event in zip(frames, events, strict=True))
    each = took / len(texts)
    note = f"{len(texts):,} books of {len({key for _, key, _ in frames})} options, {1 / each:,.0f} a second"
    return limit("ls_parser", each, LIMIT_S, right, "limit, a message", note=note)


async def heard(frames: list[Frame]) -> Row:
    """The same over the simulator's socket into the broker: in order, none lost."""
    codes = list(dict.fromkeys(key for _, key, _ in frames))
    sim = LsSim(contracts=[contract_of(code) for code in codes], rates=False, hours=Hours.never_closed())
    sim.clock.set(ms_of(DAY, "120000"))  # type: ignore[attr-defined]
    async with sim:
        where = {"url": sim.rest_url, "socket_url": sim.socket_url.removesuffix("/websocket")}
        access, keys = (
            LsAccess("KEY", "SECRET", margin=0.1, **where),
            Keys(sim.account.key, sim.account.secret),
        )
        use = tuple(f"{code}@ls" for code in codes)
        broker = LsBroker(access, keys, use, clock=lambda: sim.clock.now() * 10**6, haste=1e6)
        await broker.connect()
        try:
            await broker.subscribe(broker.use, {Feed.QUOTES})
            events = broker.events()
            await anext(events)  # that the stream is up
            began = time.perf_counter()
            feeding = asyncio.create_task(sim.feed(iter(frames)))
            quotes = [event async for event in _so_many(events, len(frames))]
            took = time.perf_counter() - began
            await feeding
        finally:
            await broker.close()
    right = len(quotes) == len(frames) and all(
        _same(body, quote) for (_, _, body), quote in zip(frames, quotes, strict=True)
    )
    each = took / len(frames)
    note = f"{len(quotes):,} of {len(frames):,} heard in order, {1 / each:,.0f} a second, both ends here"
    return limit("ls_socket", each, LIMIT_S, right, "limit, a message", note=note)


async def _so_many(events: Any, count: int) -> Any:
    async for event in events:
        if isinstance(event, QuoteEvent):
            yield event
            count -= 1
            if not count:
                return


def _frame(tr: str, key: str, body: dict[str, Any]) -> bytes:
    texts = {name: str(value) for name, value in body.items()}
    return json.dumps({"header": {"tr_cd": tr, "tr_key": key}, "body": texts}, ensure_ascii=False).encode()


def _same(body: dict[str, Any], event: Any) -> bool:
    def price(name: str) -> float:
        return float(body[name]) or float("nan")

    def equal(a: float, b: float) -> bool:
        return a == b or (isnan(a) and isnan(b))

    return (
        isinstance(event, QuoteEvent)
        and event.instrument == f"{body['optcode'].strip()}@ls"
        and equal(event.bid, price("bidho1"))
        and equal(event.ask, price("offerho1"))
        and (event.bid_size, event.ask_size) == (float(body["bidrem1"]), float(body["offerrem1"]))
    )
