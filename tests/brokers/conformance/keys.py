"""Keys and clocks."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from brokers.crypto import connecting
from brokers.simulators import Fault, Kind
from market.errors import ConfigError, OrderRefused, VenueDown
from tests.brokers.conformance.cases import case
from tests.brokers.stages import FLAT, LIKE_LS, Adapter, account, broker_of, simulator, stage


async def _connects(adapter: Adapter, **more: Any) -> None:
    async with simulator(adapter, FLAT, more.pop("who", account(adapter)), 0) as sim:
        fault: Fault | None = more.pop("fault", None)
        if fault is not None:
            sim.faults.armed.append(fault)
        broker = broker_of(adapter, sim, **more)
        try:
            await broker.connect()
        finally:
            await broker.close()


@case("wire")
async def a_wrong_key_is_refused_at_once(adapter: Adapter) -> None:
    with pytest.raises(ConfigError, match="key"):
        await _connects(adapter, key="nobody")


@case("wire")
async def a_wrong_secret_is_refused_at_once(adapter: Adapter) -> None:
    with pytest.raises(ConfigError, match="key") as caught:
        await _connects(adapter, secret="not-the-secret")
    assert "not-the-secret" not in str(caught.value)


@case("wire", "withdraws")
async def a_key_that_may_withdraw_is_refused_unless_allowed(adapter: Adapter) -> None:
    who = account(adapter)
    who.rights.add("withdraw")
    with pytest.raises(ConfigError, match="allow_withdraw = true"):
        await _connects(adapter, who=who)
    async with simulator(adapter, FLAT, who, 0) as sim:
        broker = broker_of(adapter, sim, allow_withdraw=True)
        await broker.connect()
        assert (await broker.account()).can_withdraw is True
        await broker.close()


@case("wire")
async def a_revoked_key_refuses_orders_and_says_so(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        at.sim.revoke()
        with pytest.raises(OrderRefused):
            await at.broker.submit(at.order(limit=0.98))
        with pytest.raises(ConfigError, match="key"):
            await at.broker.account()


@case("wire")
async def a_clock_ten_seconds_off_is_refused(adapter: Adapter) -> None:
    slow = SimpleNamespace(time=lambda: time.time() - 10)
    if adapter.name in LIKE_LS:
        with pytest.raises(ConfigError, match=r"clock is (10\.|9\.)\d s behind"):
            await _connects(adapter, fault=Fault(Kind.SKEW, "POST /etc/time-search t0167", value=10_000.0))
        return
    with (
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(ConfigError, match=r"clock is (10\.|9\.)\d s behind"),
    ):
        patch.setattr(connecting, "time", slow)
        await _connects(adapter)


@case("wire")
async def a_venue_that_is_away_is_down(adapter: Adapter) -> None:
    async with simulator(adapter, FLAT, account(adapter), 0) as sim:
        broker = broker_of(adapter, sim)
    with pytest.raises(VenueDown):
        await broker.connect()
