"""What the controls need to know of an instrument, worked out once."""

from dataclasses import dataclass
from decimal import Decimal
from math import inf

from desk.orders import decimal
from live.risk.limits import RiskLimits, key
from market.instruments import Instrument


@dataclass(frozen=True)
class Terms:
    """An instrument's facts as the controls need them. own: the limits that are its own, not the general."""

    instrument: Instrument
    lot: Decimal
    ticks: tuple[tuple[float, Decimal], ...]  # the highest start first
    groups: tuple[str, str, str]  # what it counts into: account, underlying, currency
    max_order_quantity: float
    max_order_notional: float
    max_position: float
    own: frozenset[str]

    @classmethod
    def of(cls, instrument: Instrument, limits: RiskLimits) -> "Terms":
        own = limits.of(instrument.id)
        names = ("max_order_quantity", "max_order_notional", "max_position")
        return cls(
            instrument=instrument,
            lot=decimal(instrument.lot),
            ticks=tuple((start, decimal(tick)) for start, tick in reversed(instrument.ticks)),
            groups=(
                "account",
                f"underlying {instrument.base or instrument.symbol}",
                f"currency {instrument.quote}",
            ),
            own=frozenset(name for name in names if getattr(own, name) < inf),
            **{name: _own_or_general(own, limits, name) for name in names},
        )

    def key(self, name: str) -> str:
        """Where the limit that holds for this instrument stands in the profile."""
        return key(name, self.instrument.id if name in self.own else "")

    def tick_at(self, price: Decimal) -> Decimal:
        return next((tick for start, tick in self.ticks if price >= start), self.ticks[-1][1])


def _own_or_general(own: object, limits: RiskLimits, name: str) -> float:
    mine = float(getattr(own, name))
    return mine if mine < inf else float(getattr(limits, name))
