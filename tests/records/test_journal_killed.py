"""What was acknowledged survives: the death of the process, and of the power."""

import json
import random
import subprocess
import sys
from pathlib import Path

from records.chain import Draft
from records.journal import Journal
from records.journal_view import JournalView
from tests.records.power import Disk, traced_disk

ROOT = Path(__file__).resolve().parents[2]
KILLS = 60


def test_every_acknowledged_entry_survives_a_kill_at_any_instant(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.records.killed", str(tmp_path), str(KILLS), "7"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told) == KILLS
    assert sum(acknowledged > 0 for acknowledged, _ in told) >= KILLS // 2, "most children never wrote"
    assert all(kept >= acknowledged for acknowledged, kept in told), told


def write(path: Path, disk: Disk, synchronous: str) -> list[tuple[int, str]]:
    """Append 40 batches, with the digest after each; the disk notes when each was acknowledged."""
    chance, digests = random.Random(3), [(0, "")]
    with Journal.open(path, "a") as journal:
        journal._db.execute(f"PRAGMA synchronous = {synchronous}")
        disk.acknowledged(0)
        for n in range(40):
            drafts = [Draft(n, "note", {"text": "y" * chance.randrange(4000)}, f"{n}-{k}") for k in range(3)]
            last = journal.append(drafts[: 1 + chance.randrange(3)])[-1].number
            disk.acknowledged(last)
            digests.append((last, journal.digest))
            if n % 10 == 9:
                journal.tidy()
    return digests


def survivors(
    disk: Disk, folder: Path, digests: list[tuple[int, str]], crashes: int
) -> list[tuple[int, int]]:
    """Cut the power at random instants: (acknowledged by then, kept) of each, and the journal goes on."""
    chance, told = random.Random(5), []
    for n in range(crashes):
        at = chance.randrange(len(disk.history) + 1)
        after = folder / f"crash-{n}"
        acknowledged = disk.rebuild(after, at, chance)
        with Journal.open(after / "account.db", "a") as journal:
            kept, digest = journal.verify()
            assert (kept, digest) in digests or kept == 0, "half a batch was kept"
            journal.append([Draft(0, "note", {"text": "goes on"})])
        with JournalView.read(after / "account.db") as view:
            assert view.verify()[0] == kept + 1
        told.append((acknowledged, kept))
    return told


def test_every_acknowledged_entry_survives_the_loss_of_all_that_was_not_flushed(tmp_path: Path) -> None:
    with traced_disk(tmp_path / "live") as disk:
        digests = write(tmp_path / "live" / "account.db", disk, "FULL")
    told = survivors(disk, tmp_path, digests, 80)
    assert all(kept >= acknowledged for acknowledged, kept in told), told
    assert len({acknowledged for acknowledged, _ in told}) > 20


def test_the_cut_of_the_power_would_show_a_missing_flush(tmp_path: Path) -> None:
    with traced_disk(tmp_path / "live") as disk:
        digests = write(tmp_path / "live" / "account.db", disk, "NORMAL")
    assert any(kept < acknowledged for acknowledged, kept in survivors(disk, tmp_path, digests, 30))


def test_the_notes_of_a_killed_process_tell_the_same(tmp_path: Path) -> None:
    with traced_disk(tmp_path / "live", notes=tmp_path / "notes") as disk:
        write(tmp_path / "live" / "account.db", disk, "FULL")
    with (tmp_path / "notes").open("ab") as file:
        file.write(b"\x80\x04\x95")  # it died while it took a note
    assert Disk.from_notes(disk.folder, tmp_path / "notes").history == disk.history
