"""Every error a user can meet. Each message names the value, what was expected and the remedy."""

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
    """Say of any surprise inside whose code it came from and where; expected errors pass as they are."""
    try:
        yield
    except MaemaeError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames[1:] if "site-packages" not in frame.filename] or list(frames)
        place = f"{Path(own[-1].filename).name}, line {own[-1].lineno}"
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise DataError(
            f"{who} raised {what} ({place}). Mend it there; --debug shows the whole trace."
        ) from error


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that lists what is known, led by the nearest match when there is one."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    listed = ", ".join(names) if names else "none"
    return f"Did you mean '{close[0]}'? Known: {listed}." if close else f"Known: {listed}."
