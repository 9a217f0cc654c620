"""Positions that were closed without the bot, by a kill or by a person at the venue: booked as exits.

Without it the book would hold for ever what is no longer there.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from brokers.contract import FillReport
from desk.orders import ZERO, Fill, decimal
from desk.records import Reason
from live.holdings import held_of, way_out
from live.kill_file import forget_fills, read_fills
from live.sending import Sending
from live.session import Session

SETTLED = "settled:"  # begins the trade ids of what was closed by the venue's word


@dataclass(eq=False)
class Elsewhere:
    """Books what others closed. killed: a kill's file, which has the fills of what it closed."""

    session: Session
    sending: Sending
    killed: Path

    def catch_up(self) -> None:
        """At a start: what a kill has closed since the last one."""
        fills = read_fills(self.killed)
        for report in fills:
            self.hear(report)
        if fills:
            forget_fills(self.killed)

    def hear(self, report: FillReport) -> None:
        """An execution that the bot didn't ask for and that was its own position's; heard twice it is heard
        once."""
        fill, instrument = report.update.event, report.update.instrument
        if not isinstance(fill, Fill) or self.session.trader.traded(fill.trade_id):
            return
        if instrument in {one.id for one in self.session.trader.instruments}:
            self._book(instrument, report.side, fill)

    def book(self, instrument: str) -> Decimal:
        """Units that the book holds, all strategies, signed."""
        return sum((held.side * held.quantity for held in held_of(self.session, instrument)), ZERO)

    def settle(self, instrument: str, venue: Decimal, price: float) -> Decimal:
        """Of what the book holds and the venue doesn't, all counts as closed at ``price``. venue: units that
        it holds for the bot, signed. Returns how many were booked."""
        book = self.book(instrument)
        gone = min(abs(book), abs(book - venue)) if (book > venue) == (book > 0) else ZERO
        if not gone or book == venue:
            return ZERO
        now = self.sending.clock()
        fill = Fill(f"{SETTLED}{instrument}:{now}", gone, decimal(price), ts=now)
        return gone - self._book(instrument, -1 if book > 0 else 1, fill)

    def _book(self, instrument: str, side: int, fill: Fill) -> Decimal:
        """Position by position; what closes none is left, and returned."""
        rest, now = fill.quantity, self.sending.clock()
        for held in list(held_of(self.session, instrument)):
            part = min(held.quantity, rest)
            if held.side == side or part <= ZERO:
                continue
            order = way_out(self.session, held, part)
            self.session.intend(order, Reason.SIGNAL, now)
            name = fill.trade_id if rest == fill.quantity else f"{fill.trade_id}/{held.strategy}"
            made = replace(fill, trade_id=name, quantity=part, fee=fill.fee * part / fill.quantity)
            self.sending.hear(order, made)
            rest -= part
        return rest
