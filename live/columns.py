"""Which instruments each life of a journal had, in its desk's order, and where they stand today.

A profile's list changes: contracts join as others end. What the journal says by place, signals and the arrays
of a checkpoint, is of the list of then; what it says by name needs no help.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from desk.book import Book
from desk.orders import Fill
from live.holdings import held_of
from live.orders import Orders
from live.session import Session
from market.errors import ConfigError
from records.checkpoint import arrays_of
from records.inputs import Bar, Checkpoint, Start, Update
from records.message import Message
from records.steps import Step

GONE = -1  # the place of what isn't traded any more


@dataclass(frozen=True)
class Columns:
    """Of the lives in a journal. starts: where each begins, among the messages; lives: its instruments."""

    today: tuple[str, ...]
    starts: tuple[int, ...] = ()
    lives: tuple[tuple[str, ...], ...] = ()

    @staticmethod
    def of(messages: Sequence[Message], today: Iterable[str]) -> "Columns":
        names = tuple(today)
        starts = [place for place, message in enumerate(messages) if isinstance(message, Start)]
        lives = [_life(messages[one:end], names) for one, end in pairwise([*starts, len(messages)])]
        return Columns(names, tuple(starts), tuple(lives))

    def at(self, place: int) -> tuple[str, ...]:
        """The instruments of the life that wrote a message."""
        life = int(np.searchsorted(self.starts, place, "right")) - 1
        return self.lives[life] if life >= 0 else self.today

    def places(self, place: int) -> NDArray[np.int64]:
        """Today's column of each column of then, GONE for those that have none."""
        return np.array([self.today.index(one) if one in self.today else GONE for one in self.at(place)], int)

    def step(self, place: int, step: Step) -> Step:
        """As today's desk would have written it; a signal of what is gone has the column GONE."""
        if not len(step.signals) or self.at(place) == self.today:
            return step
        signals = step.signals.copy()
        signals["instrument"] = self.places(place)[signals["instrument"]]
        return replace(step, signals=signals)

    @property
    def joined(self) -> tuple[str, ...]:
        """What is traded today, and wasn't in the first life."""
        return tuple(one for one in self.today if self.lives and one not in self.lives[0])

    @property
    def gone(self) -> tuple[str, ...]:
        """What was traded once and isn't any more."""
        return tuple(dict.fromkeys(one for life in self.lives for one in life if one not in self.today))


def moved(book: Book, places: NDArray[np.int64]) -> dict[str, NDArray[np.void]]:
    """Room for a checkpoint of then: the rows of the book where its columns stand today, else spare ones."""
    n = len(book.learners)
    rows = (places[:, None] * n + np.arange(n)).ravel()  # of what is gone: any, for they aren't put back
    return {"instruments": book.instruments[places], "positions": book.positions[rows]}


def put_back(book: Book, filled: dict[str, NDArray[np.void]], places: NDArray[np.int64]) -> None:
    """What ``moved`` gave, filled: to where it stands today."""
    n, kept = len(book.learners), places != GONE
    rows = (places[:, None] * n + np.arange(n)).ravel()
    stays = np.repeat(kept, n)
    book.instruments[places[kept]] = filled["instruments"][kept]
    book.positions[rows[stays]] = filled["positions"][stays]
    numbers = np.arange(len(book.positions))
    book.positions["instrument"], book.positions["strategy"] = np.divmod(numbers, n)
    waiting = book.evidence["seq"] >= 0
    found = rows[book.evidence["position"][waiting]]
    book.evidence["position"][waiting] = found
    book.evidence["seq"][waiting] = np.where(found >= 0, book.evidence["seq"][waiting], -1)


def check_gone(columns: Columns, messages: Sequence[Message], since: int, orders: Orders) -> None:
    """Raises ConfigError when something that isn't traded any more is held, or may be, or has orders open.

    since: the messages before it are in a checkpoint, the last of them.
    """
    for name in columns.gone:
        held = _held(columns, messages, since, name)
        open_order = next((known.order.client_id for known in orders.resting(name)), "")
        if held:
            raise ConfigError(held_still(name, f"the bot holds {held:+d} lots of it"))
        if open_order:
            raise ConfigError(
                held_still(name, f"its order {open_order} hasn't ended as far as the bot knows")
            )
        if any(_fills(message, name) for message in messages[since:]):
            said = "it was traded since the bot was last stopped in good order"
            raise ConfigError(held_still(name, said))


def held_still(name: str, why: str) -> str:
    """Why an instrument can't leave the profile, and what to do."""
    return (
        f"{name}: {why}, and the profile doesn't trade it any more. Nothing was changed. Put it back into "
        "[market] instruments and start; once it is closed and no order of it is open, stop the bot (maemae "
        "stop) and take it out."
    )


def staying(session: Session) -> dict[str, str]:
    """What can't leave the profile of a running bot now, by id, and why."""
    found = {}
    for one in session.trader.instruments:
        held = sum(each.side * each.quantity for each in held_of(session, one.id))
        name = next((known.order.client_id for known in session.orders.resting(one.id)), "")
        if held or name:
            found[one.id] = f"the bot holds {held:+f} of it" if held else f"its order {name} is open"
    return found


def _held(columns: Columns, messages: Sequence[Message], since: int, name: str) -> int:
    """Lots of an instrument in the checkpoint."""
    message, then = messages[since - 1] if since else None, columns.at(since - 1)
    if not isinstance(message, Checkpoint) or name not in then:
        return 0
    lots = arrays_of(message.data)["positions"]["lots"].reshape(len(then), -1)
    return int(lots[then.index(name)].sum())


def _fills(message: Message, name: str) -> bool:
    return (
        isinstance(message, Update)
        and message.update.instrument == name
        and isinstance(message.update.event, Fill)
    )


def _life(messages: Sequence[Message], today: tuple[str, ...]) -> tuple[str, ...]:
    """What a life traded: as its start says; older code's said nothing, and its fullest row of bars does.

    Raises ConfigError when that can't be known.
    """
    start = messages[0]
    if isinstance(start, Start) and start.instruments:
        return tuple(one.id for one in start.instruments)
    seen, count = _fullest(messages), _counted(messages)
    if seen == tuple(one for one in today if one in seen) and count in (None, len(today)):
        return today
    if count is None or len(seen) == count:
        return seen
    raise ConfigError(
        f"the journal is of {count} instruments, with bars of {', '.join(seen) or 'none'}, and the profile "
        f"trades {', '.join(today)}. Nothing was started. Put back the list that the bot had, start it once "
        "and stop it (maemae stop), then change the list."
    )


def _fullest(messages: Iterable[Message]) -> tuple[str, ...]:
    """Instruments of the row that has most, in the desk's order, as bars are written."""
    rows: dict[int, list[str]] = {}
    for message in messages:
        if isinstance(message, Bar):
            rows.setdefault(message.event.ts, []).append(message.event.instrument)
    return tuple(sorted(rows.values(), key=len)[-1]) if rows else ()


def _counted(messages: Sequence[Message]) -> int | None:
    """How many instruments the life's last checkpoint has; None without one."""
    for message in reversed(messages):
        if isinstance(message, Checkpoint):
            return len(arrays_of(message.data)["instruments"])
    return None
