"""Parameters of a strategy or filter: right names, values brought to the types that the class declares."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from math import isnan
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from market.errors import ConfigError, nearest
from market.krx.calendar import Calendar

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_MEANINGS = {int: "a whole number", float: "a number", bool: "true or false", str: "text", Path: "a path"}


def parameters_of(who: str, found: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the class's constructor. who: what errors call it, such as "strategy 'sma_cross'". A
    calendar is no parameter: the profile's [krx] says it.

    Raises ConfigError naming key, value and what was expected.
    """
    if not is_dataclass(found):
        if given:
            raise ConfigError(
                f"{who} takes no parameters, got {', '.join(given)}. Make it a @dataclass(frozen=True)."
            )
        return {}
    taken = {one.name: one for one in fields(found) if one.init}
    kinds = _kinds(found, taken)
    allowed = {name: one for name, one in taken.items() if kinds[name] is not Calendar}
    values = {}
    for key, value in given.items():
        if key not in allowed:
            raise ConfigError(f"{who} has no parameter '{key}'. {nearest(key, allowed)}")
        try:
            values[key] = coerced(value, kinds[key])
        except ValueError:
            raise ConfigError(f"{who}: {key} = {value!r}; expected {meaning(kinds[key])}.") from None
    for key, one in allowed.items():
        if key not in values and one.default is MISSING and one.default_factory is MISSING:
            raise ConfigError(f"{who} needs the parameter '{key}': {meaning(kinds[key])}.")
    return values


def _kinds(found: Any, allowed: dict[str, Field[Any]]) -> dict[str, Any]:
    """The declared type of each parameter; that of its default where the declaration can't be read."""
    try:
        hints = get_type_hints(found)
    except Exception:  # a user's annotations may name anything
        hints = {}
    return {name: hints.get(name, type(one.default)) for name, one in allowed.items()}


def coerced(value: Any, kind: Any) -> Any:
    """A value from a profile or the command line as ``kind``. Raises ValueError when it can't be one."""
    if isinstance(value, np.generic):
        value = value.item()
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(value, inside)
    if origin is Literal:
        return _chosen(value, {str(one): one for one in inside})
    if origin is tuple or kind is tuple:
        return _tuple(value, inside)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return value if isinstance(value, kind) else _chosen(value, {one.name.lower(): one for one in kind})
    return _READERS[kind](value) if kind in _READERS else value


def meaning(kind: Any) -> str:
    """What is expected, in words."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return " or ".join("none" if one is type(None) else meaning(one) for one in inside)
    if origin is Literal:
        return "one of " + ", ".join(map(str, inside))
    if origin is tuple or kind is tuple:
        return "a list" + (f", each {meaning(inside[0])}" if inside else "")
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of " + ", ".join(member.name.lower() for member in kind)
    return _MEANINGS.get(kind, getattr(kind, "__name__", str(kind)))


def _one_of(value: Any, kinds: tuple[Any, ...]) -> Any:
    """The first kind that the value can be."""
    if type(None) in kinds and (value is None or (isinstance(value, str) and value.lower() == "none")):
        return None
    for kind in kinds:
        try:
            if kind is not type(None):
                return coerced(value, kind)
        except ValueError:
            continue
    raise ValueError


def _chosen(value: Any, allowed: dict[str, Any]) -> Any:
    for name in (str(value), str(value).lower()):
        if name in allowed:
            return allowed[name]
    raise ValueError


def _tuple(value: Any, inside: tuple[Any, ...]) -> tuple[Any, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if not isinstance(value, list | tuple):
        raise ValueError
    if not inside:
        return tuple(value)
    kinds = [inside[0]] * len(value) if inside[-1] is Ellipsis else inside
    return tuple(coerced(one, kind) for one, kind in zip(value, kinds, strict=True))


def _bool(value: Any) -> bool:
    word = value.lower() if isinstance(value, str) else value
    if word not in (*_TRUE, *_FALSE, True, False) or not isinstance(value, str | bool):
        raise ValueError
    return word in (*_TRUE, True)


def _int(value: Any) -> int:
    """A whole number, also written "20" or 20.0."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal():
        return int(value)
    number = _float(value)
    if not number.is_integer():
        raise ValueError
    return int(number)


def _float(value: Any) -> float:
    """A number, also as text; "2%" is 0.02. NaN is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    percent = isinstance(value, str) and value.strip().endswith("%")
    number = float(str(value).strip().removesuffix("%")) / 100.0 if percent else float(value)
    if isnan(number):
        raise ValueError
    return number


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _path(value: Any) -> Path:
    return value if isinstance(value, Path) else Path(_str(value))


_READERS: dict[Any, Any] = {bool: _bool, int: _int, float: _float, str: _str, Path: _path}
