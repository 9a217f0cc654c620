"""What a trade costs, as one compiled record per instrument: fees, slippage, price steps, sale taxes."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from market.compiled import inner
from market.errors import ConfigError
from market.instruments import Instrument

MAX_TICKS = 8
MAX_TAXES = 8

COSTS = np.dtype(
    [
        ("maker", np.float64),
        ("taker", np.float64),
        ("slippage", np.float64),
        ("n_ticks", np.int64),
        ("n_taxes", np.int64),
        ("tick_from", np.float64, (MAX_TICKS,)),
        ("tick", np.float64, (MAX_TICKS,)),
        ("tax_from", np.int64, (MAX_TAXES,)),  # ns UTC
        ("tax", np.float64, (MAX_TAXES,)),
    ],
    align=True,
)


def costs_of(instruments: Sequence[Instrument], cost_factor: float = 1.0) -> NDArray[np.void]:
    """One ``COSTS`` record per instrument, read only; ``cost_factor`` multiplies fees, slippage and taxes."""
    return _costs_of(tuple(instruments), cost_factor)


@lru_cache(maxsize=16)  # labels, filters and the desk of one run all ask for the same
def _costs_of(instruments: tuple[Instrument, ...], cost_factor: float) -> NDArray[np.void]:
    records = np.zeros(len(instruments), COSTS)
    for record, instrument in zip(records, instruments, strict=True):
        if len(instrument.ticks) > MAX_TICKS or len(instrument.sell_taxes) > MAX_TAXES:
            raise ConfigError(
                f"{instrument.id}: {len(instrument.ticks)} tick steps and {len(instrument.sell_taxes)} tax "
                f"dates; expected at most {MAX_TICKS} and {MAX_TAXES}. Drop the oldest ones."
            )
        record["maker"] = instrument.fees.maker * cost_factor
        record["taker"] = instrument.fees.taker * cost_factor
        record["slippage"] = instrument.slippage * cost_factor
        record["n_ticks"], record["n_taxes"] = len(instrument.ticks), len(instrument.sell_taxes)
        for k, (start, tick) in enumerate(instrument.ticks):
            record["tick_from"][k], record["tick"][k] = start, tick
        for k, (date, rate) in enumerate(instrument.sell_taxes):
            began = datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(instrument.timezone))
            record["tax_from"][k] = round(began.timestamp()) * 1_000_000_000
            record["tax"][k] = rate * cost_factor
    records.flags.writeable = False
    return records


@inner
def tick_at(costs: Any, price: float) -> float:
    """Price step at ``price``; 0 = any price."""
    tick = 0.0
    for k in range(costs.n_ticks):
        if price >= costs.tick_from[k]:
            tick = costs.tick[k]
    return tick


@inner
def on_grid(n: float, tick: float) -> float:
    """The float nearest to n ticks. A tick of 0.01 is a hundredth: 197886 / 100 is the venue's 1978.86, and
    197886 * 0.01 is 1978.8600000000001, which a high of 1978.86 would never reach."""
    parts = floor(1.0 / tick + 0.5)
    return n / parts if abs(parts * tick - 1.0) < 1e-9 else n * tick


@inner
def round_down(costs: Any, price: float) -> float:
    """The highest price on a tick that isn't above ``price`` (by more than 1e-9 ticks)."""
    tick = tick_at(costs, price)
    return on_grid(floor(price / tick + 1e-9), tick) if tick > 0.0 else price


@inner
def round_up(costs: Any, price: float) -> float:
    """The lowest price on a tick that isn't below ``price`` (by more than 1e-9 ticks)."""
    tick = tick_at(costs, price)
    return on_grid(ceil(price / tick - 1e-9), tick) if tick > 0.0 else price


@inner
def slipped(costs: Any, price: float, side: float) -> float:
    """What a market fill pays (``side`` +1) or gets (-1): worse by the slippage, on the tick."""
    if costs.slippage <= 0.0:
        return price
    if side > 0.0:
        return round_up(costs, price * (1.0 + costs.slippage))
    return round_down(costs, price * (1.0 - costs.slippage))


@inner
def sell_tax(costs: Any, ts: int) -> float:
    """Fraction of a sale's notional due at ``ts``, ns UTC."""
    rate = 0.0
    for k in range(costs.n_taxes):
        if costs.tax_from[k] <= ts:
            rate = costs.tax[k]
    return rate
