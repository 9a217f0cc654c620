"""The arithmetic of docs/desk-rules.md: whole lots, ticks, slippage, logits. Plain floats only."""

import math
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from market.instruments import Instrument

NEAR = 1e-9  # a ratio this near the next integer counts as that integer
YEAR_NS = 365 * 86_400 * 1_000_000_000
DAY_NS = 86_400 * 1_000_000_000


def floor(ratio: float) -> int:
    """Toward minus infinity, with the guard against 0.3/0.1 = 2.9999…"""
    below = math.floor(ratio)
    return below + 1 if below + 1 - ratio <= NEAR else below


def ceil(ratio: float) -> int:
    return -floor(-ratio)


def steps_of(tick: float, n: int) -> float:
    """The float nearest to n ticks; where a whole number of ticks make 1, by division."""
    parts = round(1 / tick)
    return n / parts if parts and abs(parts * tick - 1) < NEAR else n * tick


@dataclass(frozen=True)
class Terms:
    """One instrument's numbers with the cost factor applied. taxes: ((ns UTC, rate), ...) ascending."""

    instrument: Instrument
    maker: float
    taker: float
    slippage: float
    borrow: float
    taxes: tuple[tuple[int, float], ...]

    @property
    def lot(self) -> float:
        return self.instrument.lot

    @property
    def size(self) -> float:
        """Money that one lot moves per point."""
        return self.instrument.lot * self.instrument.multiplier

    def tick(self, price: float) -> float:
        """The price step at ``price``; below the table's start its first row holds."""
        steps = [step for start, step in self.instrument.ticks if price >= start]
        return steps[-1] if steps else self.instrument.ticks[0][1]

    def down(self, price: float) -> float:
        tick = self.tick(price)
        return steps_of(tick, floor(price / tick)) if tick > 0 else price

    def up(self, price: float) -> float:
        tick = self.tick(price)
        return steps_of(tick, ceil(price / tick)) if tick > 0 else price

    def slipped(self, price: float, side: int) -> float:
        """What a market fill of ``side`` pays (+1) or gets (-1)."""
        if self.slippage == 0:
            return price
        moved = price * (1 + side * self.slippage)
        return self.up(moved) if side > 0 else self.down(moved)

    def sell_tax(self, ts: int) -> float:
        rates = [rate for since, rate in self.taxes if since <= ts]
        return rates[-1] if rates else 0.0


def terms_of(instrument: Instrument, cost_factor: float) -> Terms:
    zone = ZoneInfo(instrument.timezone)
    taxes = tuple(
        (round(datetime.fromisoformat(day).replace(tzinfo=zone).timestamp()) * 10**9, rate * cost_factor)
        for day, rate in instrument.sell_taxes
    )
    return Terms(
        instrument,
        maker=instrument.fees.maker * cost_factor,
        taker=instrument.fees.taker * cost_factor,
        slippage=instrument.slippage * cost_factor,
        borrow=instrument.borrow * cost_factor,
        taxes=taxes,
    )


def clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def logit(p: float) -> float:
    p = clip(p, 1e-9, 1 - 1e-9)
    return math.log(p / (1 - p))


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
