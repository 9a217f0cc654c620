"""Migrations: up and down on both databases, what the code expects, and clear when it isn't there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from market.errors import ConfigError
from records import upgrade as upgrading
from records.database import engine_of
from records.errors import StoreError
from records.store import open_store
from records.tables import Table
from records.upgrade import check, current, downgrade, newest, upgrade

ROOT = Path(__file__).resolve().parents[2]


def tables(url: str) -> set[str]:
    engine = engine_of(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_up_makes_what_the_code_expects_and_nothing_else(url: str) -> None:
    assert upgrade(url) == newest()
    engine = engine_of(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()
    assert tables(url) == set(Table.metadata.tables)


def test_down_takes_everything_away_and_up_brings_it_back(url: str) -> None:
    upgrade(url)
    assert downgrade(url, "base") is None
    assert tables(url) == set()
    assert upgrade(url) == newest()
    assert tables(url) == set(Table.metadata.tables)


def test_up_again_changes_nothing(url: str) -> None:
    upgrade(url)
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO projections VALUES ('a', 1, 'x')"))
    upgrade(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT digest FROM projections")).scalar() == "x"
    engine.dispose()


def test_a_step_that_fails_leaves_the_tables_as_they_were(url: str) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE trades (mine INTEGER)"))  # comes after others are made
    with pytest.raises(StoreError, match=r"already exists.*The tables are as they were"):
        upgrade(url)
    assert tables(url) == {"trades"}
    assert current(engine) is None
    engine.dispose()


def test_old_tables_are_refused_with_the_command_to_run(url: str) -> None:
    engine = engine_of(url)
    with pytest.raises(
        ConfigError, match=rf"revision none, this Maemae needs {newest()}.*Run: python -m records.upgrade"
    ):
        check(engine)
    engine.dispose()
    upgrade(url)
    downgrade(url, "base")
    with pytest.raises(ConfigError, match=r"Run: python -m records.upgrade"):
        open_store(url)


def test_newer_tables_are_left_alone(url: str) -> None:
    upgrade(url)
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConfigError, match=r"revision 9999, which this Maemae doesn't know: a newer one"):
        open_store(url)


def test_an_unknown_revision_names_the_known_ones(url: str) -> None:
    with pytest.raises(ConfigError, match=f"Known revisions: {newest()}"):
        upgrade(url, "0815")
    assert tables(url) == set()


def test_the_command_does_it_and_says_what_is_wrong(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert upgrading.main([url]) == 0
    assert capsys.readouterr().out == f"Tables are of revision {newest()}.\n"
    assert upgrading.main([url, "--down-to", "base"]) == 0
    assert capsys.readouterr().out == "Tables are of revision none.\n"
    assert upgrading.main(["mysql://x"]) == 2
    assert capsys.readouterr().err.startswith(
        "store = 'mysql://x': 'mysql' isn't supported; expected sqlite:///"
    )


def test_the_command_runs_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "records.upgrade", "sqlite:///here.db"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "here.db").is_file()
