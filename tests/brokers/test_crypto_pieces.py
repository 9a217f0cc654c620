"""The pieces under the broker: pages, pace, numbers, names of venues, and that no secret leaves in words."""

import asyncio
import logging
import traceback
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.bucket import Bucket
from brokers.crypto.access import Access
from brokers.crypto.exact import number, plain
from brokers.crypto.names import Names
from brokers.crypto.pace import Pace, Weight
from brokers.crypto.pages import Span, everything
from brokers.keys import read_keys
from brokers.registry import open_venue
from brokers.simulators import Kind
from market.errors import ConfigError, MaemaeError, VenueDown
from tests.brokers.stages import BINANCE, SILENCE_S, START, UPBIT, USDM, Adapter, account, stage

WIRED = pytest.mark.parametrize("adapter", (BINANCE, USDM, UPBIT), ids=str)


@given(st.lists(st.integers(0, 200), max_size=60), st.integers(1, 9), st.integers(0, 90), st.integers(0, 200))
def test_pages_are_everything_or_an_error(times: list[int], limit: int, span: int, since: int) -> None:
    rows = [{"id": place, "timestamp": at} for place, at in enumerate(sorted(times))]

    async def page(start: int, end: int, most: int) -> list[dict[str, Any]]:
        return [row for row in rows if start <= row["timestamp"] <= end][:most]

    wanted = [row for row in rows if row["timestamp"] >= since]
    crowded = any(sum(row["timestamp"] == at for row in wanted) >= limit for at in range(201))
    try:
        found = asyncio.run(everything(page, since, 200, Span(limit, span)))
    except VenueDown:
        assert crowded  # a full page within one instant: nobody can say what is behind it
    else:
        assert found == sorted(wanted, key=lambda row: (row["timestamp"], str(row["id"])))


@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.floats(0.1, 5.0)), max_size=40))
def test_a_bucket_never_gives_more_than_its_rate_and_burst(asked: list[tuple[float, float]]) -> None:
    now = 0.0
    bucket = Bucket(rate=2.0, burst=5.0, clock=lambda: now)
    given_out = 0.0
    for pause, cost in asked:
        now += pause
        now += bucket.wait(cost)
        assert bucket.wait(cost) <= 1e-9
        bucket.take(cost)
        given_out += cost
        assert given_out <= 5.0 + 2.0 * now + 1e-6


def test_an_order_is_not_held_back_for_long() -> None:
    async def scene() -> None:
        now = 0.0
        pace = Pace(10, 100, Bucket(1, 1, lambda: now), lambda: now)
        await pace.command(1)
        with pytest.raises(VenueDown, match="Nothing was sent"):
            await pace.command(1)
        pace.pause(3)
        now = 2.0
        with pytest.raises(VenueDown, match=r"1\.0 s"):
            await pace.command(1)
        now = 3.0
        await pace.command(1)

    asyncio.run(scene())


def test_pools_of_weights_are_counted_apart() -> None:
    async def scene() -> None:
        now = 0.0
        pace = Pace(1, 2, Bucket(100, 100, lambda: now), lambda: now)
        for pool in ("candles", "ticker", "order"):
            await pace.command(Weight.of(2.0, pool))
            with pytest.raises(VenueDown):
                await pace.command(Weight.of(2.0, pool))

    asyncio.run(scene())


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**12), max_value=10**12))
def test_numbers_go_out_and_come_back_as_they_are(value: Decimal) -> None:
    assert number(plain(value)) == value
    assert "e" not in plain(value).lower() and not (plain(value).endswith("0") and "." in plain(value))


def test_a_float_is_the_shortest_number_that_reads_back() -> None:
    assert (number(0.1), number(1e-8), number(None), number("")) == (Decimal("0.1"), Decimal("1E-8"), 0, 0)


def test_names_are_used_once_and_may_be_given_back() -> None:
    names = Names()
    assert names.use("a") and not names.use("a")
    names.free("a")
    assert names.use("a")
    names.learn("BTC/USDT", "1", "a")
    assert (names.of("BTC/USDT", "1"), names.of("ETH/USDT", "1")) == ("a", None)


def test_venues_settings_and_secrets_are_checked_before_anything_is_asked() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'upbit'"):
        open_venue("upbitt")
    with pytest.raises(ConfigError, match="Did you mean 'key_env'"):
        open_venue("binance", {"key_en": "K"})
    with pytest.raises(ConfigError, match="expected both"):
        open_venue("binance", {"key_env": "K"})
    with pytest.raises(ConfigError, match="export NOT_THERE="):
        open_venue("binance", {"key_env": "NOT_THERE", "secret_env": "NOT_THERE_EITHER"})
    with pytest.raises(ConfigError, match="simulator of binance"):
        open_venue("kraken", {"url": "http://127.0.0.1:1"})
    assert open_venue("kraken").capabilities.orders_per_s > 0


def test_keys_are_read_by_name_and_never_shown() -> None:
    access = Access("binance", "K", "S")
    keys = read_keys(access, {"K": "planted-key", "S": " planted-secret\n"})
    assert (keys.key, keys.secret) == ("planted-key", "planted-secret")
    assert "planted" not in repr(keys) and "planted" not in repr(open_venue("binance"))


def test_without_keys_only_the_market_is_read() -> None:
    async def scene() -> None:
        async with stage(BINANCE, key="", secret="") as at:
            assert (await at.broker.instruments([at.instrument]))[0].lot == 1e-5
            with pytest.raises(ConfigError, match="key_env and secret_env"):
                await at.broker.orders(START)
            with pytest.raises(ConfigError, match="key_env and secret_env"):
                await at.broker.submit(at.order())

    asyncio.run(scene())


@WIRED
def test_secrets_never_leave_in_words(adapter: Adapter, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong: messages, traces with all that led to them, logs at every level."""
    who = account(adapter, key="PLANTEDKEY", secret="PLANTEDSECRET")
    said: list[str] = []

    async def scene() -> None:
        async with stage(adapter, who=who, timeout_s=SILENCE_S) as at:
            kinds = (Kind.ERROR, Kind.DROPPED_ACCEPTED, Kind.SILENT, Kind.THROTTLED, Kind.MAINTENANCE)
            for number, kind in enumerate(kinds):
                at.sim.faults.add(kind, value=0 if kind is Kind.THROTTLED else 503)
                try:
                    await at.broker.submit(at.order(f"run-{number}", limit=0.98))
                except MaemaeError as error:
                    said.append("".join(traceback.format_exception(error)))
                at.sim.faults.clear()
                at.sim.faults.add(kind, "GET *", value=120)
                try:
                    await at.broker.account()
                except MaemaeError as error:
                    said.append("".join(traceback.format_exception(error)))
                at.sim.faults.clear()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(asyncio.wait_for(scene(), 30))
    assert len(said) >= 8
    words = "\n".join(said) + caplog.text
    assert "PLANTEDKEY" not in words and "PLANTEDSECRET" not in words
    assert "signature=" not in words


def test_leverage_and_margin_mode_are_set_and_read_back() -> None:
    async def scene() -> None:
        async with stage(USDM, leverage=7, margin_mode="isolated") as at:
            who = next(iter(at.sim.futures.accounts.values()))
            assert (who.leverage, who.isolated) == ({"BTCUSDT": 7}, {"BTCUSDT"})
            [instrument] = await at.broker.instruments([at.instrument])
            assert instrument.long_margin == pytest.approx(1 / 7)

    asyncio.run(scene())


def test_a_hedged_account_is_refused() -> None:
    async def scene() -> None:
        async with stage(USDM) as at:
            next(iter(at.sim.futures.accounts.values())).hedged = True
            with pytest.raises(ConfigError, match="one-way"):
                at.broker._known.clear()
                await at.broker.instruments([at.instrument])

    asyncio.run(scene())
