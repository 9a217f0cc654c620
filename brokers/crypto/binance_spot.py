"""Binance spot."""

from typing import Any, ClassVar

from brokers.contract import Capabilities, TransferReport
from brokers.crypto import money
from brokers.crypto.binance import DAY, Binance, with_fees
from brokers.crypto.dialect import Balances
from brokers.crypto.exact import Row, exactly, number
from brokers.crypto.pages import Span
from brokers.crypto.reports import MS
from brokers.crypto.wire import forget_client
from desk.orders import Order
from market.instruments import Instrument

PAGE, SMALL_PAGE = 1000, 100
# To and from the account's other wallets.
WALLETS = {"MAIN_UMFUTURE": -1, "UMFUTURE_MAIN": 1, "MAIN_FUNDING": -1, "FUNDING_MAIN": 1}
FUNDING_WALLET = "1"  # what came to that one isn't in the spot account


class BinanceSpot(Binance):
    """Fees are taken from what is received: of a buy in the base currency."""

    capabilities = Capabilities(lists_transfers=True, orders_per_s=10.0)
    options: ClassVar[Row] = {
        "defaultType": "spot",
        "fetchMarkets": {"types": ["spot"]},
        "fetchCurrencies": False,
        "fetchMargins": False,
    }
    orders_span = Span(limit=1000, ms=DAY)
    fills_span = Span(limit=1000, ms=DAY)
    trading_right = "enableSpotAndMarginTrading"

    async def balances(self, exchange: Any) -> Balances:
        rows = (await exchange.privateGetAccount())["balances"]
        code = exchange.safe_currency_code
        free = {code(row["asset"]): number(row["free"]) for row in rows}
        return Balances(
            {code(row["asset"]): number(row["free"]) + number(row["locked"]) for row in rows}, free
        )

    async def transfers(self, exchange: Any, since: int, until: int) -> list[TransferReport]:
        found: list[TransferReport] = []
        lists = (
            (exchange.sapiGetCapitalDepositHisrec, "deposit"),
            (exchange.sapiGetCapitalWithdrawHistory, "withdrawal"),
        )
        for ask, kind in lists:
            rows = await money.pages(_by_offset(ask, since, until), PAGE)
            spot = [row for row in rows if str(row.get("walletType")) != FUNDING_WALLET]
            found += money.arrived(exchange, spot, kind)
        for word, sign in WALLETS.items():
            rows = await money.pages(_between_wallets(exchange, word, since, until), SMALL_PAGE)
            found += [_moved(exchange, row, sign) for row in rows if row["status"] == "CONFIRMED"]
        return found

    def money_moved(self, message: Any) -> str | None:
        event = message.get("event", message) if isinstance(message, dict) else None
        return "balanceUpdate" if isinstance(event, dict) and event.get("e") == "balanceUpdate" else None

    async def cancel(self, exchange: Any, market: Row, order: Order, venue_id: str | None) -> Row:
        names = {"origClientOrderId": order.client_id} if venue_id is None else {}
        found = await exchange.cancel_order(venue_id, market["symbol"], names)
        return exactly(exchange, exchange.parse_order, found["info"], market)

    async def describe(self, exchange: Any, market: Row, instrument: Instrument, signed: bool) -> Instrument:
        return await with_fees(exchange, market, instrument, "base") if signed else instrument

    async def open_account_stream(self, exchange: Any) -> None:
        await exchange.authenticate({"type": "spot"})

    async def forget_account_stream(self, exchange: Any) -> None:
        await forget_client(exchange, exchange.urls["api"]["ws"]["ws-api"]["spot"])


def _by_offset(ask: Any, since: int, until: int) -> money.Numbered:
    """The exchange's own call: ccxt's unified one forgets where the time asked for ends."""

    async def page(number: int) -> list[Row]:
        span = {"startTime": since, "endTime": until, "offset": number * PAGE, "limit": PAGE}
        return list(await ask(span))

    return page


def _between_wallets(exchange: Any, word: str, since: int, until: int) -> money.Numbered:
    async def page(number: int) -> list[Row]:
        span = {"startTime": since, "endTime": until, "current": number + 1, "size": SMALL_PAGE}
        found = await exchange.sapiGetAssetTransfer({"type": word, **span})
        return list(found.get("rows") or [])

    return page


def _moved(exchange: Any, row: Row, sign: int) -> TransferReport:
    currency = exchange.safe_currency_code(row["asset"])
    return TransferReport(
        f"transfer:{row['tranId']}", currency, sign * number(row["amount"]), int(row["timestamp"]) * MS
    )
