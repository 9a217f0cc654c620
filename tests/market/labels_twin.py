"""The labels again, slow and plain, written from docs/desk-rules.md (sections 8, 2 and 6) alone.

Nothing here is shared with ``market/labels.py``. Bars are lists of floats, NaN = missing; a label is a tuple.
"""

from datetime import UTC, datetime
from math import ceil, floor, isnan

from market.bars import Panel
from market.instruments import Instrument
from tests.desk.twin_numbers import steps_of


class World:
    """One instrument's bars and costs, as the rules speak of them."""

    def __init__(self, panel: Panel, column: int, touch: bool, on_entry_bar: bool, factor: float) -> None:
        self.instrument: Instrument = panel.instruments[column]
        self.ts = panel.ts.tolist()
        self.o = panel.open[:, column].tolist()
        self.h = panel.high[:, column].tolist()
        self.l = panel.low[:, column].tolist()
        self.c = panel.close[:, column].tolist()
        self.touch, self.on_entry_bar, self.factor = touch, on_entry_bar, factor

    def has_bar(self, t):
        return not isnan(self.c[t])

    def first_bar(self, start):
        return next((t for t in range(start, len(self.c)) if self.has_bar(t)), None)

    def down(self, price):
        tick = self.instrument.tick_at(price)
        return steps_of(tick, floor(price / tick + 1e-9)) if tick else price

    def up(self, price):
        tick = self.instrument.tick_at(price)
        return steps_of(tick, ceil(price / tick - 1e-9)) if tick else price

    def through(self, price):
        """How far beyond a resting price the market must trade; a billionth of a tick is rounding."""
        return 0.0 if self.touch else self.instrument.tick_at(price) * (1 - 1e-9)

    def market_price(self, price, buys):
        slip = self.instrument.slippage * self.factor
        if slip == 0:
            return price
        return self.up(price * (1 + slip)) if buys else self.down(price * (1 - slip))

    def fee(self, market):
        fees = self.instrument.fees
        return (fees.taker if market else fees.maker) * self.factor

    def tax(self, t):
        rate = 0.0
        for date, tax in self.instrument.sell_taxes:
            if datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1e9 <= self.ts[t]:
                rate = tax
        return rate * self.factor


def label_one(world, signal, events):
    """(matured_at, entry_bar, ret) of one ENTER signal, or None. events: bars of its exits, ascending.

    entry_bar -1 and ret None: void, known at matured_at.
    """
    event = next((x for x in events if x > signal["bar"]), None)
    entered = enter(world, signal)
    if entered is None or (event is not None and event < entered[0]):
        ends = [] if event is None else [event]
        if signal["entry"] != 0 and signal["valid_bars"] > 0:
            ends.append(signal["bar"] + signal["valid_bars"])
        return (min(ends), -1, None) if ends and min(ends) < len(world.c) else None
    e, entry, market_in = entered
    left = leave(world, signal, event, e, entry)
    if left is None:
        return None
    t, price, market_out = left
    long = signal["side"] > 0
    gain = price / entry - 1 if long else 1 - price / entry
    sale, sale_bar = (price, t) if long else (entry, e)
    costs = world.fee(market_in) + world.fee(market_out) * price / entry + world.tax(sale_bar) * sale / entry
    return t, e, gain - costs


def enter(world, signal):
    long, b = signal["side"] > 0, signal["bar"]
    if signal["entry"] == 0:
        t = world.first_bar(b + 1)
        return None if t is None else (t, world.market_price(world.o[t], long), True)
    last = len(world.c) - 1
    if signal["valid_bars"] > 0:
        last = min(last, b + signal["valid_bars"])
    for t in range(b + 1, last + 1):
        if not world.has_bar(t):
            continue
        o, h, low = world.o[t], world.h[t], world.l[t]
        if signal["entry"] == 1:
            limit = world.down(signal["price"]) if long else world.up(signal["price"])
            if (o <= limit) if long else (o >= limit):
                return t, o, False
            beyond = world.through(limit)
            if (low <= limit - beyond) if long else (h >= limit + beyond):
                return t, limit, False
        else:
            trigger = world.up(signal["price"]) if long else world.down(signal["price"])
            if (o >= trigger) if long else (o <= trigger):
                return t, world.market_price(o, long), True
            if (h >= trigger) if long else (low <= trigger):
                return t, world.market_price(trigger, long), True
    return None


def levels(world, signal, entry, best):
    """(stop, target) in force, None = none."""
    long, unit = signal["side"] > 0, signal["unit"]
    d = 1 if long else -1

    def away(distance, base):
        return base * (1 + d * distance) if unit == 0 else base + d * distance

    stops = []
    if not isnan(signal["stop"]):
        stops.append(signal["stop"] if unit == 2 else away(-signal["stop"], entry))
    if not isnan(signal["trail"]):
        stops.append(away(-signal["trail"], best))
    target = None
    if not isnan(signal["target"]):
        target = signal["target"] if unit == 2 else away(signal["target"], entry)
        target = world.up(target) if long else world.down(target)
    stop = None
    if stops:
        stop = world.down(max(stops)) if long else world.up(min(stops))
    return stop, target


def leave(world, signal, event, e, entry):
    long = signal["side"] > 0
    best = entry
    for t in range(e, len(world.c)):
        if not world.has_bar(t):
            continue
        o, h, low = world.o[t], world.h[t], world.l[t]
        by_event = event is not None and t > event
        by_time = signal["horizon"] > 0 and t >= e + signal["horizon"]
        if by_event or by_time:
            return t, world.market_price(o, not long), True
        stop, target = levels(world, signal, entry, best)
        if t > e:
            if stop is not None and (o <= stop if long else o >= stop):
                return t, world.market_price(o, not long), True
            if target is not None and (o >= target if long else o <= target):
                return t, o, False
        if stop is not None and (low <= stop if long else h >= stop):
            worse = min(stop, o) if long else max(stop, o)
            return t, world.market_price(worse, not long), True
        if target is not None and (t > e or world.on_entry_bar):
            beyond = world.through(target)
            if h >= target + beyond if long else low <= target - beyond:
                return t, target, False
        best = max(best, h) if long else min(best, low)
    return None


def label_all(rows, panel, touch, targets_on_entry_bar, cost_factor=1.0):
    """[(seq, matured_at, entry_bar, ret)], sorted by (matured_at, seq)."""
    said = [{name: row[name].item() for name in rows.dtype.names} for row in rows]
    found = []
    for seq, signal in enumerate(said):
        if signal["kind"] != 1:
            continue
        events = [
            other["bar"]
            for other in said
            if (other["strategy"], other["instrument"]) == (signal["strategy"], signal["instrument"])
            and (
                (other["kind"] == 2 and other["side"] == signal["side"])
                or (other["kind"] == 1 and other["side"] == -signal["side"])
            )
        ]
        world = World(panel, signal["instrument"], touch, targets_on_entry_bar, cost_factor)
        one = label_one(world, signal, events)
        if one is not None:
            found.append((seq, *one))
    return sorted(found, key=lambda found_one: (found_one[1], found_one[0]))
