"""What the bot holds by its own book, position by position."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from desk.orders import Order
from live.session import Session


@dataclass(frozen=True)
class Held:
    """An open position. stop, target: levels, infinite = none. entry: the order that opened it."""

    number: int
    instrument: str
    strategy: int
    side: int
    quantity: Decimal
    stop: float
    target: float
    entry: str


def held_of(session: Session, instrument: str) -> Iterator[Held]:
    """Open positions of an instrument, strategy by strategy."""
    trader = session.trader
    n, column = len(trader.rules.strategies), trader.column(instrument)
    for strategy in range(n):
        number = column * n + strategy
        position = trader.desk.book.positions[number]
        lots = int(position["lots"])
        if lots:
            floor, ceiling = float(position["floor"]), float(position["ceiling"])
            yield Held(
                number=number,
                instrument=instrument,
                strategy=strategy,
                side=1 if lots > 0 else -1,
                quantity=abs(lots) * trader.lot(column),
                stop=floor if lots > 0 else ceiling,
                target=ceiling if lots > 0 else floor,
                entry=trader.opened[number],
            )


def way_out(
    session: Session, held: Held, quantity: Decimal, suffix: str = ".exit", trigger: Decimal | None = None
) -> Order:
    """An order that closes so much of a position, at market or by a stop, under a name that is new."""
    count = 1
    while f"{held.entry}{suffix}{count}" in session.orders:
        count += 1
    return Order(
        client_id=f"{held.entry}{suffix}{count}",
        instrument=held.instrument,
        side=-held.side,
        quantity=quantity,
        trigger=trigger,
        reduces=True,
        strategy=held.strategy,
    )
