"""The account as the desk's book has it: positions, money, what it may do."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from brokers.contract import AccountReport
from desk.orders import decimal
from live.control.answers import Balance, Holding, Position
from live.session import Session
from live.views.scale import Scale


@dataclass(frozen=True)
class AccountView:
    """brackets: the venue protects positions itself."""

    session: Session
    scale: Scale
    brackets: bool = False

    def positions(self) -> tuple[Position, ...]:
        return tuple(self._positions())

    def balance(self, report: AccountReport | None) -> Balance:
        """report: the venue's own words, None = not asked yet."""
        account = self.session.trader.desk.book.account[0]
        holdings = [self._holding(name, report) for name in sorted(report.total)] if report else []
        return Balance(
            currency=self.scale.currency,
            equity=float(account["equity"]),
            cash=float(self.session.cash_at_venue()),
            margin=self._margin(),
            holdings=tuple(each for each in holdings if each.total),
        )

    def _margin(self) -> float:
        """What the positions tie up at the newest prices."""
        book, n = self.session.trader.desk.book, len(self.session.trader.rules.strategies)
        tied = 0.0
        for facts, first in zip(book.instruments, range(0, len(book.positions), n), strict=True):
            for lots in book.positions["lots"][first : first + n]:
                rate = facts["long_margin"] if lots > 0 else facts["short_margin"]
                tied += abs(lots) * facts["size"] * facts["last"] * rate if lots else 0.0
        return float(tied)

    def _holding(self, name: str, report: AccountReport) -> Holding:
        price = 1.0 if name == self.scale.currency else nan
        for one, facts in zip(self.scale.instruments, self.session.trader.desk.book.instruments, strict=True):
            if one.base == name and one.quote == self.scale.currency:
                price = float(facts["last"])
        total = report.total[name]
        return Holding(name, total, report.free.get(name, decimal(0.0)), float(total) * price)

    def _positions(self) -> Iterator[Position]:
        trader = self.session.trader
        book, n = trader.desk.book, len(trader.rules.strategies)
        for number, position in enumerate(book.positions):
            if position["lots"]:
                yield self._position(number, position, *divmod(number, n))

    def _position(self, number: int, position: np.void, column: int, strategy: int) -> Position:
        trader, history = self.session.trader, self.session.reader.history
        instrument = self.scale.instruments[column]
        lots, entry = int(position["lots"]), float(position["avg"])
        price = float(trader.desk.book.instruments["last"][column])
        side = 1 if lots > 0 else -1
        levels = float(position["floor"]), float(position["ceiling"])
        stop, target = levels if side > 0 else levels[::-1]
        opened = trader.opened.get(number, "")
        return Position(
            id=opened or f"p{number}",
            instrument=instrument.id,
            strategy=self.scale.strategy(strategy),
            side=side,
            quantity=abs(lots) * trader.lot(column),
            entry=entry,
            price=price,
            pnl=self.scale.worth(instrument.id, lots, price - entry),
            pnl_pct=100.0 * side * (price / entry - 1.0) if entry else nan,
            since=history.ts(max(int(position["entry_bar"]), 0)) if len(history) else 0,
            stop=stop if isfinite(stop) else nan,
            target=target if isfinite(target) else nan,
            resting_stop=isfinite(stop) and (self.brackets or self._stop_rests(instrument.id, strategy)),
        )

    def _stop_rests(self, instrument: str, strategy: int) -> bool:
        return any(
            known.order.trigger is not None and known.order.reduces and known.order.strategy == strategy
            for known in self.session.orders.resting(instrument)
        )
