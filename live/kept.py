"""Everything that is kept for people as the journal grows, told once the orders have left."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from live.publishing import Publisher
from live.views.decisions import Decisions
from live.views.evidence import Evidence
from live.views.orders import OrderViews
from live.views.results import Results
from live.views.scale import Scale
from records.message import Message


@dataclass(eq=False)
class Views:
    """What each view was told; whoever asks one gets it up to date.

    waits: a loop runs, and what is ready to leave goes first. ``decisions`` are trading's as well, which asks
    them whether a person must agree: they hear at once.
    """

    scale: Scale
    decisions: Decisions
    _orders: OrderViews
    _results: Results
    _evidence: Evidence
    _publisher: Publisher
    notes: list[tuple[str, str]] = field(default_factory=list)  # client id, what a person did about it
    waits: bool = False
    _untold: deque[tuple[int, Message]] = field(default_factory=deque)
    _due: bool = False  # they will be told

    def heard(self, ts: int, message: Message) -> None:
        self.decisions.heard(ts, message)
        self._untold.append((ts, message))
        if not self.waits:
            self.catch_up()
        elif not self._due:
            self._due = True
            asyncio.get_running_loop().call_later(0, self._tell)  # behind whatever is ready now

    def _tell(self) -> None:
        self._due = False
        self.catch_up()

    def catch_up(self) -> None:
        """What the publisher tells, the others know already."""
        while self._untold:
            ts, message = self._untold.popleft()
            for view in (self._orders, self._results, self._evidence, self._publisher):
                view.heard(ts, message)

    @property
    def orders(self) -> OrderViews:
        self.catch_up()
        return self._orders

    @property
    def results(self) -> Results:
        self.catch_up()
        return self._results

    @property
    def evidence(self) -> Evidence:
        self.catch_up()
        return self._evidence

    @property
    def publisher(self) -> Publisher:
        self.catch_up()
        return self._publisher
