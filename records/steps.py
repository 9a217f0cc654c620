"""What the desk was given at a bar's close besides prices: signals, opinions and labels as used."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.labels import LABEL
from records.checkpoint import Array, arrays_of, pack, unpack
from records.message import Message
from strategies.signals import SIGNAL


@dataclass(frozen=True, eq=False)
class Step(Message):
    """ts: open of the bar at whose close this was known, ns UTC. Signals carry the desk's bar numbers.

    signals: ``SIGNAL`` rows, shape (n_signals,). p, status: what the filters answered, shape
    (n_signals, n_filters). labels: ``LABEL`` rows that matured at this bar.
    """

    ts: int
    signals: NDArray[np.void]
    p: NDArray[np.float64]
    status: NDArray[np.int8]
    labels: NDArray[np.void]

    @property
    def key(self) -> str:
        return str(self.ts)


def step_to_body(step: Step) -> bytes:
    """Arrays without rows are left out: most bars bring no signal."""
    arrays = {name: getattr(step, name) for name in _EMPTY if len(getattr(step, name))}
    return pack({"ts": np.array(step.ts, np.int64), **arrays})


def step_from_body(body: bytes) -> Step:
    """The step again, in today's layouts: a field that wasn't known then is 0. Raises DamagedError."""
    old = arrays_of(body)
    new = {name: empty(old[name].shape) if name in old else empty(_NONE) for name, empty in _EMPTY.items()}
    unpack(body, {name: new[name] for name in new.keys() & old.keys()})
    return Step(int(old["ts"]), new["signals"], new["p"], new["status"], new["labels"])


_NONE = (0,)


def _rows(dtype: Any) -> Callable[[tuple[int, ...]], Array]:
    return lambda shape: np.zeros(shape, dtype)


def _table(dtype: Any) -> Callable[[tuple[int, ...]], Array]:
    return lambda shape: np.zeros(shape if len(shape) == 2 else (0, 0), dtype)


_EMPTY = {
    "signals": _rows(SIGNAL),
    "p": _table(np.float64),
    "status": _table(np.int8),
    "labels": _rows(LABEL),
}
