"""What waits to be sent to one receiver: of bounded size, merged when it floods, never in anyone's way."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from live.alerts.settings import ALWAYS
from live.control.events import Event, Kind

SINGLE = 30  # alerts that wait one by one
RESERVED = 30  # more of the kinds that always get through one by one


@dataclass(frozen=True)
class Alert:
    """An event to be told. silent: without a sound. picture: PNG. merged: how many like it came besides.
    since: when it came, or the first that it stands for; seconds of the monotonic clock."""

    event: Event
    silent: bool = False
    picture: bytes | None = None
    merged: int = 0
    until: int = 0  # time of the last of them
    since: float = field(default_factory=time.monotonic, compare=False)


class Outbox:
    """First in, first out. Above ``SINGLE`` waiting ones, alerts of a kind merge into its newest.

    ``put`` never waits, and holds at most SINGLE + RESERVED + two for each kind.
    """

    def __init__(self) -> None:
        self._waiting: deque[Alert] = deque()
        self._merged: dict[tuple[Kind, bool], Alert] = {}
        self._some = asyncio.Event()
        self.merged = 0  # since the start

    def __len__(self) -> int:
        return len(self._waiting) + len(self._merged)

    def put(self, alert: Alert) -> None:
        """Call it in the event loop's thread."""
        room = SINGLE + RESERVED if alert.event.kind in ALWAYS else SINGLE
        if len(self._waiting) < room and not self._merged.get((alert.event.kind, alert.silent)):
            self._waiting.append(alert)
        else:
            self._merge(alert)
        self._some.set()

    def _merge(self, alert: Alert) -> None:
        """The newest is shown; those before it are counted."""
        name = (alert.event.kind, alert.silent)
        before = self._merged.get(name)
        count = before.merged + 1 if before else 0
        self.merged += 1 if before else 0
        picture = alert.picture or (before.picture if before else None)
        since = before.since if before else alert.since
        self._merged[name] = Alert(alert.event, alert.silent, picture, count, alert.event.ts, since)

    def waiting(self) -> Iterator[Alert]:
        """All that waits."""
        yield from self._waiting
        yield from self._merged.values()

    def take(self, most: int = 10) -> list[Alert]:
        """Up to ``most`` of the oldest that are alike in loudness; those with a picture or buttons alone."""
        if not self._waiting:
            self._waiting.extend(self._merged.values())
            self._merged.clear()
        taken: list[Alert] = []
        while self._waiting and len(taken) < most:
            next_one = self._waiting[0]
            if taken and (alone(next_one) or alone(taken[0]) or next_one.silent != taken[0].silent):
                break
            taken.append(self._waiting.popleft())
        return taken

    def put_back(self, alerts: list[Alert]) -> None:
        """What couldn't be sent, to the front again."""
        self._waiting.extendleft(reversed(alerts))
        self._some.set()

    async def some(self) -> None:
        """Until something waits."""
        while not len(self):
            self._some.clear()
            await self._some.wait()


def alone(alert: Alert) -> bool:
    """Whether it needs a message of its own."""
    return alert.picture is not None or alert.event.kind is Kind.APPROVAL
