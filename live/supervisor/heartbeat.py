"""Whether the engine's loop still turns: asked twice a second over the control socket."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from live.control.answers import Health
from live.control.client import ControlClient
from live.control.errors import EngineDown, EngineFault
from market.errors import MaemaeError


@dataclass(frozen=True)
class HeartbeatRules:
    """silent_s: people are told. hang_s: it is ended. start_s: how long it may take before its first beat.

    A loop that stops just after a beat is told of silent_s + every_s + answer_s later at the most: 4.5 s.
    """

    every_s: float = 0.5
    answer_s: float = 1.0
    silent_s: float = 3.0
    hang_s: float = 20.0
    start_s: float = 180.0


@dataclass
class Heartbeat:
    """One life of the engine. first, silent, back: called when it answers, falls silent, answers again."""

    socket: Path
    rules: HeartbeatRules
    first: Callable[[Health], None]
    silent: Callable[[float], None]
    back: Callable[[float], None]
    health: Health | None = None

    async def watch(self) -> None:
        """Returns when the engine hangs: it has been silent for ``hang_s``, or never began to answer."""
        began = last = time.monotonic()
        told = False
        async with ControlClient(self.socket, self.rules.answer_s) as client:
            while True:
                if await self._beats(client):
                    now = time.monotonic()
                    if told:
                        self.back(now - last)
                    last, told = now, False
                quiet = time.monotonic() - last
                if self.health is None:
                    if time.monotonic() - began > self.rules.start_s:
                        return
                elif quiet > self.rules.hang_s:
                    return
                elif quiet > self.rules.silent_s and not told:
                    told = True
                    self.silent(quiet)
                await asyncio.sleep(self.rules.every_s)

    async def _beats(self, client: ControlClient) -> bool:
        """Whether it answered and its loop has turned since."""
        try:
            found = await client.health()
        except (EngineDown, EngineFault, MaemaeError):
            return False
        before, self.health = self.health, found
        if before is None:
            self.first(found)
            return True
        return (found.pid, found.beat) != (before.pid, before.beat)
