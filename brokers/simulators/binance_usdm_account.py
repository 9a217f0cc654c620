"""Binance USD-M futures: wallet, positions, leverage and modes, income."""

from collections.abc import Iterator
from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.binance_errors import error
from brokers.simulators.binance_market import MarketData
from brokers.simulators.binance_usdm_orders import HUGE
from brokers.simulators.binance_words import (
    Row,
    flag,
    integer,
    limited,
    money,
    needed,
    text,
)
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import ZERO
from brokers.simulators.server import Answer, Call, Endpoint
from brokers.simulators.settlement import MarginSettlement


class UsdmAccount:
    """Handlers of one exchange of perpetuals."""

    def __init__(self, exchange: Exchange, market: MarketData) -> None:
        self.exchange = exchange
        self.market = market
        settlement = exchange.settlement
        assert isinstance(settlement, MarginSettlement)
        self.settlement = settlement

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """By method and the path after /fapi/v1/."""
        return {
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
            row
            for row in sorted(self._incomes(call.trader), key=lambda row: (row["time"], row["tranId"]))
            if kind in (None, row["incomeType"])
            and symbol in (None, row["symbol"])
            and start <= row["time"] <= end
        ]
        size, page = limited(call, 100, 1000), integer(call, "page") or 1
        return list(rows[(page - 1) * size : page * size])

    def _incomes(self, account: Account) -> Iterator[Row]:
        """What trading moved, and what came to the wallet or went from it."""
        for each in self.settlement.incomes:
            if each.account == account.name:
                yield _income(each.symbol, each.kind, each.amount, each.currency, each.ms, each.id)
        for moved in account.movements:
            if moved.settled:
                kind, amount = moved.word or "TRANSFER", moved.amount - moved.fee
                yield _income("", kind, amount, moved.currency, moved.settled, moved.id)


def _income(symbol: str, kind: str, amount: Decimal, currency: str, ms: int, id: int) -> Row:
    return {
        "symbol": symbol,
        "incomeType": kind,
        "income": money(amount),
        "asset": currency,
        "info": kind,
        "time": ms,
        "tranId": id,
        "tradeId": "",
    }
