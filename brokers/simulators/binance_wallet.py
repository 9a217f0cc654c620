"""Binance spot: what an account holds, what its key may do, what trading costs."""

from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.binance_words import Row, money
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import ZERO
from brokers.simulators.server import Answer, Call, Endpoint


class Wallet:
    """Handlers about accounts of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        sapi = "/sapi/v1/"
        return {
            ("GET", sapi + "account/apiRestrictions"): Endpoint(self.restrictions, 1, "signed"),
            ("GET", sapi + "asset/tradeFee"): Endpoint(self.trade_fee, 1, "signed"),
            ("GET", sapi + "capital/config/getall"): Endpoint(self.coins, 1, "signed"),
            ("GET", sapi + "system/status"): Endpoint(lambda call: {"status": 0, "msg": "normal"}),
            ("GET", sapi + "margin/allPairs"): Endpoint(lambda call: [], 1, "key"),
            ("GET", sapi + "margin/isolated/allPairs"): Endpoint(lambda call: [], 1, "key"),
        }

    def account(self, call: Call) -> Answer:
        account, fees = call.trader, self._fees()
        return {
            "makerCommission": int(fees[0] * 10_000),
            "takerCommission": int(fees[1] * 10_000),
            "buyerCommission": 0,
            "sellerCommission": 0,
            "commissionRates": {
                "maker": money(fees[0]),
                "taker": money(fees[1]),
                "buyer": money(0),
                "seller": money(0),
            },
            "canTrade": "trade" in account.rights,
            "canWithdraw": True,
            "canDeposit": True,
            "brokered": False,
            "requireSelfTradePrevention": False,
            "preventSor": False,
            "updateTime": self.exchange.clock.now(),
            "accountType": "SPOT",
            "balances": _balances(account),
            "permissions": ["SPOT"],
            "uid": 354937868,
        }

    def _fees(self) -> tuple[Decimal, Decimal]:
        listing = next(iter(self.exchange.listings.values()), None)
        return (listing.fees.maker, listing.fees.taker) if listing is not None else (ZERO, ZERO)

    def restrictions(self, call: Call) -> Answer:
        rights = call.trader.rights
        return {
            "ipRestrict": False,
            "createTime": 1_600_000_000_000,
            "enableReading": "read" in rights,
            "enableWithdrawals": "withdraw" in rights,
            "enableInternalTransfer": "withdraw" in rights,
            "enableMargin": False,
            "enableFutures": "trade" in rights,
            "permitsUniversalTransfer": False,
            "enableVanillaOptions": False,
            "enableFixApiTrade": False,
            "enableFixReadOnly": False,
            "enableSpotAndMarginTrading": "trade" in rights,
            "enablePortfolioMarginTrading": False,
        }

    def trade_fee(self, call: Call) -> Answer:
        wanted = call.params.get("symbol")
        return [
            {
                "symbol": listing.symbol,
                "makerCommission": str(listing.fees.maker),
                "takerCommission": str(listing.fees.taker),
            }
            for listing in self.exchange.listings.values()
            if wanted in (None, listing.symbol)
        ]

    def coins(self, call: Call) -> Answer:
        pairs = self.exchange.listings.values()
        names = sorted({name for listing in pairs for name in (listing.base, listing.quote)})
        return [self._coin(call.trader, name) for name in names]

    def _coin(self, account: Account, name: str) -> Row:
        balance = account.balance(name)
        return {
            "coin": name,
            "depositAllEnable": True,
            "withdrawAllEnable": True,
            "name": name,
            "free": money(balance.free),
            "locked": money(balance.locked),
            "freeze": "0",
            "withdrawing": "0",
            "ipoing": "0",
            "ipoable": "0",
            "storage": "0",
            "isLegalMoney": False,
            "trading": True,
            "networkList": [],
        }


def _balances(account: Account) -> list[Row]:
    return [
        {"asset": currency, "free": money(balance.free), "locked": money(balance.locked)}
        for currency, balance in account.balances.items()
    ]
