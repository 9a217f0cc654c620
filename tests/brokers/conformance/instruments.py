"""An instrument's facts."""

from decimal import Decimal

import pytest

from market.errors import ConfigError
from tests.brokers.conformance.cases import case
from tests.brokers.stages import LIKE_LS, Adapter, stage

BASES = {"ls": "KOSPI200", "ls_stocks": "005930"}


@case()
async def an_instrument_has_the_venues_facts(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        [found] = await at.broker.instruments([at.instrument])
        assert found.id == at.instrument
        assert Decimal(repr(found.tick_at(float(adapter.price)))) == adapter.tick
        assert found.lot > 0 and found.min_quantity >= found.lot
        assert found.min_notional > 0 or adapter.name in LIKE_LS
        assert found.fees.taker > 0 and found.base == BASES.get(adapter.name, "BTC")


@case()
async def an_unknown_instrument_has_no_facts(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        with pytest.raises(ConfigError):
            await at.broker.instruments([f"BTCUSDX@{adapter.name}"])
