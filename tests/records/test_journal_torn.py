"""The power goes in the middle of a write, at any boundary, of any write: what was acknowledged stays."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from market.errors import MaemaeError
from records.chain import Draft
from records.journal import Journal
from tests.records.power import SECTOR, Disk, Event, traced_disk

PAGE, FRAME, LOG_HEAD = 4096, 24 + 4096, 32  # bytes: of the database, of its log, of the log's own head
Digests = dict[int, str]  # after every batch: last number → digest


def write(path: Path, disk: Disk | None = None, batches: int = 14) -> Digests:
    """Append batches of 1 to 3 entries, some longer than a page; the log is moved once on the way."""
    chance, digests = random.Random(11), {0: ""}
    with Journal.open(path, "a") as journal:
        digests[0] = journal.digest
        for n in range(batches):
            size = chance.choice((40, 900, 6000))
            drafts = [
                Draft(n, "note", {"text": "z" * size}, f"{n}-{k}") for k in range(1 + chance.randrange(3))
            ]
            last = journal.append(drafts)[-1].number
            if disk is not None:
                disk.acknowledged(last)
            digests[last] = journal.digest
            if n == batches // 2:
                journal.tidy()
    return digests


def kept(path: Path) -> tuple[int, str]:
    """What a journal holds, read whole; and it goes on from there."""
    with Journal.open(path, "a") as journal:
        found = journal.verify()
        journal.append([Draft(0, "note", {"text": "goes on"})])
        assert journal.verify()[0] == found[0] + 1
    return found


def torn(event: Event) -> Iterator[Event]:
    """A write of which only the first bytes arrived: up to every sector, or none."""
    what, name, place, content = event
    for end in range(0, len(content), SECTOR):
        yield what, name, place, content[:end]


def test_the_power_may_go_in_the_middle_of_any_write(tmp_path: Path) -> None:
    with traced_disk(tmp_path / "live") as disk:
        digests = write(tmp_path / "live" / "account.db", disk)
    writes = [at for at, event in enumerate(disk.history) if event[0] == "write"]
    assert len(writes) > 60
    for at in writes:
        for n, part in enumerate(torn(disk.history[at])):
            for order in ("in order", "by luck"):
                cut = Disk(disk.folder, [*disk.history[:at], part])
                after = tmp_path / f"{at}-{n}-{order}"
                luck = random.Random(n) if order == "by luck" else All()
                acknowledged = cut.rebuild(after, len(cut.history), luck)
                number, digest = kept(after / "account.db")
                assert number >= acknowledged, f"event {at}, {order}: {acknowledged} was acknowledged"
                assert digests.get(number) == digest, f"event {at}, {order}: half a batch was kept"


class All(random.Random):
    """The luck by which everything that was written arrived."""

    def random(self) -> float:
        return 0.5


def test_a_log_cut_off_at_any_page_is_the_journal_as_it_was_then(tmp_path: Path) -> None:
    """Nothing of the log's rest is made up, and nothing before it is touched."""
    files, log, batches = logged(tmp_path / "live")
    made = min(batches)  # up to here the journal itself is being made
    cuts = {*range(0, len(log), PAGE), *range(LOG_HEAD, len(log) + 1, FRAME)}
    for cut in sorted(cut for cut in cuts if cut >= made):
        after = tmp_path / str(cut)
        after.mkdir()
        (after / "a.db").write_bytes(files)
        (after / "a.db-wal").write_bytes(log[:cut])
        whole = max(end for end in batches if end <= cut)  # the last batch that is all there
        assert kept(after / "a.db") == batches[whole], cut


def logged(folder: Path) -> tuple[bytes, bytes, dict[int, tuple[int, str]]]:
    """A journal all in its log: the database, the log, and by the log's length what was in it by then."""
    folder.mkdir()
    with Journal.open(folder / "a.db", "a") as journal:
        log = folder / "a.db-wal"
        batches = {log.stat().st_size: (0, journal.digest)}
        for n in range(20):
            drafts = [Draft(n, "note", {"text": "z" * 3000}, f"{n}-{k}") for k in range(2)]
            last = journal.append(drafts)[-1].number
            batches[log.stat().st_size] = (last, journal.digest)
        return (folder / "a.db").read_bytes(), log.read_bytes(), batches


def test_a_journal_cut_off_at_any_page_is_refused(tmp_path: Path) -> None:
    """What was flushed doesn't vanish by a cut of the power; whoever loses it otherwise is told so, when the
    bot reads its journal or at its first write at the latest: before anything is sent."""
    path = tmp_path / "a.db"
    last, content = max(write(path)), path.read_bytes()
    assert not (tmp_path / "a.db-wal").exists() and len(content) > 8 * PAGE
    for cut in range(PAGE, len(content), PAGE):
        shorter = tmp_path / f"{cut}.db"
        shorter.write_bytes(content[:cut])
        with pytest.raises(MaemaeError) as refused, Journal.open(shorter, "a") as journal:
            assert len(list(journal.entries())) == last, (
                f"cut at {cut} of {len(content)}: entries are missing"
            )
            journal.append([Draft(0, "note", {"text": "goes on"}, "new")])
        assert str(shorter) in str(refused.value)
