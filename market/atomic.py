"""Files that appear whole or not at all, and one writer at a time."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from market.errors import DataError

PART = ".part-"


@dataclass
class Batch:
    """Files prepared beside each other in ``folder`` and put in place together at the end.

    Until ``commit`` nothing but hidden parts exists, and those go away when anything fails. Parts that a
    killed process left behind are removed by the next one that holds the lock.
    """

    folder: Path
    waiting: list[tuple[Path, Path]] = field(default_factory=list)

    def write(self, target: Path, write: Callable[[Path], None]) -> None:
        """``write`` a part that will become ``target``; it is on disk when this returns."""
        part = self.folder / f"{PART}{os.getpid()}-{len(self.waiting)}"
        self.waiting.append((part, target))
        write(part)
        _flush(part)

    def commit(self) -> None:
        """Every target by one rename each: a reader sees the old file or the new one."""
        for part, target in self.waiting:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, target)
            _flush(target.parent)


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[Batch]:
    """The only writer of ``folder``, with a batch that is committed when the block ends well."""
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        batch = Batch(folder)
        _sweep(folder)
        try:
            yield batch
            batch.commit()
        finally:
            _sweep(folder)


def _sweep(folder: Path) -> None:
    for part in folder.glob(f"{PART}*"):
        part.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Held until the process ends at the latest; a second writer is told to wait."""
    try:
        import fcntl
    except ImportError:  # Windows, where one user rarely imports twice at once
        yield
        return
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataError(
                f"{folder}: another process is writing there. Nothing was changed; try again when it is done."
            ) from None
        yield


def _flush(path: Path) -> None:
    """To disk: a file's bytes, or a folder's names."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows can't open folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
