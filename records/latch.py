"""The kill latch: a file that says "nothing new is sent", read before every send, whoever set it and why.

What can't be read counts as set: a broken disk must not let orders through.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from market.errors import ConfigError
from records.durable import flush_folder, place

_LARGEST = 1 << 16


@dataclass(frozen=True)
class Latched:
    """who set it, when (ISO 8601, UTC), why; flatten: positions are to be closed too. sound: the file could
    be read; otherwise ``why`` says what is wrong with it."""

    who: str
    when: str
    why: str
    flatten: bool = False
    sound: bool = True

    def __str__(self) -> str:
        return f"killed by {self.who} at {self.when}: {self.why}" if self.sound else f"killed: {self.why}"


class KillLatch:
    """The latch of one account. ``read`` costs a few microseconds."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._file, self._folder = str(self.path), str(self.path.parent)

    def read(self) -> Latched | None:
        """None: trading may go on. Never raises."""
        if not os.access(self._file, os.F_OK):
            # "Not there" is only believed of a folder that can be searched.
            return None if os.access(self._folder, os.X_OK) else _unsound("its folder can't be searched")
        try:
            return _parsed(_bytes_of(self._file))
        except FileNotFoundError:  # released this very moment
            return None
        except OSError as error:
            return _unsound(f"it can't be read: {error.strerror}")

    def latch(self, who: str, why: str, flatten: bool = False) -> Latched:
        """Set it; on disk when this returns. Who came first stays, a wish to flatten is added.

        On a full disk an empty file counts as set. Raises ConfigError when not even that is possible.
        """
        now = Latched(who, datetime.now(UTC).isoformat(timespec="seconds"), why, flatten)
        before = self.read()
        if before and before.sound:
            if before.flatten or not flatten:
                return before
            now = replace(before, why=f"{before.why}; {who}: {why}", flatten=True)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            place(self.path, json.dumps(asdict(now)).encode())
        except OSError:
            self._touch()
        return self.read() or now

    def release(self) -> None:
        """Let trading go on. Raises ConfigError when the file stays."""
        try:
            self.path.unlink(missing_ok=True)
            flush_folder(self.path.parent)
        except OSError as error:
            raise ConfigError(
                f"{self.path}: still latched, the file can't be removed ({error.strerror})."
            ) from None

    def _touch(self) -> None:
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
            flush_folder(self.path.parent)
        except OSError as error:
            raise ConfigError(
                f"{self.path}: the kill latch can't be set ({error.strerror}). "
                "Stop the engine's process by hand."
            ) from None


def _bytes_of(file: str) -> bytes:
    handle = os.open(file, os.O_RDONLY)
    try:
        return os.read(handle, _LARGEST)
    finally:
        os.close(handle)


@lru_cache(maxsize=4)
def _parsed(content: bytes) -> Latched:
    try:
        found = Latched(**json.loads(content))
    except (ValueError, TypeError):
        return _unsound("the file is garbled")
    told = (found.who, found.when, found.why)
    if not all(isinstance(text, str) for text in told) or not isinstance(found.flatten, bool):
        return _unsound("the file is garbled")
    return found


def _unsound(what: str) -> Latched:
    return Latched("?", "?", f"the latch counts as set because {what}", sound=False)
