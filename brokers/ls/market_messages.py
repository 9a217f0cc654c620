"""Trades and best prices out of LS's streams, as events.

An auction's expected prices have streams of their own (YF9, YOC, YS3), which aren't listened to; the book of
an auction, whose sides may overlap, is no quote either. Where a side of the book is empty its price is NaN.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf, nan
from typing import Any

from brokers.contract import Feed, QuoteEvent, TradeEvent
from brokers.ls.messages import Message
from market.errors import DataError
from market.instruments import Instrument, Kind
from market.timeframes import DAY, HOUR, SECOND

TRADES = frozenset({"FC9", "FC0", "OC0", "DC0", "S3_", "K3_"})
BOOKS = frozenset({"FH9", "FH0", "OH0", "DH0", "H1_", "HA_"})
SEOUL, HALF_DAY = 9 * HOUR, DAY // 2


@dataclass(eq=False)
class MarketMessages:
    """instruments: by symbol. now: ns UTC."""

    instruments: Mapping[str, str]
    now: Callable[[], int]

    def __call__(self, message: Message) -> TradeEvent | QuoteEvent | None:
        """None for what is no trade and no quote of an instrument in use. Raises DataError."""
        row, name = message.body, self.instruments.get(message.key.strip())
        if row is None or name is None:
            return None
        try:
            if message.tr in BOOKS:
                return None if _gathers(row) else self._quote(name, row)
            return self._trade(name, row) if message.tr in TRADES else None
        except (KeyError, ValueError, TypeError):
            raise DataError(f"LS sent a {message.tr} of {message.key} that can't be read.") from None

    def _trade(self, name: str, row: Mapping[str, Any]) -> TradeEvent:
        now = self.now()
        price, quantity = float(row["price"]), float(row["cvolume"])
        if not (0.0 < price < inf and 0.0 <= quantity < inf):
            raise ValueError
        return TradeEvent(name, _at(row["chetime"], now), price, quantity, now)

    def _quote(self, name: str, row: Mapping[str, Any]) -> QuoteEvent:
        now = self.now()
        return QuoteEvent(
            name,
            _at(row["hotime"], now),
            _price(row["bidho1"]),
            _price(row["offerho1"]),
            _number(row["bidrem1"]),
            _number(row["offerrem1"]),
            now,
        )


def market_streams(instrument: Instrument, feeds: Iterable[Feed], nights: bool) -> list[tuple[str, str]]:
    """(TR, key) of an instrument's feeds. nights: the account has the night session."""
    symbol, found = instrument.symbol, []
    if instrument.kind is Kind.EQUITY:  # of KOSPI's and KOSDAQ's, the one it isn't on says nothing
        trades, books = ["S3_", "K3_"], ["H1_", "HA_"]
    elif instrument.kind is Kind.OPTION:
        trades, books = ["OC0"], ["OH0"]
    else:
        trades, books = ["FC9"], ["FH9"]
    if nights and instrument.kind is not Kind.EQUITY:
        trades, books = [*trades, "DC0"], [*books, "DH0"]
    if Feed.TRADES in feeds:
        found += trades
    if Feed.QUOTES in feeds:
        found += books
    return [(stream, symbol) for stream in found]


def _gathers(row: Mapping[str, Any]) -> bool:
    """Whether orders gather for one price."""
    return row.get("danhochk") == "1" or row.get("donsigubun") == "2"


def _at(clock: str, now: int) -> int:
    """ns UTC of HHMMSS in Seoul nearest to ``now``: a night's time after midnight is the next day's."""
    seconds = int(clock[0:2]) * 3600 + int(clock[2:4]) * 60 + int(clock[4:6])
    at = (now + SEOUL) // DAY * DAY - SEOUL + seconds * SECOND
    if at - now > HALF_DAY:
        return at - DAY
    return at + DAY if now - at > HALF_DAY else at


def _number(text: Any) -> float:
    return float(text) if text and text != " " else 0.0


def _price(text: Any) -> float:
    """Nobody there is written as 0."""
    found = _number(text)
    if not 0.0 <= found < inf:
        raise ValueError
    return found or nan
