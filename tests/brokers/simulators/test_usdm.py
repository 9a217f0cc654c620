"""Binance USD-M futures as an unmodified ccxt sees them."""

from typing import Any

import ccxt
import numpy as np
import pytest

from brokers.simulators import BinanceSim
from tests.brokers.simulators.scenes import bars_of, client, flat, run

PERP = "BTC/USDT:USDT"
FALLING = [30_000, 30_000, 30_000, 29_000, 29_000]


def futures(closes: list[float] | None = None, **more: Any) -> BinanceSim:
    return BinanceSim(usdm={"BTCUSDT": bars_of(closes or flat())}, **more)


def test_a_position_opens_turns_and_closes() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            await ccxt_.create_order(PERP, "market", "buy", 0.5)
            (held,) = await ccxt_.fetch_positions([PERP])
            assert (held["side"], held["contracts"], held["entryPrice"]) == ("long", 0.5, 30_000.1)
            await ccxt_.create_order(PERP, "market", "sell", 0.8)
            (held,) = await ccxt_.fetch_positions([PERP])
            assert (held["side"], held["contracts"], held["entryPrice"]) == ("short", 0.3, 29_999.9)
            await ccxt_.create_order(PERP, "market", "buy", 0.3)
            assert await ccxt_.fetch_positions([PERP]) == []
            trades = await ccxt_.fetch_my_trades(PERP)
            assert [float(trade["info"]["realizedPnl"]) for trade in trades] == pytest.approx(
                [0, -0.1, -0.06]
            )
            income = await ccxt_.fapiprivate_get_income()
            total = sum(float(row["income"]) for row in income)
            assert (await ccxt_.fetch_balance())["USDT"]["total"] == pytest.approx(100_000 + total)

    run(scene())


def test_a_reduce_only_order_never_opens() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            only = {"reduceOnly": True}
            with pytest.raises(ccxt.ExchangeError, match="-2022"):
                await ccxt_.create_order(PERP, "market", "sell", 0.1, None, only)
            await ccxt_.create_order(PERP, "market", "buy", 0.2)
            order = await ccxt_.create_order(PERP, "market", "sell", 0.5, None, only)
            assert order["filled"] == 0.2
            assert await ccxt_.fetch_positions([PERP]) == []

    run(scene())


def test_margin_bounds_what_may_be_opened() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            await ccxt_.set_leverage(5, PERP)
            # With the URLs overridden ccxt knows the codes of spot only: -2019 is just an ExchangeError.
            with pytest.raises(ccxt.ExchangeError, match="-2019"):
                await ccxt_.create_order(PERP, "market", "buy", 17)
            await ccxt_.create_order(PERP, "market", "buy", 10)
            free = (await ccxt_.fetch_balance())["USDT"]["free"]
            assert free == pytest.approx(40_000, abs=200)
            with pytest.raises(ccxt.ExchangeError, match="-2019"):
                await ccxt_.create_order(PERP, "limit", "buy", 8, 29_000)
            await ccxt_.create_order(PERP, "limit", "sell", 10, 31_000)

    run(scene())


def test_a_stop_rests_apart_until_it_triggers() -> None:
    async def scene() -> None:
        async with futures(FALLING, history=1) as sim, client(sim, "binanceusdm") as ccxt_:
            await ccxt_.create_order(PERP, "market", "buy", 0.5)
            told = {"stopLossPrice": 29_500, "reduceOnly": True, "clientOrderId": "stop"}
            stop = await ccxt_.create_order(PERP, "market", "sell", 0.5, None, told)
            assert await ccxt_.fetch_open_orders(PERP) == []
            (waiting,) = await ccxt_.fetch_open_orders(PERP, None, None, {"trigger": True})
            assert (waiting["id"], waiting["clientOrderId"], waiting["triggerPrice"]) == (
                stop["id"],
                "stop",
                29_500,
            )
            with pytest.raises(ccxt.OrderNotFound):
                await ccxt_.fetch_order(stop["id"], PERP)
            await sim.advance(3)
            assert await ccxt_.fetch_positions([PERP]) == []
            assert await ccxt_.fetch_open_orders(PERP, None, None, {"trigger": True}) == []
            orders = await ccxt_.fetch_orders(PERP)
            became = orders[-1]
            assert (became["clientOrderId"], became["average"]) == ("stop", 29_499.9)
            assert became["id"] != stop["id"]
            last = (await ccxt_.fetch_my_trades(PERP))[-1]
            assert last["order"] == became["id"]

    run(scene())


def test_a_conditional_order_is_cancelled_by_either_id() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            for by in ("venue", "client"):
                told = {"stopLossPrice": 29_500, "clientOrderId": by}
                stop = await ccxt_.create_order(PERP, "market", "sell", 0.5, None, told)
                names = {"trigger": True} | ({"clientAlgoId": by} if by == "client" else {})
                await ccxt_.cancel_order(stop["id"] if by == "venue" else None, PERP, names)
                again = await ccxt_.fetch_order(stop["id"], PERP, {"trigger": True})
                assert again["status"] == "canceled"
                with pytest.raises(ccxt.OrderNotFound):
                    await ccxt_.cancel_order(stop["id"], PERP, {"trigger": True})

    run(scene())


def test_a_take_profit_waits_on_the_winning_side() -> None:
    async def scene() -> None:
        rising = [30_000, 30_000, 30_000, 31_000, 31_000]
        async with futures(rising, history=1) as sim, client(sim, "binanceusdm") as ccxt_:
            await ccxt_.create_order(PERP, "market", "buy", 0.5)
            told = {"takeProfitPrice": 30_500, "reduceOnly": True}
            await ccxt_.create_order(PERP, "market", "sell", 0.5, None, told)
            await sim.advance(3)
            assert (await ccxt_.fetch_orders(PERP))[-1]["average"] == 30_499.9

    run(scene())


def test_a_stop_that_closes_everything_sizes_itself() -> None:
    async def scene() -> None:
        async with futures(FALLING, history=1) as sim, client(sim, "binanceusdm") as ccxt_:
            await ccxt_.create_order(PERP, "market", "buy", 0.7)
            told = {"stopLossPrice": 29_500, "closePosition": True}
            await ccxt_.create_order(PERP, "market", "sell", None, None, told)
            await sim.advance(3)
            assert await ccxt_.fetch_positions([PERP]) == []

    run(scene())


def test_stops_are_refused_by_the_endpoint_of_orders() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            order = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "0.1"}
            with pytest.raises(ccxt.ExchangeError, match="-4120"):
                await ccxt_.fapiprivate_post_order({**order, "stopPrice": "29000"})
            with pytest.raises(ccxt.ExchangeError, match="-2021"):
                await ccxt_.create_order(PERP, "market", "sell", 0.1, None, {"stopLossPrice": 31_000})

    run(scene())


def test_an_order_is_changed_in_place_and_keeps_its_id() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            order = await ccxt_.create_order(PERP, "limit", "buy", 0.5, 29_000, {"clientOrderId": "mine"})
            changed = await ccxt_.edit_order(order["id"], PERP, "limit", "buy", 0.6, 29_100)
            assert changed["id"] == order["id"]
            assert (changed["amount"], changed["price"], changed["clientOrderId"]) == (0.6, 29_100, "mine")
            with pytest.raises(ccxt.ExchangeError, match="-5027"):
                await ccxt_.edit_order(order["id"], PERP, "limit", "buy", 0.6, 29_100)
            await ccxt_.cancel_all_orders(PERP)
            with pytest.raises(ccxt.OrderNotFound):
                await ccxt_.edit_order(order["id"], PERP, "limit", "buy", 0.7, 29_100)

    run(scene())


def test_leverage_margin_and_position_mode_are_set_and_read() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            await ccxt_.set_leverage(7, PERP)
            await ccxt_.set_margin_mode("isolated", PERP)
            read = (await ccxt_.fetch_leverages([PERP]))[PERP]
            assert (read["longLeverage"], read["marginMode"]) == (7, "isolated")
            assert (await ccxt_.fetch_margin_mode(PERP))["marginMode"] == "isolated"
            with pytest.raises(ccxt.MarginModeAlreadySet, match="-4046"):
                await ccxt_.set_margin_mode("isolated", PERP)
            await ccxt_.load_markets()
            await ccxt_.set_position_mode(True)
            assert (await ccxt_.fetch_position_mode())["hedged"] is True
            with pytest.raises(ccxt.ExchangeError, match="-4059"):
                await ccxt_.set_position_mode(True)
            with pytest.raises(ccxt.ExchangeError, match="-4061"):
                await ccxt_.create_order(PERP, "market", "buy", 0.1)

    run(scene())


def test_hedged_accounts_hold_both_sides() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            await ccxt_.load_markets()
            await ccxt_.set_position_mode(True)
            await ccxt_.create_order(PERP, "market", "buy", 0.3, None, {"hedged": True})
            await ccxt_.create_order(PERP, "market", "sell", 0.2, None, {"hedged": True})
            held = {p["side"]: p["contracts"] for p in await ccxt_.fetch_positions([PERP])}
            assert held == {"long": 0.3, "short": 0.2}
            await ccxt_.create_order(PERP, "market", "sell", 0.3, None, {"hedged": True, "reduceOnly": True})
            assert [p["side"] for p in await ccxt_.fetch_positions([PERP])] == ["short"]

    run(scene())


def test_funding_is_paid_every_eight_hours_by_longs_to_shorts() -> None:
    async def scene() -> None:
        bars = bars_of(flat(4))
        eight = 8 * 3600 * 10**9
        edge = (int(bars.ts[0]) // eight + 1) * eight
        bars.ts[:] = edge + (np.arange(4) - 2) * 60 * 10**9
        async with BinanceSim(usdm={"BTCUSDT": bars}) as sim, client(sim, "binanceusdm") as ccxt_:
            sim.usdm_api.rates["BTCUSDT"] = sim.usdm_api.funding("BTCUSDT")[0] * 3
            await ccxt_.create_order(PERP, "market", "buy", 1)
            assert (await ccxt_.fetch_funding_rate(PERP))["fundingRate"] == 0.0003
            await sim.advance()
            assert await ccxt_.fetch_funding_history(PERP) == []
            await sim.advance()
            (paid,) = await ccxt_.fetch_funding_history(PERP)
            assert (paid["amount"], paid["timestamp"]) == (-9, edge // 10**6)
            (rate,) = await ccxt_.fetch_funding_rate_history(PERP)
            assert rate["fundingRate"] == 0.0003
            await sim.advance()
            assert len(await ccxt_.fetch_funding_history(PERP)) == 1

    run(scene())


REFUSALS: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    (("limit", "buy", 0.5, 31_000), {"postOnly": True}, "-5022"),
    (("limit", "buy", 0.001, 4000), {}, "-4164"),
    (("limit", "buy", 0.5, 29_000), {"clientOrderId": "taken"}, "-4116"),
]


@pytest.mark.parametrize(("order", "more", "code"), REFUSALS, ids=[row[2] for row in REFUSALS])
def test_a_refused_order_says_why(order: tuple[Any, ...], more: dict[str, Any], code: str) -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            await ccxt_.create_order(PERP, "limit", "buy", 0.5, 29_000, {"clientOrderId": "taken"})
            with pytest.raises(ccxt.ExchangeError, match=code):
                await ccxt_.create_order(PERP, *order, more)
            assert len(sim.futures.orders) == 1

    run(scene())


def test_windows_of_history_are_seven_days() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, "binanceusdm") as ccxt_:
            now, week = sim.clock.now(), 7 * 86_400_000
            await ccxt_.create_order(PERP, "market", "buy", 0.1)
            assert len(await ccxt_.fetch_orders(PERP, now - week + 1000)) == 1
            assert await ccxt_.fetch_orders(PERP, now - 2 * week) == []
            with pytest.raises(ccxt.ExchangeError, match="-4165"):
                await ccxt_.fetch_orders(PERP, now - 2 * week, None, {"until": now})

    run(scene())
