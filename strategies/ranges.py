"""Refusals of strategy parameters that can't work."""

from market.errors import ConfigError


def in_range(strategy: object, lowest: float, highest: float, *names: str) -> None:
    """Refuse a named parameter outside [lowest, highest], or not whole where its default is."""
    for name in names:
        value = getattr(strategy, name)
        whole = isinstance(getattr(type(strategy), name), int)
        right = isinstance(value, int) or (isinstance(value, float) and not whole)
        if isinstance(value, bool) or not right or not lowest <= value <= highest:
            kind = "a whole number" if whole else "a number"
            limits = f"{_said(lowest)} to {_said(highest)}"
            raise ConfigError(
                f"{type(strategy).__name__}: {name} = {value!r}; expected {kind} from {limits}."
            )


def ascending(strategy: object, lower: str, upper: str) -> None:
    """Refuse a pair of parameters whose first isn't below its second."""
    low, high = getattr(strategy, lower), getattr(strategy, upper)
    if not low < high:
        raise ConfigError(
            f"{type(strategy).__name__}: {lower} = {low!r}, {upper} = {high!r}; expected {lower} < {upper}."
        )


def true_or_false(strategy: object, *names: str) -> None:
    """Refuse a named switch that is anything but True or False."""
    for name in names:
        value = getattr(strategy, name)
        if not isinstance(value, bool):
            raise ConfigError(f"{type(strategy).__name__}: {name} = {value!r}; expected true or false.")


def _said(limit: float) -> str:
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:g}"
