"""Brings one receiver its alerts: in order, patiently when it is down, at its own speed when flooded."""

import asyncio
import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from live.alerts.outbox import Alert, Outbox

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
MOST = 10  # alerts in one message
_LOG = logging.getLogger(__name__)


class Flooded(Exception):
    """The receiver wants no more for ``wait_s`` seconds. Nothing was delivered."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"flooded: again in {wait_s:g} s")
        self.wait_s = wait_s


class Unreachable(Exception):
    """The receiver can't be reached now, or says it is ill. It may have got the message."""


class Unwanted(Exception):
    """The receiver refuses this message, now and always."""


class Sink(Protocol):
    """A receiver. name: for people and metrics."""

    name: str

    async def send(self, alerts: list[Alert]) -> None:
        """Deliver them as one message. Raises Flooded, Unreachable or Unwanted."""
        ...


@dataclass
class Delivery:
    """One receiver with its outbox. Counts are since the start."""

    sink: Sink
    first_pause_s: float = FIRST_PAUSE_S
    outbox: Outbox = field(default_factory=Outbox)
    sent: int = 0
    failures: int = 0
    refused: int = 0
    _most: int = field(init=False, default=MOST)
    _sending: list[Alert] = field(init=False, default_factory=list)

    async def run(self) -> None:
        """Deliver for ever; cancel it to stop."""
        pause = self.first_pause_s
        while True:
            await self.outbox.some()
            wait_s = await self._one()
            if wait_s is None:
                pause = self.first_pause_s
                continue
            await asyncio.sleep(wait_s or pause * random.uniform(0.8, 1.2))
            if not wait_s:
                pause = min(2 * pause, LONGEST_PAUSE_S)

    async def flush(self, within_s: float) -> bool:
        """Last words before the process ends; False when not all could be said in time."""
        try:
            async with asyncio.timeout(within_s):
                while len(self.outbox):
                    wait_s = await self._one()
                    if wait_s is not None:
                        await asyncio.sleep(wait_s or self.first_pause_s)
        except TimeoutError:
            return False
        return True

    async def _one(self) -> float | None:
        """One message. None: done; else how long to wait, 0 = as long as after a failure."""
        self._sending = alerts = self.outbox.take(self._most)
        try:
            await self.sink.send(alerts)
        except Flooded as error:
            self.outbox.put_back(alerts)
            return max(error.wait_s, 0.05)
        except Unreachable as error:
            self.outbox.put_back(alerts)
            self.failures += 1
            if self.failures % 20 == 1:
                _LOG.warning("%s: alerts wait: %s", self.sink.name, error)
            return 0.0
        except asyncio.CancelledError:
            self.outbox.put_back(alerts)
            raise
        except Exception as error:  # Unwanted, or a fault in rendering it: waiting won't mend that
            self._give_up(alerts, error)
            return None
        finally:
            self._sending = []
        self.sent += len(alerts)
        self._most = MOST
        return None

    def waiting(self) -> Iterator[Alert]:
        """All that hasn't been delivered, what is on its way included."""
        yield from self._sending
        yield from self.outbox.waiting()

    def _give_up(self, alerts: list[Alert], error: Exception) -> None:
        """One bad alert must not take others with it: of several, each is tried alone."""
        if len(alerts) > 1:
            self.outbox.put_back(alerts)
            self._most = 1
            return
        self.refused += 1
        _LOG.error("%s refused an alert (%s): %s", self.sink.name, alerts[0].event.kind.value, error)
