"""What several filters read of one panel, computed once and kept as long as the panel."""

from weakref import WeakKeyDictionary

from filters.places import Places
from market import ta
from market.bars import Floats, Panel

_ADX: WeakKeyDictionary[Panel, dict[tuple[int, int], Floats]] = WeakKeyDictionary()


def shared_adx(panel: Panel, one: Places, n: int) -> Floats:
    """ADX of an instrument's own bars, shape (n_bars,): the dearest indicator, and every filter's gate.

    A panel's prices never change, so the panel itself is the key.
    """
    known = _ADX.setdefault(panel, {})
    key = (one.column, n)
    if key not in known:
        known[key] = ta.ADX(one.bars.high, one.bars.low, one.bars.close, n)
    return known[key]
