"""Positions that were closed without the bot, by a kill or by a person at the venue: booked as exits.

Without it the book would hold for ever what is no longer there.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from brokers.contract import FillReport
from desk.orders import ZERO, Fill, decimal
from desk.records import Reason
from live.holdings import held_of, way_out
from live.sending import Sending
from live.session import Session
from market.errors import MaemaeError
from records.codec import from_json, to_json
from records.durable import place
from records.inputs import Update

FILLS = "fills"  # in a kill's file


@dataclass(eq=False)
class Elsewhere:
    """Books what others closed. killed: a kill's file, which has the fills of what it closed."""

    session: Session
    sending: Sending
    killed: Path

    def catch_up(self) -> None:
        """At a start: what a kill has closed since the last one. Then it is in the journal, and no more in
        the kill's file, where another life might take it for its own."""
        fills = list(read_fills(self.killed))
        for report in fills:
            self.hear(report)
        if fills:
            _forget_fills(self.killed)

    def hear(self, report: FillReport) -> None:
        """An execution that the bot didn't ask for and that was its own position's; heard twice it is heard
        once."""
        fill, instrument = report.update.event, report.update.instrument
        if not isinstance(fill, Fill) or self.session.trader.traded(fill.trade_id):
            return
        if instrument in {one.id for one in self.session.trader.instruments}:
            self._book(instrument, report.side, fill)

    def settle(self, instrument: str, venue: Decimal, price: float) -> Decimal:
        """Of what the book holds and the venue doesn't, all counts as closed at ``price``. venue: units that
        it holds for the bot, signed. Returns how many were booked."""
        book = sum((held.side * held.quantity for held in held_of(self.session, instrument)), ZERO)
        gone = min(abs(book), abs(book - venue)) if (book > venue) == (book > 0) else ZERO
        if not gone or book == venue:
            return ZERO
        now = self.sending.clock()
        fill = Fill(f"settled:{instrument}:{now}", gone, decimal(price), ts=now)
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


def write_fills(fills: list[FillReport]) -> list[dict[str, object]]:
    """As a kill's file keeps them."""
    return [{"side": each.side, **to_json(Update(each.update))} for each in fills]


def _forget_fills(path: Path) -> None:
    known = json.loads(path.read_bytes())
    with suppress(OSError):  # a full disk stops no start: the journal knows them
        place(path, json.dumps({name: value for name, value in known.items() if name != FILLS}).encode())


def read_fills(path: Path) -> Iterator[FillReport]:
    """Of the last kill, oldest first; none where it left none, or its file can't be read."""
    try:
        known = json.loads(path.read_bytes())
        for each in known.get(FILLS, ()):
            side = int(each.pop("side"))
            yield FillReport(from_json(Update, each).update, side)
    except (OSError, ValueError, AttributeError, TypeError, KeyError, MaemaeError):
        return
