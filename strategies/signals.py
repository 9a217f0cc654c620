"""``Signals``: what a strategy says, one row per saying, sorted by the bar at whose close it is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from market.bars import Ints
from market.compiled import compiled
from market.errors import DataError, nearest
from market.masks import true_rows


class SignalKind(IntEnum):
    """What is asked for. EXIT and REVIEW concern an open position; ENTER asks for one."""

    ENTER = 1
    EXIT = 2
    REVIEW = 3


class Entry(IntEnum):
    """How a position is entered. LIMIT and STOP wait at ``price`` for ``valid_bars``."""

    MARKET = 0
    LIMIT = 1
    STOP = 2


class BarrierUnit(IntEnum):
    """What ``stop``, ``target`` and ``trail`` measure."""

    FRACTION = 0  # of the entry price: 0.01 = 1 %
    POINTS = 1  # distance from the entry price
    PRICE = 2  # the level itself (``trail`` is then in points)


SIGNAL = np.dtype(
    [
        ("bar", np.int64),  # panel row at whose close the signal is known
        ("instrument", np.int32),  # column of the panel
        ("strategy", np.int32),  # place in the profile; set by compose
        ("kind", np.int8),
        ("side", np.int8),  # +1 long, -1 short
        ("entry", np.int8),
        ("unit", np.int8),  # BarrierUnit of stop, target, trail
        ("tag", np.int32),  # the author's own number, carried to the trade
        ("strength", np.float64),  # in [0, 1]
        ("price", np.float64),  # of a LIMIT or STOP entry; NaN for MARKET
        ("stop", np.float64),  # NaN = none (compose may fill it from [monitor])
        ("target", np.float64),
        ("trail", np.float64),
        ("horizon", np.int64),  # bars held at most; 0 = none
        ("valid_bars", np.int64),  # bars a LIMIT or STOP entry waits; 0 = for ever
        ("weight", np.float64),  # target fraction of equity; NaN = the sizer decides
    ],
    align=True,
)
_ABSENT: dict[str, Any] = {name: np.nan for name in ("price", "stop", "target", "trail", "weight")}
_DEFAULTS: dict[str, Any] = {"kind": SignalKind.ENTER, "side": 1, "strength": 1.0, **_ABSENT}
COLUMNS: tuple[str, ...] = SIGNAL.names or ()
_BYTES = np.dtype((np.void, SIGNAL.itemsize))  # copied whole: field by field takes five times as long


def _plain_entry() -> NDArray[np.void]:
    """A signal of which nothing is said, as bytes, shape (1,)."""
    row = np.zeros(1, SIGNAL)
    for name, value in _DEFAULTS.items():
        row[name] = value
    return row.view(_BYTES)


_PLAIN = _plain_entry()
_PLAIN_ROW = _PLAIN.view(SIGNAL)
_NOWHERE = np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class Signals:
    """rows: structured array of ``SIGNAL``, shape (n_signals,), sorted by bar. n_bars: how many bars the
    masks had that made them; None when they weren't made from masks."""

    rows: NDArray[np.void]
    n_bars: int | None = None

    def __post_init__(self) -> None:
        if self.rows.dtype != SIGNAL:
            raise DataError(f"signals: expected an array of SIGNAL rows, got {self.rows.dtype}.")

    def __len__(self) -> int:
        return len(self.rows)

    def copy(self) -> "Signals":
        return Signals(self.rows.view(_BYTES).copy().view(SIGNAL))

    @classmethod
    def none(cls) -> "Signals":
        return cls(np.zeros(0, SIGNAL))

    @classmethod
    def at(cls, bars: ArrayLike, **columns: ArrayLike) -> "Signals":
        """One signal at each of ``bars``; every other column is an array of that length or one value."""
        where = np.atleast_1d(np.asarray(bars, dtype=np.int64))
        rows = np.repeat(_PLAIN, len(where)).view(SIGNAL)
        rows["bar"] = where
        for name, value in columns.items():
            _known(name)
            rows[name] = value
        return cls(rows)

    @classmethod
    def of(
        cls,
        enter: NDArray[np.bool_] | None = None,
        exit: NDArray[np.bool_] | None = None,
        enter_short: NDArray[np.bool_] | None = None,
        exit_short: NDArray[np.bool_] | None = None,
        **columns: Any,
    ) -> "Signals":
        """Signals where the masks, shape (n_bars,), are true; exits come before entries on one bar.

        ``columns`` (stop=0.01, horizon=20 …) apply to the entries; arrays of length n_bars are read
        at the entry's bar.
        """
        asked = (exit, exit_short, enter, enter_short)
        masks = [None if mask is None else _mask(mask) for mask in asked]
        lengths = sorted({len(mask) for mask in masks if mask is not None})
        if len(lengths) > 1:
            raise DataError(f"signal masks have different lengths {lengths}: expected one value per bar.")
        n_bars = lengths[0] if lengths else None
        given = {name: _per_bar(name, value, n_bars or 0) for name, value in columns.items()}
        rows = _in_order(_PLAIN_ROW, *(_NOWHERE if mask is None else true_rows(mask) for mask in masks))
        if given:
            entries = rows["kind"] == SignalKind.ENTER
            for name, value in given.items():
                rows[name][entries] = value[rows["bar"][entries]] if value.ndim else value
        return cls(rows, n_bars)

    @classmethod
    def merge(cls, parts: "Iterable[Signals]") -> "Signals":
        """All rows of ``parts``, sorted by bar; on one bar, earlier parts come first."""
        rows = [part.rows.view(_BYTES) for part in parts]
        if not rows:
            return cls.none()
        together = np.concatenate(rows)
        return cls(together[np.argsort(together.view(SIGNAL)["bar"], kind="stable")].view(SIGNAL))


@compiled
def _in_order(plain: Any, exit: Ints, exit_short: Ints, enter: Ints, enter_short: Ints) -> Any:
    """Signals at the bars of each kind, all ascending; on one bar, in the order of the arguments."""
    said = (exit, exit_short, enter, enter_short)
    total = len(exit) + len(exit_short) + len(enter) + len(enter_short)
    rows, at = np.empty(total, plain.dtype), np.zeros(4, np.int64)
    for row in range(total):
        first = -1
        for k in range(4):
            if at[k] < len(said[k]) and (first < 0 or said[k][at[k]] < said[first][at[first]]):
                first = k
        rows[row] = plain[0]
        rows[row].bar = said[first][at[first]]
        rows[row].kind = SignalKind.EXIT if first < 2 else SignalKind.ENTER
        rows[row].side = -1 if first % 2 else 1
        at[first] += 1
    return rows


def _mask(mask: ArrayLike) -> NDArray[np.bool_]:
    """True and False only: a NaN in a mask of numbers would count as true."""
    found = np.asarray(mask)
    if found.dtype != np.bool_ or found.ndim != 1:
        raise DataError(
            f"a signal mask is {found.dtype} of shape {found.shape}; expected True or False per bar."
        )
    return found


def _per_bar(name: str, given: ArrayLike, n_bars: int) -> NDArray[Any]:
    """A column of the author's: one value, or one per bar."""
    _known(name)
    value = np.asarray(given)
    if value.shape not in ((), (n_bars,)):
        raise DataError(
            f"signals: {name} has shape {value.shape}; expected one value, or one per bar ({n_bars})."
        )
    return value


def _known(name: str) -> None:
    if name not in COLUMNS:
        raise DataError(f"signals have no column '{name}'. {nearest(name, COLUMNS)}")
