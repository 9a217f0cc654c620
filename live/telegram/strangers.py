"""People without a role: they get no answer, and can't fill the log either."""

import logging
from collections import OrderedDict

_LOG = logging.getLogger(__name__)
REMEMBERED = 1000
EVERY_S = 600.0  # one line for a stranger in this time
LINES = 20  # and this many for all of them together


class Strangers:
    """Notes who knocks. Bounded, whatever comes."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, tuple[float, int]] = OrderedDict()  # last line, silent knocks since
        self._window, self._lines = 0.0, 0
        self.knocks = 0

    def knock(self, user: int, name: str, now: float) -> bool:
        """Whether this one was logged. now: seconds of any clock."""
        self.knocks += 1
        last, silent = self._seen.pop(user, (-EVERY_S, 0))
        told = now - last >= EVERY_S and self._room(now)
        if told:
            _LOG.warning(
                "telegram: stranger %d (%r) ignored, %d times silently before", user, name[:40], silent
            )
        self._seen[user] = (now, 0) if told else (last, silent + 1)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return told

    def _room(self, now: float) -> bool:
        if now - self._window >= EVERY_S:
            self._window, self._lines = now, 0
        self._lines += 1
        return self._lines <= LINES
