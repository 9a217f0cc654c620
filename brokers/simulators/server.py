"""A local server that speaks a venue's protocol: requests, sockets, faults on their way, the market."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from brokers.simulators.account import Account
from brokers.simulators.clock import Clock, VirtualClock, WallClock
from brokers.simulators.exchange import Exchange
from brokers.simulators.faults import REQUESTS, Fault, Faults, Kind
from brokers.simulators.market import Replay
from brokers.simulators.sockets import Socket

Answer = dict[str, Any] | list[Any]


class VenueError(Exception):
    """An answer that refuses: HTTP status, JSON body, headers."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


@dataclass
class Call:
    """One request as a handler sees it.

    params: query and body together. unseen_since: orders created after this (ms) are not found yet (a fault);
    skew: ms the venue's clock is ahead in this call (a fault).
    """

    method: str
    path: str
    query: str
    body: str
    headers: dict[str, str]
    params: dict[str, Any]
    account: Account | None = None
    unseen_since: int | None = None
    skew: int = 0
    status: int = 200
    extra_headers: dict[str, str] = field(default_factory=dict)

    @property
    def trader(self) -> Account:
        """The account that asks; a signed endpoint has one."""
        assert self.account is not None
        return self.account


@dataclass(frozen=True)
class Endpoint:
    """access: "open", "key" (known key) or "signed". right: what the key must be allowed to. orders: how many
    it counts as."""

    handler: Callable[[Call], Answer]
    weight: int = 1
    access: str = "open"
    right: str = "read"
    orders: int = 0


class Simulator:
    """What the venues' simulators share. ``async with`` it; ``url`` then says where it listens.

    faults: armed by ``faults.add``. maintenance: every request is refused while True. requests: how many of
    each "METHOD /path" arrived.
    """

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self.clock = clock
        self.wall = clock if isinstance(clock, WallClock) else WallClock()
        self.signing_clock: Clock = self.wall
        self.faults = faults
        self.maintenance = False
        self.endpoints: dict[tuple[str, str], Endpoint] = {}
        self.requests: dict[str, int] = {}
        self.sockets: set[Socket] = set()
        self.replay: Replay
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()
        self._playing: asyncio.Task[None] | None = None

    # --- life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 = any free one."""
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._closing.clear()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop playing, drop every connection, free the port."""
        self._closing.set()
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)
        await self.disconnect()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def disconnect(self) -> None:
        """Close every stream as a lost network would."""
        for socket in list(self.sockets):
            socket.abort()
        await asyncio.sleep(0)

    # --- the market

    async def advance(self, bars: int = 1) -> None:
        """Play ``bars`` bars on the virtual clock; what they cause has left for the clients on return."""
        for _ in range(bars):
            if not self.replay.advance():
                break
            await self.flush()

    async def step(self) -> bool:
        """Play one step of the market (a trade, a quote or a close)."""
        more = self.replay.step()
        await self.flush()
        return more

    def run(self, speed: float = 1.0) -> "asyncio.Task[None]":
        """Play to the end in the background, ``speed`` times as fast as it was."""
        self._playing = asyncio.ensure_future(self.replay.run(speed))
        return self._playing

    async def flush(self) -> None:
        """Until every stream has sent what it had."""
        for socket in list(self.sockets):
            await socket.drained()
        await asyncio.sleep(0)

    # --- requests

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._open_socket(request)
        place = self.place(request)
        self.requests[place] = self.requests.get(place, 0) + 1
        fault = self.faults.strike(place, *REQUESTS)
        before = await self._before(request, fault)
        if before is not None:
            return before
        call = await self._call(request, fault)
        status, headers, text = self.answer(call)
        return await self._after(request, fault, status, headers, text)

    async def _before(self, request: web.Request, fault: Fault | None) -> web.StreamResponse | None:
        """Faults that strike before the venue has done anything."""
        kind = fault.kind if fault is not None else None
        if self.maintenance or kind is Kind.MAINTENANCE:
            return _response(self.under_maintenance())
        if fault is None:
            return None
        if kind in (Kind.THROTTLED, Kind.BANNED):
            return _response(self.throttled(fault))
        if kind is Kind.REVOKED:
            self.revoked(request)
        if kind is Kind.STOLEN:
            self.stolen(request)
        if kind is Kind.ERROR:
            return _response(self.failed(int(fault.value)))
        if kind is Kind.SILENT:
            return await self._never(request)
        if kind is Kind.DROPPED:
            return _dropped(request)
        if kind is Kind.SLOW:
            await asyncio.sleep(fault.value)
        return None

    async def _after(
        self, request: web.Request, fault: Fault | None, status: int, headers: dict[str, str], text: str
    ) -> web.StreamResponse:
        """Faults that strike when the venue has done what was asked."""
        kind = fault.kind if fault is not None else None
        if fault is not None and kind is Kind.ERROR_ACCEPTED:
            return _response(self.failed(int(fault.value)))
        if kind is Kind.SILENT_ACCEPTED:
            return await self._never(request)
        if kind is Kind.DROPPED_ACCEPTED:
            return await _cut(request, status, headers, text)
        return web.Response(
            status=status, text=text, headers=headers, content_type="application/json", charset="utf-8"
        )

    async def _never(self, request: web.Request) -> web.StreamResponse:
        """No answer, until the server ends."""
        await self._closing.wait()
        return _dropped(request)

    async def _call(self, request: web.Request, fault: Fault | None) -> Call:
        body = await request.text()
        call = Call(
            method=request.method,
            path=request.path,
            query=request.rel_url.raw_query_string,
            body=body,
            headers={key.lower(): value for key, value in request.headers.items()},
            params=dict(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True)),
        )
        if fault is not None and fault.kind is Kind.LAGGING:
            call.unseen_since = self.clock.now() - int(fault.value * 1000)
        if fault is not None and fault.kind is Kind.SKEW:
            call.skew = int(fault.value)
        return call

    def answer(self, call: Call) -> tuple[int, dict[str, str], str]:
        """(HTTP status, headers, JSON text) of what the venue says."""
        if call.skew:
            ahead = self.signing_clock.now() + call.skew
            call.extra_headers["Date"] = formatdate(ahead / 1000, usegmt=True)
        try:
            self.read_body(call)
            endpoint = self.endpoints.get((call.method, call.path)) or self.pattern(call)
            if endpoint is None:
                raise self.no_such_path(call)
            self.count(call, endpoint)
            self.authorize(call, endpoint)
            body = endpoint.handler(call)
        except VenueError as error:
            return (
                error.status,
                {**call.extra_headers, **error.headers},
                json.dumps(error.body, ensure_ascii=False),
            )
        return call.status, call.extra_headers, json.dumps(body, ensure_ascii=False)

    # --- sockets

    async def _open_socket(self, request: web.Request) -> web.StreamResponse:
        place = f"WS {request.path}"
        self.requests[place] = self.requests.get(place, 0) + 1
        fault = self.faults.strike(place, *REQUESTS)
        before = await self._before(request, fault)
        if before is not None:
            return before
        try:
            greet = self.socket(request)
        except VenueError as error:
            return _response(error)
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)
        socket = Socket(ws, request, self.faults)
        self.sockets.add(socket)
        pump = asyncio.ensure_future(socket.pump())
        try:
            heard = await greet(socket)
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    await heard(message.data)
                elif message.type is WSMsgType.BINARY:
                    await heard(message.data.decode())
        finally:
            self.sockets.discard(socket)
            socket.closed = True
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
        return ws

    # --- what each venue says its own way

    def place(self, request: web.Request) -> str:
        """What faults call this request."""
        return f"{request.method} {request.path}"

    def socket(self, request: web.Request) -> "Greeting":
        """What to do with a new socket; raises VenueError to refuse it."""
        raise NotImplementedError

    def read_body(self, call: Call) -> None:
        """Add the body's parameters to the call's."""
        raise NotImplementedError

    def pattern(self, call: Call) -> Endpoint | None:
        """An endpoint whose path has parts that vary; None = no such path."""
        raise NotImplementedError

    def count(self, call: Call, endpoint: Endpoint) -> None:
        """Rate limits. Raises VenueError."""
        raise NotImplementedError

    def authorize(self, call: Call, endpoint: Endpoint) -> None:
        """Who asks, and whether they may. Raises VenueError."""
        raise NotImplementedError

    def no_such_path(self, call: Call) -> VenueError:
        raise NotImplementedError

    def throttled(self, fault: Fault) -> VenueError:
        raise NotImplementedError

    def failed(self, status: int) -> VenueError:
        raise NotImplementedError

    def under_maintenance(self) -> VenueError:
        raise NotImplementedError

    def revoked(self, request: web.Request) -> None:
        """Revoke the key that this request carries."""
        raise NotImplementedError

    def stolen(self, request: web.Request) -> None:
        """Another process takes a token with the key of this request; elsewhere that harms nobody."""


Heard = Callable[[str], Awaitable[None]]
Greeting = Callable[[Socket], Awaitable[Heard]]


def known(exchange: Exchange, key: str) -> Account | None:
    """The account of a key."""
    return next((account for account in exchange.accounts.values() if account.key == key), None)


def new_clock(clock: Clock | None) -> Clock:
    return VirtualClock() if clock is None else clock


def _response(error: VenueError) -> web.Response:
    if isinstance(error.body, str):
        return web.Response(status=error.status, text=error.body, content_type="text/html")
    return web.json_response(error.body, status=error.status, headers=error.headers)


def _dropped(request: web.Request) -> web.StreamResponse:
    """The connection dies without a byte."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _cut(request: web.Request, status: int, headers: dict[str, str], text: str) -> web.StreamResponse:
    """Half of the answer, then nothing: the connection dies mid-reply."""
    data = text.encode()
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = len(data)
    response.content_type = "application/json"
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    await asyncio.sleep(0)
    if request.transport is not None:
        request.transport.abort()
    return response
