"""Files that a strategy declares to read besides bars: tables whose rows say when each became known."""

import csv
from bisect import bisect_right
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path

from market.errors import ConfigError, DataError
from market.timeframes import SECOND

TIME = "time"


@dataclass(frozen=True)
class Stamped:
    """A CSV by the time of its rows. head: its first line. times: ns UTC, ascending, one a line."""

    head: str
    times: tuple[int, ...]
    lines: tuple[str, ...]

    def known(self, at: int) -> int:
        """How many lines are known at an instant, ns UTC."""
        return bisect_right(self.times, at)


def inputs_of(strategy: object, who: str) -> dict[str, Path]:
    """Each field that names a file which the strategy declares as an input, and that file. A field that is
    empty names none. who: for the error."""
    found = {}
    names = getattr(type(strategy), "inputs", ())
    held = {one.name for one in fields(strategy)} if is_dataclass(strategy) else set()
    for name in names:
        value = getattr(strategy, name) if name in held else None
        if not isinstance(value, str | Path):
            raise ConfigError(
                f"{who}: inputs = {names!r}; expected a tuple of fields that hold a file's path, '' for none."
            )
        if str(value):
            found[name] = Path(value)
    return found


def read_stamped(path: Path) -> Stamped:
    """Raises ConfigError or DataError, naming the line, for what isn't a CSV in the order of its times."""
    lines = read_lines(path)
    head, *rows = lines or [""]
    columns = next(csv.reader([head]), [])
    if TIME not in columns:
        raise DataError(f"{path}: an input is a CSV with a column 'time'; its first line is '{head}'.")
    place = columns.index(TIME)
    times: list[int] = []
    for number, line in enumerate(rows, 2):
        at = stamp_of(next(csv.reader([line]), [])[place:], f"{path}, line {number}")
        if times and at < times[-1]:
            raise DataError(f"{path}, line {number}: earlier than the line before it. Sort it by time.")
        times.append(at)
    return Stamped(head, tuple(times), tuple(rows))


def read_lines(path: Path) -> list[str]:
    """The lines of a text that aren't empty."""
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"input '{path}': can't be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ConfigError(f"input '{path}': expected text in UTF-8. Save it as 'CSV UTF-8'.") from None
    return [line for line in text.splitlines() if line.strip()]


def stamp_of(row: list[str], where: str) -> int:
    """ns UTC of the first value."""
    try:
        at = datetime.fromisoformat(row[0].strip())
        if at.tzinfo is None:
            raise ValueError
    except (IndexError, ValueError):
        raise DataError(f"{where}: expected a time (ISO, with its zone); got {row[:1]}.") from None
    return int(at.timestamp()) * SECOND + at.microsecond * 1000
