"""Binance spot: what an account holds, what its key may do, what trading costs."""

from datetime import UTC, datetime
from decimal import Decimal

from brokers.simulators.account import Account, Movement
from brokers.simulators.binance_errors import error
from brokers.simulators.binance_words import Row, integer, limited, money, text
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import ZERO
from brokers.simulators.server import Answer, Call, Endpoint

QUARTER = 90 * 86_400_000


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
            ("GET", sapi + "capital/deposit/hisrec"): Endpoint(self.deposits, 1, "signed"),
            ("GET", sapi + "capital/withdraw/history"): Endpoint(self.withdrawals, 1, "signed"),
            ("GET", sapi + "asset/transfer"): Endpoint(self.transfers, 1, "signed"),
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

    def deposits(self, call: Call) -> Answer:
        return [_deposit(each) for each in _listed(call, call.trader, "") if each.amount > 0]

    def withdrawals(self, call: Call) -> Answer:
        return [_withdrawal(each) for each in _listed(call, call.trader, "") if each.amount < 0]

    def transfers(self, call: Call) -> Answer:
        """To and from the account's other wallets."""
        word = text(call, "type")
        rows = [each for each in _span(call, call.trader) if each.word == word]
        size, page = min(integer(call, "size") or 10, 100), integer(call, "current") or 1
        shown = rows[(page - 1) * size : page * size]
        return {"total": len(rows), "rows": [_between_wallets(each) for each in shown]}

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


def _span(call: Call, account: Account) -> list[Movement]:
    """Newest first, of the time that is asked for."""
    start, end = integer(call, "startTime") or 0, integer(call, "endTime")
    if end is not None and end - start > QUARTER:
        raise error(-1102, "The time interval must be within 0-90 days.")
    found = [each for each in account.movements if start <= each.created <= (end or each.created)]
    return sorted(found, key=lambda each: (-each.created, -each.id))


def _listed(call: Call, account: Account, word: str) -> list[Movement]:
    wanted = call.params.get("coin")
    found = [each for each in _span(call, account) if each.word == word and wanted in (None, each.currency)]
    first = integer(call, "offset") or 0
    return found[first : first + limited(call, 1000, 1000)]


def _deposit(each: Movement) -> Row:
    return {
        "id": str(each.id),
        "amount": _plain(each.amount),
        "coin": each.currency,
        "network": "SIM",
        "status": 1 if each.settled else 0,
        "address": "sim",
        "addressTag": "",
        "txId": f"0x{each.id:x}",
        "insertTime": each.created,
        "completeTime": each.settled or None,
        "transferType": 0,
        "confirmTimes": "1/1",
        "unlockConfirm": 0,
        "walletType": 0,
    }


def _withdrawal(each: Movement) -> Row:
    return {
        "id": f"{each.id:032x}",
        "amount": _plain(-each.amount),
        "transactionFee": _plain(each.fee),
        "coin": each.currency,
        "status": 6 if each.settled else 4,
        "address": "sim",
        "txId": f"0x{each.id:x}",
        "applyTime": _utc(each.created),
        "network": "SIM",
        "transferType": 0,
        "info": "",
        "confirmNo": 1,
        "walletType": 0,
        "txKey": "",
        "completeTime": _utc(each.settled) if each.settled else "",
    }


def _between_wallets(each: Movement) -> Row:
    return {
        "asset": each.currency,
        "amount": _plain(abs(each.amount)),
        "type": each.word,
        "status": "CONFIRMED" if each.settled else "PENDING",
        "tranId": each.id,
        "timestamp": each.created,
    }


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _balances(account: Account) -> list[Row]:
    return [
        {"asset": currency, "free": money(balance.free), "locked": money(balance.locked)}
        for currency, balance in account.balances.items()
    ]
