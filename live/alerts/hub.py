"""Events in, alerts out to every receiver. Telling one never waits for another, and nobody waits for any."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence

from live.alerts.delivery import Delivery, Sink
from live.alerts.outbox import Alert
from live.alerts.settings import AlertSettings
from live.control.answers import RiskLine
from live.control.events import Event
from live.risk.codes import Code

KNOWN_KEYS = 20_000


class AlertHub:
    """settings may be changed while it runs."""

    def __init__(self, settings: AlertSettings, sinks: Sequence[Sink]) -> None:
        self.settings = settings
        self.deliveries = [Delivery(sink) for sink in sinks]
        self._keys: OrderedDict[str, None] = OrderedDict()

    def tell(self, event: Event, picture: bytes | None = None) -> None:
        """Queue it everywhere, unless its kind is off or it was told under this key before."""
        level = self.settings.level(event.kind)
        if level == "off" or self._heard(event.key):
            return
        alert = Alert(event, silent=level == "silent", picture=picture)
        for delivery in self.deliveries:
            delivery.outbox.put(alert)

    def waited_s(self) -> float:
        """How long the oldest alert has waited for any receiver, seconds; 0 when none waits.

        What tells of waiting doesn't count, or a slow receiver would never hear the end of it.
        """
        waiting = [
            alert.since
            for delivery in self.deliveries
            for alert in delivery.waiting()
            if not (isinstance(alert.event.body, RiskLine) and alert.event.body.code == Code.ALERTS)
        ]
        return max(time.monotonic() - min(waiting), 0.0) if waiting else 0.0

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            for delivery in self.deliveries:
                group.create_task(delivery.run(), name=f"alerts to {delivery.sink.name}")
            await asyncio.Event().wait()

    async def flush(self, within_s: float) -> None:
        """Last words, when ``run`` has been cancelled."""
        await asyncio.gather(*(delivery.flush(within_s) for delivery in self.deliveries))

    def _heard(self, key: str) -> bool:
        if not key:
            return False
        if key in self._keys:
            return True
        self._keys[key] = None
        if len(self._keys) > KNOWN_KEYS:
            self._keys.popitem(last=False)
        return False
