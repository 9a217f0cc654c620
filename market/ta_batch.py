"""How ``ta`` calls TA-Lib on whole arrays: what it knows of each indicator, the rule for missing bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.errors import ConfigError, DataError
from market.memory import keep_freed_memory
from market.ta_carry import in_force

Floats = NDArray[np.float64]
LONGEST = 100_000  # TA-Lib's own limit of a period
keep_freed_memory()


@dataclass(frozen=True)
class Indicator:
    """A TA-Lib function.

    outputs: arrays it returns. least: its shortest period. poisoned: one NaN in the input makes every later
    output NaN, so a known last output proves that nothing was missing.
    """

    name: str
    outputs: int = 1
    least: int = 2
    poisoned: bool = False


INDICATORS = {
    one.name: one
    for one in (
        Indicator("SMA", least=1, poisoned=True),
        Indicator("EMA", least=1, poisoned=True),
        Indicator("BBANDS", outputs=3, poisoned=True),
        Indicator("MACD", outputs=3, least=1, poisoned=True),
        Indicator("WMA", least=1),
        Indicator("STDDEV"),
        Indicator("MAX"),
        Indicator("MIN"),
        Indicator("ROC", least=1),
        Indicator("RSI"),
        Indicator("STOCH", outputs=2, least=1),
        Indicator("WILLR"),
        Indicator("CCI"),
        Indicator("AROON", outputs=2),
        Indicator("ADX"),
        Indicator("PLUS_DI", least=1),
        Indicator("MINUS_DI", least=1),
        Indicator("ATR", least=1),
        Indicator("NATR", least=1),
        Indicator("SAR"),
        Indicator("OBV"),
        Indicator("MFI"),
    )
}


def batch(name: str, columns: Sequence[Floats], **options: float) -> tuple[Floats, ...]:
    """An indicator over whole columns, each (n_bars,) or (n_bars, n_instruments); one array per output.

    Computed over the rows where every column has a bar; NaN at the other rows and in the warm-up. Of a panel
    every instrument is computed by itself. Raises ConfigError for a period TA-Lib doesn't know, DataError for
    columns of different shapes.
    """
    indicator = INDICATORS[name]
    check_options(indicator, options)
    arrays = [np.asarray(column, np.float64) for column in columns]
    shapes = [array.shape for array in arrays]
    if len(set(shapes)) > 1 or len(shapes[0]) not in (1, 2):
        raise DataError(
            f"ta.{name}: got arrays of shapes {shapes}; expected one shape, (bars,) or (bars, instruments)."
        )
    if arrays[0].ndim == 1:
        return _series(indicator, arrays, options)
    found = tuple(np.empty(shapes[0]) for _ in range(indicator.outputs))
    for column in range(shapes[0][1]):
        for panel, one in zip(
            found, _series(indicator, [a[:, column] for a in arrays], options), strict=True
        ):
            panel[:, column] = one
    return found


def check_options(indicator: Indicator, options: dict[str, float]) -> None:
    """Refuse a period or factor that TA-Lib would refuse or silently cut off."""
    for option, value in options.items():
        where = f"ta.{indicator.name}: {option} = {value!r}"
        if not option.endswith("period"):
            if not (isfinite(value) and value > 0):
                raise ConfigError(f"{where}; expected a number above 0.")
            continue
        try:
            known = indicator.least <= index(value) <= LONGEST  # type: ignore[arg-type]
        except TypeError:
            known = False
        if not known:
            raise ConfigError(f"{where}; expected a whole number from {indicator.least} to {LONGEST:,}.")


def _series(indicator: Indicator, columns: list[Floats], options: dict[str, float]) -> tuple[Floats, ...]:
    """One instrument, carried on from an earlier call where one is in force."""
    if len(columns[0]) == 0:
        return tuple(np.empty(0) for _ in range(indicator.outputs))
    columns, carry = [np.ascontiguousarray(column) for column in columns], in_force()
    if carry is None:
        return _whole(indicator, columns, options)
    return carry.answer(
        (indicator.name, *options.items()),
        columns,
        lambda given: _whole(indicator, given, options),
        lambda *history: _stream(indicator, history, options),
    )


def _stream(indicator: Indicator, history: Sequence[Floats], options: dict[str, float]) -> Any:
    from market.ta_stream import Stream  # which is made of this

    unknown = (nan,) * indicator.outputs if indicator.outputs > 1 else nan
    return Stream(indicator.name, history, unknown, **options)


def _whole(indicator: Indicator, columns: list[Floats], options: dict[str, float]) -> tuple[Floats, ...]:
    """What has no gaps is handed over as it is, without a copy."""
    if indicator.poisoned:
        found = _talib(indicator, columns, options)
        if not np.isnan(found[0][-1]):
            return found
    elif not any(np.isnan(column.sum()) for column in columns):  # a sum costs half of a search
        return _talib(indicator, columns, options)
    return _over_existing(indicator, columns, options)


def _over_existing(
    indicator: Indicator, columns: list[Floats], options: dict[str, float]
) -> tuple[Floats, ...]:
    """As if the missing bars had never been; NaN where they are."""
    present = ~np.logical_or.reduce([np.isnan(column) for column in columns])
    answers = tuple(np.full(len(present), np.nan) for _ in range(indicator.outputs))
    if present.any():
        found = _talib(indicator, [column[present] for column in columns], options)
        for whole, one in zip(answers, found, strict=True):
            whole[present] = one
    return answers


def _talib(indicator: Indicator, columns: list[Floats], options: dict[str, float]) -> tuple[Floats, ...]:
    import talib

    found = getattr(talib, indicator.name)(*columns, **options)
    return tuple(found) if indicator.outputs > 1 else (found,)
