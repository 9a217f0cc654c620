"""How soon an engine that died is started again, and when no more."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RestartRules:
    """first_s doubles up to longest_s. More than ``most`` deaths within ``window_s``: a person must look."""

    first_s: float = 1.0
    longest_s: float = 60.0
    most: int = 6
    window_s: float = 600.0


@dataclass
class Restarts:
    """The deaths of late. A quiet ``window_s`` begins anew."""

    rules: RestartRules
    _deaths: deque[float] = field(default_factory=deque)

    def died(self, now: float) -> float | None:
        """Seconds to wait before the next start; None: give up. now: seconds of a monotonic clock."""
        while self._deaths and now - self._deaths[0] > self.rules.window_s:
            self._deaths.popleft()
        self._deaths.append(now)
        if len(self._deaths) > self.rules.most:
            return None
        return min(self.rules.first_s * 2.0 ** (len(self._deaths) - 1), self.rules.longest_s)

    def forget(self) -> None:
        """A person started it: what was doesn't count."""
        self._deaths.clear()
