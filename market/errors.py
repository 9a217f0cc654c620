"""Every error a user can meet. Each message names the value, what was expected and the remedy."""

from collections.abc import Iterable
from difflib import get_close_matches


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


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that lists what is known, led by the nearest match when there is one."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    listed = ", ".join(names) if names else "none"
    return f"Did you mean '{close[0]}'? Known: {listed}." if close else f"Known: {listed}."
