"""Small files that are on disk, whole, when the call returns."""

import os
from pathlib import Path


def place(path: Path, content: bytes) -> None:
    """Write beside, flush, rename, flush the folder: readers see the old or the new. Raises OSError."""
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    flush_folder(path.parent)


def flush_file(path: Path) -> None:
    """A file's bytes to disk."""
    _flush(path, os.O_RDONLY)


def flush_folder(path: Path) -> None:
    """A folder's names to disk: a new, renamed or removed file stays so."""
    if os.name == "posix":  # Windows can't open folders
        _flush(path, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
