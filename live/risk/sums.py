"""What is held and asked for, summed over the account: each instrument at the worse of its two sides.

Sums are kept in whole billionths of the account currency, so that taking a part out and putting another in
leaves exactly what summing anew would give.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from math import isfinite, isnan
from typing import NamedTuple

from live.risk.facts import MarketFacts
from live.risk.terms import Terms
from market.instruments import Instrument

_SCALE = 1e9


class Exposure(NamedTuple):
    """gross: sum of the worst cases. high, low: where the net may end. Account currency."""

    gross: float = 0.0
    high: float = 0.0
    low: float = 0.0


@dataclass(frozen=True, slots=True)
class _Part:
    """One instrument's share, in billionths. own: by strategy."""

    whole: tuple[int, int, int]
    need: int
    own: tuple[tuple[int, tuple[int, int, int]], ...]
    working: int
    valued: bool


_NOTHING = _Part((0, 0, 0), 0, (), 0, True)
_ZERO = (0, 0, 0)


class Exposures:
    """Running sums over the instruments that are held or have orders.

    ``follow`` takes up what changed: facts that are the same object as before cost next to nothing.
    """

    def __init__(self, terms: Mapping[str, Terms]) -> None:
        self._terms = terms
        self._seen: dict[str, MarketFacts] = {}
        self._parts: dict[str, _Part] = {}
        self._groups: dict[str, tuple[int, int, int]] = {}
        self._need = 0
        self.working = 0
        self.unvalued: dict[str, None] = {}

    def follow(self, markets: Mapping[str, MarketFacts]) -> None:
        """Be the sums of ``markets``."""
        seen = self._seen
        for instrument, market in markets.items():
            if seen.get(instrument) is not market:
                self._put(instrument, market)
        if len(seen) != len(markets):
            for instrument in seen.keys() - markets.keys():
                self._put(instrument, MarketFacts())
                del seen[instrument]

    def with_market(self, instrument: str, market: MarketFacts) -> "Exposures":
        """Other sums, with one instrument's facts instead."""
        other = copy(self)
        for name in ("_seen", "_parts", "_groups", "unvalued"):
            setattr(other, name, dict(getattr(self, name)))
        other._put(instrument, market)
        return other

    @property
    def margin(self) -> float:
        """Initial margin of all the worst cases."""
        return self._need / _SCALE

    def need(self, instrument: str) -> float:
        """An instrument's part of ``margin``."""
        return self._parts.get(instrument, _NOTHING).need / _SCALE

    def group(self, name: str) -> Exposure:
        """A group's sum; names as ``Terms.groups`` and ``strategy_group`` give them."""
        gross, high, low = self._groups.get(name, _ZERO)
        return Exposure(gross / _SCALE, high / _SCALE, low / _SCALE)

    def of(self, instrument: str, strategy: int | None = None) -> Exposure:
        """One instrument's, of the account or of one strategy."""
        part = self._parts.get(instrument, _NOTHING)
        found = part.whole if strategy is None else dict(part.own).get(strategy, _ZERO)
        return Exposure(found[0] / _SCALE, found[1] / _SCALE, found[2] / _SCALE)

    def _put(self, instrument: str, market: MarketFacts) -> None:
        self._seen[instrument] = market
        terms = self._terms.get(instrument)
        if terms is None:
            return
        self._count(terms, self._parts.pop(instrument, _NOTHING), -1)
        self.unvalued.pop(instrument, None)
        part = _part(terms, market)
        if part is _NOTHING:
            return
        self._parts[instrument] = part
        self._count(terms, part, 1)
        if not part.valued:
            self.unvalued[instrument] = None

    def _count(self, terms: Terms, part: _Part, sign: int) -> None:
        if part is _NOTHING:
            return
        self.working += sign * part.working
        self._need += sign * part.need
        for name in terms.groups:
            self._add(name, part.whole, sign)
        for strategy, own in part.own:
            self._add(strategy_group(strategy), own, sign)

    def _add(self, name: str, sums: tuple[int, int, int], sign: int) -> None:
        gross, high, low = self._groups.get(name, _ZERO)
        self._groups[name] = gross + sign * sums[0], high + sign * sums[1], low + sign * sums[2]


def strategy_group(place: int) -> str:
    return f"strategy {place}"


def unit_value(market: MarketFacts, instrument: Instrument) -> float:
    """Account currency per unit held, at the middle of the book or the last price, however old."""
    mid = market.mid
    return (market.last if isnan(mid) else mid) * instrument.multiplier * market.rate


def margin_of(high: float, low: float, instrument: Instrument) -> float:
    """Initial margin of the worse of two ends."""
    return max(_margin_at(high, instrument), _margin_at(low, instrument))


def _margin_at(worth: float, instrument: Instrument) -> float:
    return worth * instrument.long_margin if worth > 0.0 else -worth * instrument.short_margin


def _part(terms: Terms, market: MarketFacts) -> _Part:
    if not (market.working or market.venue or any(market.books)):
        return _NOTHING
    value = unit_value(market, terms.instrument)
    if not isfinite(value):
        return _Part(_ZERO, 0, (), len(market.working), False)
    buys, sells, own = _asked(market)
    book = float(market.book)
    venue = book if market.venue is None else float(market.venue)
    high, low = (max(book, venue) + buys) * value, (min(book, venue) - sells) * value
    need = round(margin_of(high, low, terms.instrument) * _SCALE)
    parts = tuple((place, _scaled(up * value, down * value)) for place, (up, down) in own.items())
    return _Part(_scaled(high, low), need, parts, len(market.working), True)


def _asked(market: MarketFacts) -> tuple[float, float, dict[int, tuple[float, float]]]:
    """Units that working orders may buy and sell, and where each strategy's book may end by its own."""
    buys = sells = 0.0
    own = {place: (float(held), float(held)) for place, held in enumerate(market.books) if held}
    for each in market.working:
        units = float(each.remaining)
        up, down = own.get(each.strategy, (0.0, 0.0))
        if each.side > 0:
            buys += units
            own[each.strategy] = up + units, down
        else:
            sells += units
            own[each.strategy] = up, down - units
    return buys, sells, own


def _scaled(high: float, low: float) -> tuple[int, int, int]:
    worst = max(abs(high), abs(low))
    return round(worst * _SCALE), round(high * _SCALE), round(low * _SCALE)
