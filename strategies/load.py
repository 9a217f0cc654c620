"""Load a strategy or filter by its registered name, or from a user's own file under a private name."""

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from market.errors import ConfigError, nearest, raised_by
from strategies.base import Strategy
from strategies.registry import STRATEGIES


def load_strategy(name: str, parameters: dict[str, Any]) -> Strategy:
    """A shipped strategy by name, or a user's by ``path/File.py[:Class]``, with its parameters."""
    found: Strategy = load("strategy", name, parameters, STRATEGIES, ("read",))
    return found


def load(
    what: str, name: str, parameters: Mapping[str, Any], known: Mapping[str, str], methods: tuple[str, ...]
) -> Any:
    """An instance of the named class. ``methods``: what such a class must have."""
    path, _, chosen = name.partition(":")
    if path.endswith(".py"):
        found = _class_in_file(what, Path(path), chosen, methods)
    elif name in known:
        module, _, class_name = known[name].partition(":")
        found = getattr(importlib.import_module(module), class_name)
    else:
        raise ConfigError(
            f"{what} '{name}' is unknown. {nearest(name, known)} Or give a file: path/File.py[:Class]."
        )
    values = _checked(what, name, found, parameters)
    with raised_by(f"{what} '{name}'"):
        return found(**values)


def _class_in_file(what: str, path: Path, chosen: str, methods: tuple[str, ...]) -> Any:
    """The one class of a user's file that can be a ``what``, or the one that is named."""
    if not path.is_file():
        raise ConfigError(f"{what} file '{path}' doesn't exist. Give the path of a Python file.")
    module = _private_module(what, path)
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
    if len(fitting) != 1:
        listed = ", ".join(sorted(fitting)) or "none"
        raise ConfigError(f"{path}: expected one {what} class, found {listed}. Name it: {path}:Class.")
    return next(iter(fitting.values()))


def _private_module(what: str, path: Path) -> ModuleType:
    """The file as a module whose name can't clash with any package, whatever folders lie beside it."""
    name = f"_maemae_{what}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{what} file '{path}' can't be read as Python.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with raised_by(f"{what} file '{path}'"):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _checked(what: str, name: str, found: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters under their right names, coerced from command-line text to the type of their default."""
    if not is_dataclass(found):
        if parameters:
            raise ConfigError(
                f"{what} '{name}' is no dataclass and takes no parameters; got {sorted(parameters)}."
            )
        return {}
    allowed = {one.name: one for one in fields(found) if one.init}
    values = {}
    for key, value in parameters.items():
        if key not in allowed:
            raise ConfigError(f"{what} '{name}' has no parameter '{key}'. {nearest(key, allowed)}")
        values[key] = _coerced(f"{what} '{name}': {key}", value, allowed[key].default)
    return values


def _coerced(where: str, value: Any, default: Any) -> Any:
    kind = type(default)
    if kind is bool and isinstance(value, str) and value.lower() in ("true", "false", "yes", "no", "1", "0"):
        return value.lower() in ("true", "yes", "1")
    if kind in (int, float) and isinstance(value, str):
        try:
            return kind(value)
        except ValueError:
            raise ConfigError(f"{where} = {value!r}; expected {_article(kind)}.") from None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind in (int, float, bool, str) and type(value) is not kind:
        raise ConfigError(f"{where} = {value!r}; expected {_article(kind)}.")
    return value


def _article(kind: type) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "text")
