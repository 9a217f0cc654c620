"""What the profile says of the data: which instruments, what they are, what they cost."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from maemae.compose_contracts import contract_of
from maemae.settings import CostSettings, InstrumentSettings, Profile
from market.bars import PRICES, Panel
from market.errors import ConfigError, DataError, nearest
from market.instruments import Fees, Instrument, Kind

FEE = 0.0005  # of the traded notional
SLIPPAGE = 0.0001  # of the price
BORROW = 0.01  # a year, of a short's notional, for what has to be borrowed


def shaped(panel: Panel, profile: Profile) -> Panel:
    """The panel with the instruments described and priced as the profile says."""
    if len(panel) < 2:
        raise DataError(
            f"{len(panel)} bar of data: a backtest needs at least 2, one to decide and one to fill."
        )
    described = described_by(panel, profile.instruments)
    _one_currency(described)
    priced = tuple(with_costs(each, profile.costs) for each in described)
    return replace(panel, instruments=priced)


def _one_currency(instruments: Sequence[Instrument]) -> None:
    """Cash, profits and limits of one account are in one currency."""
    first = instruments[0]
    other = next((each for each in instruments if each.quote != first.quote), None)
    if other is not None:
        raise ConfigError(
            f"{first.id} is quoted in {first.quote}, {other.id} in {other.quote}: one account has one "
            "currency. Choose instruments of one with --symbol, or say their quote in [instruments.SYMBOL]."
        )


def only(panel: Panel, names: Sequence[str]) -> Panel:
    """The columns named by id or symbol, in the order named; all of them without names."""
    if not names:
        return panel
    places = [_place(panel, name) for name in names]
    if places == list(range(len(panel.instruments))):
        return panel
    fields: dict[str, Any] = {name: np.ascontiguousarray(getattr(panel, name)[:, places]) for name in PRICES}
    chosen = replace(panel, instruments=tuple(panel.instruments[place] for place in places), **fields)
    present = ~np.isnan(chosen.close).all(axis=1)
    if present.all():
        return chosen
    rows: dict[str, Any] = {name: getattr(chosen, name)[present] for name in ("ts", *PRICES)}
    return replace(chosen, **rows)


def _place(panel: Panel, name: str) -> int:
    known = [each.id if "@" in name else each.symbol for each in panel.instruments]
    if known.count(name) > 1:
        ids = ", ".join(each.id for each in panel.instruments if each.symbol == name)
        raise ConfigError(f"symbol '{name}' is traded at several venues; name one of: {ids}.")
    if name not in known:
        raise DataError(f"symbol '{name}' isn't in the data. {nearest(name, known)}")
    return known.index(name)


def described_by(panel: Panel, tables: dict[str, InstrumentSettings]) -> tuple[Instrument, ...]:
    """The instruments with what the profile says of them, by id or symbol."""
    for name in tables:
        _place(panel, name)
    return tuple(
        _described(each, tables.get(each.id) or tables.get(each.symbol)) for each in panel.instruments
    )


def _described(instrument: Instrument, table: InstrumentSettings | None) -> Instrument:
    if table is None:
        return instrument
    said: dict[str, Any] = {name: getattr(table, name) for name in table.model_fields_set}
    said = {name: value for name, value in said.items() if value is not None}
    contract = said.pop("contract", None)
    if contract:
        instrument = contract_of(contract, instrument.symbol, instrument.venue, table.margin)
    if "kind" in said:
        said["kind"] = Kind[said["kind"].upper()]
    if "tick" in said:
        said["ticks"] = ((0.0, said.pop("tick")),)
    if "margin" in said:
        said["long_margin"] = said["short_margin"] = said.pop("margin")
    return replace(instrument, **said)


def with_costs(instrument: Instrument, costs: CostSettings) -> Instrument:
    """The profile's costs; where it is silent the instrument's own; where that is 0 too, the default."""
    own = instrument.fees
    maker, taker = (
        _first(side, costs.fee_bps, otherwise=fee or FEE)
        for side, fee in ((costs.maker_bps, own.maker), (costs.taker_bps, own.taker))
    )
    lent = instrument.kind == Kind.EQUITY
    borrow = instrument.borrow or (BORROW if lent else 0.0)
    return replace(
        instrument,
        fees=Fees(maker, taker, own.currency, own.price),
        slippage=_first(costs.slippage_bps, otherwise=instrument.slippage or SLIPPAGE),
        borrow=borrow if costs.borrow is None else costs.borrow,
        sell_taxes=instrument.sell_taxes if costs.sell_tax is None else (("1970-01-01", costs.sell_tax),),
    )


def _first(*bps: float | None, otherwise: float) -> float:
    """The first that is said, as a fraction."""
    return next((each / 1e4 for each in bps if each is not None), otherwise)
