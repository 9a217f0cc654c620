"""``maemae backup`` and ``maemae restore``: a copy while the bot runs, and nothing lost on the way back."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from live.control.places import Places
from live.supervisor.engine import EngineProcess
from maemae.cli import run
from records.chain import Draft
from records.journal import Journal
from records.journal_view import JournalView
from records.lock import hold_account
from tests.maemae.test_live_cli import maemae, started, until_trading
from tests.maemae.test_live_cli import profile as demo_profile

PROFILE = """
name = "bot"
mode = "paper"
[[strategy]]
use = "sma_cross"
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "s"))
    yield tmp_path / "s"


@pytest.fixture
def path(tmp_path: Path) -> str:
    found = tmp_path / "bot.toml"
    found.write_text(PROFILE, encoding="utf-8")
    write(1, 4)
    return str(found)


def places() -> Places:
    return Places.of("bot")


def write(first: int, last: int, account: str = "paper-bot") -> None:
    with Journal.open(places().make().journal, account) as journal:
        journal.append(Draft(n, "note", {"text": f"n{n}"}, str(n)) for n in range(first, last))


def state_of(journal: Path) -> tuple[int, str]:
    with JournalView.read(journal) as view:
        return view.verify()


def files() -> set[str]:
    """What belongs to the journal: no half of anything."""
    return {each.name for each in places().folder.iterdir() if each.name.startswith((".", "journal"))}


def test_a_backup_is_taken_while_the_bot_has_everything_open(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "safe" / "copy.journal"
    with hold_account(places().lock, "bot"), Journal.open(places().journal, "paper-bot") as journal:
        journal.append([Draft(9, "note", {"text": "n9"}, "9")])
        assert run(["backup", path, "--to", str(copy)]) == 0
        assert state_of(copy) == (4, journal.digest)
    said = capsys.readouterr().out
    assert said == f"bot: 4 entries are in {copy}, digest {state_of(copy)[1][:12]}.\n"


def test_a_folder_or_none_gets_a_dated_file(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", path, "--to", str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("bot-*.journal"))) == 1
    capsys.readouterr()
    assert run(["backup", path, "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert Path(found["path"]).parent == places().folder / "backups"
    assert (found["name"], found["entries"], found["digest"]) == ("bot", *state_of(places().journal))


def test_a_lost_journal_comes_back_on_another_machine(
    path: str, tmp_path: Path, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, before = tmp_path / "copy", state_of(places().journal)
    assert run(["backup", path, "--to", str(copy)]) == 0
    shutil.rmtree(state)
    capsys.readouterr()
    assert run(["restore", path, str(copy), "--language", "ko"]) == 0
    assert capsys.readouterr().out.startswith("bot: 기록 3건으로 복원")
    assert state_of(places().journal) == before


def test_a_journal_in_use_is_never_replaced(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    assert run(["backup", path, "--to", str(copy)]) == 0
    write(4, 6)
    before, names = state_of(places().journal), files()
    for lock in (places().lock, places().folder / "supervisor.lock"):
        with hold_account(lock, "the bot"):
            for words in ([], ["--put-aside"]):
                assert run(["restore", path, str(copy), *words]) == 2
                assert "profile 'the bot'" in capsys.readouterr().err
    assert (state_of(places().journal), files()) == (before, names)


def test_a_journal_that_knows_more_is_kept_and_only_replaced_when_told_so(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    assert run(["backup", path, "--to", str(copy)]) == 0
    write(4, 6)
    before = state_of(places().journal)
    assert run(["restore", path, str(copy)]) == 2
    said = capsys.readouterr().err
    assert "its 5 entries end otherwise than the copy's 3: it knows more" in said and "--put-aside" in said
    assert state_of(places().journal) == before
    assert run(["restore", path, str(copy), "--put-aside"]) == 0
    kept = places().folder / "journal.db.before-1"
    assert f"What stood there is kept as {kept}." in capsys.readouterr().out
    assert state_of(kept) == before and state_of(places().journal) == state_of(copy)
    assert run(["restore", path, str(kept)]) == 0  # and back: it continues what stands there
    assert state_of(places().journal) == before


def test_another_accounts_journal_is_refused_whatever_is_told(
    path: str, tmp_path: Path, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.rmtree(state)
    write(1, 3, account="paper-other")
    assert run(["backup", path, "--to", str(copy)]) == 0
    shutil.rmtree(state)
    for words in ([], ["--put-aside"]):
        assert run(["restore", path, str(copy), *words]) == 2
        assert "account 'paper-other', not of 'paper-bot'" in capsys.readouterr().err
    assert not places().journal.exists()


def test_a_damaged_backup_is_refused(path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy, before = tmp_path / "copy", state_of(places().journal)
    assert run(["backup", path, "--to", str(copy)]) == 0
    content = copy.read_bytes()
    copy.write_bytes(content.replace(b"n2", b"n9"))
    assert run(["restore", path, str(copy), "--put-aside"]) == 2
    assert "entry 2" in capsys.readouterr().err
    assert state_of(places().journal) == before
    assert run(["restore", path, str(tmp_path / "none")]) == 2
    assert "there is no journal" in capsys.readouterr().err


def test_nothing_to_back_up_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bot.toml"
    path.write_text(PROFILE, encoding="utf-8")
    assert run(["backup", str(path)]) == 2
    assert "there is no journal" in capsys.readouterr().err
    assert run(["backup", "nobody"]) == 2


def test_who_restores_is_not_taken_for_an_engine(path: str) -> None:
    with hold_account(places().lock, "restore of bot"):
        assert not EngineProcess(None, places().lock).adopt()


def test_a_running_bot_is_backed_up_and_goes_on_from_it(tmp_path: Path, state: Path) -> None:
    path, copy = demo_profile(tmp_path), tmp_path / "copy"
    journal = state / "bots" / "bot" / "journal.db"
    with started("live", str(path), "--pace", "0.02") as process:
        until_trading(state, "bot")
        assert maemae("backup", "bot", "--to", str(copy)).returncode == 0
        refused = maemae("restore", "bot", str(copy))
        assert refused.returncode == 2 and f"process {process.pid}" in refused.stderr
        assert maemae("stop", "bot").returncode == 0
    number, digest = state_of(copy)
    with JournalView.read(journal) as view:
        assert view.chain_at(number) == digest and view.last > number
    done = maemae("restore", "bot", str(copy), "--put-aside")
    assert done.returncode == 0, done.stderr
    with started("live", str(path), "--pace", "0.02"):
        until_trading(state, "bot")
        assert maemae("stop", "bot").returncode == 0
    with JournalView.read(journal) as view:
        assert view.chain_at(number) == digest and view.last > number
        view.verify()
    assert "weren't brought up to date" not in (state / "bots" / "bot" / "log" / "engine.jsonl").read_text()
