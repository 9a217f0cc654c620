"""From the desk's lots and places to what people read: units, money, names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from desk.orders import decimal
from live.session import Names
from market.errors import ConfigError, nearest
from market.instruments import Instrument
from records.inputs import Traded


@dataclass(frozen=True)
class Scale:
    """The account's instruments and names, in the desk's order."""

    instruments: Sequence[Instrument]
    names: Names
    before: Mapping[str, Traded] = field(default_factory=dict)  # what was traded once, by id

    @property
    def currency(self) -> str:
        return self.instruments[0].quote

    def instrument(self, name: str) -> Instrument:
        """By id or symbol. Raises ConfigError, with those there are."""
        for one in self.instruments:
            if name in (one.id, one.symbol):
                return one
        ids = [one.id for one in self.instruments]
        raise ConfigError(f"'{name}' isn't traded here. {nearest(name, ids)}")

    def units(self, instrument: str, lots: int) -> Decimal:
        return lots * decimal(self._of(instrument).lot)

    def worth(self, instrument: str, lots: float, price: float) -> float:
        """Account currency."""
        one = self._of(instrument)
        return lots * one.lot * one.multiplier * price

    def strategy(self, place: int) -> str:
        names = self.names.strategies
        return names[place] if 0 <= place < len(names) else ""

    def _of(self, instrument: str) -> Instrument | Traded:
        known = next((one for one in self.instruments if one.id == instrument), None)
        return known or self.before.get(instrument) or Traded(instrument)
