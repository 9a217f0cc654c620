"""What the supervisor knows after a restart; a small file, whole or not there."""

import json
import logging
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from records.durable import place

# Telegram numbers updates anew, from anywhere, after a week without any.
UPDATE_IDS_HOLD_S = 6 * 86_400
_LOG = logging.getLogger(__name__)


@dataclass
class Memory:
    """wanted: the engine is to run. update: the last Telegram update that was begun. languages: by user."""

    path: Path
    wanted: bool = True
    update: int = 0
    update_at: float = 0.0
    epoch: str = ""
    event: int = 0
    reported: str = ""  # the day of the last daily report
    languages: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Memory":
        """A damaged file counts as none, and is said in the log."""
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            memory = cls(path, **known)
            if not isinstance(memory.update, int) or not isinstance(memory.languages, dict):
                raise TypeError("wrong types")
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, TypeError) as error:
            _LOG.error("%s: can't be read (%s); starting without it", path, error)
            return cls(path)
        return memory

    def save(self) -> bool:
        """To disk now; False when the disk refuses."""
        known = {name: value for name, value in asdict(self).items() if name != "path"}
        try:
            place(self.path, json.dumps(known).encode())
        except OSError as error:
            _LOG.error("%s: can't be written (%s)", self.path, error)
            return False
        return True

    def holds(self) -> bool:
        """Whether ``update`` still says which updates are old."""
        return time.time() - self.update_at < UPDATE_IDS_HOLD_S

    def is_new(self, update: int) -> bool:
        """Whether neither this nor an earlier run has begun it."""
        return update > self.update or not self.holds()

    def begin(self, update: int) -> None:
        """Everything up to this one is begun: noted on disk before it is acted on."""
        self.update, self.update_at = update, time.time()
        self.save()
