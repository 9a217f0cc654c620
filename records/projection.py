"""Project a journal into the tables: incrementally, as often as you like, none of it twice."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from records.chain import Entry
from records.database import saying, shown
from records.entries import message_of
from records.errors import StoreError
from records.events import order_id
from records.inputs import Intent, Stop, Update
from records.journal_view import JournalView
from records.message import Message
from records.order_rows import refresh_orders
from records.rows import Row, as_stored, rows_of, storable
from records.tables import Projection, Run, Table, table_of

BATCH = 1000  # entries in one transaction
_PLACES = table_of(Projection)


def project(journal: JournalView, engine: Engine, afresh: bool = False) -> int:
    """Bring the account's rows up to the journal's last entry; returns how many entries were new.

    Again: nothing changes. Several at once take turns. afresh: drop the account's rows first. Raises
    StoreError (rows of another journal; the database refuses) and DamagedError (a broken journal).
    """
    if afresh:
        _forget(journal.account, engine)
    total = 0
    while True:
        with (
            saying(engine, "The tables are behind the journal; nothing is lost."),
            engine.begin() as connection,
        ):
            done = _project_batch(journal, connection, engine)
        total += done
        if done < BATCH:
            return total


def _project_batch(journal: JournalView, connection: Connection, engine: Engine) -> int:
    account = journal.account
    since = _place(journal, connection, engine)
    entries = list(islice(journal.entries(since), BATCH))
    if not entries:
        return 0
    told = [(entry, message_of(entry)) for entry in entries]
    _insert(connection, account, told)
    for entry, message in told:
        if isinstance(message, Stop):
            _end_run(connection, account, entry, message)
    touched = {storable(name) for _, message in told for name in _orders_in(message)}
    refresh_orders(connection, account, sorted(touched))
    place = {"number": entries[-1].number, "digest": entries[-1].chain.hex()}
    connection.execute(update(_PLACES).where(_PLACES.c.account == account).values(place))
    return len(entries)


def _place(journal: JournalView, connection: Connection, engine: Engine) -> int:
    """The last number that was projected; its row is held until the transaction ends."""
    account = journal.account
    first = {"account": account, "number": 0, "digest": journal.chain_at(0)}
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(_PLACES).values(first).on_conflict_do_nothing())
    ours = _PLACES.c.account == account
    connection.execute(update(_PLACES).where(ours).values(number=_PLACES.c.number))
    number, digest = connection.execute(select(_PLACES.c.number, _PLACES.c.digest).where(ours)).one()
    if journal.chain_at(number) != digest:
        raise StoreError(
            f"{shown(engine)}: the rows of account '{account}' come from another journal than {journal.path} "
            f"(entry {number} differs). Nothing was changed. Project afresh to replace them."
        )
    return int(number)


def _insert(connection: Connection, account: str, told: Iterable[tuple[Entry, Message]]) -> None:
    by_table: dict[type[Table], list[Row]] = defaultdict(list)
    for entry, message in told:
        for table, row in rows_of(account, entry, message):
            by_table[table].append(as_stored(row))
    for table, rows in by_table.items():
        connection.execute(insert(table_of(table)), rows)


def _end_run(connection: Connection, account: str, entry: Entry, stop: Stop) -> None:
    runs = table_of(Run)
    began = select(func.max(runs.c.number)).where(runs.c.account == account, runs.c.number < entry.number)
    ended = as_stored({"stopped": entry.ts, "stop_reason": stop.reason})
    connection.execute(
        update(runs).where(runs.c.account == account, runs.c.number == began.scalar_subquery()).values(ended)
    )


def _orders_in(message: Message) -> tuple[str, ...]:
    if isinstance(message, Intent):
        return (message.order.client_id,)
    return (order_id(message.update),) if isinstance(message, Update) else ()


def _forget(account: str, engine: Engine) -> None:
    with saying(engine, "Nothing was changed."), engine.begin() as connection:
        for table in Table.metadata.tables.values():
            connection.execute(delete(table).where(table.c.account == account))
