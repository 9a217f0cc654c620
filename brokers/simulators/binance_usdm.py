"""Binance USD-M futures over REST: orders, conditional (algo) orders, positions, leverage, funding."""

from collections.abc import Callable
from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.binance_errors import NO_ORDER, UNKNOWN_ORDER, USDM, error, missing, refusal
from brokers.simulators.binance_market import MarketData
from brokers.simulators.binance_orders import seen, trades_of
from brokers.simulators.binance_spot import status_word
from brokers.simulators.binance_words import (
    Row,
    flag,
    integer,
    limited,
    money,
    needed,
    places,
    side_of,
    side_word,
    text,
)
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import ZERO, Listing
from brokers.simulators.order import Execution, Life, Prevention, Status, Ticket, VenueOrder
from brokers.simulators.server import Answer, Call, Endpoint
from brokers.simulators.settlement import MarginSettlement, Reason, Rejected

CONDITIONAL = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET")
ENGINE = 80_000_000_000  # ids of orders that conditional orders become
WEEK = 7 * 86_400_000
FUNDING = 8 * 3_600_000
HUGE = 10**15


class UsdmApi:
    """rates: funding rate of each symbol at the next funding."""

    def __init__(self, exchange: Exchange, market: MarketData, time: Callable[[], int]) -> None:
        self.exchange = exchange
        self.market = market
        self.time = time
        self.rates: dict[str, Decimal] = {}
        self.paid: dict[str, list[tuple[int, Decimal, Decimal]]] = {}
        settlement = exchange.settlement
        assert isinstance(settlement, MarginSettlement)
        self.settlement = settlement
        self._made = 0

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        fapi, found = "/fapi/v1/", {}
        for name, endpoint in self.market.endpoints().items():
            found["GET", fapi + name] = endpoint
        trading = {
            ("GET", "order"): Endpoint(self.order, 1, "signed"),
            ("POST", "order"): Endpoint(self.new_order, 1, "signed", "trade", 1),
            ("PUT", "order"): Endpoint(self.amend, 1, "signed", "trade", 1),
            ("DELETE", "order"): Endpoint(self.cancel, 1, "signed", "trade"),
            ("GET", "openOrder"): Endpoint(self.order, 1, "signed"),
            ("GET", "openOrders"): Endpoint(self.open_orders, 1, "signed"),
            ("GET", "allOrders"): Endpoint(self.all_orders, 5, "signed"),
            ("DELETE", "allOpenOrders"): Endpoint(self.cancel_all, 1, "signed", "trade"),
            ("GET", "userTrades"): Endpoint(self.user_trades, 5, "signed"),
            ("POST", "algoOrder"): Endpoint(self.new_algo, 1, "signed", "trade", 1),
            ("GET", "algoOrder"): Endpoint(self.algo, 1, "signed"),
            ("DELETE", "algoOrder"): Endpoint(self.cancel_algo, 1, "signed", "trade"),
            ("GET", "openAlgoOrders"): Endpoint(self.open_algos, 1, "signed"),
            ("GET", "allAlgoOrders"): Endpoint(self.all_algos, 5, "signed"),
            ("DELETE", "algoOpenOrders"): Endpoint(self.cancel_algos, 1, "signed", "trade"),
        }
        rest = trading | self._account_endpoints()
        for (method, name), endpoint in rest.items():
            found[method, fapi + name] = endpoint
        for version in ("v2", "v3"):
            found["GET", f"/fapi/{version}/account"] = Endpoint(self.account, 5, "signed")
            found["GET", f"/fapi/{version}/balance"] = Endpoint(self.balance, 5, "signed")
            found["GET", f"/fapi/{version}/positionRisk"] = Endpoint(self.position_risk, 5, "signed")
        return found

    def _account_endpoints(self) -> dict[tuple[str, str], Endpoint]:
        return {
            ("GET", "ping"): Endpoint(lambda call: {}),
            ("GET", "time"): Endpoint(lambda call: {"serverTime": self.time() + call.skew}),
            ("GET", "exchangeInfo"): Endpoint(self.exchange_info),
            ("GET", "premiumIndex"): Endpoint(self.premium),
            ("GET", "fundingRate"): Endpoint(self.funding_rates),
            ("GET", "fundingInfo"): Endpoint(lambda call: []),
            ("POST", "leverage"): Endpoint(self.set_leverage, 1, "signed", "trade"),
            ("POST", "marginType"): Endpoint(self.set_margin_type, 1, "signed", "trade"),
            ("GET", "positionSide/dual"): Endpoint(self.position_mode, 30, "signed"),
            ("POST", "positionSide/dual"): Endpoint(self.set_position_mode, 1, "signed", "trade"),
            ("GET", "symbolConfig"): Endpoint(self.symbol_config, 5, "signed"),
            ("GET", "accountConfig"): Endpoint(self.account_config, 5, "signed"),
            ("GET", "commissionRate"): Endpoint(self.commission, 20, "signed"),
            ("GET", "leverageBracket"): Endpoint(self.brackets, 1, "signed"),
            ("GET", "income"): Endpoint(self.income, 30, "signed"),
            ("GET", "multiAssetsMargin"): Endpoint(lambda call: {"multiAssetsMargin": False}, 30, "signed"),
        }

    # --- the venue

    def exchange_info(self, call: Call) -> Answer:
        quotes = sorted({listing.quote for listing in self.exchange.listings.values()})
        return {
            "timezone": "UTC",
            "serverTime": self.time(),
            "futuresType": "U_MARGINED",
            "rateLimits": [
                {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400},
                {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1200},
                {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300},
            ],
            "exchangeFilters": [],
            "assets": [{"asset": name, "marginAvailable": True, "autoAssetExchange": "0"} for name in quotes],
            "symbols": [_symbol(listing) for listing in self.exchange.listings.values()],
        }

    def funding(self, symbol: str) -> tuple[Decimal, int]:
        """The rate at the next funding, and when that is."""
        now = self.exchange.clock.now()
        return self.rates.get(symbol, Decimal("0.0001")), now - now % FUNDING + FUNDING

    def settle_funding(self) -> None:
        """A funding time has come: every position pays or is paid."""
        for symbol in self.exchange.listings:
            rate = self.funding(symbol)[0]
            self.exchange.fund(symbol, rate)
            paid = (self.exchange.clock.now(), rate, self.exchange.mark(symbol))
            self.paid.setdefault(symbol, []).append(paid)

    def premium(self, call: Call) -> Answer:
        rows = [
            self._premium(listing)
            for listing in self.exchange.listings.values()
            if call.params.get("symbol") in (None, listing.symbol)
        ]
        if call.params.get("symbol"):
            self.market.listing(text(call, "symbol"))
            return rows[0]
        return list(rows)

    def _premium(self, listing: Listing) -> Row:
        rate, following = self.funding(listing.symbol)
        mark = self.market.style.price(listing, self.exchange.mark(listing.symbol))
        return {
            "symbol": listing.symbol,
            "markPrice": mark,
            "indexPrice": mark,
            "estimatedSettlePrice": mark,
            "lastFundingRate": money(rate),
            "interestRate": "0.00010000",
            "nextFundingTime": following,
            "time": self.exchange.clock.now(),
        }

    def funding_rates(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol"))
        start = integer(call, "startTime") or 0
        rows = [
            {
                "symbol": symbol.symbol,
                "fundingTime": ms,
                "fundingRate": money(rate),
                "markPrice": self.market.style.price(symbol, mark),
            }
            for ms, rate, mark in self.paid.get(symbol.symbol, [])
            if ms >= start
        ]
        return list(rows[: limited(call, 100, 1000)])

    # --- the account

    def account(self, call: Call) -> Answer:
        account = call.trader
        assets = [self._asset(account, currency) for currency in account.balances]
        names = {
            "totalInitialMargin": "initialMargin",
            "totalMaintMargin": "maintMargin",
            "totalWalletBalance": "walletBalance",
            "totalUnrealizedProfit": "unrealizedProfit",
            "totalMarginBalance": "marginBalance",
            "totalPositionInitialMargin": "positionInitialMargin",
            "totalOpenOrderInitialMargin": "openOrderInitialMargin",
            "totalCrossWalletBalance": "crossWalletBalance",
            "totalCrossUnPnl": "crossUnPnl",
            "availableBalance": "availableBalance",
            "maxWithdrawAmount": "maxWithdrawAmount",
        }
        totals = {
            total: money(sum((Decimal(asset[name]) for asset in assets), ZERO))
            for total, name in names.items()
        }
        held = [self._held(account, symbol, side) for symbol, side in self._legs(account)]
        return {
            "feeTier": 0,
            "canTrade": "trade" in account.rights,
            "canDeposit": True,
            "canWithdraw": True,
            "updateTime": 0,
            "multiAssetsMargin": False,
            **totals,
            "assets": assets,
            "positions": held,
        }

    def _asset(self, account: Account, currency: str) -> Row:
        wallet = account.balance(currency).free
        profit = self.settlement.profit(account, currency)
        positions = self.settlement.position_margin(account, currency)
        orders = self.settlement.order_margin(account, currency)
        available = money(max(self.settlement.available(account, currency), ZERO))
        return {
            "asset": currency,
            "walletBalance": money(wallet),
            "unrealizedProfit": money(profit),
            "marginBalance": money(wallet + profit),
            "maintMargin": money(positions / 2),
            "initialMargin": money(positions + orders),
            "positionInitialMargin": money(positions),
            "openOrderInitialMargin": money(orders),
            "crossWalletBalance": money(wallet),
            "crossUnPnl": money(profit),
            "availableBalance": available,
            "maxWithdrawAmount": available,
            "marginAvailable": True,
            "updateTime": self.exchange.clock.now(),
        }

    def balance(self, call: Call) -> Answer:
        rows = []
        for currency in call.trader.balances:
            asset = self._asset(call.trader, currency)
            names = ("asset", "crossWalletBalance", "crossUnPnl", "availableBalance", "maxWithdrawAmount")
            row = {"accountAlias": "sim", "balance": asset["walletBalance"]}
            rows.append(row | {name: asset[name] for name in (*names, "marginAvailable", "updateTime")})
        return list(rows)

    def _legs(self, account: Account) -> list[tuple[str, str]]:
        return [key for key, position in account.positions.items() if position.amount]

    def _held(self, account: Account, symbol: str, side: str) -> Row:
        listing, position = self.exchange.listings[symbol], account.position(symbol, side)
        mark = self.exchange.mark(symbol)
        margin = abs(position.amount) * mark / self.settlement.leverage(account, symbol)
        return {
            "symbol": symbol,
            "positionSide": side,
            "positionAmt": self.market.style.quantity(listing, position.amount),
            "unrealizedProfit": money(self.settlement.unrealized(account, symbol, side)),
            "isolatedMargin": money(0),
            "notional": money(position.amount * mark),
            "isolatedWallet": money(0),
            "initialMargin": money(margin),
            "maintMargin": money(margin / 2),
            "updateTime": position.updated,
        }

    def position_risk(self, call: Call) -> Answer:
        account, wanted = call.trader, call.params.get("symbol")
        legs = [leg for leg in self._legs(account) if wanted in (None, leg[0])]
        return [self._risk(account, symbol, side) for symbol, side in legs]

    def _risk(self, account: Account, symbol: str, side: str) -> Row:
        listing, position = self.exchange.listings[symbol], account.position(symbol, side)
        held, style = self._held(account, symbol, side), self.market.style
        return {
            "symbol": symbol,
            "positionSide": side,
            "positionAmt": held["positionAmt"],
            "entryPrice": style.price(listing, position.entry),
            "breakEvenPrice": style.price(listing, position.entry),
            "markPrice": style.price(listing, self.exchange.mark(symbol)),
            "unRealizedProfit": held["unrealizedProfit"],
            "liquidationPrice": "0",
            "isolatedMargin": held["isolatedMargin"],
            "notional": held["notional"],
            "marginAsset": listing.quote,
            "isolatedWallet": held["isolatedWallet"],
            "initialMargin": held["initialMargin"],
            "maintMargin": held["maintMargin"],
            "positionInitialMargin": held["initialMargin"],
            "openOrderInitialMargin": money(0),
            "adl": 0,
            "bidNotional": "0",
            "askNotional": "0",
            "updateTime": position.updated,
        }

    def set_leverage(self, call: Call) -> Answer:
        symbol, leverage = self.market.listing(text(call, "symbol")).symbol, int(needed(call, "leverage"))
        if not 1 <= leverage <= 125:
            raise error(-4028, f"Leverage {leverage} is not valid")
        call.trader.leverage[symbol] = leverage
        return {"leverage": leverage, "maxNotionalValue": "1000000", "symbol": symbol}

    def set_margin_type(self, call: Call) -> Answer:
        symbol, kind = self.market.listing(text(call, "symbol")).symbol, text(call, "marginType")
        isolated = call.trader.isolated
        if (kind == "ISOLATED") == (symbol in isolated):
            raise error(-4046, "No need to change margin type.")
        if any(symbol == leg[0] for leg in self._legs(call.trader)):
            raise error(-4048, "Margin type cannot be changed if there exists position.")
        if any(order.symbol == symbol for order in self.exchange.open_orders(call.trader.name)):
            raise error(-4047, "Margin type cannot be changed if there exists open orders.")
        isolated.symmetric_difference_update({symbol})
        return {"code": 200, "msg": "success"}

    def position_mode(self, call: Call) -> Answer:
        return {"dualSidePosition": call.trader.hedged}

    def set_position_mode(self, call: Call) -> Answer:
        account, hedged = call.trader, flag(call, "dualSidePosition")
        if hedged == account.hedged:
            raise error(-4059, "No need to change position side.")
        if any(True for _ in self.exchange.open_orders(account.name)):
            raise error(-4067, "Position side cannot be changed if there exists open orders.")
        if self._legs(account):
            raise error(-4068, "Position side cannot be changed if there exists position.")
        account.hedged = hedged
        return {"code": 200, "msg": "success"}

    def symbol_config(self, call: Call) -> Answer:
        wanted = call.params.get("symbol")
        return [
            {
                "symbol": symbol,
                "marginType": "ISOLATED" if symbol in call.trader.isolated else "CROSSED",
                "isAutoAddMargin": False,
                "leverage": self.settlement.leverage(call.trader, symbol),
                "maxNotionalValue": "1000000",
            }
            for symbol in self.exchange.listings
            if wanted in (None, symbol)
        ]

    def account_config(self, call: Call) -> Answer:
        return {
            "feeTier": 0,
            "canTrade": "trade" in call.trader.rights,
            "canDeposit": True,
            "canWithdraw": True,
            "dualSidePosition": call.trader.hedged,
            "updateTime": 0,
            "multiAssetsMargin": False,
            "tradeGroupId": -1,
        }

    def commission(self, call: Call) -> Answer:
        listing = self.market.listing(text(call, "symbol"))
        return {
            "symbol": listing.symbol,
            "makerCommissionRate": str(listing.fees.maker),
            "takerCommissionRate": str(listing.fees.taker),
        }

    def brackets(self, call: Call) -> Answer:
        tier = {
            "bracket": 1,
            "initialLeverage": 125,
            "notionalCap": 50_000_000,
            "notionalFloor": 0,
            "maintMarginRatio": 0.004,
            "cum": 0.0,
        }
        return [{"symbol": symbol, "brackets": [tier]} for symbol in self.exchange.listings]

    def income(self, call: Call) -> Answer:
        kind, symbol = call.params.get("incomeType"), call.params.get("symbol")
        start, end = integer(call, "startTime") or 0, integer(call, "endTime") or HUGE
        rows = [
            {
                "symbol": income.symbol,
                "incomeType": income.kind,
                "income": money(income.amount),
                "asset": income.currency,
                "info": "",
                "time": income.ms,
                "tranId": income.id,
                "tradeId": "",
            }
            for income in self.settlement.incomes
            if income.account == call.trader.name
            and kind in (None, income.kind)
            and symbol in (None, income.symbol)
            and start <= income.ms <= end
        ]
        return list(rows[: limited(call, 100, 1000)])

    # --- orders

    def number(self, order: VenueOrder) -> int:
        """An order's id in the matching engine: what a conditional order became has another than its own."""
        return order.id + ENGINE if order.ticket.trigger is not None else order.id

    def _in_engine(self, order: VenueOrder) -> bool:
        return order.ticket.trigger is None or order.triggered > 0

    def name(self) -> str:
        self._made += 1
        return f"venue{self._made:017d}"

    def new_order(self, call: Call) -> Answer:
        kind = text(call, "type")
        if kind in (*CONDITIONAL, "TRAILING_STOP_MARKET"):
            words = (
                "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
            )
            raise error(-4120, words)
        if kind not in ("LIMIT", "MARKET"):
            raise error(-1116, "Invalid orderType.")
        order = self._submit(call, self._ticket(call, kind, "newClientOrderId"))
        return self.row(order)

    def _submit(self, call: Call, ticket: Ticket) -> VenueOrder:
        try:
            return self.exchange.submit(call.trader, ticket)
        except Rejected as rejected:
            if rejected.reason is Reason.QUANTITY and ticket.quantity <= 0:
                raise error(-4003, "Quantity less than or equal to zero.") from None
            raise refusal(rejected, USDM) from None

    def _ticket(self, call: Call, kind: str, name: str) -> Ticket:
        listing = self.market.listing(text(call, "symbol"))
        priced = kind in ("LIMIT", "STOP", "TAKE_PROFIT")
        close_all = flag(call, "closePosition")
        if close_all and flag(call, "reduceOnly"):
            raise error(-1106, "Parameter 'reduceonly' sent when not required.")
        return Ticket(
            symbol=listing.symbol,
            side=side_of(call),
            quantity=ZERO if close_all else needed(call, "quantity"),
            limit=needed(call, "price") if priced else None,
            trigger=needed(call, "triggerPrice") if kind in CONDITIONAL else None,
            target=kind.startswith("TAKE_PROFIT"),
            life=_life(call, kind),
            client_id=str(call.params.get(name) or self.name()),
            reduce_only=flag(call, "reduceOnly"),
            close_all=close_all,
            position_side=str(call.params.get("positionSide", "BOTH")),
            prevention=Prevention(call.params.get("selfTradePreventionMode", "EXPIRE_MAKER")),
            label=kind,
        )

    def row(self, order: VenueOrder) -> Row:
        listing, style = self.exchange.listings[order.symbol], self.market.style
        kind = order.ticket.label if order.ticket.trigger is None else "LIMIT" if order.limit else "MARKET"
        return {
            "orderId": self.number(order),
            "symbol": order.symbol,
            "status": status_word(order),
            "clientOrderId": order.ticket.client_id,
            "price": style.price(listing, order.limit),
            "avgPrice": style.price(listing, order.average),
            "origQty": style.quantity(listing, order.quantity),
            "executedQty": style.quantity(listing, order.filled),
            "cumQuote": money(order.spent),
            "timeInForce": order.ticket.life.value,
            "type": kind,
            "reduceOnly": order.ticket.reduce_only or order.ticket.close_all,
            "closePosition": order.ticket.close_all,
            "side": side_word(order.side),
            "positionSide": order.ticket.position_side,
            "stopPrice": style.price(listing, order.ticket.trigger),
            "workingType": "CONTRACT_PRICE",
            "priceProtect": False,
            "origType": order.ticket.label,
            "priceMatch": "NONE",
            "selfTradePreventionMode": order.ticket.prevention.value,
            "goodTillDate": 0,
            "time": order.created,
            "updateTime": order.updated,
        }

    def find(self, call: Call) -> VenueOrder:
        """An order of the matching engine, by orderId or origClientOrderId."""
        symbol = self.market.listing(text(call, "symbol")).symbol
        number, client_id = integer(call, "orderId"), call.params.get("origClientOrderId")
        if number is None and not client_id:
            raise missing("orderId")
        number = number - ENGINE if number is not None and number > ENGINE else number
        order = self.exchange.find(call.trader.name, symbol, number, client_id)
        hidden = call.unseen_since is not None and order.created > call.unseen_since
        if hidden or not self._in_engine(order):
            raise Rejected(Reason.NO_ORDER)
        return order

    def order(self, call: Call) -> Answer:
        try:
            order = self.find(call)
        except Rejected:
            raise error(*NO_ORDER) from None
        if call.path.endswith("openOrder") and not order.open:
            raise error(*NO_ORDER)
        return self.row(order)

    def cancel(self, call: Call) -> Answer:
        try:
            return self.row(self.exchange.cancel(self.find(call)))
        except Rejected:
            raise error(*UNKNOWN_ORDER) from None

    def amend(self, call: Call) -> Answer:
        try:
            order = self.find(call)
            if not order.open:
                raise Rejected(Reason.NO_ORDER)
            order = self.exchange.amend(order, needed(call, "quantity"), needed(call, "price"))
        except Rejected as rejected:
            raise refusal(rejected, USDM) from None
        return self.row(order)

    def cancel_all(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol")).symbol
        for order in list(self.exchange.open_orders(call.trader.name)):
            if order.symbol == symbol and self._in_engine(order):
                self.exchange.cancel(order)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def open_orders(self, call: Call) -> Answer:
        wanted = call.params.get("symbol")
        return [
            self.row(order)
            for order in seen(call, self.exchange.open_orders(call.trader.name))
            if wanted in (None, order.symbol) and self._in_engine(order)
        ]

    def all_orders(self, call: Call) -> Answer:
        """From ``orderId`` on, else a window of at most seven days (the last seven when none is given)."""
        wanted, limit, first = call.params.get("symbol"), limited(call, 500, 1000), integer(call, "orderId")
        orders = [
            order
            for order in seen(call, self.exchange.orders_of(call.trader.name, wanted))
            if self._in_engine(order)
        ]
        if first is not None:
            return [self.row(order) for order in orders if self.number(order) >= first][:limit]
        start, end = self._week(call)
        orders = [order for order in orders if start <= order.created <= end]
        chosen = orders[:limit] if call.params.get("startTime") else orders[-limit:]
        return [self.row(order) for order in chosen]

    def _week(self, call: Call) -> tuple[int, int]:
        start, end = integer(call, "startTime"), integer(call, "endTime")
        if start is not None and end is not None and end - start > WEEK:
            raise error(-4165, "Maximum time interval is 7 days.")
        if start is None:
            last = self.exchange.clock.now() if end is None else end
            return last - WEEK, last
        return start, min(start + WEEK, HUGE) if end is None else end

    def user_trades(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol")).symbol
        first, limit, number = integer(call, "fromId"), limited(call, 500, 1000), integer(call, "orderId")
        trades = trades_of(call, self.exchange, symbol)
        if number is not None:
            trades = [trade for trade in trades if self.number(self.exchange.orders[trade.order]) == number]
        if first is not None:
            return [self._trade(trade) for trade in trades if trade.id >= first][:limit]
        start, end = self._week(call)
        trades = [trade for trade in trades if start <= trade.ms <= end]
        chosen = trades[:limit] if call.params.get("startTime") else trades[-limit:]
        return [self._trade(trade) for trade in chosen]

    def _trade(self, trade: Execution) -> Row:
        listing, order = self.exchange.listings[trade.symbol], self.exchange.orders[trade.order]
        return {
            "symbol": trade.symbol,
            "id": trade.id,
            "orderId": self.number(order),
            "side": side_word(trade.side),
            "price": self.market.style.price(listing, trade.price),
            "qty": self.market.style.quantity(listing, trade.quantity),
            "realizedPnl": money(trade.profit),
            "quoteQty": money(trade.price * trade.quantity),
            "commission": money(trade.fee),
            "commissionAsset": trade.fee_currency,
            "time": trade.ms,
            "positionSide": order.ticket.position_side,
            "buyer": trade.side > 0,
            "maker": trade.maker,
        }

    # --- conditional orders

    def new_algo(self, call: Call) -> Answer:
        if text(call, "algoType") != "CONDITIONAL":
            raise error(-1102, "Mandatory parameter 'algoType' was not sent, was empty/null, or malformed.")
        kind = text(call, "type")
        if kind not in CONDITIONAL:
            raise error(-1116, "Invalid orderType.")
        return self.algo_row(self._submit(call, self._ticket(call, kind, "clientAlgoId")))

    def algo_row(self, order: VenueOrder) -> Row:
        listing, style = self.exchange.listings[order.symbol], self.market.style
        became = order.triggered > 0
        return {
            "algoId": order.id,
            "clientAlgoId": order.ticket.client_id,
            "algoType": "CONDITIONAL",
            "orderType": order.ticket.label,
            "symbol": order.symbol,
            "side": side_word(order.side),
            "positionSide": order.ticket.position_side,
            "timeInForce": order.ticket.life.value,
            "quantity": style.quantity(listing, order.quantity),
            "algoStatus": algo_status(order),
            "actualOrderId": str(self.number(order)) if became else "",
            "actualPrice": style.price(listing, order.average),
            "triggerPrice": style.price(listing, order.ticket.trigger),
            "price": style.price(listing, order.limit),
            "icebergQuantity": None,
            "selfTradePreventionMode": order.ticket.prevention.value,
            "workingType": "CONTRACT_PRICE",
            "priceMatch": "NONE",
            "closePosition": order.ticket.close_all,
            "priceProtect": False,
            "reduceOnly": order.ticket.reduce_only,
            "createTime": order.created,
            "updateTime": order.updated,
            "triggerTime": order.triggered,
            "goodTillDate": 0,
        }

    def _find_algo(self, call: Call) -> VenueOrder:
        number, client_id = integer(call, "algoId"), call.params.get("clientAlgoId")
        if number is None and not client_id:
            raise missing("algoId")
        order = self.exchange.find(call.trader.name, None, number, client_id)
        if order.ticket.trigger is None:
            raise Rejected(Reason.NO_ORDER)
        return order

    def algo(self, call: Call) -> Answer:
        try:
            return self.algo_row(self._find_algo(call))
        except Rejected:
            raise error(*NO_ORDER) from None

    def cancel_algo(self, call: Call) -> Answer:
        try:
            order = self._find_algo(call)
            if order.triggered:
                raise Rejected(Reason.NO_ORDER)
            self.exchange.cancel(order)
        except Rejected:
            raise error(*UNKNOWN_ORDER) from None
        return {"algoId": order.id, "clientAlgoId": order.ticket.client_id, "code": "200", "msg": "success"}

    def _algos(self, call: Call) -> list[VenueOrder]:
        wanted = call.params.get("symbol")
        orders = seen(call, self.exchange.orders_of(call.trader.name, wanted))
        return [order for order in orders if order.ticket.trigger is not None]

    def open_algos(self, call: Call) -> Answer:
        return [self.algo_row(order) for order in self._algos(call) if order.open and not order.triggered]

    def all_algos(self, call: Call) -> Answer:
        start, end = self._week(call)
        orders = [order for order in self._algos(call) if start <= order.created <= end]
        return [self.algo_row(order) for order in orders[: limited(call, 500, 1000)]]

    def cancel_algos(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol")).symbol
        for order in self._algos(call):
            if order.open and not order.triggered and order.symbol == symbol:
                self.exchange.cancel(order)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}


def algo_status(order: VenueOrder) -> str:
    """The state of a conditional order, in the words of the algo service."""
    if not order.triggered:
        return order.status.value
    if order.status in (Status.FILLED, Status.CANCELED, Status.EXPIRED):
        return "FINISHED"
    return "TRIGGERED"


def _life(call: Call, kind: str) -> Life:
    word = call.params.get("timeInForce")
    if kind == "LIMIT" and not word:
        raise missing("timeInForce")
    return Life(word or "GTC")


def _symbol(listing: Listing) -> Row:
    tick = str(listing.ticks[0][1])
    lot = {
        "minQty": str(listing.min_quantity),
        "maxQty": str(listing.max_quantity),
        "stepSize": str(listing.lot),
    }
    return {
        "symbol": listing.symbol,
        "pair": listing.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": "TRADING" if listing.trading else "SETTLING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "marginAsset": listing.quote,
        "pricePrecision": places(listing.ticks[0][1]),
        "quantityPrecision": places(listing.lot),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "settlePlan": 0,
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "4529764", "tickSize": tick},
            {"filterType": "LOT_SIZE", **lot},
            {"filterType": "MARKET_LOT_SIZE", **lot},
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": 10},
            {"filterType": "MIN_NOTIONAL", "notional": str(listing.min_notional)},
        ],
        "orderTypes": [
            "LIMIT",
            "MARKET",
            "STOP",
            "STOP_MARKET",
            "TAKE_PROFIT",
            "TAKE_PROFIT_MARKET",
            "TRAILING_STOP_MARKET",
        ],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }
