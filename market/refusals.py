"""What makes bars unusable: each rule yields errors with the row and the value. See ``findings.ERRORS``."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from market.findings import Finding
from market.reading.raw import RawBars

TOLERANCE = 0.005  # open or close this far outside low .. high, relative, is rounding of adjusted prices
PRICE_NAMES = ("open", "high", "low", "close")


def refusals(raw: RawBars) -> list[Finding]:
    """Every error, by row. Rows without a bar (``missing_bars``) must have been taken out before."""
    if len(raw) == 0:
        return [Finding("empty", "error", 0, 0, "there are no bars; expected at least 2.", raw.name)]
    whole = [*_empty_columns(raw)]
    if whole:
        return whole
    found = [*_order(raw)]
    if not _sound(raw):
        found += [*_missing(raw), *_prices(raw), *_volumes(raw), *_ranges(raw), *_outside(raw)]
    return sorted(found, key=lambda finding: finding.row)


def missing_bars(raw: RawBars) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows that are halts, and rows that are blank: there the instrument has no bar.

    A halt has open, high and low 0 (or nothing), no volume, and perhaps a close carried over, as Korean
    data write a suspended day. A blank has no price at all.
    """
    blank = np.isnan(raw.close)
    if blank.any():
        blank &= np.isnan(raw.open) & np.isnan(raw.high) & np.isnan(raw.low)
    halt = ~(raw.low > 0.0) & ~blank
    if halt.any():
        for values in (raw.open, raw.high, raw.low):
            halt &= (values == 0.0) | np.isnan(values)
        halt &= ((raw.volume == 0.0) | np.isnan(raw.volume)) & (raw.close >= 0.0)
    return halt, blank


def beyond_range(raw: RawBars) -> NDArray[np.float64]:
    """How far open or close lies outside low .. high, relative to the price; 0 where it doesn't."""
    above = np.maximum(raw.open, raw.close) / raw.high - 1.0
    below = raw.low / np.minimum(raw.open, raw.close) - 1.0
    return np.maximum(np.maximum(above, below), 0.0)


def _sound(raw: RawBars) -> bool:
    """True when nothing but the order can be wrong; one cheap pass."""
    fine = (raw.low > 0.0) & (raw.high >= raw.low) & (raw.high < np.inf)
    for values in (raw.open, raw.close):
        fine &= (values >= raw.low) & (values <= raw.high)
    fine &= ~(raw.volume < 0.0) & (raw.volume != np.inf)
    return bool(fine.all())


def _empty_columns(raw: RawBars) -> Iterator[Finding]:
    for name in PRICE_NAMES:
        values = getattr(raw, name)
        if np.isnan(values[0]) and np.isnan(values).all():
            said = f"column '{name}' has no numbers at all; expected a price in every row."
            yield Finding("missing", "error", 0, int(raw.ts[0]), said, raw.name)


def _order(raw: RawBars) -> Iterator[Finding]:
    late = raw.ts[1:] <= raw.ts[:-1]
    for place in (np.flatnonzero(late) + 1).tolist():
        if raw.ts[place] < raw.ts[place - 1]:
            said = (
                f"{raw.moment(place)} is earlier than {raw.moment(place - 1)} in row {raw.row(place - 1)}; "
                "expected ascending times. Sort the rows by time."
            )
            yield _error("disorder", raw, place, said)
            continue
        same = all(
            np.array_equal(getattr(raw, name)[place], getattr(raw, name)[place - 1], equal_nan=True)
            for name in (*PRICE_NAMES, "volume")
        )
        said = f"{raw.moment(place)} is there already in row {raw.row(place - 1)}, with " + (
            "the same values. Drop one of the rows." if same else "other values. Keep the right one."
        )
        yield _error("duplicate", raw, place, said)


def _missing(raw: RawBars) -> Iterator[Finding]:
    for name in PRICE_NAMES:
        for place in np.flatnonzero(np.isnan(getattr(raw, name))).tolist():
            said = f"{name} is missing; expected a price above 0. Correct or remove the row."
            yield _error("missing", raw, place, said)


def _prices(raw: RawBars) -> Iterator[Finding]:
    for name in PRICE_NAMES:
        values = getattr(raw, name)
        for place in np.flatnonzero((values <= 0.0) | np.isinf(values)).tolist():
            said = f"{name} = {values[place]:.10g}; expected a price above 0. Correct or remove the row."
            yield _error("price", raw, place, said)


def _volumes(raw: RawBars) -> Iterator[Finding]:
    for place in np.flatnonzero((raw.volume < 0.0) | np.isinf(raw.volume)).tolist():
        said = f"volume = {raw.volume[place]:.10g}; expected 0 or more. Correct or remove the row."
        yield _error("volume", raw, place, said)


def _ranges(raw: RawBars) -> Iterator[Finding]:
    for place in np.flatnonzero(raw.high < raw.low).tolist():
        said = f"high {raw.high[place]:.10g} is below low {raw.low[place]:.10g}. Correct or remove the row."
        yield _error("high<low", raw, place, said)


def _outside(raw: RawBars) -> Iterator[Finding]:
    with np.errstate(divide="ignore", invalid="ignore"):
        far = (beyond_range(raw) > TOLERANCE) & (raw.low > 0.0) & (raw.high >= raw.low)
    far &= (raw.open > 0.0) & (raw.close > 0.0)
    for place in np.flatnonzero(far).tolist():
        yield _error("outside", raw, place, f"{outside_text(raw, place)} Correct or remove the row.")


def outside_text(raw: RawBars, place: int) -> str:
    """Which price is outside, and what the range is."""
    low, high = raw.low[place], raw.high[place]
    name = "open" if not low <= raw.open[place] <= high else "close"
    value = getattr(raw, name)[place]
    return f"{name} {value:.10g} is outside low {low:.10g} .. high {high:.10g}."


def _error(kind: str, raw: RawBars, place: int, said: str) -> Finding:
    return Finding(kind, "error", raw.row(place), int(raw.ts[place]), said, raw.name)
