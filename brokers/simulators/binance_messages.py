"""The messages of Binance's streams, spot and futures."""

from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.binance_market import MarketData
from brokers.simulators.binance_spot import status_word
from brokers.simulators.binance_words import Row, money, side_word
from brokers.simulators.events import Change, FundsChanged, OrderChanged, Printed
from brokers.simulators.exchange import Shown
from brokers.simulators.listing import ZERO, Listing
from brokers.simulators.market import Candle
from brokers.simulators.order import Life, VenueOrder
from brokers.simulators.settlement import MarginSettlement


class PublicMessages:
    """What everyone may see of one exchange."""

    def __init__(self, market: MarketData) -> None:
        self.market = market
        self.style = market.style

    def trade(self, listing: Listing, trade: Printed) -> Row:
        row: Row = {
            "e": "trade",
            "E": trade.ms,
            "s": trade.symbol,
            "t": trade.id,
            "p": self.style.price(listing, trade.price),
            "q": self.style.quantity(listing, trade.quantity),
            "T": trade.ms,
            "m": trade.buyer_maker,
        }
        return row | ({"X": "MARKET"} if self.style.futures else {"M": True})

    def agg_trade(self, listing: Listing, trade: Printed) -> Row:
        row = self.trade(listing, trade)
        del row["t"]
        row.pop("X", None)
        row |= {"e": "aggTrade", "a": trade.id, "f": trade.id, "l": trade.id}
        return row | {"st": 1} if self.style.futures else row

    def kline(self, listing: Listing, candle: Candle, word: str, step: int, closed: bool, now: int) -> Row:
        row = self.market.kline(listing, candle, step)
        o, h, l, c, volume = row[1:6]
        return {
            "e": "kline",
            "E": now,
            "s": listing.symbol,
            "k": {
                "t": candle.start,
                "T": candle.start + step - 1,
                "s": listing.symbol,
                "i": word,
                "f": 1,
                "L": candle.trades,
                "o": o,
                "c": c,
                "h": h,
                "l": l,
                "v": volume,
                "n": candle.trades,
                "x": closed,
                "q": row[7],
                "V": row[9],
                "Q": row[10],
                "B": "0",
            },
        }

    def book_ticker(self, listing: Listing, shown: Shown) -> Row:
        bid, ask = (levels[0] if levels else (ZERO, ZERO) for levels in (shown.bids, shown.asks))
        row: Row = {
            "u": shown.update,
            "s": listing.symbol,
            "b": self.style.price(listing, bid[0]),
            "B": self.style.quantity(listing, bid[1]),
            "a": self.style.price(listing, ask[0]),
            "A": self.style.quantity(listing, ask[1]),
        }
        if self.style.futures:
            row = {"e": "bookTicker", **row, "T": shown.ms, "E": shown.ms, "st": 1, "ps": listing.symbol}
        return row

    def depth(self, listing: Listing, before: Shown, after: Shown) -> Row:
        """What changed between two books."""
        changes = [
            [
                [self.style.price(listing, price), self.style.quantity(listing, size)]
                for price, size in _changed(old, new)
            ]
            for old, new in ((before.bids, after.bids), (before.asks, after.asks))
        ]
        row: Row = {"e": "depthUpdate", "E": after.ms, "s": listing.symbol}
        if self.style.futures:
            row |= {"T": after.ms, "ps": listing.symbol, "st": 1}
        row |= {"U": before.update + 1, "u": after.update}
        if self.style.futures:
            row |= {"pu": before.update}
        return row | {"b": changes[0], "a": changes[1]}

    def ticker(self, listing: Listing, mini: bool) -> Row:
        day = self.market.day_row(listing)
        row: Row = {
            "e": "24hrMiniTicker" if mini else "24hrTicker",
            "E": day["closeTime"],
            "s": listing.symbol,
        }
        if not mini:
            row |= {"p": day["priceChange"], "P": day["priceChangePercent"], "w": day["weightedAvgPrice"]}
        row |= {"c": day["lastPrice"], "o": day["openPrice"], "h": day["highPrice"], "l": day["lowPrice"]}
        row |= {"v": day["volume"], "q": day["quoteVolume"]}
        if mini:
            return row
        row |= {"Q": day["lastQty"], "O": day["openTime"], "C": day["closeTime"]}
        row |= {"F": day["firstId"], "L": day["lastId"], "n": day["count"]}
        if not self.style.futures:
            row |= {"x": day["prevClosePrice"], "b": day["bidPrice"], "B": day["bidQty"]}
            row |= {"a": day["askPrice"], "A": day["askQty"]}
            return row
        return row | {"st": 1}

    def mark_price(self, listing: Listing, rate: Decimal, following: int, now: int) -> Row:
        mark = self.style.price(listing, self.market.exchange.mark(listing.symbol))
        return {
            "e": "markPriceUpdate",
            "E": now,
            "s": listing.symbol,
            "p": mark,
            "i": mark,
            "P": mark,
            "r": money(rate),
            "T": following,
            "st": 1,
        }


def _changed(
    before: list[tuple[Decimal, Decimal]], after: list[tuple[Decimal, Decimal]]
) -> list[tuple[Decimal, Decimal]]:
    old, new = dict(before), dict(after)
    gone = [(price, ZERO) for price in old if price not in new]
    return gone + [(price, size) for price, size in new.items() if old.get(price) != size]


def execution_report(event: OrderChanged) -> Row:
    """Spot's word on an order."""
    order, made = event.order, event.execution
    cancelled = event.change is Change.CANCELED
    own = order.ticket.client_id
    return {
        "e": "executionReport",
        "E": event.ms,
        "s": order.symbol,
        "c": order.ticket.extra.get("cancel_id", own) if cancelled else own,
        "S": side_word(order.side),
        "o": order.ticket.label,
        "f": _life(order),
        "q": money(order.quantity or order.filled),
        "p": money(order.limit or 0),
        "P": money(order.ticket.trigger or 0),
        "F": money(0),
        "g": -1,
        "C": own if cancelled else "",
        "x": event.change.value,
        "X": status_word(order),
        "r": order.reason,
        "i": order.id,
        "l": money(made.quantity if made is not None else 0),
        "z": money(order.filled),
        "L": money(made.price if made is not None else 0),
        "n": money(made.fee) if made is not None else "0",
        "N": made.fee_currency if made is not None else None,
        "T": event.ms,
        "t": made.id if made is not None else -1,
        "I": 4_000_000 + order.id,
        "w": order.open and order.working,
        "m": made is not None and made.maker,
        "M": made is not None,
        "O": order.created,
        "Z": money(order.spent),
        "Y": money(made.price * made.quantity if made is not None else 0),
        "Q": money(order.ticket.cost or 0),
        "W": order.created,
        "V": order.ticket.prevention.value,
    }


def _life(order: VenueOrder) -> str:
    return "GTC" if order.ticket.life is Life.POST else order.ticket.life.value


def account_position(account: Account, event: FundsChanged) -> Row:
    """Spot's word on balances."""
    return {
        "e": "outboundAccountPosition",
        "E": event.ms,
        "u": event.ms,
        "B": [
            {
                "a": currency,
                "f": money(account.balance(currency).free),
                "l": money(account.balance(currency).locked),
            }
            for currency in event.currencies
        ],
    }


def balance_update(event: FundsChanged) -> Row:
    """Spot's word on a deposit or a withdrawal."""
    delta = money(event.delta or 0)
    return {"e": "balanceUpdate", "E": event.ms, "a": event.currencies[0], "d": delta, "T": event.ms}


class FuturesMessages:
    """What an account may see of its futures."""

    def __init__(self, market: MarketData, settlement: MarginSettlement) -> None:
        self.market = market
        self.settlement = settlement

    def order_update(self, event: OrderChanged, number: int) -> Row:
        """number: the order's id in the matching engine."""
        order, made, style = event.order, event.execution, self.market.style
        listing = self.market.exchange.listings[order.symbol]
        kind = "MARKET" if order.limit is None else "LIMIT"
        change = Change.NEW if event.change is Change.TRIGGERED else event.change
        row: Row = {
            "s": order.symbol,
            "c": order.ticket.client_id,
            "S": side_word(order.side),
            "o": kind,
            "f": order.ticket.life.value,
            "q": style.quantity(listing, order.quantity),
            "p": style.price(listing, order.limit) if order.limit is not None else "0",
            "ap": style.price(listing, order.average),
            "sp": style.price(listing, order.ticket.trigger) if order.ticket.trigger is not None else "0",
            "x": "EXPIRED" if change is Change.PREVENTED else change.value,
            "X": status_word(order),
            "i": number,
            "l": style.quantity(listing, made.quantity if made is not None else 0),
            "z": style.quantity(listing, order.filled),
            "L": style.price(listing, made.price if made is not None else 0),
        }
        paid = (money(made.fee), made.fee_currency) if made is not None else (None, None)
        row |= {
            "n": paid[0],
            "N": paid[1],
            "T": event.ms,
            "t": made.id if made is not None else 0,
            "b": "0",
            "a": "0",
        }
        row |= {
            "m": made is not None and made.maker,
            "R": order.ticket.reduce_only or order.ticket.close_all,
            "wt": "CONTRACT_PRICE",
            "ot": order.ticket.label,
            "ps": order.ticket.position_side,
            "cp": order.ticket.close_all,
            "rp": money(made.profit if made is not None else 0),
            "pP": False,
            "si": 0,
            "ss": 0,
            "V": order.ticket.prevention.value,
            "pm": "NONE",
            "gtd": 0,
        }
        return {"e": "ORDER_TRADE_UPDATE", "T": event.ms, "E": event.ms, "o": row}

    def trade_lite(self, event: OrderChanged, number: int) -> Row:
        """The short form of a trade, sent before the long one."""
        order, made, style = event.order, event.execution, self.market.style
        assert made is not None
        listing = self.market.exchange.listings[order.symbol]
        return {
            "e": "TRADE_LITE",
            "E": event.ms,
            "T": event.ms,
            "s": order.symbol,
            "q": style.quantity(listing, order.quantity),
            "p": style.price(listing, order.limit) if order.limit is not None else "0",
            "m": made.maker,
            "c": order.ticket.client_id,
            "S": side_word(order.side),
            "L": style.price(listing, made.price),
            "l": style.quantity(listing, made.quantity),
            "t": made.id,
            "i": number,
        }

    def algo_update(self, event: OrderChanged, status: str, number: int) -> Row:
        """The conditional order's own life. number: of the order it became, 0 = none yet."""
        order, style = event.order, self.market.style
        listing = self.market.exchange.listings[order.symbol]
        row: Row = {
            "caid": order.ticket.client_id,
            "aid": order.id,
            "at": "CONDITIONAL",
            "o": order.ticket.label,
            "s": order.symbol,
            "S": side_word(order.side),
            "ps": order.ticket.position_side,
            "f": order.ticket.life.value,
            "q": style.quantity(listing, order.quantity),
            "X": status,
        }
        if number:
            row |= {
                "ai": str(number),
                "ap": style.price(listing, order.average),
                "aq": style.quantity(listing, order.filled),
                "act": "MARKET" if order.limit is None else "LIMIT",
            }
        row |= {
            "tp": style.price(listing, order.ticket.trigger),
            "p": style.price(listing, order.limit) if order.limit is not None else "0",
            "V": order.ticket.prevention.value,
            "wt": "CONTRACT_PRICE",
            "pm": "NONE",
            "cp": order.ticket.close_all,
            "pP": False,
            "R": order.ticket.reduce_only,
            "tt": order.triggered,
            "gtd": 0,
        }
        return {"e": "ALGO_UPDATE", "T": event.ms, "E": event.ms, "o": row}

    def account_update(self, account: Account, event: FundsChanged) -> Row:
        quote = next(iter(self.market.exchange.listings.values())).quote
        wallets = [currency for currency in event.currencies if currency == quote]
        positions = []
        if event.symbol:
            listing = self.market.exchange.listings[event.symbol]
            positions = [self._position(account, listing, event.position_side)]
        data: Row = {
            "m": event.reason,
            "B": [
                {
                    "a": currency,
                    "wb": money(account.balance(currency).free),
                    "cw": money(account.balance(currency).free),
                    "bc": money(event.delta or 0),
                }
                for currency in wallets
            ],
            "P": positions,
        }
        return {"e": "ACCOUNT_UPDATE", "T": event.ms, "E": event.ms, "a": data}

    def _position(self, account: Account, listing: Listing, side: str) -> Row:
        position, style = account.position(listing.symbol, side), self.market.style
        return {
            "s": listing.symbol,
            "pa": style.quantity(listing, position.amount),
            "ep": style.price(listing, position.entry),
            "bep": style.price(listing, position.entry),
            "cr": money(0),
            "up": money(self.settlement.unrealized(account, listing.symbol, side)),
            "mt": "isolated" if listing.symbol in account.isolated else "cross",
            "iw": money(0),
            "ps": side,
        }
