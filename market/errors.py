"""Every error a user can meet. Each message names the value, what was expected and the remedy."""

import os
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path


class MaemaeError(Exception):
    """Base of all expected errors; the CLI prints these without a traceback."""


class ConfigError(MaemaeError):
    """A setting, name or parameter is wrong. Raised before any market contact."""


class DataError(MaemaeError):
    """Market data can't be used as it is. Nothing was changed."""


class OrderRefused(MaemaeError):
    """The venue or a check refused the order. Nothing rests."""


class OutcomeUnknown(MaemaeError):
    """An order may or may not rest at the venue. Reconcile before anything else."""


class VenueDown(MaemaeError):
    """The venue doesn't answer. Retry later."""


@contextmanager
def raised_by(who: str) -> Iterator[None]:
    """Say of any surprise inside whose code it came from and where; refused settings pass as they are."""
    try:
        yield
    except DataError as error:
        if who in str(error):
            raise
        raise DataError(f"{who}{_place(error)}: {error}") from error
    except MaemaeError:
        raise
    except (Exception, SystemExit) as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        remedy = _ALONE if isinstance(error, ImportError) else "Mend it there; --debug shows the whole trace."
        raise DataError(f"{who} raised {what}{_place(error)}. {remedy}") from error


def _place(error: BaseException) -> str:
    """The last line of an author's code that led to the error, in brackets; nothing when none did."""
    frames = traceback.extract_tb(error.__traceback__)
    authors = [frame for frame in frames[1:] if _by_an_author(frame.filename)]
    return f" ({Path(authors[-1].filename).name}, line {authors[-1].lineno})" if authors else ""


def _by_an_author(file: str) -> bool:
    """Whether a file is a strategy's or filter's own: not Python's, a library's or the house's machinery."""
    if file.startswith("<") or "site-packages" in file or file.startswith(_STANDARD):
        return False
    return not file.startswith(_MACHINERY)


_ALONE = (
    "An author's file stands alone, so that a result can be traced to what made it: put what it needs into "
    "it, or install that as a package."
)
_STANDARD = os.path.dirname(os.__file__)
_HOUSE = Path(__file__).resolve().parent.parent
_MACHINERY = (
    *(f"{_HOUSE / name}{os.sep}" for name in ("market", "desk")),
    *(str(_HOUSE / "strategies" / name) for name in ("base.py", "checks.py", "load.py", "signals.py")),
)


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that lists what is known, led by the nearest match when there is one."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    listed = ", ".join(names) if names else "none"
    return f"Did you mean '{close[0]}'? Known: {listed}." if close else f"Known: {listed}."
