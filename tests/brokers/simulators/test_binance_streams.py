"""Binance's streams as unmodified ccxt.pro hears them."""

import asyncio
from typing import Any

import ccxt
import pytest

from brokers.simulators import BinanceSim
from tests.brokers.simulators.scenes import bars_of, client, flat, listening, run, spot

PAIR, PERP = "BTC/USDT", "BTC/USDT:USDT"
RISING = [30_000.0 + 10 * i for i in range(20)]


def futures(closes: list[float] | None = None, **more: Any) -> BinanceSim:
    return BinanceSim(usdm={"BTCUSDT": bars_of(closes or flat())}, **more)


@pytest.mark.parametrize(("make", "pair"), [(spot, PAIR), (futures, PERP)])
def test_candles_close_as_history_has_them(make: Any, pair: str) -> None:
    async def scene() -> None:
        async with make(RISING, history=5) as sim, client(sim, pro=True) as pro:
            first = asyncio.ensure_future(pro.watch_ohlcv(pair, "1m"))
            await listening(sim)
            await sim.advance(3)
            await first
            await sim.advance()
            await pro.watch_ohlcv(pair, "1m")
            heard = pro.ohlcvs[pair]["1m"]
            assert list(heard)[:3] == (await pro.fetch_ohlcv(pair, "1m"))[5:8]

    run(scene())


@pytest.mark.parametrize(("make", "pair"), [(spot, PAIR), (futures, PERP)])
def test_trades_quotes_tickers_and_books_arrive(make: Any, pair: str) -> None:
    async def scene() -> None:
        async with make(RISING, history=5) as sim, client(sim, pro=True) as pro:
            watching = [
                asyncio.ensure_future(watch)
                for watch in (
                    pro.watch_trades(pair),
                    pro.watch_bids_asks([pair]),
                    pro.watch_ticker(pair),
                    pro.watch_order_book(pair, 5),
                )
            ]
            await listening(sim, 4)
            await sim.advance()
            trades, quotes, ticker, _ = await asyncio.gather(*watching)
            assert trades[-1]["price"] in (30_040, 30_035, 30_055, 30_050)
            assert quotes[pair]["bid"] < quotes[pair]["ask"]
            assert ticker["symbol"] == pair

    run(scene())


@pytest.mark.parametrize(("make", "pair"), [(spot, PAIR), (futures, PERP)])
def test_a_book_kept_from_changes_is_the_book_asked_for(make: Any, pair: str) -> None:
    async def scene() -> None:
        async with make(RISING, history=2) as sim, client(sim, pro=True) as pro:
            await asyncio.wait_for(pro.watch_order_book(pair), 5)
            for _ in range(5):
                waiting = asyncio.ensure_future(pro.watch_order_book(pair))
                await asyncio.sleep(0)
                await sim.advance()
                await asyncio.wait_for(waiting, 5)
            await asyncio.sleep(0.05)
            asked = await pro.fetch_order_book(pair)
            kept = pro.orderbooks[pair]
            assert [list(level)[:2] for level in kept["bids"]] == asked["bids"]
            assert [list(level)[:2] for level in kept["asks"]] == asked["asks"]

    run(scene())


@pytest.mark.parametrize(("make", "pair"), [(spot, PAIR), (futures, PERP)])
def test_the_account_hears_of_its_orders_trades_and_money(make: Any, pair: str) -> None:
    async def scene() -> None:
        async with make() as sim, client(sim, pro=True, options={"defaultType": "spot"}) as pro:
            kind = {} if pair == PAIR else {"type": "swap", "subType": "linear"}
            watching = [
                asyncio.ensure_future(watch)
                for watch in (pro.watch_orders(pair), pro.watch_my_trades(pair), pro.watch_balance(kind))
            ]
            await listening(sim)
            order = await pro.create_order(pair, "market", "buy", 0.5, None, {"clientOrderId": "mine"})
            _, trades, _ = await asyncio.wait_for(asyncio.gather(*watching), 5)
            await asyncio.sleep(0.05)
            heard = pro.orders[-1]
            assert (heard["id"], heard["clientOrderId"], heard["status"]) == (order["id"], "mine", "closed")
            assert trades[-1]["order"] == order["id"]
            rest = await pro.fetch_my_trades(pair)
            assert [(t["id"], t["price"], t["fee"]["cost"]) for t in trades] == [
                (t["id"], t["price"], t["fee"]["cost"]) for t in rest
            ]
            heard_money = pro.balance["spot" if pair == PAIR else "linear"]["USDT"]["total"]
            asked = await pro.fetch_balance(kind)
            # On futures ccxt's stream says the wallet, its query the wallet and unrealised profit.
            wallet = asked["info"]["assets"][0]["walletBalance"] if kind else asked["USDT"]["total"]
            assert heard_money == float(wallet)

    run(scene())


def test_a_cancel_and_a_partial_fill_are_told_apart() -> None:
    async def scene() -> None:
        async with spot(flat(), history=1, touch=True) as sim, client(sim, pro=True) as pro:
            watching = asyncio.ensure_future(pro.watch_orders(PAIR))
            await listening(sim)
            order = await pro.create_order(PAIR, "limit", "buy", 15 / 10, 29_995)
            sim.exchange.listings["BTCUSDT"].max_quantity *= 10
            await watching
            await sim.advance()
            await asyncio.sleep(0.05)
            assert [(o["id"], o["status"], o["filled"]) for o in pro.orders] == [(order["id"], "closed", 1.5)]
            second = await pro.create_order(PAIR, "limit", "buy", 0.5, 29_000)
            await pro.cancel_order(second["id"], PAIR)
            await asyncio.sleep(0.05)
            last = pro.orders[-1]
            # The client's own id survives although a cancel has one of its own.
            assert (last["id"], last["status"]) == (second["id"], "canceled")
            assert last["clientOrderId"] == second["clientOrderId"]

    run(scene())


def test_orders_may_be_sent_over_the_socket() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim, pro=True) as pro:
            order = await pro.create_order_ws(PAIR, "limit", "buy", 0.5, 29_000)
            assert (await pro.fetch_order_ws(order["id"], PAIR))["status"] == "open"
            assert (await pro.cancel_order_ws(order["id"], PAIR))["status"] == "canceled"
            with pytest.raises(ccxt.InsufficientFunds):
                await pro.create_order_ws(PAIR, "limit", "buy", 50, 29_000)
            assert len(sim.exchange.orders) == 1

    run(scene())


def test_a_user_stream_with_a_wrong_signature_is_refused() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim, pro=True) as pro:
            pro.secret = "guess"
            with pytest.raises(ccxt.AuthenticationError):
                await asyncio.wait_for(pro.watch_orders(PAIR), 5)

    run(scene())


def test_a_listen_key_runs_out_unless_it_is_kept_alive() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, pro=True) as pro:
            key = (await pro.fapiprivate_post_listenkey())["listenKey"]
            assert (await pro.fapiprivate_post_listenkey())["listenKey"] == key
            assert (await pro.fapiprivate_put_listenkey())["listenKey"] == key
            sim.usdm_user.expire("trader")
            with pytest.raises(ccxt.AuthenticationError, match="-1125"):
                await pro.fapiprivate_put_listenkey()
            assert (await pro.fapiprivate_post_listenkey())["listenKey"] != key

    run(scene())


def test_after_its_key_ran_out_a_stream_is_silent() -> None:
    async def scene() -> None:
        async with futures() as sim, client(sim, pro=True) as pro:
            watching = asyncio.ensure_future(pro.watch_orders(PERP))
            await listening(sim)
            sim.usdm_user.expire("trader")
            await pro.create_order(PERP, "market", "buy", 0.1)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(watching, 0.3)

    run(scene())


def test_the_venue_may_end_a_user_stream() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim, pro=True) as pro:
            watching = asyncio.ensure_future(pro.watch_balance())
            await listening(sim)
            sim.spot_user.terminate("trader", sim.clock.now())
            order = await pro.create_order(PAIR, "market", "buy", 0.1)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(watching, 0.3)
            assert sim.exchange.orders[int(order["id"])].filled

    run(scene())


def test_a_conditional_order_is_told_of_in_two_lives() -> None:
    """What a stop became has another id; only the client's own id joins the two."""

    async def scene() -> None:
        async with futures([30_000, 30_000, 29_000, 29_000], history=1) as sim, client(sim, pro=True) as pro:
            watching = asyncio.ensure_future(pro.watch_orders(PERP))
            await listening(sim)
            await pro.create_order(PERP, "market", "buy", 0.5)
            await watching
            await sim.advance()
            told = {"stopLossPrice": 29_500, "reduceOnly": True, "clientOrderId": "stop"}
            stop = await pro.create_order(PERP, "market", "sell", 0.5, None, told)
            await sim.advance()
            await asyncio.sleep(0.05)
            mine = [order for order in pro.orders if order["clientOrderId"] == "stop"]
            assert [order["status"] for order in mine] == ["closed", "closed"]
            # ccxt fills in what a closed order must have filled: counted twice by whoever adds them up.
            assert [order["filled"] for order in mine] == [0.5, 0.5]
            algo = await pro.fetch_order(stop["id"], PERP, {"trigger": True})
            assert {order["id"] for order in mine} == {stop["id"], algo["info"]["actualOrderId"]}

    run(scene())


def test_an_unknown_stream_is_refused_and_the_others_go_on() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim, pro=True) as pro:
            session = pro.session or (await pro.load_markets() and pro.session)
            async with session.ws_connect(f"ws://{sim.url}/stream/ws") as ws:
                await ws.send_json({"method": "SUBSCRIBE", "params": ["nope@trade"], "id": 1})
                assert (await ws.receive_json())["error"]["code"] == 2
                await ws.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 2})
                assert await ws.receive_json() == {"result": None, "id": 2}
                await ws.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 3})
                assert (await ws.receive_json())["result"] == ["btcusdt@trade"]
                await sim.advance()
                assert (await ws.receive_json())["e"] == "trade"
                await ws.send_json({"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": 4})
            async with session.ws_connect(f"ws://{sim.url}/stream?streams=btcusdt@trade") as ws:
                while not sim.spot_streams.listeners["btcusdt@trade"]:
                    await asyncio.sleep(0.01)
                await sim.advance()
                assert (await ws.receive_json())["stream"] == "btcusdt@trade"

    run(scene())
