"""Binance spot as an unmodified ccxt sees it: what is asked, refused and remembered."""

import time
from decimal import Decimal
from typing import Any

import ccxt
import ccxt.async_support
import ccxt.pro
import pytest

from brokers.simulators import Account, BinanceSim, Fees, Listing
from tests.brokers.simulators.scenes import bars_of, client, flat, run, spot

PAIR = "BTC/USDT"


def test_a_client_needs_nothing_but_the_urls() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            markets = await ccxt_.load_markets()
            rules = markets[PAIR]
            assert rules["precision"] == {"amount": 1e-5, "price": 0.01, "base": 1e-8, "quote": 1e-8}
            assert rules["limits"]["cost"]["min"] == 5
            assert all(
                place.split()[1].split("/")[1] in ("api", "sapi", "fapi", "dapi") for place in sim.requests
            )

    run(scene())


def test_the_urls_may_be_a_setting() -> None:
    async def scene() -> None:
        async with spot() as sim:
            for library in (ccxt.async_support, ccxt.pro):
                settings = {"apiKey": "key", "secret": "secret", "urls": sim.urls, "timeout_on_exit": 0}
                exchange = library.binance(settings)
                try:
                    assert (await exchange.fetch_balance())["USDT"]["free"] == 100_000
                finally:
                    await exchange.close()

    run(scene())


def test_a_market_order_pays_the_ask_and_its_fee_from_what_it_brings() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            order = await ccxt_.create_order(PAIR, "market", "buy", 0.5, params={"clientOrderId": "one"})
            assert (order["status"], order["filled"], order["average"]) == ("closed", 0.5, 30_000.01)
            assert order["fee"] == {"currency": "BTC", "cost": 0.0005}
            balance = await ccxt_.fetch_balance()
            assert balance["BTC"]["total"] == 0.4995
            assert balance["USDT"]["total"] == pytest.approx(100_000 - 15_000.005)
            assert sim.account.balance("BTC").total == Decimal("0.4995")

    run(scene())


def test_a_resting_order_locks_money_and_gives_it_back() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            order = await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000)
            held = (await ccxt_.fetch_balance())["USDT"]
            assert (order["status"], held["used"], held["free"]) == ("open", 14_500, 85_500)
            cancelled = await ccxt_.cancel_order(order["id"], PAIR)
            assert cancelled["status"] == "canceled"
            assert (await ccxt_.fetch_balance())["USDT"]["used"] == 0
            with pytest.raises(ccxt.OrderNotFound):
                await ccxt_.cancel_order(order["id"], PAIR)

    run(scene())


def test_a_limit_fills_when_the_market_trades_through_it_and_not_before() -> None:
    async def scene() -> None:
        async with spot([30_000, 30_000, 29_900, 29_800], history=1) as sim, client(sim) as ccxt_:
            order = await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_895)
            await sim.advance()  # lowest: 29,995
            assert (await ccxt_.fetch_order(order["id"], PAIR))["status"] == "open"
            await sim.advance()  # lowest: 29,895 exactly
            assert (await ccxt_.fetch_order(order["id"], PAIR))["status"] == "open"
            await sim.advance()
            filled = await ccxt_.fetch_order(order["id"], PAIR)
            assert (filled["status"], filled["average"]) == ("closed", 29_895)
            trades = await ccxt_.fetch_my_trades(PAIR)
            assert [trade["takerOrMaker"] for trade in trades] == ["maker"]

    run(scene())


def test_where_touching_counts_a_limit_fills_by_what_is_traded_at_it() -> None:
    async def scene() -> None:
        async with spot([30_000, 30_000, 29_900, 29_900], history=1, touch=True) as sim, client(sim) as ccxt_:
            order = await ccxt_.create_order(PAIR, "limit", "buy", 3, 29_895)
            await sim.advance(2)
            # A quarter of the bar's 40 units traded at its low.
            assert (await ccxt_.fetch_order(order["id"], PAIR))["filled"] == 3
            big = await ccxt_.create_order(PAIR, "limit", "buy", 0.2, 29_895)
            assert big["status"] == "open"

    run(scene())


def test_a_stop_becomes_a_market_order_at_its_trigger() -> None:
    async def scene() -> None:
        async with spot([30_000, 30_000, 29_000], history=1) as sim, client(sim) as ccxt_:
            await ccxt_.create_order(PAIR, "market", "buy", 1)
            await sim.advance()
            stop = await ccxt_.create_order(PAIR, "market", "sell", 0.9, params={"stopLossPrice": 29_500})
            assert stop["status"] == "open"
            await sim.advance()
            sold = await ccxt_.fetch_order(stop["id"], PAIR)
            assert (sold["status"], sold["average"]) == ("closed", 29_499.99)

    run(scene())


def test_a_gap_fills_a_stop_at_the_open_beyond_it() -> None:
    async def scene() -> None:
        bars = bars_of([30_000, 30_000, 29_000])
        bars.open[2] = 29_200
        async with BinanceSim(spot={"BTCUSDT": bars}, history=1) as sim, client(sim) as ccxt_:
            await ccxt_.create_order(PAIR, "market", "buy", 1)
            await sim.advance()
            stop = await ccxt_.create_order(PAIR, "market", "sell", 0.9, params={"stopLossPrice": 29_500})
            await sim.advance()
            assert (await ccxt_.fetch_order(stop["id"], PAIR))["average"] == 29_199.99

    run(scene())


def test_a_replace_is_a_cancel_and_a_new_order() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            first = await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000)
            second = await ccxt_.edit_order(first["id"], PAIR, "limit", "buy", 0.6, 29_100)
            assert second["id"] != first["id"]
            assert (second["status"], second["amount"], second["price"]) == ("open", 0.6, 29_100)
            assert (await ccxt_.fetch_order(first["id"], PAIR))["status"] == "canceled"
            # The new half is refused: the old order is gone all the same.
            with pytest.raises(ccxt.ExchangeError, match="partially"):
                await ccxt_.edit_order(second["id"], PAIR, "limit", "buy", 60, 29_100)
            assert await ccxt_.fetch_open_orders(PAIR) == []
            # Nothing to cancel: nothing is placed.
            with pytest.raises(ccxt.ExchangeError, match="cancel-replace failed"):
                await ccxt_.edit_order(first["id"], PAIR, "limit", "buy", 0.6, 29_100)

    run(scene())


def test_orders_are_found_by_the_clients_id() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000, {"clientOrderId": "mine"})
            found = await ccxt_.fetch_order(None, PAIR, {"origClientOrderId": "mine"})
            assert (found["clientOrderId"], found["status"]) == ("mine", "open")
            with pytest.raises(ccxt.OrderNotFound):
                await ccxt_.fetch_order(None, PAIR, {"origClientOrderId": "nobody's"})
            # While one is open its id can't be used again; afterwards it can.
            with pytest.raises(ccxt.InvalidOrder, match="Duplicate"):
                await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000, {"clientOrderId": "mine"})
            cancelled = await ccxt_.cancel_order(None, PAIR, {"clientOrderId": "mine"})
            assert cancelled["info"]["origClientOrderId"] == "mine"
            again = await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000, {"clientOrderId": "mine"})
            assert again["status"] == "open"

    run(scene())


def test_open_orders_all_orders_and_trades_tell_one_story() -> None:
    async def scene() -> None:
        async with spot([30_000 + 10 * i for i in range(10)], history=1) as sim, client(sim) as ccxt_:
            for number in range(3):
                await ccxt_.create_order(PAIR, "market", "buy", 0.1 * (number + 1))
                await sim.advance()
            resting = await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000)
            since = sim.clock.now() - 60_000
            ccxt_.options["fetchOpenOrders"]["warnWithoutSymbol"] = False
            assert [order["id"] for order in await ccxt_.fetch_open_orders()] == [resting["id"]]
            assert len(await ccxt_.fetch_orders(PAIR)) == 4
            assert [order["id"] for order in await ccxt_.fetch_orders(PAIR, since)][-1] == resting["id"]
            trades = await ccxt_.fetch_my_trades(PAIR)
            assert [trade["amount"] for trade in trades] == pytest.approx([0.1, 0.2, 0.3])
            later = await ccxt_.fetch_my_trades(PAIR, None, None, {"fromId": trades[1]["id"]})
            assert [trade["id"] for trade in later] == [trade["id"] for trade in trades[1:]]
            gone = await ccxt_.cancel_all_orders(PAIR)
            assert [order["status"] for order in gone] == ["canceled"]

    run(scene())


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"quantity": "0.000015"}, "LOT_SIZE"),
    ({"quantity": "10000"}, "LOT_SIZE"),
    ({"price": "29000.005"}, "PRICE_FILTER"),
    ({"price": "5000"}, "PERCENT_PRICE"),
    ({"quantity": "0.0001"}, "NOTIONAL"),
    ({"quantity": "5"}, "insufficient balance"),
    ({"symbol": "NOPEUSDT"}, "-1121"),
    ({"side": "HOLD"}, "-1117"),
    ({"type": "GUESS"}, "-1116"),
    ({"price": ""}, "-1102"),
    ({"timeInForce": "SOON"}, "-1115"),
    ({"type": "LIMIT_MAKER", "price": "31000"}, "immediately match"),
    ({"type": "STOP_LOSS_LIMIT", "stopPrice": "29000"}, "trigger immediately"),
]


@pytest.mark.parametrize(("change", "words"), REFUSALS, ids=[f"{case[0]}" for case in REFUSALS])
def test_a_refused_order_says_why_and_changes_nothing(change: dict[str, Any], words: str) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.5", "price": "29000"}
    order |= {"timeInForce": "GTC"} | change

    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            with pytest.raises(ccxt.ExchangeError, match=words):
                await ccxt_.private_post_order(order)
            assert sim.exchange.orders == {}
            assert sim.account.balance("USDT").free == 100_000

    run(scene())


def test_wrong_keys_late_clocks_and_forged_signatures_are_refused() -> None:
    async def scene() -> None:
        async with spot() as sim:
            async with client(sim) as stranger:
                stranger.apiKey = "nobody"
                with pytest.raises(ccxt.AuthenticationError, match="-2015"):
                    await stranger.private_get_account()
            async with client(sim) as forger:
                forger.secret = "guess"
                with pytest.raises(ccxt.AuthenticationError, match="-1022"):
                    await forger.private_get_account()
            for skew, words in ((-10_000, "ahead of the server"), (20_000, "outside of the recvWindow")):
                async with client(sim) as late:
                    late.options["timeDifference"] = skew
                    with pytest.raises(ccxt.InvalidNonce, match=words):
                        await late.private_get_account()

    run(scene())


def test_a_key_without_the_right_to_trade_may_only_look() -> None:
    async def scene() -> None:
        account = Account.funded({"USDT": 1000})
        account.rights = {"read"}
        async with spot(account=account) as sim, client(sim) as ccxt_:
            assert (await ccxt_.fetch_balance())["USDT"]["free"] == 1000
            # After a first success ccxt takes -2015 for a passing throttle.
            with pytest.raises(ccxt.DDoSProtection, match="-2015"):
                await ccxt_.private_post_order({"symbol": "BTCUSDT"})

    run(scene())


def test_the_venue_says_whether_a_key_may_withdraw() -> None:
    async def scene() -> None:
        account = Account.funded({"USDT": 1000})
        async with spot(account=account) as sim, client(sim) as ccxt_:
            assert (await ccxt_.sapi_get_account_apirestrictions())["enableWithdrawals"] is False
            account.rights.add("withdraw")
            assert (await ccxt_.sapi_get_account_apirestrictions())["enableWithdrawals"] is True

    run(scene())


def test_a_market_buy_may_be_sized_by_its_cost() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            order = await ccxt_.create_market_buy_order_with_cost(PAIR, 3000)
            assert order["status"] == "closed"
            assert order["filled"] == 0.09999  # whole lots
            assert order["cost"] == pytest.approx(3000, abs=0.5)
            assert sim.account.balance("USDT").free == Decimal(100_000) - Decimal(str(order["cost"]))

    run(scene())


def test_a_large_order_walks_the_book_and_what_the_book_lacks_expires() -> None:
    async def scene() -> None:
        thin = Listing("BTCUSDT", "BTC", "USDT", depth=2, level=Decimal("0.5"))
        async with spot(listings={"BTCUSDT": thin}) as sim, client(sim) as ccxt_:
            order = await ccxt_.create_order(PAIR, "market", "buy", 2)
            assert (order["status"], order["filled"]) == ("expired", 1)
            assert [fill["price"] for fill in order["trades"]] == [30_000.01, 30_000.02]
            rest = await ccxt_.create_order(PAIR, "limit", "buy", 1, 30_000, {"timeInForce": "IOC"})
            assert (rest["status"], rest["filled"]) == ("expired", 0)

    run(scene())


def test_fees_may_be_paid_in_a_third_currency() -> None:
    async def scene() -> None:
        fees = Fees(taken="BNB", price=Decimal(600))
        listing = Listing("BTCUSDT", "BTC", "USDT", fees=fees)
        account = Account.funded({"USDT": 100_000, "BNB": 1})
        async with spot(account=account, listings={"BTCUSDT": listing}) as sim, client(sim) as ccxt_:
            order = await ccxt_.create_order(PAIR, "market", "buy", 0.5)
            assert order["fee"]["currency"] == "BNB"
            assert order["fee"]["cost"] == pytest.approx(15_000.005 * 0.001 * 0.75 / 600, abs=1e-8)
            assert account.balance("BTC").free == Decimal("0.5")

    run(scene())


def test_candles_are_the_replayed_ones_and_the_last_is_still_forming() -> None:
    async def scene() -> None:
        closes = [30_000.0 + 10 * i for i in range(20)]
        async with spot(closes, history=12) as sim, client(sim) as ccxt_:
            known = await ccxt_.fetch_ohlcv(PAIR, "1m")
            assert [row[4] for row in known] == closes[:12]
            await sim.step()
            forming = (await ccxt_.fetch_ohlcv(PAIR, "1m"))[-1]
            assert forming[1:5] == [closes[11]] * 4
            fives = await ccxt_.fetch_ohlcv(PAIR, "5m")
            bars = {row[0]: row for row in known}
            for row in fives[1:-1]:
                parts = [bars[row[0] + 60_000 * i] for i in range(5)]
                assert row[1:5] == [
                    parts[0][1],
                    max(part[2] for part in parts),
                    min(part[3] for part in parts),
                    parts[-1][4],
                ]
            since = known[3][0]
            assert (await ccxt_.fetch_ohlcv(PAIR, "1m", since, 2)) == known[3:5]
            with pytest.raises(ccxt.ExchangeError):
                await ccxt_.public_get_klines({"symbol": "BTCUSDT", "interval": "7m"})

    run(scene())


def test_public_data_is_there() -> None:
    async def scene() -> None:
        async with spot([30_000 + 10 * i for i in range(10)], history=5) as sim, client(sim) as ccxt_:
            await sim.advance()
            assert abs(await ccxt_.fetch_time() - time.time() * 1000) < 2000
            ticker = await ccxt_.fetch_ticker(PAIR)
            assert ticker["last"] == 30_050 and ticker["bid"] < ticker["ask"]
            assert (await ccxt_.fetch_tickers([PAIR]))[PAIR]["last"] == 30_050
            assert (await ccxt_.fetch_bids_asks([PAIR]))[PAIR]["ask"] == 30_050.01
            book = await ccxt_.fetch_order_book(PAIR, 5)
            assert len(book["bids"]) == len(book["asks"]) == 5
            assert [trade["price"] for trade in await ccxt_.fetch_trades(PAIR)][-1] == 30_050
            assert (await ccxt_.fetch_trading_fee(PAIR))["taker"] == 0.001

    run(scene())


def test_own_orders_stand_in_the_book() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000)
            bids = (await ccxt_.fetch_order_book(PAIR))["bids"]
            assert [29_000, 0.5] in bids

    run(scene())


def test_orders_of_one_account_do_not_trade_with_each_other_when_it_says_so() -> None:
    async def scene() -> None:
        async with spot(flat()) as sim, client(sim) as ccxt_:
            await ccxt_.create_order(PAIR, "market", "buy", 1)
            # Inside the spread, so that the two can only meet each other.
            listing = sim.exchange.listings["BTCUSDT"]
            listing.spread = 100
            await sim.advance()
            for mode, left in (("EXPIRE_TAKER", ["open", "expired"]), ("EXPIRE_MAKER", ["expired", "open"])):
                maker = await ccxt_.create_order(PAIR, "limit", "buy", 0.1, 30_000)
                taker = await ccxt_.create_order(
                    PAIR, "limit", "sell", 0.1, 30_000, {"selfTradePrevention": mode}
                )
                states = [(await ccxt_.fetch_order(o["id"], PAIR))["status"] for o in (maker, taker)]
                assert states == left
                await ccxt_.cancel_all_orders(PAIR)

    run(scene())


def test_too_much_weight_is_throttled_with_the_time_to_wait() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            sim.weights["/api"].limit = 60
            with pytest.raises(ccxt.DDoSProtection, match="-1003"):
                for _ in range(5):
                    await ccxt_.private_get_account()
            assert int(ccxt_.last_response_headers["Retry-After"]) >= 1
            assert int(ccxt_.last_response_headers["X-MBX-USED-WEIGHT-1M"]) > 60

    run(scene())


def test_only_so_many_orders_may_be_open() -> None:
    async def scene() -> None:
        rules = Listing("BTCUSDT", "BTC", "USDT", max_orders=3, max_conditional=1)
        async with spot(listings={"BTCUSDT": rules}) as sim, client(sim) as ccxt_:
            stop = {"stopLossPrice": 31_000}
            await ccxt_.create_order(PAIR, "market", "buy", 0.01, None, stop)
            with pytest.raises(ccxt.ExchangeError, match="MAX_NUM_ALGO_ORDERS"):
                await ccxt_.create_order(PAIR, "market", "buy", 0.01, None, stop)
            with pytest.raises(ccxt.ExchangeError, match="MAX_NUM_ORDERS"):
                for _ in range(3):
                    await ccxt_.create_order(PAIR, "limit", "buy", 0.01, 29_000)

    run(scene())


def test_too_many_orders_are_throttled() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            sim.order_counts["/api"].limit = 2
            with pytest.raises(ccxt.DDoSProtection, match="-1015"):
                for _ in range(4):
                    await ccxt_.create_order(PAIR, "limit", "buy", 0.001, 29_000)
            assert len(sim.exchange.orders) == 2

    run(scene())


def test_a_delisted_pair_trades_no_more() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            order = await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000)
            sim.exchange.delist("BTCUSDT")
            assert (await ccxt_.fetch_order(order["id"], PAIR))["status"] == "expired"
            with pytest.raises(ccxt.ExchangeError, match="Market is closed"):
                await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000)
            assert (await ccxt_.load_markets(True))[PAIR]["active"] is False

    run(scene())
