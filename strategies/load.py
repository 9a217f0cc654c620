"""Load a strategy or filter by its registered name, or from a user's own file."""

import importlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from market.errors import ConfigError, nearest, raised_by
from market.krx.calendar import Calendar
from strategies.base import Strategy
from strategies.parameters import parameters_of
from strategies.registry import STRATEGIES
from strategies.user_files import load_file


def load_strategy(name: str, parameters: Mapping[str, Any], days: Calendar | None = None) -> Strategy:
    """A shipped strategy by name, or a user's by ``path/File.py[:Class]``, with its parameters. days: KRX's,
    as the profile knows them, for a strategy that has a field with a ``krx.Calendar``."""
    found: Strategy = load("strategy", name, parameters, STRATEGIES, ("read",))
    return found if days is None else _knowing(found, days)


def _knowing(strategy: Any, days: Calendar) -> Any:
    """The strategy, its calendar exchanged for these days."""
    named = fields(strategy) if is_dataclass(strategy) else ()
    kept = [one.name for one in named if one.init and isinstance(getattr(strategy, one.name), Calendar)]
    return replace(strategy, **dict.fromkeys(kept, days)) if kept else strategy


def load(
    what: str, name: str, parameters: Mapping[str, Any], known: Mapping[str, str], methods: tuple[str, ...]
) -> Any:
    """An instance of the named class. ``methods``: what such a class must have.

    Raises ConfigError for an unknown name, parameter or value; DataError for what the author's code raises.
    """
    found = _class_of(what, name, known, methods)
    values = parameters_of(f"{what} '{name}'", found, parameters)
    with raised_by(f"{what} '{name}'"):
        return found(**values)


def _class_of(what: str, name: str, known: Mapping[str, str], methods: tuple[str, ...]) -> Any:
    file, colon, chosen = name.rpartition(".py:")
    if colon or name.endswith(".py"):
        path = Path(f"{file}.py" if colon else name)
        return _class_in_file(what, path, chosen if colon else "", methods)
    if name not in known:
        raise ConfigError(
            f"{what} '{name}' is unknown. {nearest(name, known)} Or give a file: path/File.py[:Class]."
        )
    module, _, class_name = known[name].partition(":")
    return getattr(importlib.import_module(module), class_name)


def _class_in_file(what: str, path: Path, chosen: str, methods: tuple[str, ...]) -> Any:
    """The one class of a user's file that can be a ``what``, or the one that is named.

    Classes that others in the file build on and those with a leading underscore have to be named.
    """
    module = load_file(what, path)
    fitting = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and all(hasattr(value, method) for method in methods)
    }
    if chosen:
        if chosen not in fitting:
            raise ConfigError(f"{path} has no {what} class '{chosen}'. {nearest(chosen, fitting)}")
        return fitting[chosen]
    bases = {base for value in fitting.values() for base in value.__mro__[1:]}
    meant = {
        name: value for name, value in fitting.items() if value not in bases and not name.startswith("_")
    }
    if len(meant) > 1:
        raise ConfigError(
            f"{path} has several {what} classes: {', '.join(sorted(meant))}. Name one: {path}:{min(meant)}."
        )
    if not meant:
        needed = " and ".join(f"{method}()" for method in methods)
        raise ConfigError(f"{path} has no {what} class; expected one with {needed}.{_BASES.get(what, '')}")
    return next(iter(meant.values()))


_BASES = {"strategy": " Build it on strategies.base.BarStrategy or PanelStrategy."}
