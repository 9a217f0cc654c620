"""Refusals of filter parameters that can't work."""

from market.errors import ConfigError


def at_least(agent: object, lowest: float, *names: str) -> None:
    """Refuse a named parameter that isn't a number of at least ``lowest``, whole where its default is."""
    for name in names:
        value = getattr(agent, name)
        whole = isinstance(getattr(type(agent), name), int)
        right = isinstance(value, int) or (isinstance(value, float) and not whole)
        if not right or isinstance(value, bool) or not lowest <= value < float("inf"):
            kind = "a whole number" if whole else "a number"
            raise ConfigError(
                f"{type(agent).__name__}: {name} = {value!r}; expected {kind} of at least {lowest:g}."
            )
