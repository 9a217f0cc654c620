"""Small Korean markets, a bare client and an independent one for the tests of LS's simulator."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import ebest
import numpy as np

from brokers.simulators import Account, Contract, LsSim, contract_of
from brokers.simulators.ls_fields import rest_layouts
from brokers.simulators.ls_words import ms_of
from market.bars import Bars
from market.instruments import Instrument

MINUTE = 60 * 10**9
FUTURE, CALL, PUT, STOCK = "101V3000", "201V3345", "301V3345", "005930"
NEW = {"FnoIsuNo": FUTURE, "BnsTpCode": "2", "FnoOrdprcPtnCode": "00", "FnoOrdPrc": 344.0, "OrdQty": 2}
DAY = "20240104"  # a Thursday
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def bars_at(
    code: str,
    closes: list[float],
    day: str = DAY,
    clock: str = "090000",
    spread: float = 0.1,
    volume: float = 40,
) -> Bars:
    """One-minute bars through given closes from a time in Seoul on; extremes ``spread`` beyond."""
    close = np.asarray(closes, float)
    open_ = np.r_[close[0], close[:-1]]
    ts = ms_of(day, clock) * 10**6 + MINUTE * np.arange(len(close), dtype=np.int64)
    high, low = np.maximum(open_, close) + spread, np.minimum(open_, close) - spread
    instrument = Instrument(f"{code}@ls", quote="KRW")
    return Bars(instrument, MINUTE, ts, open_, high, low, close, np.full(len(close), volume))


def flat(count: int = 30, price: float = 345.0) -> list[float]:
    return [price] * count


def market(history: int = 2, clock: str = "090000", day: str = DAY, count: int = 30, **more: Any) -> LsSim:
    """A future, an at-the-money call and put, and a stock, all standing still."""
    bars = {
        FUTURE: bars_at(FUTURE, flat(count), day, clock),
        CALL: bars_at(CALL, flat(count, 5.0), day, clock, 0.01),
        PUT: bars_at(PUT, flat(count, 4.9), day, clock, 0.01),
        STOCK: bars_at(STOCK, flat(count, 72_000.0), day, clock, 100.0, 4000),
    }
    more.setdefault("rates", False)
    contracts: list[Contract] = [contract_of(STOCK, name="삼성전자")]
    return LsSim(bars, contracts=contracts, history=history, **more)


class Plain:
    """A client with no opinions: it sends what it is told and returns what came."""

    def __init__(self, sim: LsSim, account: Account | None = None) -> None:
        self.sim = sim
        self.account = account or sim.account
        self.token = ""
        self.http: aiohttp.ClientSession
        self.heard: list[tuple[str, str | None, Any]] = []
        self.acks: list[dict[str, Any]] = []
        self.arrived: list[str] = []
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._listening: asyncio.Task[None] | None = None

    async def login(self) -> dict[str, Any]:
        found = await self.form("token", grant_type="client_credentials", scope="oob")
        self.token = found[1].get("access_token", "")
        return found[1]

    async def form(self, what: str, **fields: str) -> tuple[int, dict[str, Any]]:
        given = {"appkey": self.account.key, "appsecretkey": self.account.secret} | fields
        async with self.http.post(f"{self.sim.rest_url}/oauth2/{what}", data=given) as response:
            return response.status, await response.json()

    async def ask(
        self, tr: str, block: dict[str, Any] | None = None, more: str = "", **fields: Any
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """(HTTP status, body, headers) of a TR. more: the continuation key."""
        layout = rest_layouts()[tr]
        headers = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json; charset=utf-8",
            "tr_cd": tr,
            "tr_cont": "Y" if more else "N",
            "tr_cont_key": more,
        }
        body = json.dumps({layout.asked.name: {**(block or {}), **fields}})
        async with self.http.post(self.sim.rest_url + layout.path, data=body, headers=headers) as response:
            text = await response.text()
            self.arrived.append(f"reply {tr}")
            return response.status, json.loads(text), dict(response.headers)

    async def got(self, tr: str, **fields: Any) -> dict[str, Any]:
        """The body of a TR that is answered with 200."""
        status, body, _ = await self.ask(tr, fields)
        assert status == 200, body
        return body

    async def order(
        self, side: str = "2", price: float = 344.0, lots: int = 2, code: str = FUTURE, kind: str = "00"
    ) -> Any:
        """(rsp_cd, number) of a new order of a derivative."""
        body = await self.got(
            "CFOAT00100", FnoIsuNo=code, BnsTpCode=side, FnoOrdprcPtnCode=kind, FnoOrdPrc=price, OrdQty=lots
        )
        return body["rsp_cd"], body["CFOAT00100OutBlock2"]["OrdNo"]

    async def modify(self, number: int, price: float, lots: int, code: str = FUTURE) -> Any:
        body = await self.got(
            "CFOAT00200", FnoIsuNo=code, OrgOrdNo=number, FnoOrdprcPtnCode="00", FnoOrdPrc=price, MdfyQty=lots
        )
        return body["rsp_cd"], body["CFOAT00200OutBlock2"]["OrdNo"]

    async def cancel(self, number: int, lots: int, code: str = FUTURE) -> Any:
        body = await self.got("CFOAT00300", FnoIsuNo=code, OrgOrdNo=number, CancQty=lots)
        return body["rsp_cd"], body["CFOAT00300OutBlock2"]["OrdNo"]

    async def rows(self) -> dict[int, dict[str, Any]]:
        """t0434's lines by number."""
        body = await self.got("t0434", expcode="", chegb="0", sortgb="2", cts_ordno=" ")
        return {row["ordno"]: row for row in body["t0434OutBlock1"]}

    # --- the stream

    async def listen(self, *streams: tuple[str, str]) -> None:
        """Register, and wait for the answers."""
        if self._socket is None or self._socket.closed:
            self._socket = await self.http.ws_connect(self.sim.socket_url)
            self._listening = asyncio.ensure_future(self._hear(self._socket))
        for stream, key in streams:
            await self.register(stream, key, "3" if key else "1")

    async def register(self, stream: str, key: str, kind: str) -> dict[str, Any]:
        assert self._socket is not None
        before = len(self.acks)
        header = {"token": self.token, "tr_type": kind}
        await self._socket.send_str(json.dumps({"header": header, "body": {"tr_cd": stream, "tr_key": key}}))
        await until(lambda: len(self.acks) > before)
        return self.acks[-1]

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            found = json.loads(message.data)
            if found["body"] is None:
                self.acks.append(found["header"])
            else:
                header = found["header"]
                self.heard.append((header["tr_cd"], header.get("tr_key"), found["body"]))
                self.arrived.append(header["tr_cd"])

    def bodies(self, *streams: str) -> list[dict[str, Any]]:
        return [body for stream, _, body in self.heard if stream in streams]

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._listening is not None:
            await asyncio.gather(self._listening, return_exceptions=True)


@asynccontextmanager
async def plain(sim: LsSim, account: Account | None = None, timeout: float = 15.0) -> AsyncIterator[Plain]:
    """A bare client that has its token."""
    client = Plain(sim, account)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as http:
        client.http = http
        await client.login()
        try:
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def independent(sim: LsSim, monkeypatch: Any, account: Account | None = None) -> AsyncIterator[Any]:
    """An unmodified ``ebest.OpenApi`` that is logged in; only its addresses are others."""
    module = sys.modules["ebest.OpenApi"]
    monkeypatch.setattr(module, "BASE_URL", sim.rest_url)
    for name in ("WSS_URL_REAL", "WSS_URL_SIMULATION"):
        monkeypatch.setattr(module, name, sim.socket_url)
    api, who = ebest.OpenApi(), account or sim.account
    assert await api.login(who.key, who.secret), api.last_message
    try:
        yield api
    finally:
        await api.close()


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to become so; the scene's own time limit ends a wait in vain."""
    while not true():
        await asyncio.sleep(0.005)


async def settled(sim: LsSim, client: Plain, count: int, *streams: str) -> list[dict[str, Any]]:
    """The bodies of some streams, once there are so many."""
    await sim.flush()
    await until(lambda: len(client.bodies(*streams)) >= count)
    return client.bodies(*streams)
