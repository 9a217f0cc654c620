"""Upbit's public market data."""

from brokers.simulators.events import Printed
from brokers.simulators.exchange import Exchange, Shown
from brokers.simulators.listing import Listing
from brokers.simulators.market import Candle, Replay
from brokers.simulators.server import Answer, Call
from brokers.simulators.upbit_words import Row, error, instant, invalid, kst, plain, several, utc

MINUTE = 60_000
DAY = 1440 * MINUTE


class Quotes:
    """Handlers of market data, and the messages of the public stream, which say the same."""

    def __init__(self, exchange: Exchange, replay: Replay) -> None:
        self.exchange = exchange
        self.replay = replay

    def listing(self, market: str) -> Listing:
        listing = self.exchange.listings.get(market)
        if listing is None:
            raise error(404, "404", "Code not found")
        return listing

    def markets(self, call: Call) -> Answer:
        return [
            {"market": name, "korean_name": listing.base, "english_name": listing.base}
            for name, listing in self.exchange.listings.items()
            if listing.trading
        ]

    def instruments(self, call: Call) -> Answer:
        rows = []
        for name in several(call, "markets"):
            listing = self.listing(name)
            tick = listing.tick(self.exchange.mark(name))
            row = {"market": name, "quote_currency": listing.quote, "tick_size": plain(tick)}
            rows.append(row | {"supported_levels": ["0"]})
        return list(rows)

    # --- tickers

    def tickers(self, call: Call) -> Answer:
        return [self.ticker(self.listing(name)) for name in several(call, "markets")]

    def all_tickers(self, call: Call) -> Answer:
        quotes = several(call, "quote_currencies")
        return [
            self.ticker(listing) for listing in self.exchange.listings.values() if listing.quote in quotes
        ]

    def ticker(self, listing: Listing) -> Row:
        now, last = self.exchange.clock.now(), float(self.exchange.mark(listing.symbol))
        tape = self.exchange.tape[listing.symbol]
        traded, volume = (tape[-1].ms, float(tape[-1].quantity)) if tape else (now, 0.0)
        day = self.replay.track(self.exchange, listing.symbol).day(now)
        change = last - day.open
        rate = change / day.open if day.open else 0.0
        return {
            "market": listing.symbol,
            "trade_date": utc(traded)[:10].replace("-", ""),
            "trade_time": utc(traded)[11:].replace(":", ""),
            "trade_date_kst": kst(traded)[:10].replace("-", ""),
            "trade_time_kst": kst(traded)[11:].replace(":", ""),
            "trade_timestamp": traded,
            "opening_price": day.open,
            "high_price": day.high,
            "low_price": day.low,
            "trade_price": last,
            "prev_closing_price": day.open,
            "change": "RISE" if change > 0 else "FALL" if change < 0 else "EVEN",
            "change_price": abs(change),
            "change_rate": abs(rate),
            "signed_change_price": change,
            "signed_change_rate": rate,
            "trade_volume": volume,
            "acc_trade_price": day.quote,
            "acc_trade_price_24h": day.quote,
            "acc_trade_volume": day.volume,
            "acc_trade_volume_24h": day.volume,
            "highest_52_week_price": day.high,
            "highest_52_week_date": utc(now)[:10],
            "lowest_52_week_price": day.low,
            "lowest_52_week_date": utc(now)[:10],
            "timestamp": now,
        }

    # --- books

    def books(self, call: Call) -> Answer:
        count = int(call.params.get("count") or 30)
        return [
            self.book(self.exchange.show(self.listing(name).symbol, count), name)
            for name in several(call, "markets")
        ]

    def book(self, shown: Shown, market: str) -> Row:
        units = [
            {
                "ask_price": float(ask[0]),
                "bid_price": float(bid[0]),
                "ask_size": float(ask[1]),
                "bid_size": float(bid[1]),
            }
            for bid, ask in zip(shown.bids, shown.asks, strict=False)
        ]
        return {
            "market": market,
            "timestamp": shown.ms,
            "total_ask_size": sum(unit["ask_size"] for unit in units),
            "total_bid_size": sum(unit["bid_size"] for unit in units),
            "orderbook_units": units,
            "level": 0,
        }

    # --- trades

    def trades(self, call: Call) -> Answer:
        listing = self.listing(str(call.params.get("market")))
        prints = list(self.exchange.tape[listing.symbol])[-int(call.params.get("count") or 1) :]
        return [self.trade(trade, listing) for trade in reversed(prints)]

    def trade(self, trade: Printed, listing: Listing) -> Row:
        track = self.replay.track(self.exchange, listing.symbol)
        before = track.day(trade.ms).open
        return {
            "market": trade.symbol,
            "trade_date_utc": utc(trade.ms)[:10],
            "trade_time_utc": utc(trade.ms)[11:],
            "timestamp": trade.ms,
            "trade_price": float(trade.price),
            "trade_volume": float(trade.quantity),
            "prev_closing_price": before,
            "change_price": float(trade.price) - before,
            "ask_bid": "ASK" if trade.buyer_maker else "BID",
            "sequential_id": trade.ms * 10_000 + trade.id % 10_000,
        }

    # --- candles

    def candles(self, call: Call) -> Answer:
        """Newest first; ``to`` is the first instant left out."""
        listing = self.listing(str(call.params.get("market")))
        step, unit = self._step(call.path)
        count = min(int(call.params.get("count") or 1), 200)
        end = instant(str(call.params["to"])) - 1 if call.params.get("to") else None
        if step == 1000:
            found = self.seconds(listing.symbol, end)[-count:]
        else:
            found = self.replay.track(self.exchange, listing.symbol).candles(step, None, end, count)
        return [self.candle(listing, candle, step, unit) for candle in reversed(found)]

    @staticmethod
    def _step(path: str) -> tuple[int, int]:
        """(ms, unit) of a candle path; unit 0 for the longer and shorter ones."""
        kind, _, unit = path.removeprefix("/v1/candles/").partition("/")
        if kind == "minutes" and unit in ("1", "3", "5", "10", "15", "30", "60", "240"):
            return int(unit) * MINUTE, int(unit)
        if kind in ("seconds", "days") and not unit:
            return (1000 if kind == "seconds" else DAY), 0
        raise invalid("unit")

    def candle(self, listing: Listing, candle: Candle, step: int, unit: int) -> Row:
        prices = (candle.open, candle.high, candle.low, candle.close)
        o, h, l, c = (float(listing.rounded(price)) for price in prices)
        row: Row = {
            "market": listing.symbol,
            "candle_date_time_utc": utc(candle.start),
            "candle_date_time_kst": kst(candle.start),
            "opening_price": o,
            "high_price": h,
            "low_price": l,
            "trade_price": c,
            "timestamp": min(candle.start + step - 1, self.exchange.clock.now()),
            "candle_acc_trade_price": candle.quote,
            "candle_acc_trade_volume": candle.volume,
        }
        return row | {"unit": unit} if unit else row

    def seconds(self, market: str, end: int | None) -> list[Candle]:
        """Candles of one second from the tape; a second without a trade has none."""
        found: list[Candle] = []
        for trade in self.exchange.tape[market]:
            start, price, volume = trade.ms - trade.ms % 1000, float(trade.price), float(trade.quantity)
            if end is not None and start > end:
                break
            if found and found[-1].start == start:
                last = found[-1]
                high, low = max(last.high, price), min(last.low, price)
                quote, total = last.quote + price * volume, last.volume + volume
                found[-1] = Candle(start, last.open, high, low, price, total, quote, last.trades + 1)
            else:
                found.append(Candle(start, price, price, price, price, volume, price * volume, 1))
        return found
