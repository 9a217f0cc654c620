"""Our messages have the fields and types of recorded ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from brokers.simulators import BinanceSim, UpbitSim
from tests.brokers.simulators.scenes import bars_of, client, run

PAIR, PERP = "BTC/USDT", "BTC/USDT:USDT"
CLOSES = [30_000.0, 30_000.0, 30_050.0, 29_000.0, 29_000.0]


@pytest.fixture(scope="module")
def recorded(real_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("binance_messages_spot_and_futures_market.json", "binance_rest_ws_more.json"):
        found |= json.loads((real_data / "protocol" / name).read_text())
    return {"/".join(name.removesuffix(".json").rsplit("/", 2)[-2:]): bare(found[name]) for name in found}


def bare(message: Any) -> Any:
    """Without the envelope of a combined stream."""
    return message["data"] if isinstance(message, dict) and "stream" in message else message


def shape(value: Any) -> str:
    """The JSON type of a value."""
    if isinstance(value, bool):
        return "bool"
    return {"dict": "object", "list": "array"}.get(type(value).__name__, type(value).__name__)


def lacks(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Where ours lacks a field of theirs or has it in another type; null goes with everything."""
    if ours is None or theirs is None:
        return []
    if shape(ours) != shape(theirs):
        return [f"{at}: {shape(ours)} for {shape(theirs)}"]
    if isinstance(theirs, dict):
        missing = [f"{at}.{name} missing" for name in theirs if name not in ours]
        return missing + [
            found
            for name in theirs
            if name in ours
            for found in lacks(ours[name], theirs[name], f"{at}.{name}")
        ]
    if isinstance(theirs, list) and theirs and ours:
        return lacks(ours[0], theirs[0], f"{at}[0]") if not isinstance(theirs[0], str) else []
    return []


async def binance_messages() -> dict[str, Any]:
    """One message of each kind, as the simulator sends it."""
    found: dict[str, Any] = {}
    usdm = {"BTCUSDT": bars_of(CLOSES)}
    async with (
        BinanceSim(spot={"BTCUSDT": bars_of(CLOSES)}, usdm=usdm, history=1) as sim,
        client(sim) as ccxt_,
    ):
        heard: list[tuple[str, Any]] = []
        for streams, name in ((sim.spot_streams, "spot"), (sim.usdm_streams, "usdm")):
            for channel in ("kline_1m", "trade", "aggTrade", "bookTicker", "depth", "ticker", "markPrice"):
                fake = Ear(f"{name} {channel}", heard)
                streams._add(f"btcusdt@{channel}", fake, False)  # type: ignore[arg-type]
        sim.spot_user.listeners["trader"] = [(Ear("spot user", heard), 0)]  # type: ignore[list-item]
        key = sim.usdm_user.open("trader")
        sim.usdm_user.listeners[key] = [Ear("usdm user", heard)]  # type: ignore[list-item]
        for call in ("exchangeInfo", "time"):
            found[f"spot {call}"] = await getattr(ccxt_, f"public_get_{call.lower()}")()
        await scene(sim, ccxt_, found)
        for name, message in heard:
            kind = message.get("event", message).get("e", "")
            inner = message.get("event", message)
            change = (
                inner.get("x") or inner.get("o", {}).get("x")
                if isinstance(inner.get("o", {}), dict)
                else inner.get("x")
            )
            status = inner.get("o", {}).get("X") if kind == "ALGO_UPDATE" else None
            found[" ".join(part for part in (name, kind, change, status) if part)] = inner
            found[" ".join(part for part in (name, kind, change, status) if part) + " whole"] = message
    return found


class Ear:
    """Stands where a socket stands."""

    closed = False

    def __init__(self, name: str, heard: list[tuple[str, Any]]) -> None:
        self.name = name
        self.heard = heard
        self.streams: set[str] = set()

    def send(self, stream: str, message: Any, *, binary: bool = False) -> None:
        self.heard.append((self.name, json.loads(json.dumps(message))))


async def scene(sim: BinanceSim, ccxt_: Any, found: dict[str, Any]) -> None:
    """Orders of every kind on both markets, and every query about them."""
    await sim.advance()
    symbol = {"symbol": "BTCUSDT"}
    found["spot new"] = (await ccxt_.create_order(PAIR, "market", "buy", 0.5))["info"]
    resting = await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000)
    found["spot order"] = (await ccxt_.fetch_order(resting["id"], PAIR))["info"]
    found["spot open"] = await ccxt_.private_get_openorders(symbol)
    found["spot cancel"] = (await ccxt_.cancel_order(resting["id"], PAIR))["info"]
    await ccxt_.create_order(PAIR, "limit", "buy", 0.5, 29_000)
    found["spot cancel all"] = await ccxt_.private_delete_openorders(symbol)
    found["spot all"] = await ccxt_.private_get_allorders(symbol)
    found["spot trades mine"] = await ccxt_.private_get_mytrades(symbol)
    found["spot account"] = await ccxt_.private_get_account()
    await ccxt_.create_order(PAIR, "limit", "sell", 0.1, 29_000, {"stopPrice": 29_500})
    await ccxt_.create_order(PAIR, "limit", "buy", 0.1, 29_000, {"timeInForce": "IOC"})
    sim.exchange.deposit(sim.account, "BTC", sim.account.balance("BTC").free)
    for name in ("klines", "depth", "trades", "aggTrades", "avgPrice"):
        more = {"interval": "1m"} if name == "klines" else {}
        found[f"spot {name} rest"] = await getattr(ccxt_, f"public_get_{name.lower()}")({**symbol, **more})
    for name in ("ticker/price", "ticker/bookTicker", "ticker/24hr"):
        found[f"spot {name}"] = await getattr(ccxt_, "public_get_" + name.replace("/", "_").lower())(symbol)
    found["trade fee"] = (await ccxt_.sapi_get_asset_tradefee())[0]
    await futures_scene(sim, ccxt_, found, symbol)


async def futures_scene(sim: BinanceSim, ccxt_: Any, found: dict[str, Any], symbol: dict[str, str]) -> None:
    await ccxt_.create_order(PERP, "market", "buy", 0.5)
    limit = await ccxt_.create_order(PERP, "limit", "sell", 0.5, 40_000, {"reduceOnly": True})
    await ccxt_.create_order(PERP, "market", "sell", 0.2, None, {"stopLossPrice": 29_500})
    found["usdm orders"] = await ccxt_.fapiprivate_get_allorders(symbol)
    await sim.advance(2)
    await ccxt_.cancel_order(limit["id"], PERP)
    found["usdm positions"] = await ccxt_.fapiprivatev3_get_positionrisk()
    found["usdm config"] = await ccxt_.fapiprivate_get_symbolconfig()
    found["usdm fee"] = await ccxt_.fapiprivate_get_commissionrate(symbol)
    for name in ("exchangeInfo", "klines", "trades", "aggTrades", "premiumIndex"):
        more = {"interval": "1m"} if name == "klines" else {}
        found[f"usdm {name} rest"] = await getattr(ccxt_, f"fapipublic_get_{name.lower()}")(
            {**symbol, **more}
        )
    found["usdm ticker/24hr"] = await ccxt_.fapipublic_get_ticker_24hr(symbol)


@pytest.fixture(scope="module")
def sent() -> dict[str, Any]:
    return run(binance_messages())


# (ours, recorded, fields of the recorded one that belong to something we don't trade)
SAME = [
    ("spot exchangeInfo", "http_json/exchange_info_response", {".sors missing"}),
    ("spot time", "http_json/server_time_response", set()),
    ("spot new", "http_json/new_order_full_response", set()),
    ("spot order", "http_json/order_response", set()),
    ("spot open", "http_json/open_orders_response", set()),
    ("spot cancel", "http_json/cancel_order_response", set()),
    ("spot cancel all", "http_json/cancel_open_orders_response", set()),
    ("spot all", "http_json/all_orders_response", set()),
    ("spot trades mine", "http_json/account_trades_response", set()),
    ("spot account", "http_json/account_response", set()),
    ("spot klines rest", "http_json/klines_response", set()),
    ("spot depth rest", "http_json/depth_response", set()),
    ("spot trades rest", "http_responses/http_spot_market_trades", set()),
    ("spot aggTrades rest", "http_responses/http_spot_market_agg_trades", set()),
    ("spot avgPrice rest", "http_json/avg_price_response", set()),
    ("spot ticker/price", "http_json/ticker_price_response", set()),
    ("spot ticker/bookTicker", "http_json/book_ticker_response", set()),
    ("spot ticker/24hr", "http_json/ticker_24hr_response", set()),
    ("trade fee", "http_responses/http_wallet_trading_fee", set()),
    ("spot user executionReport NEW", "ws_messages/ws_spot_execution_report_new", set()),
    ("spot user executionReport NEW", "user_data_json/execution_report_stop_loss", set()),
    ("spot user executionReport NEW whole", "user_data_json/execution_report_wrapped", set()),
    ("spot user executionReport TRADE", "ws_messages/ws_spot_execution_report_trade", set()),
    ("spot user executionReport CANCELED", "ws_messages/ws_spot_execution_report_canceled", set()),
    ("spot user executionReport EXPIRED", "user_data_json/execution_report_expired", {".eR missing"}),
    ("spot user outboundAccountPosition", "user_data_json/account_position", set()),
    ("spot user balanceUpdate", "user_data_json/balance_update", set()),
    ("usdm orders", "http_responses/http_futures_account_orders",
     {"[0].activatePrice missing", "[0].priceRate missing"}),
    ("usdm config", "http_responses/http_futures_account_symbol_config", set()),
    ("usdm fee", "http_responses/http_futures_wallet_commission_rate_btcusdt_quarterly", set()),
    ("usdm exchangeInfo rest", "http_responses/http_futures_market_exchange_info", set()),
    ("usdm klines rest", "http_responses/http_futures_market_klines", set()),
    ("usdm trades rest", "http_responses/http_futures_market_trades", set()),
    ("usdm aggTrades rest", "http_responses/http_futures_market_agg_trades", set()),
    ("usdm premiumIndex rest", "http_responses/http_futures_market_premium_index", set()),
    ("usdm ticker/24hr", "http_responses/http_futures_market_ticker_24hr", set()),
    ("usdm kline_1m kline", "market_data_json/kline_stream_closed", set()),
    ("usdm trade trade", "market_data_json/trade_stream", set()),
    ("usdm aggTrade aggTrade", "market_data_json/agg_trade_stream", set()),
    ("usdm bookTicker bookTicker", "market_data_json/book_ticker_stream", set()),
    ("usdm depth depthUpdate", "market_data_json/depth_update_stream", set()),
    ("usdm ticker 24hrTicker", "market_data_json/ticker_stream", set()),
    ("usdm markPrice markPriceUpdate", "market_data_json/mark_price_stream", set()),
    ("usdm user TRADE_LITE", "ws_messages/ws_futures_trade_lite", set()),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "other"), SAME, ids=[row[0] + " = " + row[1] for row in SAME])
def test_a_message_has_the_fields_and_types_of_the_recorded_one(
    ours: str, theirs: str, other: set[str], sent: dict[str, Any], recorded: dict[str, Any]
) -> None:
    assert set(lacks(sent[ours], recorded[theirs])) <= other


FUTURES = [
    ("usdm user ORDER_TRADE_UPDATE NEW", "ws_messages/ws_futures_order_update_new_price_match"),
    ("usdm user ORDER_TRADE_UPDATE TRADE", "ws_messages/ws_futures_order_update_trade_reduce_only_qty"),
    ("usdm user ALGO_UPDATE TRIGGERED", "ws_messages/ws_futures_algo_update_triggered"),
    ("usdm user ALGO_UPDATE FINISHED", "ws_messages/ws_futures_algo_update_finished"),
]


@pytest.mark.parametrize(("ours", "theirs"), FUTURES, ids=[row[1] for row in FUTURES])
def test_a_futures_user_event_has_the_fields_and_types_of_the_recorded_one(
    ours: str, theirs: str, sent: dict[str, Any], recorded: dict[str, Any]
) -> None:
    # AP, cr: of trailing stops. W: not always sent.
    other = {".o.AP missing", ".o.cr missing", ".o.W missing"}
    assert set(lacks(sent[ours], recorded[theirs])) <= other


async def upbit_messages() -> dict[str, Any]:
    async with (
        UpbitSim({"KRW-BTC": bars_of([1e8] * 5, "KRW-BTC", "upbit")}, history=2) as sim,
        client(sim, "upbit") as ccxt_,
    ):
        await sim.advance()
        market = {"market": "KRW-BTC"}
        return {
            "fetchTrades": await ccxt_.public_get_trades_ticks(market),
            "fetchTicker": await ccxt_.public_get_ticker({"markets": "KRW-BTC"}),
            "fetchOHLCV": await ccxt_.public_get_candles_timeframe_unit(
                {**market, "timeframe": "minutes", "unit": 60}
            ),
        }


def test_upbits_answers_have_the_fields_of_recorded_ones(real_data: Path) -> None:
    recorded = json.loads((real_data / "protocol" / "upbit_ccxt_responses.json").read_text())["methods"]
    ours = run(upbit_messages())
    for name, rows in ours.items():
        theirs = recorded[name][0]["httpResponse"]
        assert set(theirs[0]) <= set(rows[0]), name
