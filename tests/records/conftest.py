"""Stores to test on: SQLite in a file, and a real PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.records.postgres import new_database, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """The socket's folder of a server that runs for as long as this process tests."""
    with postgres_server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store' / 'tables.db'}"
        return
    with new_database(request.getfixturevalue("postgres")) as address:
        yield address
