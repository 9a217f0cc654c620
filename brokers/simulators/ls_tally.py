"""What a symbol's session has come to: open, high, low, volume, who was the taker. And prices of options."""

from dataclasses import dataclass, field
from decimal import Decimal
from math import erf, exp, log, pi, sqrt

from brokers.simulators.events import Event, Printed
from brokers.simulators.listing import ZERO
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_hours import Session
from brokers.simulators.market import Replay, Track

YEAR_MS = 365 * 86_400_000


@dataclass
class Tally:
    """volume: lots. value: won. bought, sold: lots and trades of takers. before: the last volume."""

    day: str = ""
    session: Session = Session.CLOSED
    open: Decimal = ZERO
    high: Decimal = ZERO
    low: Decimal = ZERO
    last: Decimal = ZERO
    volume: int = 0
    value: Decimal = ZERO
    bought: list[int] = field(default_factory=lambda: [0, 0])
    sold: list[int] = field(default_factory=lambda: [0, 0])
    opened: int = 0
    highest: int = 0
    lowest: int = 0
    newest: int = 0
    before: int = 0

    def add(self, price: Decimal, lots: int, seller: bool, ms: int, worth: Decimal) -> None:
        """A trade; ``seller``: the taker sold. ``worth``: won of a point."""
        if not self.open:
            self.open = self.high = self.low = price
            self.opened = self.highest = self.lowest = ms
        if price > self.high:
            self.high, self.highest = price, ms
        if price < self.low:
            self.low, self.lowest = price, ms
        self.last, self.newest = price, lots
        self.volume += lots
        self.value += price * lots * worth
        side = self.sold if seller else self.bought
        side[0] += lots
        side[1] += 1


class Tallies:
    """of: the tally of each symbol's session."""

    def __init__(self, exchange: KrxExchange) -> None:
        self.exchange = exchange
        self.of: dict[str, Tally] = {}
        exchange.listeners.append(self.hear)

    def get(self, symbol: str) -> Tally:
        """Of the session that is on, or was last."""
        return self.of.setdefault(symbol, Tally())

    def hear(self, event: Event) -> None:
        if isinstance(event, Printed):
            self._add(event.symbol, event.price, lots_of(event.quantity), event.buyer_maker, event.ms)

    def _add(self, symbol: str, price: Decimal, lots: int, seller: bool, ms: int) -> None:
        contract, hours = self.exchange.contract(symbol), self.exchange.hours
        day, session = hours.trading_day(ms), hours.at(ms, contract.stock).session
        tally = self.get(symbol)
        if (day, session) != (tally.day, tally.session) and session is not Session.CLOSED:
            tally = Tally(day, session, before=tally.volume)
            self.of[symbol] = tally
        tally.add(price, lots, seller, ms, contract.multiplier)

    def begin(self, replay: Replay) -> None:
        """The sessions under way at the start. The close before them is the reference, if none is given."""
        for track in replay.tracks:
            contract, first = self.exchange.contract(track.symbol), _today(track, self.exchange)
            if not contract.reference:
                bars = track.bars
                contract.reference = contract.rounded(float(bars.close[first - 1] if first else bars.open[0]))
            for index in range(first, track.done):
                for step in track.path(index):
                    if step.bid is None:
                        lots = max(round(step.quantity), 1)
                        price = contract.rounded(step.price)
                        self._add(track.symbol, price, lots, step.buyer_maker, step.ms)


def _today(track: Track, exchange: KrxExchange) -> int:
    """The first finished bar of the trading day on which the replay begins."""
    first = track.done
    day = exchange.hours.trading_day(track.start(min(first, len(track.bars) - 1)))
    while first and exchange.hours.trading_day(track.start(first - 1)) == day:
        first -= 1
    return first


def lots_of(quantity: Decimal) -> int:
    """Whole lots of a replayed trade; history splits bars into parts of lots."""
    return max(int(quantity.to_integral_value()), 1)


# --- options


@dataclass(frozen=True)
class Greeks:
    price: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


def years_left(contract: Contract, now: int) -> float:
    """To the expiry, in years of calendar days; never quite nothing."""
    return max((contract.expiry - now) / YEAR_MS, 1e-6)


def black76(forward: float, strike: float, years: float, volatility: float, call: bool) -> Greeks:
    """Price and Greeks without interest. vega: for 0.01 of volatility, theta: for a day.

    Source: F. Black (1976), Journal of Financial Economics 3, 167-179.
    """
    root = volatility * sqrt(years)
    d1 = log(forward / strike) / root + root / 2
    d2 = d1 - root
    sign = 1.0 if call else -1.0
    price = sign * (forward * _normal(sign * d1) - strike * _normal(sign * d2))
    density = exp(-d1 * d1 / 2) / sqrt(2 * pi)
    gamma = density / (forward * root)
    vega = forward * density * sqrt(years) / 100
    theta = -forward * density * volatility / (2 * sqrt(years)) / 365
    return Greeks(price, sign * _normal(sign * d1), gamma, vega, theta, -years * price / 100)


def implied(price: float, forward: float, strike: float, years: float, call: bool) -> float:
    """The volatility at which ``black76`` gives a price, by bisection; 0 where none does."""
    low, high = 1e-4, 5.0
    if not black76(forward, strike, years, low, call).price < price:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        if black76(forward, strike, years, middle, call).price < price:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2
