"""The profile's say over the data: instruments, days, descriptions, costs."""

from dataclasses import fields, replace
from datetime import date
from typing import get_args

import numpy as np
import pytest

from maemae.compose_contracts import CONTRACTS, contract_of
from maemae.compose_panel import only, shaped, with_costs
from maemae.profile import check_profile
from maemae.settings import ContractName, CostSettings, InstrumentSettings, Profile
from market.contracts import korean_equity
from market.errors import ConfigError, DataError
from market.instruments import Fees, Instrument, Kind
from tests.backtest.market import walk


def profile(**tables: object) -> Profile:
    return check_profile({"strategy": [{"use": "sma_cross"}], **tables}, "p.toml")


def test_symbols_choose_and_order_the_columns() -> None:
    panel = walk(width=3)
    chosen = only(panel, ["S2", "S0@test"])
    assert [each.symbol for each in chosen.instruments] == ["S2", "S0"]
    np.testing.assert_array_equal(chosen.close, panel.close[:, [2, 0]])
    assert only(panel, []) is panel


def test_rows_where_none_of_the_chosen_has_a_bar_are_left_out() -> None:
    panel = walk(n_bars=10, width=2)
    for name in ("open", "high", "low", "close", "volume"):
        getattr(panel, name)[3:5, 0] = np.nan
    chosen = only(panel, ["S0"])
    assert len(chosen) == 8 and chosen.complete


def test_a_symbol_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(DataError, match=r"symbol 'S9' isn't in the data. Did you mean 'S[01]'\?"):
        only(walk(), ["S9"])


def test_one_bar_is_not_enough() -> None:
    with pytest.raises(DataError, match="1 bar of data: a backtest needs at least 2"):
        shaped(walk(n_bars=1), profile())


def test_costs_are_on_by_default_and_only_for_what_says_none() -> None:
    silent = with_costs(Instrument("A@x", Kind.EQUITY), CostSettings())
    assert silent.fees == Fees(0.0005, 0.0005) and silent.slippage == 0.0001 and silent.borrow == 0.01
    assert with_costs(Instrument("B@x", Kind.FUTURE), CostSettings()).borrow == 0.0
    assert with_costs(Instrument("C@x", Kind.SPOT), CostSettings()).borrow == 0.05  # a coin is borrowed too
    spoken = Instrument("A@x", Kind.SPOT, fees=Fees(0.001, 0.002, "base"), slippage=0.0007)
    kept = with_costs(spoken, CostSettings())
    assert kept.fees == spoken.fees and kept.slippage == 0.0007


def test_costs_of_the_profile_win_even_when_they_are_nothing() -> None:
    told = CostSettings(fee_bps=3, maker_bps=1, slippage_bps=0, borrow=0.0, sell_tax=0.0018)
    priced = with_costs(Instrument("A@x", Kind.EQUITY, fees=Fees(0.1, 0.1), borrow=0.2), told)
    assert priced.fees.maker == pytest.approx(0.0001) and priced.fees.taker == pytest.approx(0.0003)
    assert priced.slippage == 0.0 and priced.borrow == 0.0
    assert priced.sell_taxes == (("1970-01-01", 0.0018),)


def test_a_profile_can_describe_an_instrument() -> None:
    table = {"kind": "future", "multiplier": 250_000, "tick": 0.05, "lot": 1, "margin": "9%", "quote": "KRW"}
    said = {"S0": {"quote": "KRW"}, "S1": table}
    described = shaped(walk(), profile(instruments=said)).instruments[1]
    assert described.kind == Kind.FUTURE and described.multiplier == 250_000 and described.quote == "KRW"
    assert described.ticks == ((0.0, 0.05),) and described.long_margin == described.short_margin == 0.09
    with pytest.raises(DataError, match="'S7' isn't in the data"):
        shaped(walk(), profile(instruments={"S7": table}))


def test_a_profile_can_say_whatever_an_instrument_can_cost() -> None:
    table = {
        "kind": "spot", "base": "S", "maker_bps": 0, "taker_bps": 7.5, "fee_currency": "BNB",
        "fee_price": 600, "slippage_bps": 3, "borrow": "8%",
        "sell_taxes": [{"since": "2020-01-01", "rate": "0.25%"}, {"since": date(2021, 1, 1), "rate": 0.0023}],
        "ticks": [{"price": 0, "tick": 0.01}, {"price": 100, "tick": 0.05}],
    }  # fmt: skip
    found, other = shaped(walk(), profile(instruments={"S0": table}, costs={"fee_bps": 9})).instruments
    assert found.fees == Fees(0.0, 0.00075, "BNB", 600.0)
    assert (found.slippage, found.borrow) == (pytest.approx(0.0003), pytest.approx(0.08))
    assert found.sell_taxes == (("2020-01-01", 0.0025), ("2021-01-01", 0.0023))
    assert found.ticks == ((0.0, 0.01), (100.0, 0.05))
    assert other.fees == Fees(0.0009, 0.0009) and other.sell_taxes == ()


def test_what_an_instrument_s_table_says_lies_over_the_costs_of_all() -> None:
    costs = {"fee_bps": 9, "slippage_bps": 9, "borrow": 0.09, "sell_tax": 0.009}
    own = {"taker_bps": 0, "slippage_bps": 0, "borrow": 0, "sell_tax": 0}
    found, other = shaped(walk(), profile(instruments={"S0": own}, costs=costs)).instruments
    assert (found.fees.taker, found.fees.maker) == (0.0, 0.0009)
    assert (found.slippage, found.borrow, found.sell_taxes) == (0.0, 0.0, (("1970-01-01", 0.0),))
    assert (other.fees.taker, other.borrow, other.sell_taxes) == (0.0009, 0.09, (("1970-01-01", 0.009),))


def test_a_third_currency_that_the_source_prices_needs_no_second_price() -> None:
    known = Instrument("A@x", fees=Fees(0.001, 0.001, "BNB", 500.0))
    assert with_costs(known, CostSettings()).fees == known.fees


def test_every_field_of_an_instrument_is_within_a_profile_s_reach() -> None:
    """All but what names it and a contract's terms, which its code or the venue says, not a person; kinds'
    margins have one key."""
    said = {"id", "expiry", "underlying", "strike", "right"}
    keys = set(InstrumentSettings.model_fields)
    spoken = {
        "fees": "fee_currency",
        "long_margin": "margin",
        "short_margin": "margin",
        "slippage": "slippage_bps",
    }
    for each in fields(Instrument):
        assert each.name in said or spoken.get(each.name, each.name) in keys, each.name


def test_a_bare_instrument_has_the_days_of_the_zone_its_times_were_written_in() -> None:
    bare = replace(walk(), instruments=(Instrument("S0@x"), korean_equity("S1")))
    krw = {"S0": {"quote": "KRW"}}
    found = shaped(bare, profile(market={"timezone": "Asia/Tokyo"}, instruments=krw)).instruments
    assert [each.timezone for each in found] == ["Asia/Tokyo", "Asia/Seoul"]
    assert shaped(bare, profile(instruments=krw)).instruments[0].timezone == "UTC"


def test_a_contract_brings_its_exchange_s_facts_and_other_keys_lie_over_them() -> None:
    said = {
        "S0": {"contract": "korean_equity"},
        "S1": {"contract": "kospi200_future", "margin": "9%", "lot": 2},
    }
    share, future = shaped(walk(), profile(instruments=said)).instruments
    assert share.id == "S0@test" and share.quote == "KRW" and share.sell_taxes and len(share.ticks) > 3
    assert future.multiplier == 250_000 and future.long_margin == 0.09 and future.lot == 2
    with pytest.raises(ConfigError, match="needs the initial margin"):
        shaped(walk(), profile(instruments={"S1": {"contract": "kospi200_future"}}))


def test_an_account_has_one_currency() -> None:
    with pytest.raises(ConfigError, match=r"S0@test is quoted in USD, S1@test in KRW.*one currency"):
        shaped(walk(), profile(instruments={"S1": {"contract": "korean_equity"}}))


def test_every_contract_that_a_profile_may_name_exists() -> None:
    assert set(get_args(ContractName)) == set(CONTRACTS)
    for name in CONTRACTS:
        assert contract_of(name, "BTCUSDT", "x", margin=0.1).id == "BTCUSDT@x"
