"""A venue without a file of its own, by ccxt's unified API alone: Binance, pretended to be a stranger."""

import asyncio
from dataclasses import replace

import pytest

from brokers.crypto.dialect import Dialect
from brokers.crypto.unified import Unified
from tests.brokers import stages
from tests.brokers.conformance import CASES, Case
from tests.brokers.stages import BINANCE

# What the unified API doesn't say: where fees are taken, what a key may do, that a refused key is no ban.
UNSAID = (
    "fills_carry_their_fee_and_its_currency",
    "a_key_that_may_withdraw_is_refused_unless_allowed",
    "a_revoked_key_refuses_orders_and_says_so",
)
KEPT = [case for case in CASES if case.name not in UNSAID]


class Stranger(Unified):
    options = {"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False, "fetchMargins": False}  # noqa: RUF012


@pytest.mark.parametrize("case", KEPT, ids=lambda case: case.name)
def test_law(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Stranger("binance")

    def dialect(name: str) -> Dialect:
        return stranger

    monkeypatch.setattr(stages, "dialect", dialect)
    adapter = replace(BINANCE, capabilities=stranger.capabilities, candle="")
    if case.lacking(adapter):
        pytest.skip(f"no {case.lacking(adapter)}")
    asyncio.run(asyncio.wait_for(case.scene(adapter), 30))  # type: ignore[arg-type]
