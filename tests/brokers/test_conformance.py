"""Every case of the contract on every adapter."""

import asyncio
import gc
import logging
import warnings

import pytest

from brokers.contract import Feed
from brokers.simulators import Kind
from market.errors import ConfigError, OutcomeUnknown
from tests.brokers.conformance import CASES, Case
from tests.brokers.stages import ADAPTERS, FLAT, SILENCE_S, Adapter, account, broker_of, simulator, stage

PAIRS = [pytest.param(case, adapter, id=f"{case.name}-{adapter}") for case in CASES for adapter in ADAPTERS]


@pytest.mark.parametrize(("case", "adapter"), PAIRS)
def test_law(case: Case, adapter: Adapter, caplog: pytest.LogCaptureFixture) -> None:
    lacking = case.lacking(adapter)
    if lacking:
        pytest.skip(f"{adapter} declares no {lacking}")
    with caplog.at_level(logging.WARNING):
        asyncio.run(asyncio.wait_for(case.scene(adapter), 30))  # type: ignore[arg-type]
    assert not [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("adapter", [each for each in ADAPTERS if each.wire], ids=str)
def test_whatever_was_opened_is_given_back(adapter: Adapter, caplog: pytest.LogCaptureFixture) -> None:
    """ccxt and aiohttp complain of sessions left open when these are collected."""

    async def scene() -> None:
        async with stage(adapter, timeout_s=SILENCE_S, feeds=tuple(Feed)) as at:
            at.sim.faults.add(Kind.SILENT, adapter.submit)
            with pytest.raises(OutcomeUnknown):
                await at.broker.submit(at.order(limit=0.98))
            await at.sim.disconnect()
        async with simulator(adapter, FLAT, account(adapter), 0) as sim:
            broker = broker_of(adapter, sim, key="nobody")
            with pytest.raises(ConfigError):
                await broker.connect()
        await asyncio.sleep(0.05)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with caplog.at_level(logging.WARNING), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        asyncio.run(scene())
        gc.collect()
    assert not [record.getMessage() for record in caplog.records]
    assert not [str(each.message) for each in warned if issubclass(each.category, ResourceWarning)]
