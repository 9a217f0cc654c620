"""Binance's public market data, for spot and futures alike."""

import json

from brokers.simulators.binance_errors import INVALID_SYMBOL, error
from brokers.simulators.binance_words import Row, Style, integer, interval, limited, money, text
from brokers.simulators.events import Printed
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import Listing
from brokers.simulators.market import Candle, Replay
from brokers.simulators.server import Answer, Call, Endpoint


class MarketData:
    """Handlers of one exchange's market data."""

    def __init__(self, exchange: Exchange, replay: Replay, style: Style) -> None:
        self.exchange = exchange
        self.replay = replay
        self.style = style

    def endpoints(self) -> dict[str, Endpoint]:
        """By the path's last part; all GET and open."""
        return {
            "klines": Endpoint(self.klines, 2),
            "depth": Endpoint(self.depth, 5),
            "trades": Endpoint(self.trades, 25),
            "aggTrades": Endpoint(self.agg_trades, 4),
            "ticker/price": Endpoint(self.ticker_price, 2),
            "ticker/bookTicker": Endpoint(self.book_ticker, 2),
            "ticker/24hr": Endpoint(self.ticker_day, 2),
            "avgPrice": Endpoint(self.average_price, 2),
        }

    def listing(self, symbol: str) -> Listing:
        listing = self.exchange.listings.get(symbol)
        if listing is None:
            raise error(*INVALID_SYMBOL)
        return listing

    def _listings(self, call: Call) -> list[Listing]:
        """The symbols asked about; all when none is named."""
        if call.params.get("symbols"):
            return [self.listing(symbol) for symbol in json.loads(call.params["symbols"])]
        if call.params.get("symbol"):
            return [self.listing(text(call, "symbol"))]
        return list(self.exchange.listings.values())

    def _one_or_all(self, call: Call, rows: list[Row]) -> Answer:
        return rows[0] if call.params.get("symbol") else list(rows)

    def klines(self, call: Call) -> Answer:
        listing, step = self.listing(text(call, "symbol")), interval(call)
        candles = self.replay.track(self.exchange, listing.symbol).candles(
            step, integer(call, "startTime"), integer(call, "endTime"), limited(call, 500, 1000)
        )
        return [self.kline(listing, candle, step) for candle in candles]

    def kline(self, listing: Listing, candle: Candle, step: int) -> list[object]:
        prices = (candle.open, candle.high, candle.low, candle.close)
        return [
            candle.start,
            *(self.style.price(listing, listing.rounded(price)) for price in prices),
            self.style.quantity(listing, candle.volume),
            candle.start + step - 1,
            money(candle.quote),
            candle.trades,
            self.style.quantity(listing, candle.volume / 2),
            money(candle.quote / 2),
            "0",
        ]

    def depth(self, call: Call) -> Answer:
        listing = self.listing(text(call, "symbol"))
        shown = self.exchange.show(listing.symbol, limited(call, 100, 5000))
        price, quantity = self.style.price, self.style.quantity
        sides = [
            [[price(listing, at), quantity(listing, size)] for at, size in levels]
            for levels in (shown.bids, shown.asks)
        ]
        book: Row = {"lastUpdateId": shown.update}
        if self.style.futures:
            book |= {"E": self.exchange.clock.now(), "T": shown.ms}
        return book | {"bids": sides[0], "asks": sides[1]}

    def trades(self, call: Call) -> Answer:
        listing = self.listing(text(call, "symbol"))
        prints = list(self.exchange.tape[listing.symbol])[-limited(call, 500, 1000) :]
        return [self._trade(listing, trade) for trade in prints]

    def _trade(self, listing: Listing, trade: Printed) -> Row:
        row: Row = {
            "id": trade.id,
            "price": self.style.price(listing, trade.price),
            "qty": self.style.quantity(listing, trade.quantity),
            "quoteQty": money(trade.price * trade.quantity),
            "time": trade.ms,
            "isBuyerMaker": trade.buyer_maker,
        }
        return row if self.style.futures else row | {"isBestMatch": True}

    def agg_trades(self, call: Call) -> Answer:
        listing = self.listing(text(call, "symbol"))
        start, end = integer(call, "startTime"), integer(call, "endTime")
        prints = [
            trade
            for trade in self.exchange.tape[listing.symbol]
            if (start is None or trade.ms >= start) and (end is None or trade.ms <= end)
        ]
        limit = limited(call, 500, 1000)
        chosen = prints[:limit] if start is not None else prints[-limit:]
        return [self._aggregated(listing, trade) for trade in chosen]

    def _aggregated(self, listing: Listing, trade: Printed) -> Row:
        row: Row = {
            "a": trade.id,
            "p": self.style.price(listing, trade.price),
            "q": self.style.quantity(listing, trade.quantity),
            "f": trade.id,
            "l": trade.id,
            "T": trade.ms,
            "m": trade.buyer_maker,
        }
        return row if self.style.futures else row | {"M": True}

    def ticker_price(self, call: Call) -> Answer:
        return self._one_or_all(call, [self._price_row(listing) for listing in self._listings(call)])

    def _price_row(self, listing: Listing) -> Row:
        last = self.exchange.mark(listing.symbol)
        row: Row = {"symbol": listing.symbol, "price": self.style.price(listing, last)}
        return row | {"time": self.exchange.clock.now()} if self.style.futures else row

    def book_ticker(self, call: Call) -> Answer:
        return self._one_or_all(call, [self._book_row(listing) for listing in self._listings(call)])

    def _book_row(self, listing: Listing) -> Row:
        shown = self.exchange.show(listing.symbol, 1)
        bid, ask = (levels[0] if levels else (0, 0) for levels in (shown.bids, shown.asks))
        row: Row = {
            "symbol": listing.symbol,
            "bidPrice": self.style.price(listing, bid[0]),
            "bidQty": self.style.quantity(listing, bid[1]),
            "askPrice": self.style.price(listing, ask[0]),
            "askQty": self.style.quantity(listing, ask[1]),
        }
        return row | {"time": shown.ms} if self.style.futures else row

    def average_price(self, call: Call) -> Answer:
        listing = self.listing(text(call, "symbol"))
        now = self.exchange.clock.now()
        price = self.style.price(listing, self.exchange.mark(listing.symbol))
        return {"mins": 5, "price": price, "closeTime": now}

    def ticker_day(self, call: Call) -> Answer:
        return self._one_or_all(call, [self.day_row(listing) for listing in self._listings(call)])

    def day_row(self, listing: Listing) -> Row:
        now, price = self.exchange.clock.now(), self.style.price
        day = self.replay.track(self.exchange, listing.symbol).day(now)
        last = float(self.exchange.mark(listing.symbol))
        change = last - day.open
        row: Row = {
            "symbol": listing.symbol,
            "priceChange": price(listing, change),
            "priceChangePercent": f"{100 * change / day.open if day.open else 0:.3f}",
            "weightedAvgPrice": price(listing, day.quote / day.volume if day.volume else last),
            "lastPrice": price(listing, last),
            "lastQty": self.style.quantity(listing, self._last_quantity(listing)),
        }
        row |= {} if self.style.futures else self._spot_part(listing, day)
        return row | {
            "openPrice": price(listing, day.open),
            "highPrice": price(listing, day.high),
            "lowPrice": price(listing, day.low),
            "volume": self.style.quantity(listing, day.volume),
            "quoteVolume": money(day.quote),
            "openTime": now - 86_400_000,
            "closeTime": now,
            "firstId": 1,
            "lastId": day.trades,
            "count": day.trades,
        }

    def _spot_part(self, listing: Listing, day: Candle) -> Row:
        best = self._book_row(listing)
        return {"prevClosePrice": self.style.price(listing, day.open)} | {
            name: best[name] for name in ("bidPrice", "bidQty", "askPrice", "askQty")
        }

    def _last_quantity(self, listing: Listing) -> float:
        tape = self.exchange.tape[listing.symbol]
        return float(tape[-1].quantity) if tape else 0.0
