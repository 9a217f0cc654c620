"""Bring a store's tables to this version, or back: ``python -m records.upgrade URL``."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from market.errors import ConfigError, MaemaeError
from records.database import engine_of, saying, shown

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_UNCHANGED = "The tables are as they were."


def upgrade(url: str, revision: str = "head") -> str | None:
    """Bring the tables up to ``revision``, in one transaction. Returns the revision in force.

    Raises ConfigError (URL, unknown revision), StoreError (unreachable, refused).
    """
    return _move(url, revision, up=True)


def downgrade(url: str, revision: str) -> str | None:
    """Bring the tables back to ``revision``; "base": none. What a revision added is lost. As ``upgrade``."""
    return _move(url, revision, up=False)


def newest() -> str:
    """The revision that this version's code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "records/migrations holds at least one revision"
    return head


def current(engine: Engine) -> str | None:
    """The revision of a database's tables; None: it has none. Raises StoreError."""
    with saying(engine, "Nothing was changed."), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Raises ConfigError, saying which command to run, unless the tables are of this version."""
    found, expected = current(engine), newest()
    if found == expected:
        return
    if found is not None and found not in _revisions():
        raise ConfigError(
            f"{shown(engine)}: its tables are of revision {found}, which this Maemae doesn't know: a newer "
            "one made them. Nothing was changed. Run that one, or use another store."
        )
    raise ConfigError(
        f"{shown(engine)}: its tables are of revision {found or 'none'}, this Maemae needs {expected}. "
        f"Nothing was changed. Run: python -m records.upgrade '{shown(engine)}'"
    )


def main(arguments: list[str] | None = None) -> int:
    """The command. Exit code 0, or 2 with one line of what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m records.upgrade", description=__doc__)
    parser.add_argument("url", help="sqlite:///file.db or postgresql://user:password@host/name")
    parser.add_argument("--down-to", metavar="REVISION", help="go back to this revision; 'base' drops all")
    asked = parser.parse_args(arguments)
    try:
        found = downgrade(asked.url, asked.down_to) if asked.down_to else upgrade(asked.url)
    except MaemaeError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Tables are of revision {found or 'none'}.")
    return 0


def _move(url: str, revision: str, up: bool) -> str | None:
    engine = engine_of(url)
    try:
        with _known_revisions(), saying(engine, _UNCHANGED), engine.begin() as connection:
            move = command.upgrade if up else command.downgrade
            move(_config(connection), revision)
        return current(engine)
    finally:
        engine.dispose()


@contextmanager
def _known_revisions() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        known = ", ".join(_revisions())
        raise ConfigError(f"{error}. Known revisions: {known}. {_UNCHANGED}") from None


def _revisions() -> list[str]:
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


if __name__ == "__main__":
    sys.exit(main())
