"""A database by URL: SQLite in a file or PostgreSQL, and its errors in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from market.errors import ConfigError
from records.errors import StoreError

EXPECTED = "expected sqlite:///file.db or postgresql://user:password@host/name"
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_WAIT_S = 5


def engine_of(url: str) -> Engine:
    """An engine, not yet connected. Raises ConfigError for what isn't a URL of either database."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(f"store = '{_shown(url)}': not a database's URL; {EXPECTED}.") from None
    backend = parsed.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise ConfigError(f"store = '{_shown(url)}': '{backend}' isn't supported; {EXPECTED}.")
    parsed = parsed.set(drivername=_DRIVERS[backend])
    return _sqlite(parsed) if backend == "sqlite" else _postgres(parsed)


@contextmanager
def saying(engine: Engine, what: str) -> Iterator[None]:
    """Say the database's errors in one line without its password. what: what didn't happen."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        line = " ".join(str(cause).split())
        raise StoreError(f"{shown(engine)}: {line}. {what}") from error


def shown(engine: Engine) -> str:
    """The URL as it may be printed."""
    return engine.url.set(drivername=engine.dialect.name).render_as_string(hide_password=True)


def _postgres(url: URL) -> Engine:
    return create_engine(url, connect_args={"connect_timeout": _WAIT_S}, pool_pre_ping=True)


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"store = '{url}': its folder can't be made ({error.strerror}).") from None
    engine = create_engine(url, connect_args={"timeout": _WAIT_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    """Readers beside the writer; transactions begun by ``_begin``, which holds changes of tables too."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # a projection can be made again


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _shown(url: str) -> str:
    """A URL that couldn't be read, without what stands before its @."""
    return url.rpartition("@")[2]
