"""Where output goes: a file whole or not at all, a stream straight."""

import os
import stat
import sys
import tempfile
from pathlib import Path

from market.errors import ConfigError


def check_output(out: str | None) -> None:
    """Refuse a place that can't be written before any work is done for it."""
    if out is None or out == "-":
        return
    path = Path(out)
    if path.is_dir():
        raise ConfigError(f"{path} is a folder. Give the path of a file, such as {path / 'result.json'}.")
    if is_stream(path):
        if not os.access(path, os.W_OK):
            raise ConfigError(f"{path} can't be written. Choose another path.")
        return
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise ConfigError(
            f"{path}: the folder {target.parent} doesn't exist. Create it, or choose another path."
        )
    if not os.access(target.parent, os.W_OK):
        raise ConfigError(f"{path}: the folder {target.parent} can't be written. Choose another path.")
    if target.exists() and not os.access(target, os.W_OK):
        raise ConfigError(f"{path} is write-protected. Choose another path.")


def write_out(text: str, out: str) -> None:
    """To a path, or to standard output for "-". An interrupted write leaves the old file, or none."""
    if out == "-":
        sys.stdout.write(text)
        return
    check_output(out)
    path = Path(out)
    try:
        if is_stream(path):
            _write_straight(path, text)
        else:
            _write_whole(Path(os.path.realpath(path)), text)
    except BrokenPipeError:  # the reader has enough
        raise
    except OSError as error:
        raise ConfigError(f"{path}: can't be written ({error.strerror}). Choose another path.") from error


def is_stream(path: Path) -> bool:
    """Whether ``path`` leads to a FIFO, a device or a file that some process holds open, such as /dev/stderr:
    these are written to, and nothing may take their place."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or _is_held(path)


def _is_held(path: Path) -> bool:
    """Whether a link on the way leads into /proc, as /dev/stdout does."""
    for _ in range(40):  # as many links as Linux follows
        if os.path.realpath(path.parent).startswith("/proc/"):
            return True
        if not path.is_symlink():
            return False
        path = path.parent / os.readlink(path)
    return False


def _write_straight(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as file:
        file.write(text.encode())


def _write_whole(target: Path, text: str) -> None:
    """Write beside ``target``, then take its place in one step."""
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(beside, stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
        os.replace(beside, target)
    finally:
        Path(beside).unlink(missing_ok=True)  # gone already when all went well


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
