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
# A year, of a short's notional, where it has to be borrowed: usual shares cost 1 % and less, coins a few.
BORROW = {Kind.EQUITY: 0.01, Kind.SPOT: 0.05, Kind.FUTURE: 0.0}


def shaped(panel: Panel, profile: Profile) -> Panel:
    """The panel with the instruments described and priced as the profile says."""
    if len(panel) < 2:
        raise DataError(
            f"{len(panel)} bar of data: a backtest needs at least 2, one to decide and one to fill."
        )
    tables = [_table_of(each, profile) for each in panel.instruments]
    described = described_by(panel, profile)
    _one_currency(described)
    priced = tuple(with_costs(each, profile.costs, own) for each, own in zip(described, tables, strict=True))
    return replace(panel, instruments=priced)


def _table_of(instrument: Instrument, profile: Profile) -> InstrumentSettings:
    """What the profile says of an instrument, by id or symbol."""
    tables = profile.instruments
    return tables.get(instrument.id) or tables.get(instrument.symbol) or InstrumentSettings()


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


def refuse_repeats(names: Sequence[str], where: str) -> None:
    """An instrument named twice would be traded twice. where: what the error calls the names."""
    for place, name in enumerate(names):
        for other in names[:place]:
            bare = "@" not in name or "@" not in other
            if name == other or (bare and name.partition("@")[0] == other.partition("@")[0]):
                named = f"'{name}' twice" if name == other else f"'{other}' and '{name}', which are one"
                raise ConfigError(f"{where} names {named}. Name every instrument once.")


def described_by(panel: Panel, profile: Profile) -> tuple[Instrument, ...]:
    """The instruments with what the profile says of them. A bare one has the session days of
    ``market.timezone``, in which its times were written."""
    for name in profile.instruments:
        _place(panel, name)
    zone = profile.market.timezone
    known = [replace(each, timezone=zone) if zone and is_bare(each) else each for each in panel.instruments]
    described = tuple(_described(each, _table_of(each, profile)) for each in known)
    return tuple(_margined(each, profile) for each in described)


def _margined(instrument: Instrument, profile: Profile) -> Instrument:
    """A future with the initial margin of [venue], as live has it, unless its own table says one."""
    margin, own = profile.venue.margin, _table_of(instrument, profile).margin
    if margin is None or own is not None or instrument.kind is not Kind.FUTURE:
        return instrument
    share = margin / instrument.long_margin if instrument.long_margin else 1.0
    return replace(
        instrument, long_margin=margin, short_margin=margin, maintenance=instrument.maintenance * share
    )


def is_bare(instrument: Instrument) -> bool:
    """Whether nothing but its name, and perhaps its time zone, is known."""
    return replace(instrument, timezone="UTC") == Instrument(instrument.id)


COSTS = (
    "fee_bps", "maker_bps", "taker_bps", "fee_currency", "fee_price", "slippage_bps", "borrow", "sell_tax",
    "sell_taxes",
)  # fmt: skip


def _described(instrument: Instrument, table: InstrumentSettings) -> Instrument:
    said: dict[str, Any] = {
        name: getattr(table, name) for name in table.model_fields_set if name not in COSTS
    }
    said = {name: value for name, value in said.items() if value is not None}
    contract = said.pop("contract", None)
    if contract:
        instrument = contract_of(contract, instrument.symbol, instrument.venue, table.margin)
    if "kind" in said:
        said["kind"] = Kind[said["kind"].upper()]
    if "tick" in said:
        said["ticks"] = ((0.0, said.pop("tick")),)
    elif table.ticks:
        said["ticks"] = tuple((each.price, each.tick) for each in table.ticks)
    if "margin" in said:
        said["long_margin"] = said["short_margin"] = said.pop("margin")
    return replace(instrument, **said)


def with_costs(
    instrument: Instrument, costs: CostSettings, own: InstrumentSettings | None = None
) -> Instrument:
    """What its own table says it costs; else what [costs] says of all; else what its source knows; where that
    is 0 too, the default."""
    own = own or InstrumentSettings()
    known = instrument.fees
    maker = _first(own.maker_bps, own.fee_bps, costs.maker_bps, costs.fee_bps, otherwise=known.maker or FEE)
    taker = _first(own.taker_bps, own.fee_bps, costs.taker_bps, costs.fee_bps, otherwise=known.taker or FEE)
    borrow = instrument.borrow or BORROW[instrument.kind]
    slippage = instrument.slippage or SLIPPAGE
    return replace(
        instrument,
        fees=fees_of(instrument, maker, taker, own),
        slippage=_first(own.slippage_bps, costs.slippage_bps, otherwise=slippage),
        borrow=next((each for each in (own.borrow, costs.borrow) if each is not None), borrow),
        sell_taxes=_sell_taxes(instrument, costs, own),
    )


def fees_of(instrument: Instrument, maker: float, taker: float, own: InstrumentSettings) -> Fees:
    """The rates in the currency that the venue takes."""
    known = instrument.fees
    currency, price = own.fee_currency or known.currency, own.fee_price
    if currency in ("quote", instrument.quote, "base", instrument.base):
        if price is not None:
            raise ConfigError(
                f"{instrument.id}: fee_price = {price:g}, yet fees are in {currency}, which has a "
                "price already. Remove it, or name a third fee_currency."
            )
        if currency in ("base", instrument.base) and instrument.kind != Kind.SPOT:
            raise ConfigError(
                f"{instrument.id}: fee_currency = '{currency}': only spot can pay in what it buys, this is "
                f'{instrument.kind.name.lower()}. Use "quote".'
            )
        return Fees(maker, taker, currency)
    if price is None and currency != known.currency:
        base = "" if instrument.base else f' If it is what {instrument.symbol} buys, use "base".'
        raise ConfigError(
            f"{instrument.id}: fee_currency = '{currency}' needs fee_price, its price in "
            f"{instrument.quote}.{base}"
        )
    return Fees(maker, taker, currency, known.price if price is None else price)


def _sell_taxes(
    instrument: Instrument, costs: CostSettings, own: InstrumentSettings
) -> tuple[tuple[str, float], ...]:
    if own.sell_taxes is not None:
        return tuple((each.since, each.rate) for each in own.sell_taxes)
    rate = own.sell_tax if own.sell_tax is not None else costs.sell_tax
    return instrument.sell_taxes if rate is None else (("1970-01-01", rate),)


def _first(*bps: float | None, otherwise: float) -> float:
    """The first that is said, as a fraction."""
    return next((each / 1e4 for each in bps if each is not None), otherwise)
