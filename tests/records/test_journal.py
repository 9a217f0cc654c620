"""The journal's laws: all or none, in order, once, on disk, the same for the same, and honest of itself."""

import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.errors import ConfigError
from records.chain import Draft, canonical
from records.errors import DamagedError
from records.journal import Appended, Journal
from records.journal_view import PAGE, JournalView

ON_DISK = settings(max_examples=40)
DRAFTS = st.lists(
    st.builds(
        Draft,
        ts=st.integers(-(2**63), 2**63 - 1),
        kind=st.sampled_from(("bar", "update", "note")),
        body=st.binary(max_size=40)
        | st.dictionaries(
            st.text(max_size=5), st.integers() | st.text() | st.booleans() | st.none(), max_size=4
        ),
        key=st.none() | st.text(max_size=3),
    ),
    max_size=12,
)


def note(n: int, key: str | None = None) -> Draft:
    return Draft(n, "note", {"v": 1, "text": f"n{n}"}, key)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "account.db"


def test_numbers_ascend_from_one_over_restarts(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        assert journal.last == 0
        assert journal.append([note(1), note(2)]) == [Appended(1, True), Appended(2, True)]
    with Journal.open(path, "a") as journal:
        assert journal.append([note(3)]) == [Appended(3, True)]
        assert journal.last == 3


def test_the_same_name_again_is_not_appended_and_says_so(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        journal.append([note(1, "x")])
        before = journal.digest
        assert journal.append([note(7, "x")]) == [Appended(1, False)]
        assert journal.digest == before
        assert journal.append([note(2), note(3, "y"), note(4, "y"), note(5, "x")]) == [
            Appended(2, True), Appended(3, True), Appended(3, False), Appended(1, False),
        ]  # fmt: skip
        assert [entry.ts for entry in journal.entries()] == [1, 2, 3]


def test_a_name_belongs_to_its_kind(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        placed = journal.append([Draft(1, "timer", {}, "x"), Draft(1, "note", {}, "x")])
        assert [one.fresh for one in placed] == [True, True]


@ON_DISK
@given(batches=st.lists(DRAFTS, max_size=4))
def test_equal_appends_give_equal_digests_however_they_are_batched(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Draft]]
) -> None:
    folder = tmp_path_factory.mktemp("journals")
    with Journal.open(folder / "a.db", "a") as one, Journal.open(folder / "b.db", "a") as other:
        for batch in batches:
            one.append(batch)
        other.append(draft for batch in batches for draft in batch)
        assert one.verify() == other.verify() == (one.last, one.digest)
        assert list(one.entries()) == list(other.entries())


@ON_DISK
@given(first=DRAFTS, last=st.text(max_size=3), other=st.text(max_size=3))
def test_journals_that_differ_anywhere_have_different_digests(
    tmp_path_factory: pytest.TempPathFactory, first: list[Draft], last: str, other: str
) -> None:
    folder = tmp_path_factory.mktemp("journals")
    with Journal.open(folder / "a.db", "a") as one, Journal.open(folder / "b.db", "a") as two:
        one.append([*first, Draft(0, "note", {"text": last})])
        two.append([*first, Draft(0, "note", {"text": other})])
        assert (one.digest == two.digest) == (last == other)


def test_accounts_have_different_digests(tmp_path: Path) -> None:
    digests = set()
    for account in ("a", "b"):
        with Journal.open(tmp_path / f"{account}.db", account) as journal:
            journal.append([note(1)])
            digests.add(journal.digest)
    assert len(digests) == 2


def test_content_is_the_same_in_another_process_with_another_hash_seed(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from records.journal import Journal; from records.chain import Draft\n"
        "with Journal.open(Path(sys.argv[1]), 'a') as journal:\n"
        "    journal.append([Draft(1, 'note', {'b': {'x': 1, 'a': 2.5}, 'a': 'y'})])\n"
        "    journal.append([Draft(2, 'raw', b'xyz')])\n"
        "    print(journal.digest)"
    )
    root = Path(__file__).resolve().parents[2]
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, str(path.with_suffix(f".{seed}"))],
            env={"PYTHONHASHSEED": seed}, cwd=root, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


def test_reading_starts_after_a_number_and_takes_kinds(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        journal.append([Draft(n, "even" if n % 2 == 0 else "odd", {"n": n}) for n in range(1, 2 * PAGE + 6)])
        assert [entry.number for entry in journal.entries(since=PAGE)] == list(range(PAGE + 1, 2 * PAGE + 6))
        assert [entry.value["n"] for entry in journal.entries(kinds=["even"])] == list(
            range(2, 2 * PAGE + 6, 2)
        )
        assert list(journal.entries(kinds=["neither"])) == []
        assert (found := journal.latest("even")) is not None
        assert found.number == 2 * PAGE + 4


def test_an_entry_is_found_by_its_name(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        journal.append([note(1, "x"), note(2, "y")])
        assert (found := journal.find("note", "y")) is not None
        assert (found.number, found.value["text"]) == (2, "n2")
        assert journal.find("note", "z") is None


def test_bytes_and_objects_come_back_as_they_were(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        journal.append(
            [Draft(1, "raw", b"\0\xff"), Draft(2, "note", {"p": Decimal("0.10"), "x": 0.1, "t": "한\0"})]
        )
        raw, told = journal.entries()
        assert raw.value == b"\0\xff"
        assert told.value == {"p": "0.10", "x": 0.1, "t": "한\0"}
        assert told.body == '{"p":"0.10","t":"\\ud55c\\u0000","x":0.1}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object()])
def test_what_is_not_json_is_refused_and_nothing_of_its_batch_is_written(path: Path, value: object) -> None:
    with Journal.open(path, "a") as journal:
        with pytest.raises(ConfigError):
            journal.append([note(1), Draft(2, "note", {"value": value})])
        assert journal.last == 0
        assert journal.append([note(1)]) == [Appended(1, True)]


def test_half_a_character_does_not_stop_the_journal(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        journal.append([Draft(1, "note", {"text": "\ud800"})])
        assert next(journal.entries()).value == {"text": "\ud800"}


def test_a_reader_beside_the_writer_sees_what_was_acknowledged(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        journal.append([note(1)])
        with JournalView.read(path) as view:
            assert (view.account, view.last, view.digest) == ("a", 1, journal.digest)
            journal.append([note(2)])
            assert [entry.number for entry in view.entries()] == [1, 2]
            assert view.verify() == (2, journal.digest)


def test_appending_from_several_threads_loses_nothing(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        threads = [Thread(target=lambda: [journal.append([note(n)]) for n in range(25)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert journal.verify() == (100, journal.digest)


def test_tidying_up_moves_the_log_and_changes_nothing(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        journal.append([note(n) for n in range(500)])
        before, size = journal.verify(), path.stat().st_size
        journal.tidy()
        assert path.stat().st_size > size
        assert journal.verify() == before


def test_what_is_flushed_is_flushed_fully(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert journal._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def tamper(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as other:
        other.execute(statement)
    other.close()


TAMPERED = [
    ('UPDATE entries SET body = \'{"text":"other"}\' WHERE number = 3', "entry 3"),
    ("UPDATE entries SET ts = ts + 1 WHERE number = 3", "entry 3"),
    ("UPDATE entries SET kind = 'alert' WHERE number = 3", "entry 3"),
    ("UPDATE entries SET key = 'k' WHERE number = 3", "entry 3"),
    ("UPDATE entries SET body = CAST(body AS BLOB) WHERE number = 3", "entry 3"),
    ("UPDATE entries SET chain = zeroblob(32) WHERE number = 3", "entry 3"),
    ("DELETE FROM entries WHERE number = 3", "entry 3 is missing"),
    ("UPDATE entries SET number = 30 WHERE number = 5", "entry 5 is missing|entry 29 is missing"),
]


@pytest.mark.parametrize(("statement", "named"), TAMPERED)
def test_a_changed_entry_is_named(path: Path, statement: str, named: str) -> None:
    with Journal.open(path, "a") as journal:
        journal.append([note(n) for n in range(1, 6)])
    tamper(path, statement)
    with JournalView.read(path) as view, pytest.raises(DamagedError, match=named):
        view.verify()
    with JournalView.read(path) as view, pytest.raises(DamagedError, match=named):
        list(view.entries(since=2))


def test_a_journal_whose_end_was_changed_is_not_appended_to(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        journal.append([note(1), note(2)])
    tamper(path, "UPDATE entries SET ts = 0 WHERE number = 2")
    with pytest.raises(DamagedError, match="entry 2"):
        Journal.open(path, "a")


def test_a_value_has_one_text() -> None:
    assert canonical({"b": 1.0, "a": [Decimal("1E+3"), None, "é"]}) == '{"a":["1E+3",null,"\\u00e9"],"b":1.0}'
