"""One client's stream: what is sent in order, and what faults make of it."""

import asyncio
import json
from collections import deque
from typing import Any

from aiohttp import web

from brokers.simulators.faults import STREAMS, Faults, Kind


class Socket:
    """send() never blocks; ``pump`` writes. Faults are matched by stream name."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request, faults: Faults) -> None:
        self.ws = ws
        self.request = request
        self.faults = faults
        self.closed = False
        self.streams: set[str] = set()
        self._outbox: deque[str | bytes] = deque()
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._held: dict[str, str | bytes] = {}
        self._gap: dict[str, int] = {}

    def send(self, stream: str, message: Any, *, binary: bool = False) -> None:
        """Queue a message of a stream, if faults let it."""
        text = json.dumps(message, ensure_ascii=False)
        self.send_text(stream, text.encode() if binary else text)

    def send_text(self, stream: str, text: str | bytes) -> None:
        """The same of a message that is written already, once for many clients."""
        for out in self._faulty(stream, text):
            self._put(out)

    def answer(self, message: Any) -> None:
        """Queue an answer to the client itself; no fault strikes it."""
        self._put(json.dumps(message))

    def abort(self) -> None:
        """The connection dies without a farewell."""
        self.closed = True
        self._outbox.clear()
        self._sent.set()
        if self.request.transport is not None:
            self.request.transport.abort()

    def _put(self, out: str | bytes) -> None:
        if not self.closed:
            self._outbox.append(out)
            self._sent.clear()
            self._wake.set()

    def _faulty(self, stream: str, out: str | bytes) -> list[str | bytes]:
        """The messages that leave now in place of one."""
        if self._gap.get(stream, 0) > 0:
            self._gap[stream] -= 1
            return []
        fault = self.faults.strike(stream, *STREAMS)
        kind = fault.kind if fault is not None else None
        if fault is not None and kind is Kind.GAP:
            self._gap[stream] = int(fault.value) - 1
            return []
        if kind is Kind.LOST:
            return []
        if kind is Kind.DISCONNECTED:
            self.abort()
            return []
        if kind is Kind.DUPLICATED:
            return [out, out]
        if kind is Kind.REORDERED and stream not in self._held:
            self._held[stream] = out
            return []
        held = self._held.pop(stream, None)
        return [out] if held is None else [out, held]

    async def pump(self) -> None:
        """Write what is queued until the connection ends."""
        while not self.closed:
            await self._wake.wait()
            self._wake.clear()
            while self._outbox and not self.closed:
                out = self._outbox.popleft()
                try:
                    await (self.ws.send_str(out) if isinstance(out, str) else self.ws.send_bytes(out))
                except (ConnectionError, RuntimeError):
                    self.closed = True
            if not self._outbox or self.closed:
                self._sent.set()

    async def drained(self) -> None:
        """Until everything queued has been written."""
        if not self.closed:
            await self._sent.wait()
