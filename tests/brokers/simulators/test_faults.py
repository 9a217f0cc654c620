"""The fault matrix: what the client sees of each fault, and what is true at the venue."""

import asyncio
import json
import time
from typing import Any

import aiohttp
import ccxt
import pytest

from brokers.simulators import BinanceSim, Kind, Status, UpbitSim
from brokers.simulators.faults import EXCHANGE, REQUESTS, STREAMS, Faults
from tests.brokers.simulators.scenes import bars_of, client, flat, listening, run, spot

PAIR = "BTC/USDT"
ORDER = "POST /api/v3/order"

# kind, what ccxt raises, whether the order rests all the same
ORDERS = [
    (Kind.THROTTLED, ccxt.DDoSProtection, False),
    (Kind.BANNED, ccxt.DDoSProtection, False),
    (Kind.ERROR, ccxt.RequestTimeout, False),
    (Kind.ERROR_ACCEPTED, ccxt.RequestTimeout, True),
    (Kind.SILENT, ccxt.RequestTimeout, False),
    (Kind.SILENT_ACCEPTED, ccxt.RequestTimeout, True),
    (Kind.DROPPED, ccxt.NetworkError, False),
    # Half an answer is no NetworkError to ccxt: only its cause (an aiohttp error) tells it from a refusal.
    (Kind.DROPPED_ACCEPTED, ccxt.ExchangeError, True),
    (Kind.MAINTENANCE, ccxt.ExchangeNotAvailable, False),
    (Kind.REVOKED, ccxt.DDoSProtection, False),
    (Kind.SKEW, ccxt.InvalidNonce, False),
    (Kind.DELISTED, ccxt.MarketClosed, False),
]


@pytest.mark.parametrize(("kind", "raised", "rests"), ORDERS, ids=[row[0].name for row in ORDERS])
def test_a_failed_submit_rests_or_not_whatever_the_client_saw(kind: Kind, raised: Any, rests: bool) -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim, timeout=300) as ccxt_:
            await ccxt_.fetch_balance()
            where = "BTCUSDT" if kind in EXCHANGE else ORDER
            fault = sim.faults.add(kind, where, value=60_000 if kind is Kind.SKEW else None)
            with pytest.raises(raised) as caught:
                await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000, {"clientOrderId": "mine"})
            assert fault.hits == 1
            broken = isinstance(caught.value.__cause__, aiohttp.ClientError)
            assert broken == (kind in (Kind.DROPPED, Kind.DROPPED_ACCEPTED))
            held = [order.ticket.client_id for order in sim.exchange.open_orders("trader")]
            assert held == (["mine"] if rests else [])
            if kind not in (Kind.REVOKED, Kind.DELISTED):
                # The fault is over: the client learns the truth by its own id, or tries again.
                if rests:
                    found = await ccxt_.fetch_order(None, PAIR, {"origClientOrderId": "mine"})
                    assert found["status"] == "open"
                else:
                    await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000, {"clientOrderId": "mine"})
                assert len(list(sim.exchange.open_orders("trader"))) == 1

    run(scene())


def upbit() -> UpbitSim:
    return UpbitSim({"KRW-BTC": bars_of([1e8] * 9, "KRW-BTC", "upbit", 0.0)})


UPBIT = [
    (Kind.THROTTLED, ccxt.ExchangeError, False),  # ccxt doesn't know too_many_requests
    (Kind.ERROR, ccxt.ExchangeNotAvailable, False),
    (Kind.ERROR_ACCEPTED, ccxt.ExchangeNotAvailable, True),
    (Kind.SILENT_ACCEPTED, ccxt.RequestTimeout, True),
    (Kind.DROPPED_ACCEPTED, ccxt.ExchangeError, True),
    (Kind.MAINTENANCE, ccxt.ExchangeNotAvailable, False),
    (Kind.REVOKED, ccxt.ExchangeError, False),
]


@pytest.mark.parametrize(("kind", "raised", "rests"), UPBIT, ids=[row[0].name for row in UPBIT])
def test_upbit_fails_in_its_own_words(kind: Kind, raised: Any, rests: bool) -> None:
    async def scene() -> None:
        async with upbit() as sim, client(sim, "upbit", timeout=300) as ccxt_:
            sim.faults.add(kind, "POST /v1/orders")
            with pytest.raises(raised):
                await ccxt_.create_order("BTC/KRW", "limit", "buy", 0.001, 99e6, {"clientOrderId": "mine"})
            assert len(list(sim.exchange.open_orders("trader"))) == int(rests)
            if rests:
                found = await ccxt_.private_get_order({"identifier": "mine"})
                assert found["state"] == "wait"

    run(scene())


def test_throttles_say_how_long_to_wait() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            for kind, status in ((Kind.THROTTLED, 429), (Kind.BANNED, 418)):
                sim.faults.add(kind, value=7)
                with pytest.raises(ccxt.DDoSProtection, match=str(status)):
                    await ccxt_.public_get_time()
                assert ccxt_.last_response_headers["Retry-After"] == "7"

    run(scene())


def test_an_order_may_be_missing_from_queries_for_a_while() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000, {"clientOrderId": "mine"})
            sim.faults.add(Kind.LAGGING, "GET /api/v3/*", value=30, times=2)
            assert await ccxt_.fetch_open_orders(PAIR) == []
            with pytest.raises(ccxt.OrderNotFound):
                await ccxt_.fetch_order(None, PAIR, {"origClientOrderId": "mine"})
            assert len(await ccxt_.fetch_open_orders(PAIR)) == 1

    run(scene())


def test_a_slow_answer_comes() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            sim.faults.add(Kind.SLOW, value=0.2)
            began = time.monotonic()
            await ccxt_.fetch_time()
            assert time.monotonic() - began >= 0.2

    run(scene())


def test_maintenance_lasts_until_it_ends() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim, pro=True) as pro:
            await pro.load_markets()
            sim.maintenance = True
            for _ in range(3):
                with pytest.raises(ccxt.ExchangeNotAvailable):
                    await pro.fetch_time()
            with pytest.raises(ccxt.NetworkError):
                await pro.watch_trades(PAIR)
            sim.maintenance = False
            await pro.fetch_time()

    run(scene())


def test_a_venue_whose_clock_is_ahead_says_so_and_refuses() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim) as ccxt_:
            sim.wall.skew = 20_000
            assert 19_000 < await ccxt_.fetch_time() - time.time() * 1000 < 21_000
            with pytest.raises(ccxt.InvalidNonce):
                await ccxt_.fetch_balance()

    run(scene())


def test_a_revoked_key_ends_its_streams() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim, pro=True) as pro:
            waiting = asyncio.ensure_future(pro.watch_orders(PAIR))
            await listening(sim)
            sim.revoke()
            with pytest.raises(ccxt.AuthenticationError):
                await pro.fetch_balance()
            assert not sim.spot_user.listeners
            waiting.cancel()

    run(scene())


# --- streams


async def heard_trades(kind: Kind | None, **more: Any) -> tuple[list[int], bool]:
    """Ids of the trades a client hears of in two bars, and whether its connection lived."""
    async with spot(flat(), history=1) as sim, client(sim) as ccxt_:
        await ccxt_.load_markets()
        async with ccxt_.session.ws_connect(f"ws://{sim.url}/stream/ws/btcusdt@trade") as ws:
            await listening(sim)
            if kind is not None:
                sim.faults.add(kind, "btcusdt@trade", **more)
            await sim.advance(2)
            ids: list[int] = []
            alive = True
            while True:
                try:
                    message = await ws.receive(timeout=0.1)
                except TimeoutError:
                    break
                if message.data is None or not isinstance(message.data, str):
                    alive = False
                    break
                ids.append(json.loads(message.data)["t"])
        return ids, alive


def test_streams_lose_repeat_swap_and_break_off() -> None:
    whole, _ = run(heard_trades(None))
    assert whole == list(range(whole[0], whole[0] + 8))
    lost, _ = run(heard_trades(Kind.LOST, nth=2))
    assert lost == whole[:1] + whole[2:]
    doubled, _ = run(heard_trades(Kind.DUPLICATED, nth=2))
    assert doubled == [*whole[:2], whole[1], *whole[2:]]
    swapped, _ = run(heard_trades(Kind.REORDERED, nth=2))
    assert swapped == [whole[0], whole[2], whole[1], *whole[3:]]
    gap, _ = run(heard_trades(Kind.GAP, nth=2, value=3))
    assert gap == whole[:1] + whole[4:]
    broken, alive = run(heard_trades(Kind.DISCONNECTED, nth=3))
    assert broken == whole[: len(broken)] and len(broken) <= 2 and not alive


def test_a_lost_change_of_the_book_is_noticed() -> None:
    async def scene() -> None:
        async with (
            spot([30_000.0 + 10 * i for i in range(9)], history=1) as sim,
            client(sim, pro=True) as pro,
        ):
            await pro.watch_order_book(PAIR)
            sim.faults.add(Kind.LOST, "btcusdt@depth*", nth=2)
            waiting = asyncio.ensure_future(pro.watch_order_book(PAIR))
            await asyncio.sleep(0)
            await sim.advance()
            with pytest.raises(ccxt.ChecksumError):
                for _ in range(5):
                    await asyncio.wait_for(waiting, 1)
                    waiting = asyncio.ensure_future(pro.watch_order_book(PAIR))
                    await asyncio.sleep(0)
                    await sim.advance()

    run(scene())


def test_ccxt_connects_again_after_its_stream_broke_off() -> None:
    async def scene() -> None:
        async with (
            spot([30_000.0 + 10 * i for i in range(9)], history=1) as sim,
            client(sim, pro=True) as pro,
        ):
            waiting = asyncio.ensure_future(pro.watch_orders(PAIR))
            await listening(sim)
            sim.faults.add(Kind.DISCONNECTED, "user")
            await pro.create_order(PAIR, "market", "buy", 0.1)
            with pytest.raises(ccxt.NetworkError):
                await waiting
            waiting = asyncio.ensure_future(pro.watch_orders(PAIR))
            await listening(sim)
            second = await pro.create_order(PAIR, "market", "buy", 0.2)
            assert (await waiting)[-1]["id"] == second["id"]
            # What happened in between is not told again.
            assert len(await pro.fetch_my_trades(PAIR)) == 2

    run(scene())


def test_user_events_may_come_twice_or_not_at_all() -> None:
    async def scene() -> None:
        async with spot() as sim, client(sim, pro=True) as pro:
            waiting = asyncio.ensure_future(pro.watch_my_trades(PAIR))
            await listening(sim)
            sim.faults.add(Kind.DUPLICATED, "user", times=None)
            await pro.create_order(PAIR, "market", "buy", 0.1)
            await waiting
            await asyncio.sleep(0.05)
            assert len({trade["id"] for trade in pro.myTrades}) == 1

    run(scene())


# --- the exchange


def test_a_fill_may_be_partial_and_the_rest_goes_on() -> None:
    async def scene() -> None:
        async with spot([30_000, 30_000, 29_900], history=1) as sim, client(sim) as ccxt_:
            sim.faults.add(Kind.PARTIAL, "BTCUSDT", value=0.25, times=2)
            market = await ccxt_.create_order(PAIR, "market", "buy", 0.4)
            assert (market["status"], market["filled"]) == ("expired", 0.1)
            limit = await ccxt_.create_order(PAIR, "limit", "buy", 0.4, 30_001)
            assert (limit["status"], limit["filled"]) == ("open", 0.1)
            await sim.advance()
            assert (await ccxt_.fetch_order(limit["id"], PAIR))["filled"] == 0.4

    run(scene())


def test_a_fill_may_be_told_after_the_cancel_it_preceded() -> None:
    async def scene() -> None:
        async with spot(flat(), history=1) as sim, client(sim, pro=True) as pro:
            waiting = asyncio.ensure_future(pro.watch_orders(PAIR))
            await listening(sim)
            order = await pro.create_order(PAIR, "limit", "buy", 0.4, 29_000)
            await waiting
            sim.faults.add(Kind.LATE_FILL, "BTCUSDT", value=0.5)
            cancelled = await pro.cancel_order(order["id"], PAIR)
            assert (cancelled["status"], cancelled["filled"]) == ("canceled", 0)
            await sim.advance()
            await asyncio.sleep(0.05)
            late = await pro.fetch_order(order["id"], PAIR)
            assert (late["status"], late["filled"]) == ("canceled", 0.2)
            assert [trade["amount"] for trade in await pro.fetch_my_trades(PAIR)] == [0.2]
            assert (pro.orders[-1]["status"], pro.orders[-1]["filled"]) == ("canceled", 0.2)
            assert sim.exchange.orders[int(order["id"])].status is Status.CANCELED
            assert sim.account.balance("USDT").locked == 0

    run(scene())


def test_a_book_may_be_stale_or_crossed() -> None:
    async def scene() -> None:
        async with spot([30_000.0 + 100 * i for i in range(9)], history=1) as sim, client(sim) as ccxt_:
            before = await ccxt_.fetch_order_book(PAIR)
            await sim.advance(3)
            sim.faults.add(Kind.STALE_BOOK, "BTCUSDT")
            assert await ccxt_.fetch_order_book(PAIR) == before
            sim.faults.add(Kind.CROSSED_BOOK, "BTCUSDT")
            crossed = await ccxt_.fetch_order_book(PAIR)
            assert crossed["bids"][0][0] > crossed["asks"][0][0]
            sound = await ccxt_.fetch_order_book(PAIR)
            assert sound["bids"][0][0] < sound["asks"][0][0] and sound != before

    run(scene())


# --- the script


def test_faults_strike_the_nth_time_so_often_and_where_they_are_meant() -> None:
    faults = Faults()
    fault = faults.add(Kind.ERROR, "POST */order", nth=2, times=2)
    struck = [faults.strike(place, Kind.ERROR) is fault for place in ["POST /a/order", "GET /a/order"] * 4]
    assert struck == [False, False, True, False, True, False, False, False]
    assert (fault.seen, fault.hits) == (3, 2)


def test_faults_by_chance_are_the_same_with_the_same_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(Kind.LOST, probability=0.3, times=None)
        return [faults.strike("x", Kind.LOST) is not None for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 30 < sum(drawn(1)) < 90


def test_every_kind_has_its_place() -> None:
    assert set(REQUESTS) | set(STREAMS) | set(EXCHANGE) == set(Kind)


def test_a_closed_simulator_has_let_go_of_everything() -> None:
    async def scene() -> None:
        sim = BinanceSim(spot={"BTCUSDT": bars_of(flat())})
        await sim.start()
        async with client(sim, pro=True, timeout=500) as pro:
            waiting = asyncio.ensure_future(pro.watch_orders(PAIR))
            await listening(sim)
            sim.faults.add(Kind.SILENT, "GET /api/v3/time")
            silent = asyncio.ensure_future(pro.fetch_time())
            await asyncio.sleep(0.05)
            began = time.monotonic()
            await sim.close()
            assert time.monotonic() - began < 1
            with pytest.raises(ccxt.NetworkError):
                await waiting
            with pytest.raises(ccxt.NetworkError):
                await silent
        await asyncio.sleep(0.05)
        mine = {asyncio.current_task()}
        left = [task for task in asyncio.all_tasks() - mine if "wait_for" not in repr(task)]
        assert not [task for task in left if "simulators" in repr(task)]

    run(scene())
