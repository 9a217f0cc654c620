"""From a journal back to the desk: the same inputs, folded again.

Under the code that wrote it the fold gives every decision again, and nothing is sent, because what was meant
stands in the journal beside it. Under other code decisions might differ, so only facts are folded: bars move
the marks, fills move the positions, and nothing is decided. Either way positions come from what was filled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from brokers.contract import BarEvent
from brokers.rows import Row
from desk.book import ACCOUNT, INSTRUMENT, Book
from live.columns import Columns, check_gone, moved, put_back
from live.orders import Known
from live.reading import nothing_said
from live.session import STALE, Session
from live.trader import Intent, Said, Submit
from live.transfers import book
from market.bars import PRICES
from records.checkpoint import arrays_of, pack, unpack
from records.entries import message_of
from records.events import update_key
from records.inputs import EXTERNAL, Bar, Checkpoint, Funding, Owned, Start, Timer, Transfer, Update
from records.inputs import Intent as IntentMessage
from records.message import Message
from records.outcomes import Risk, Verdict
from records.steps import Step

ARRAYS = ("account", "instruments", "positions", "learners", "evidence")
LIVE = "live"  # the timer that says: from here on signals count
STATE = {
    "account": (
        "cash", "equity", "bar", "ts", "day", "day_end", "day_equity", "peak", "gross", "margin",
        "exposure_bar", "signals_seen", "labels", "wins", "orders_sent", "working", "open", "fees", "taxes",
        "slippage", "borrow", "turnover", "fee_units", "carry", "min_cash", "ambiguous_bars", "exposed_bars",
        "state", "latched",
    ),
    "instruments": ("last", "volume", "past_volume", "net", "dust", "held", "held_before"),
}  # fmt: skip
RULE_FIELDS = frozenset(
    f"{array}.{name}"
    for array, dtype in (("account", ACCOUNT), ("instruments", INSTRUMENT))
    for name in dtype.names or ()
    if name not in STATE[array]
)


@dataclass
class Recovered:
    """What a journal held. rows: closed bars. live: trading had begun. facts_only: written by other code.
    new: orders that folding meant and the journal lacks. joined: what the first life didn't trade."""

    rows: int = 0
    starts: int = 0
    live: bool = False
    facts_only: bool = False
    new: list[Submit] = field(default_factory=list)
    joined: tuple[str, ...] = ()


def recover(session: Session, code: str) -> Recovered:
    """Fold the session's journal into its trader and reader. code: the hash of the code that runs now."""
    entries = [(entry.ts, message_of(entry)) for entry in session.journal.entries()]
    messages = [message for _, message in entries]
    starts = [message for message in messages if isinstance(message, Start)]
    columns = Columns.of(messages, [one.id for one in session.trader.instruments])
    until = _facts_until(messages, code, columns)
    found = Recovered(starts=len(starts), joined=columns.joined)
    found.facts_only = 0 < until == len(messages)
    since = _restore_checkpoint(session, messages[:until], columns)
    if until:
        _count_on(session, messages[:until])
    pending: dict[int, list[BarEvent]] = {}
    derived: dict[str, Submit] = {}
    filled = False
    for place, (ts, message) in enumerate(entries):
        late = isinstance(message, Bar) and _fill(session, message.event)
        if (place == until and until) or (filled and not late):
            session.take_up()
        filled = late
        if isinstance(message, Step):
            message = columns.step(place, message)
        session.watch(ts, message)
        for intent in _fold(session, ts, message, pending, found, place >= since, place < until):
            if isinstance(intent, Submit):
                derived[intent.order.client_id] = intent
        if isinstance(message, IntentMessage):
            derived.pop(message.order.client_id, None)
    found.new = list(derived.values())
    check_gone(columns, messages, since, session.orders)
    session.reader.resume()
    if found.facts_only or filled:
        session.take_up()
    return found


def checkpoint(session: Session) -> Checkpoint:
    """The desk as it stands, for code that comes later."""
    book = session.trader.desk.book
    return Checkpoint(pack({name: getattr(book, name) for name in ARRAYS}))


def deny_new(session: Session, found: Recovered, now: int) -> list[Intent]:
    """What only folding meant was never sent, and won't be: its moment has passed."""
    kept: list[Intent] = []
    for submit in found.new:
        session.orders.add(Known(submit.order, submit.number, now, submit.reason.name))
        kept.extend(session.deny(submit.order, STALE, now))
    return kept


def _fold(
    session: Session,
    ts: int,
    message: Message,
    pending: dict[int, list[BarEvent]],
    found: Recovered,
    live: bool,
    facts: bool,
) -> Iterator[Intent]:
    """One entry. live: False for what the checkpoint holds already. facts: other code wrote it."""
    if isinstance(message, Bar) and message.event.instrument in session.trader:
        pending.setdefault(message.event.ts, []).append(message.event)
    elif isinstance(message, Step):
        found.rows += 1
        row = _row(session, message.ts, pending.pop(message.ts, []))
        session.reader.history.append(row.ts, row.prices)
        if live:
            said = _said(session, message, facts)
            yield from session.trader.bar(row.ts, row.prices, said)[1]
    elif isinstance(message, IntentMessage):
        reason = EXTERNAL if message.strategy == EXTERNAL else message.reason
        session.orders.add(Known(message.order, message.desk_id, ts, reason))
        if message.desk_id >= 0:
            session.trader.know(message.order, message.desk_id)
    elif isinstance(message, Risk) and message.verdict is Verdict.REDUCE and message.quantity:
        known = session.orders[message.client_id]
        known.order = replace(known.order, quantity=message.quantity)
    elif isinstance(message, Timer) and message.name == LIVE:
        session.reader.start = len(session.reader.history)
        found.live = True
    elif isinstance(message, Owned | Transfer | Funding):
        session.purse.heard(message)
        if live and not isinstance(message, Owned):
            book(session.trader, message)
    elif isinstance(message, Update):
        yield from _hear(session, message, live)


def _hear(session: Session, message: Update, live: bool) -> Iterator[Intent]:
    update = message.update
    session.heard.add(update_key(update))
    session.orders.hear(update)
    if live:
        yield from session.trader.update(update)[1]
    else:
        session.trader.recall(update)


def _facts_until(messages: list[Message], code: str, columns: Columns) -> int:
    """How many entries were written by other code, or of other instruments: all before the first start of
    what runs now."""
    until = 0
    for place, message in enumerate(messages):
        if isinstance(message, Start):
            same = message.manifest.code == code and columns.at(place) == columns.today
            if not same:
                until = len(messages)
            elif until == len(messages):
                until = place
    return until


def _fill(session: Session, bar: BarEvent) -> bool:
    """Whether a bar is of a row that was there before it: its instrument joined later."""
    prices = (bar.open, bar.high, bar.low, bar.close, bar.volume)
    known = bar.instrument in session.trader
    return known and session.reader.history.fill(session.trader.column(bar.instrument), bar.ts, prices)


def _said(session: Session, step: Step, facts: bool) -> Said:
    if facts:
        return nothing_said(session.trader.n_filters)
    return Said(step.signals, step.p, step.status, step.labels)


def _row(session: Session, ts: int, bars: list[BarEvent]) -> Row:
    instruments = session.reader.history.instruments
    columns = {one.id: column for column, one in enumerate(instruments)}
    prices = tuple(np.full(len(instruments), np.nan) for _ in PRICES)
    for bar in bars:
        for values, name in zip(prices, PRICES, strict=True):
            values[columns[bar.instrument]] = getattr(bar, name)
    return Row(ts, prices)


def _restore_checkpoint(session: Session, messages: list[Message], columns: Columns) -> int:
    """Fill the desk from the newest checkpoint; returns how many entries it stands for."""
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        if isinstance(message, Checkpoint):
            _unpack(session.trader.desk.book, message.data, columns.places(place))
            return place + 1
    return 0


def _unpack(book: Book, data: bytes, places: NDArray[np.int64]) -> None:
    """State as it was, under the rules as they are. places: today's columns of its instruments."""
    while len(book.evidence) < len(arrays_of(data)["evidence"]):
        book.grow_evidence()
    room = moved(book, places)
    unpack(data, {name: getattr(book, name) for name in ARRAYS} | room, leave=RULE_FIELDS)
    put_back(book, room, places)


def _count_on(session: Session, messages: list[Message]) -> None:
    """Orders get numbers that the journal hasn't used."""
    used = [message.desk_id for message in messages if isinstance(message, IntentMessage)]
    account = session.trader.desk.book.account
    account["orders_sent"] = max([int(account["orders_sent"][0]), *(number + 1 for number in used)])
