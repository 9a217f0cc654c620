"""The store: where the tables are. SQLite beside the journal by default, PostgreSQL by URL."""

from pathlib import Path

from sqlalchemy import Engine, inspect

from records.database import engine_of, saying
from records.upgrade import check, current, upgrade


def default_store(journal: Path) -> str:
    """The URL of the SQLite file beside an account's journal."""
    return f"sqlite:///{journal.with_suffix('.tables.db')}"


def open_store(url: str) -> Engine:
    """Connect; an empty database gets its tables, any other must be of this version.

    Raises ConfigError (no such kind of database; tables of another version, with the command to run) and
    StoreError (it can't be reached, it isn't a database). Close it by ``dispose()``.
    """
    engine = engine_of(url)
    try:
        if current(engine) is None and _empty(engine):
            upgrade(url)
        check(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _empty(engine: Engine) -> bool:
    with saying(engine, "Nothing was changed."):
        return not inspect(engine).get_table_names()
