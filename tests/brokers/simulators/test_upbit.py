"""Upbit's KRW market as an unmodified ccxt and ccxt.pro see it."""

import asyncio
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from brokers.simulators import Account, UpbitSim
from brokers.simulators.signing import read_jwt
from brokers.simulators.upbit_words import KRW_TICKS, upbit_listing
from tests.brokers.simulators.scenes import bars_of, client, listening, run

PAIR, MARKET = "BTC/KRW", "KRW-BTC"
RISING = [100_000_000.0 + 10_000 * i for i in range(12)]


def upbit(closes: list[float] | None = None, **more: Any) -> UpbitSim:
    return UpbitSim({MARKET: bars_of(closes or RISING, MARKET, "upbit", 20_000.0)}, **more)


def test_a_market_buy_spends_its_cost_and_ends_cancelled() -> None:
    """The last won buys nothing: the state is cancel although all was bought."""

    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            placed = await ccxt_.create_order(PAIR, "market", "buy", 0, None, {"cost": 1_000_000})
            assert (placed["status"], placed["filled"]) == ("open", 0)  # accepted, no more
            order = await ccxt_.fetch_order(placed["id"])
            assert (order["status"], order["average"]) == ("canceled", 100_001_000)
            assert order["cost"] == pytest.approx(1_000_000, abs=1)
            assert float(order["fee"]["cost"]) == pytest.approx(500, abs=0.001)  # text, in ccxt
            assert await ccxt_.fetch_closed_orders(PAIR) == []
            assert len(await ccxt_.fetch_canceled_orders(PAIR)) == 1
            krw = (await ccxt_.fetch_balance())["KRW"]
            assert krw["total"] == pytest.approx(100_000_000 - 1_000_500, abs=1)
            assert krw["used"] == 0

    run(scene())


def test_a_market_sell_is_done() -> None:
    async def scene() -> None:
        account = Account.funded({"KRW": 0, "BTC": 1})
        async with upbit(account=account) as sim, client(sim, "upbit") as ccxt_:
            placed = await ccxt_.create_order(PAIR, "market", "sell", 0.4)
            order = await ccxt_.fetch_order(placed["id"])
            assert (order["status"], order["filled"]) == ("closed", 0.4)
            assert account.balance("KRW").free == Decimal("99999000") * Decimal("0.4") * Decimal("0.9995")

    run(scene())


def test_a_limit_locks_price_and_fee_and_a_cancel_is_only_accepted() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            order = await ccxt_.create_order(PAIR, "limit", "buy", 0.01, 90_000_000)
            assert (await ccxt_.fetch_balance())["KRW"]["used"] == 900_450
            cancelled = await ccxt_.cancel_order(order["id"])
            assert cancelled["status"] == "open"  # as it was when the cancel was accepted
            assert (await ccxt_.fetch_order(order["id"]))["status"] == "canceled"
            assert (await ccxt_.fetch_balance())["KRW"]["used"] == 0
            with pytest.raises(ccxt.OrderNotFound):
                await ccxt_.cancel_order(order["id"])

    run(scene())


def test_an_identifier_is_good_once_even_if_the_order_was_refused() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            with pytest.raises(ccxt.InsufficientFunds):
                await ccxt_.create_order(PAIR, "limit", "buy", 100, 90_000_000, {"clientOrderId": "mine"})
            with pytest.raises(ccxt.ExchangeError, match="identifier"):
                await ccxt_.create_order(PAIR, "limit", "buy", 0.01, 90_000_000, {"clientOrderId": "mine"})
            order = await ccxt_.create_order(
                PAIR, "limit", "buy", 0.01, 90_000_000, {"clientOrderId": "next"}
            )
            found = ccxt_.parse_order(await ccxt_.private_get_order({"identifier": "next"}))
            assert (found["id"], found["clientOrderId"]) == (order["id"], "next")
            by_ids = await ccxt_.private_get_orders_uuids({"identifiers[]": "next"})
            assert [row["identifier"] for row in by_ids] == ["next"]
            # ccxt's own fetch_order always sends a uuid; None is no uuid.
            with pytest.raises(ccxt.OrderNotFound):
                await ccxt_.fetch_order(None, None, {"identifier": "next"})

    run(scene())


def test_a_replace_cancels_and_orders_anew() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            first = await ccxt_.create_order(PAIR, "limit", "buy", 0.01, 90_000_000)
            told = {"newClientOrderId": "second"}
            second = await ccxt_.edit_order(first["id"], PAIR, "limit", "buy", 0.02, 91_000_000, told)
            assert (second["clientOrderId"], second["id"] != first["id"]) == ("second", True)
            (open_,) = await ccxt_.fetch_open_orders(PAIR)
            assert (open_["id"], open_["amount"], open_["price"]) == (second["id"], 0.02, 91_000_000)
            with pytest.raises(ccxt.InsufficientFunds):
                await ccxt_.edit_order(second["id"], PAIR, "limit", "buy", 100, 91_000_000)
            assert await ccxt_.fetch_open_orders(PAIR) == []

    run(scene())


def test_limits_fill_when_traded_through() -> None:
    async def scene() -> None:
        falling = [100_000_000.0, 100_000_000.0, 99_000_000.0]
        async with upbit(falling, history=1) as sim, client(sim, "upbit") as ccxt_:
            order = await ccxt_.create_order(PAIR, "limit", "buy", 0.01, 99_500_000)
            await sim.advance()
            assert (await ccxt_.fetch_order(order["id"]))["status"] == "open"
            await sim.advance()
            filled = await ccxt_.fetch_order(order["id"])
            assert (filled["status"], filled["average"], len(filled["trades"])) == ("closed", 99_500_000, 1)

    run(scene())


REFUSALS: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    (("limit", "buy", 0.01, 90_000_500), {}, "invalid_price_bid"),
    (("limit", "buy", 0.00001, 90_000_000), {}, "under_min_total_bid"),
    (("market", "buy", 0, None), {"cost": 4999}, "under_min_total_bid"),
    (("limit", "buy", 2, 90_000_000), {}, "insufficient_funds_bid"),
    (("market", "sell", 1, None), {}, "insufficient_funds_ask"),
    (("limit", "buy", 0.01, 110_000_000), {"postOnly": True}, "create_bid_error"),
]


@pytest.mark.parametrize(("order", "more", "name"), REFUSALS, ids=[f"{row[2]} {row[0]}" for row in REFUSALS])
def test_a_refused_order_says_why_and_changes_nothing(
    order: tuple[Any, ...], more: dict[str, Any], name: str
) -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            with pytest.raises(ccxt.ExchangeError, match=name):
                await ccxt_.create_order(PAIR, *order, more)
            assert sim.exchange.orders == {} and sim.account.balance("KRW").free == 100_000_000

    run(scene())


def test_a_market_order_with_a_price_it_must_not_have_is_refused() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            told = {"market": MARKET, "side": "bid", "ord_type": "price", "price": "10000", "volume": "1"}
            with pytest.raises(ccxt.ExchangeError, match="create_bid_error"):
                await ccxt_.private_post_orders(told)
            with pytest.raises(ccxt.ExchangeError, match="notfoundmarket"):
                await ccxt_.private_post_orders({**told, "market": "KRW-NOPE"})

    run(scene())


def test_wrong_keys_forged_tokens_and_used_nonces_are_refused() -> None:
    async def scene() -> None:
        async with upbit() as sim:
            async with client(sim, "upbit") as ccxt_:
                ccxt_.apiKey = "nobody"
                with pytest.raises(ccxt.AuthenticationError, match="invalid_access_key"):
                    await ccxt_.fetch_balance()
            async with client(sim, "upbit") as ccxt_:
                ccxt_.secret = "guess"
                with pytest.raises(ccxt.AuthenticationError, match="jwt_verification"):
                    await ccxt_.fetch_balance()
            async with client(sim, "upbit") as ccxt_:
                ccxt_.uuid = lambda: "always"
                await ccxt_.fetch_balance()
                with pytest.raises(ccxt.ExchangeError, match="nonce_used"):
                    await ccxt_.fetch_balance()
            sim.account.rights = {"read"}
            async with client(sim, "upbit") as ccxt_:
                with pytest.raises(ccxt.PermissionDenied, match="out_of_scope"):
                    await ccxt_.create_order(PAIR, "limit", "buy", 0.01, 90_000_000)
                with pytest.raises(ccxt.PermissionDenied):
                    await ccxt_.private_get_withdraws()

    run(scene())


def test_a_signed_query_can_not_be_changed_on_its_way() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            await ccxt_.load_markets()
            signed = ccxt_.sign("order", ["private"], "GET", {"uuid": "one"})
            url = signed["url"].replace("one", "two")
            async with ccxt_.session.get(url, headers=signed["headers"]) as answer:
                assert answer.status == 401
                assert (await answer.json())["error"]["name"] == "invalid_query_payload"

    run(scene())


def test_rates_are_limited_by_group_and_said_in_a_header() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            await ccxt_.fetch_balance()
            assert ccxt_.last_response_headers["Remaining-Req"] == "group=default; min=1800; sec=29"
            # ccxt doesn't know the name: too many requests look like a refusal.
            with pytest.raises(ccxt.ExchangeError, match="too_many_requests"):
                for _ in range(20):
                    await ccxt_.create_order(PAIR, "limit", "buy", 0.001, 90_000_000)
            assert len(sim.exchange.orders) <= 16

    run(scene())


def test_candles_come_with_the_forming_one_last() -> None:
    async def scene() -> None:
        async with upbit(history=6) as sim, client(sim, "upbit") as ccxt_:
            rows = await ccxt_.fetch_ohlcv(PAIR, "1m")
            assert [row[4] for row in rows] == RISING[:6]
            assert await ccxt_.fetch_ohlcv(PAIR, "1m", rows[2][0], 2) == rows[2:4]
            await sim.step()
            assert (await ccxt_.fetch_ohlcv(PAIR, "1m"))[-1][1:5] == [RISING[5]] * 4
            fives = await ccxt_.fetch_ohlcv(PAIR, "5m")
            assert fives[-1][4] == RISING[5] and len(fives) <= 3
            assert (await ccxt_.fetch_ticker(PAIR))["last"] == RISING[5]
            book = await ccxt_.fetch_order_book(PAIR, 3)
            assert len(book["asks"]) == 3 and book["bids"][0][0] < book["asks"][0][0]

    run(scene())


def test_public_streams_begin_with_the_state_and_follow_the_market() -> None:
    async def scene() -> None:
        async with upbit(history=2) as sim, client(sim, "upbit", pro=True) as pro:
            await pro.load_markets()
            assert (await pro.watch_ticker(PAIR))["last"] == RISING[1]
            book = await pro.watch_order_book(PAIR)
            assert book["bids"][0][0] < book["asks"][0][0]
            waiting = asyncio.ensure_future(pro.watch_trades(PAIR))
            second = asyncio.ensure_future(pro.watch_ohlcv(PAIR, "1s"))
            await listening(sim, 4)
            await sim.advance()
            await waiting
            assert [trade["price"] for trade in pro.trades[PAIR]] == [
                RISING[1],
                RISING[1] - 20_000,
                RISING[2] + 20_000,
                RISING[2],
            ]
            assert (await second)[1:5] == [RISING[1]] * 4
            with pytest.raises(ccxt.NotSupported):
                await pro.watch_ohlcv(PAIR, "1m")

    run(scene())


def test_the_account_hears_of_its_orders_trades_and_assets() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit", pro=True) as pro:
            watching = [
                asyncio.ensure_future(watch)
                for watch in (pro.watch_orders(), pro.watch_my_trades(), pro.watch_balance())
            ]
            await listening(sim, 2)
            told = {"cost": 1_000_000, "clientOrderId": "mine"}
            order = await pro.create_order(PAIR, "market", "buy", 0, None, told)
            await asyncio.wait_for(asyncio.gather(*watching), 5)
            await asyncio.sleep(0.05)
            heard = pro.orders[-1]
            assert (heard["id"], heard["clientOrderId"], heard["status"]) == (order["id"], "mine", "canceled")
            asked = await pro.fetch_order(order["id"])
            assert heard["filled"] == asked["filled"]
            assert [t["id"] for t in pro.myTrades] == [t["id"] for t in asked["trades"]]
            assert pro.balance["KRW"]["free"] == (await pro.fetch_balance())["KRW"]["free"]

    run(scene())


def test_a_private_stream_needs_a_good_token() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit", pro=True) as pro:
            pro.secret = "guess"
            with pytest.raises(ccxt.NetworkError):
                await asyncio.wait_for(pro.watch_orders(), 5)

    run(scene())


def test_the_stream_answers_pings_and_says_what_is_wrong_with_a_request() -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit") as ccxt_:
            await ccxt_.load_markets()
            async with ccxt_.session.ws_connect(f"ws://{sim.url}/websocket/v1") as ws:
                await ws.send_str("PING")
                assert await ws.receive_json() == {"status": "UP"}
                await ws.send_str("{")
                assert (await ws.receive_json())["error"]["name"] == "WRONG_FORMAT"
                await ws.send_json([{"type": "ticker"}])
                assert (await ws.receive_json())["error"]["name"] == "NO_TICKET"

    run(scene())


def test_the_price_ladder_is_the_venues() -> None:
    listing = upbit_listing(MARKET)
    for price, tick in (
        ("100000000", "1000"),
        ("700000", "500"),
        ("99950", "50"),
        ("3000", "1"),
        ("3", "0.01"),
    ):
        assert listing.tick(Decimal(price)) == Decimal(tick)
    seam = Decimal(500_000)
    assert listing.beside(seam, -1) == Decimal(499_900)
    assert listing.beside(Decimal(499_900), 1) == seam
    assert [start for start, _ in KRW_TICKS] == sorted(start for start, _ in KRW_TICKS)


def test_a_token_that_is_none_is_no_token() -> None:
    for token in ("", "a.b", "a.b.c", "....", "e30.e30.e30"):
        assert read_jwt(token, "secret") is None
