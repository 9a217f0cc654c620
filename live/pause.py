"""A pause: no new entries, over restarts too. A small file says so; who removes it resumes."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from market.errors import ConfigError
from records.durable import flush_folder, place


@dataclass(frozen=True)
class Paused:
    """by: who. when: ISO 8601, UTC."""

    by: str
    when: str

    def __str__(self) -> str:
        return f"paused by {self.by} at {self.when}"


@dataclass(frozen=True)
class Pause:
    """The pause of one bot. What can't be read counts as a pause: a broken disk must not let entries out."""

    path: Path

    def read(self) -> Paused | None:
        try:
            known = json.loads(self.path.read_bytes())
            return Paused(str(known["by"]), str(known["when"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Paused(
                f"{self.path.name}, which can't be read ({type(error).__name__})", "an unknown time"
            )

    def set(self, by: str) -> Paused:
        """On disk when this returns; who came first stays. Raises ConfigError."""
        before = self.read()
        if before is not None:
            return before
        now = Paused(by, datetime.now(UTC).isoformat(timespec="seconds"))
        try:
            place(self.path, json.dumps({"by": now.by, "when": now.when}).encode())
        except OSError as error:
            raise ConfigError(
                f"{self.path}: the pause can't be kept ({error.strerror}), so a restart would forget it. "
                "Free some space, or stop the bot."
            ) from None
        return now

    def clear(self) -> bool:
        """Whether there was one. Raises ConfigError when the file stays."""
        try:
            self.path.unlink()
            flush_folder(self.path.parent)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise ConfigError(
                f"{self.path}: still paused, the file can't be removed ({error.strerror})."
            ) from None
        return True
