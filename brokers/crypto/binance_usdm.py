"""Binance USD-M futures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from brokers.contract import Capabilities, FundingReport, TransferReport
from brokers.crypto import money
from brokers.crypto.access import Access
from brokers.crypto.binance import DAY, REACH, Binance, with_fees
from brokers.crypto.dialect import Balances, Request, Rows
from brokers.crypto.exact import Row, exactly, number, plain
from brokers.crypto.pages import Span, everything
from brokers.crypto.reports import MS
from brokers.crypto.wire import forget_client
from desk.orders import Order
from market.errors import ConfigError
from market.instruments import Instrument

PAGE = 1000
# What the venue books as income and nobody earned, and the account updates that tell of income at once.
TRANSFERS = ("TRANSFER", "INTERNAL_TRANSFER", "COIN_SWAP_DEPOSIT", "COIN_SWAP_WITHDRAW")
UPDATES = frozenset(
    {"DEPOSIT", "WITHDRAW", "FUNDING_FEE", "ADMIN_DEPOSIT", "ADMIN_WITHDRAW", "MARGIN_TRANSFER",
     "ASSET_TRANSFER", "COIN_SWAP_DEPOSIT", "COIN_SWAP_WITHDRAW"}
)  # fmt: skip


class BinanceUsdm(Binance):
    """Stops rest as algo orders: another endpoint, other ids, until they become orders."""

    capabilities = Capabilities(
        reduce_only=True,
        replaces=True,
        short=True,
        lists_transfers=True,
        lists_funding=True,
        orders_per_s=20.0,
    )
    options: ClassVar[Row] = {"fetchCurrencies": False, "fetchMargins": False}
    orders_span = Span(limit=1000, ms=7 * DAY)
    fills_span = Span(limit=1000, ms=7 * DAY)
    newest_is_a_week = True
    rate = 32.0  # of 40
    trading_right = "enableFutures"

    async def prepare(self, exchange: Any, markets: Sequence[Row], access: Access) -> None:
        mode = await exchange.fetch_position_mode()
        if mode["hedged"]:
            raise ConfigError(
                "the futures account is in hedge mode; expected one-way mode. Switch Position Mode to "
                "One-way in Binance's preferences (no positions or orders may be open)."
            )
        for market in markets:
            await self._set_up(exchange, market, access)

    async def _set_up(self, exchange: Any, market: Row, access: Access) -> None:
        """Margin mode and leverage of one market, then what the venue has of them."""
        if access.margin_mode is None and access.leverage is None:
            return
        symbol = market["symbol"]
        found = await _margin(exchange, market)
        if access.margin_mode is not None and found["mode"] != access.margin_mode:
            await exchange.set_margin_mode(access.margin_mode, symbol)
        if access.leverage is not None and found["leverage"] != access.leverage:
            await exchange.set_leverage(access.leverage, symbol)
        found = await _margin(exchange, market)
        wanted = {
            "mode": access.margin_mode or found["mode"],
            "leverage": access.leverage or found["leverage"],
        }
        if found != wanted:
            raise ConfigError(
                f"{symbol}: asked for {wanted['mode']} margin at {wanted['leverage']}x, the venue has "
                f"{found['mode']} at {found['leverage']}x. Close its positions and orders, or change [venue]."
            )

    async def describe(self, exchange: Any, market: Row, instrument: Instrument, signed: bool) -> Instrument:
        if market["inverse"]:
            raise ConfigError(
                f"{instrument.id} is margined in its own coin, which the ledger can't keep. Trade USDT's."
            )
        if not signed:
            return instrument
        leverage = (await _margin(exchange, market))["leverage"]
        found = await with_fees(exchange, market, instrument, "quote")
        margin = 1.0 / max(leverage, 1)
        return replace(found, long_margin=margin, short_margin=margin)

    async def balances(self, exchange: Any) -> Balances:
        """total: the wallet, which open positions don't change; equity counts them."""
        found = await exchange.fapiPrivateV3GetAccount()
        code = exchange.safe_currency_code
        total = {code(row["asset"]): number(row["walletBalance"]) for row in found["assets"]}
        free = {code(row["asset"]): number(row["availableBalance"]) for row in found["assets"]}
        return Balances(total, free, number(found["totalMarginBalance"]))

    async def transfers(self, exchange: Any, since: int, until: int) -> list[TransferReport]:
        """To and from the futures wallet: deposits reach the account in another one."""
        return [
            TransferReport(
                f"{kind.lower()}:{row['tranId']}", code, number(row["income"]), int(row["time"]) * MS
            )
            for kind in TRANSFERS
            for row in await _incomes(exchange, kind, since, until)
            for code in (exchange.safe_currency_code(row["asset"]),)
        ]

    async def funding(
        self, exchange: Any, markets: Mapping[str, Row], since: int, until: int
    ) -> list[FundingReport]:
        names = {market["id"]: name for name, market in markets.items()}
        code = exchange.safe_currency_code
        return [
            money.paid(names[row["symbol"]], row["tranId"], code(row["asset"]), row["income"], row["time"])
            for row in await _incomes(exchange, "FUNDING_FEE", since, until)
            if row["symbol"] in names
        ]

    def money_moved(self, message: Any) -> str | None:
        if not isinstance(message, dict) or message.get("e") != "ACCOUNT_UPDATE":
            return None
        reason = str(message["a"].get("m"))
        return reason if reason in UPDATES else None

    def request(self, order: Order, market: Row, reference: Decimal | None) -> Request:
        found = super().request(order, market, reference)
        if order.trigger is not None:
            # ccxt sends whatever carries a trigger to the algo endpoint.
            found.params["workingType"] = "CONTRACT_PRICE"
        return found

    async def cancel(self, exchange: Any, market: Row, order: Order, venue_id: str | None) -> Row:
        """A stop rests as an algo order until it is triggered; after that it is an order like any other."""
        import ccxt

        symbol = market["symbol"]
        names = {"origClientOrderId": order.client_id} if venue_id is None else {}
        if order.trigger is not None:
            try:
                await exchange.cancel_order(venue_id, symbol, {**names, "trigger": True})
                return {"id": venue_id, "status": "canceled", "clientOrderId": order.client_id}
            except ccxt.OrderNotFound:
                pass
        found = await exchange.cancel_order(venue_id, symbol, names)
        return exactly(exchange, exchange.parse_order, found["info"], market)

    async def replace(
        self, exchange: Any, market: Row, order: Order, quantity: Decimal, price: Decimal
    ) -> Row:
        found = await exchange.fapiPrivatePutOrder(
            {
                "symbol": market["id"],
                "side": "BUY" if order.side > 0 else "SELL",
                "origClientOrderId": order.client_id,
                "quantity": plain(quantity),
                "price": plain(price),
            }
        )
        return exactly(exchange, exchange.parse_order, found, market)

    async def open_orders(self, exchange: Any, market: Row) -> Rows:
        plain_ones = await super().open_orders(exchange, market)
        algos = await exchange.fetch_open_orders(market["symbol"], None, None, {"trigger": True})
        return plain_ones + self._exact(exchange, market, algos)

    async def ended_orders(self, exchange: Any, market: Row, since: int, until: int) -> Rows:
        rows = await super().ended_orders(exchange, market, since, until)
        # Stops that were triggered or ended lately may be old; the venue lists a week of them at a time.
        page = _algos(exchange, market["symbol"])
        start = max(min(since, until - 7 * DAY + 1), until - REACH)
        found = await everything(page, start, until, Span(limit=100, ms=7 * DAY))
        return rows + self._exact(exchange, market, found)

    async def open_account_stream(self, exchange: Any) -> None:
        await exchange.authenticate({"type": "future", "subType": "linear"})

    async def forget_account_stream(self, exchange: Any) -> None:
        options = exchange.options.setdefault("linear", {})
        key = options.get("listenKey")
        exchange.options["linear"] = {**options, "listenKey": None, "lastAuthenticatedTime": 0}
        if key:
            await forget_client(exchange, exchange.get_private_ws_url("linear", key))


async def _incomes(exchange: Any, kind: str, since: int, until: int) -> Rows:
    async def page(number: int) -> Rows:
        span = {"startTime": since, "endTime": until, "page": number + 1, "limit": PAGE}
        return list(await exchange.fapiPrivateGetIncome({"incomeType": kind, **span}))

    return await money.pages(page, PAGE)


async def _margin(exchange: Any, market: Row) -> Row:
    """{"mode": cross or isolated, "leverage": int} as the venue has it."""
    rows = await exchange.fapiPrivateGetSymbolConfig({"symbol": market["id"]})
    row = next(row for row in rows if row["symbol"] == market["id"])
    mode = "isolated" if str(row["marginType"]).upper() == "ISOLATED" else "cross"
    return {"mode": mode, "leverage": int(row["leverage"])}


def _algos(exchange: Any, symbol: str) -> Any:
    async def page(since: int, until: int, limit: int) -> Rows:
        found = await exchange.fetch_orders(symbol, since, limit, {"until": until, "trigger": True})
        return list(found)

    return page
