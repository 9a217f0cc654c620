"""Stands between the bot and the wire, and notes every new risk that left on a price or clock unfit for it.

It hears what the bot hears and knows the rule in its own words; the gate is not asked.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from brokers.contract import BarEvent, BrokerEvent, QuoteEvent, TradeEvent
from desk.orders import Order
from live.risk.limits import RiskLimits

UNDER_WAY = 300_000_000  # ns from an order's last judgement until it leaves


@dataclass(eq=False)
class Witness:
    """notes: a file outside the account's folder; a line a breach.

    clock: the venue's time, ours: this machine's; ns UTC.
    """

    notes: Path
    limits: RiskLimits
    clock: Callable[[], int]
    ours: Callable[[], int]
    quotes: dict[str, QuoteEvent] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)  # by instrument: of when the newest price is, ns UTC

    def hear(self, event: BrokerEvent) -> None:
        if isinstance(event, QuoteEvent):
            self.quotes[event.instrument] = event
        elif isinstance(event, TradeEvent):
            self._price(event.instrument, event.ts)
        elif isinstance(event, BarEvent):
            self._price(event.instrument, event.ts + event.timeframe)  # whenever it came

    def sent(self, order: Order) -> None:
        """An order leaves now."""
        why = "" if order.reduces else self.unfit(order.instrument)
        if why:
            file = os.open(self.notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(file, f"{order.client_id} was sent on {why}\n".encode())
            os.close(file)

    def unfit(self, instrument: str) -> str:
        """Why nothing new may be risked in the instrument now; "" = it may."""
        now, quote = self.clock(), self.quotes.get(instrument)
        offset = self.ours() - now
        if abs(offset) > self.limits.max_clock_offset:
            return f"a clock {offset / 1e9:.1f} s off"
        quoted = now - quote.ts if quote is not None else None
        if quote is not None and quoted is not None and quoted <= self.limits.max_quote_age:
            return f"a crossed quote, {quote.bid} and {quote.ask}" if quote.bid >= quote.ask else ""
        priced = now - self.last.get(instrument, 0)
        if priced <= self.limits.max_last_age + UNDER_WAY:
            return ""
        if quoted is not None and quoted <= self.limits.max_quote_age + UNDER_WAY:
            return ""
        quotes = "" if quoted is None else f", a quote {quoted / 1e9:.2f} s"
        return f"a last price {priced / 1e9:.2f} s old{quotes}"

    def _price(self, instrument: str, ts: int) -> None:
        self.last[instrument] = max(ts, self.last.get(instrument, 0))
