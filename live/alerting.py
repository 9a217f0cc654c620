"""Whether people hear what the engine has to say: what the supervisor, which delivers it, tells of that."""

import time
from collections.abc import Callable
from dataclasses import dataclass

SILENT_S = 10.0  # a supervisor tells every second


@dataclass(eq=False)
class Alerting:
    """Times are seconds of ``steady``, which no one sets."""

    steady: Callable[[], float] = time.monotonic
    _heard: float | None = None  # from the supervisor; None = never: the engine runs alone
    _waited_s: float = 0.0

    def heard(self, waited_s: float) -> None:
        """The supervisor's word: how long the oldest alert has waited; 0 = none waits."""
        self._heard, self._waited_s = self.steady(), max(waited_s, 0.0)

    def late_s(self) -> float:
        """For how long no alert has got through, 0 = nothing is known to wait.

        An alert that waited goes on waiting until the supervisor says that it doesn't. A supervisor that was
        there and has said nothing for a while delivers nothing, either.
        """
        if self._heard is None:
            return 0.0
        silent_s = self.steady() - self._heard
        return self._waited_s + silent_s if self._waited_s or silent_s > SILENT_S else 0.0
