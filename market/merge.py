"""New bars laid over stored ones, by time."""

from dataclasses import dataclass

import numpy as np

from market.bars import PRICES
from market.errors import DataError
from market.reading.raw import RawBars
from market.timeframes import early_at, mixed_text


@dataclass(frozen=True, eq=False)
class Merged:
    """The union, and what became of the new bars."""

    raw: RawBars
    added: int
    replaced: int
    unchanged: int


def merge(stored: RawBars | None, new: RawBars, name: str, timeframe: int, replace: bool) -> Merged:
    """Both together; bars that say something else than stored ones are refused, unless ``replace``."""
    if stored is None or len(stored) == 0:
        return Merged(new, len(new), 0, 0)
    known = np.isin(new.ts, stored.ts)
    places = np.searchsorted(stored.ts, new.ts[known])
    differs = np.zeros(len(new), np.bool_)
    for field in PRICES:
        mine, theirs = getattr(new, field)[known], getattr(stored, field)[places]
        differs[known] |= ~((mine == theirs) | (np.isnan(mine) & np.isnan(theirs)))
    if differs.any() and not replace:
        raise _conflict(stored, new, int(differs.argmax()), int(differs.sum()), name)
    both = _union(
        stored.take(np.flatnonzero(~np.isin(stored.ts, new.ts[differs]))),
        new.take(np.flatnonzero(~known | differs)),
    )
    odd = early_at(both.ts, timeframe)
    if odd is not None:
        raise DataError(
            f"{name}: {both.moment(odd)}: with the stored bars {mixed_text(both.ts, odd, timeframe)}"
        )
    replaced = int(differs.sum())
    return Merged(both, int((~known).sum()), replaced, int(known.sum()) - replaced)


def _union(one: RawBars, two: RawBars) -> RawBars:
    order = np.argsort(np.concatenate([one.ts, two.ts]), kind="stable")
    joined = {
        field: np.concatenate([getattr(one, field), getattr(two, field)])[order] for field in ("ts", *PRICES)
    }
    return RawBars(one.name, rows=None, **joined)


def _conflict(stored: RawBars, new: RawBars, place: int, count: int, name: str) -> DataError:
    other = int(np.searchsorted(stored.ts, new.ts[place]))
    field = next(each for each in PRICES if getattr(new, each)[place] != getattr(stored, each)[other])
    was, now = getattr(stored, field)[other], getattr(new, field)[place]
    return DataError(
        f"{name}: {count:,} of {len(new):,} bars differ from those stored, first {new.moment(place)} in row "
        f"{new.row(place)}: {field} was {was:.10g}, now {now:.10g}. Nothing was changed; import with "
        "replace to take the new ones."
    )
