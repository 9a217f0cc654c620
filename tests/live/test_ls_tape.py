"""A real morning's option books through LS's simulator into a bot's engine: every one, in order."""

import asyncio
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from brokers.contract import BrokerEvent, QuoteEvent
from brokers.keys import Keys
from brokers.ls.access import LsAccess
from brokers.ls.broker import LsBroker
from brokers.simulators import Account, LsSim
from brokers.simulators.ls_tape import option_tape
from live.recovery import recover
from maemae.compose_live_market import streamed
from maemae.profile import check_profile
from market.errors import ConfigError
from market.timeframes import MINUTE
from records.inputs import Start
from tests.chaos.life import MANIFEST, assembled
from tests.chaos.worlds import LS
from tests.live.ls_desk import bars_of

COUNT, MOST = 8_000, 200  # frames, instruments: all of the tape
DAY = date(2024, 2, 15)  # the tape's codes are given this year's letter: KRX's hours of 2011 aren't known


def test_no_book_is_lost_or_out_of_order(tmp_path: Path, real_data: Path) -> None:
    tape = real_data / "korea" / "kospi200_options_l2_2011-02-16_part1.parquet"
    frames = [renamed(*frame) for frame in islice(option_tape(tape), COUNT)]
    codes = list(dict.fromkeys(key for _, key, _ in frames))[:MOST]
    frames = [frame for frame in frames if frame[1] in codes]
    played = {code: bars_of(code, DAY, 8 * 60 + 50, [5.0] * 30, MINUTE, 0.01) for code in codes}
    folder = tmp_path / "account"
    folder.mkdir()

    async def scene() -> None:
        money = Account.funded({"KRW": 10**10}, key="key", secret="secret")
        async with LsSim(played, account=money, history=5, rates=False) as sim:
            broker = broker_of(sim, codes)
            await broker.connect()
            heard: list[QuoteEvent] = []
            life = assembled(folder, broker, await broker.instruments(broker.use), LS)
            engine, listen = life.engine, life.engine.listen

            def noting(event: BrokerEvent) -> None:
                if isinstance(event, QuoteEvent):
                    heard.append(event)
                listen(event)

            engine.listen = noting
            await engine.start(Start("chaos", "live", MANIFEST), recover(life.session, MANIFEST.code))
            running = asyncio.create_task(engine.run())
            while not {f"OH0@{code}" for code in codes} <= set(sim.streams.heard_by()):
                await asyncio.sleep(0.01)
            assert await sim.feed(iter(frames)) == len(frames)
            while len(heard) < len(frames):
                await asyncio.sleep(0.01)
            engine.stop()
            await running
            await broker.close()
            life.session.journal.close()
        assert [(each.instrument, each.bid_size, each.ask_size) for each in heard] == [
            (f"{key}@ls", float(body["bidrem1"]), float(body["offerrem1"])) for _, key, body in frames
        ]

    asyncio.run(asyncio.wait_for(scene(), 120))
    assert len(frames) == 7_999


def renamed(stream: str, code: str, body: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    code = f"{code[:3]}V{code[4:]}"
    return stream, code, body | {"optcode": code}


def broker_of(sim: LsSim, codes: list[str]) -> LsBroker:
    where = {"url": sim.rest_url, "socket_url": sim.socket_url.removesuffix("/websocket")}
    access = LsAccess("KEY", "SECRET", margin=0.1, **where)
    now = sim.clock.now
    use = tuple(f"{code}@ls" for code in codes)
    return LsBroker(access, Keys("key", "secret"), use, clock=lambda: now() * 10**6, haste=1e5)


def test_a_bot_on_options_is_refused_before_it_begins() -> None:
    async def scene() -> None:
        played = {"201V3260": bars_of("201V3260", DAY, 8 * 60 + 50, [5.0] * 30, MINUTE, 0.01)}
        money = Account.funded({"KRW": 10**10}, key="key", secret="secret")
        async with LsSim(played, account=money, history=5, rates=False) as sim:
            broker = broker_of(sim, list(played))
            await broker.connect()
            profile = {
                "name": "x",
                "mode": "live",
                "venue": {"use": "ls"},
                "market": {"instruments": list(broker.use), "timeframe": "1m"},
                "strategy": [{"use": "sma_cross"}],
            }
            with pytest.raises(ConfigError, match="not traded by a bot yet"):
                await streamed(check_profile(profile, "x"), broker)
            await broker.close()

    asyncio.run(asyncio.wait_for(scene(), 120))
