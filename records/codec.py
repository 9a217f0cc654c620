"""Frozen dataclasses as JSON values and back, exactly, by their type hints.

A Decimal is a string with all its digits, a float is a float (NaN and the infinities are strings), an Enum
is its value, a union of dataclasses an object whose "is" names the one. A field that isn't there has its
default, an unknown one is skipped: what older or newer code wrote can be read while names keep their meaning.
"""

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from market.errors import DataError

Coder = Callable[[Any], Any]
TAG = "is"


def to_json(value: Any, kind: Any = None) -> Any:
    """The JSON value of a dataclass of numbers, strings, Enums, tuples, mappings and dataclasses.

    kind: the union it is one of, when the reader shall ask for that.
    """
    hint: Any = kind or type(value)
    return _encoder(hint)(value)


def from_json(kind: Any, value: Any) -> Any:
    """The dataclass, or the member of a union, again. Raises DataError for what isn't its JSON value."""
    try:
        return _decoder(kind)(value)
    except (TypeError, ValueError, KeyError, AttributeError, InvalidOperation) as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        name = getattr(kind, "__name__", kind)
        raise DataError(f"{str(value)[:200]} is no {name} ({what}). Nothing was changed.") from None


@cache
def _encoder(hint: Any) -> Coder:
    if is_dataclass(hint):
        return _object_encoder(hint)
    parts = _alternatives(hint)
    if parts:
        return _union_encoder(parts)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple and arguments[-1] is not ...:
        items = [_encoder(each) for each in arguments]
        return lambda values: [write(value) for write, value in zip(items, values, strict=True)]
    if origin is tuple:
        item = _encoder(arguments[0])
        return lambda values: [item(value) for value in values]
    if origin is not None and issubclass(origin, Mapping):
        item = _encoder(arguments[1])
        return lambda values: {str(key): item(value) for key, value in values.items()}
    if issubclass(hint, Enum):
        return lambda value: value.value
    return _PLAIN[hint][0]


@cache
def _decoder(hint: Any) -> Coder:
    if is_dataclass(hint):
        return _object_decoder(hint)
    parts = _alternatives(hint)
    if parts:
        return _union_decoder(parts)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple and arguments[-1] is not ...:
        items = [_decoder(each) for each in arguments]
        return lambda values: tuple([read(value) for read, value in zip(items, values, strict=True)])
    if origin is tuple:
        item = _decoder(arguments[0])
        return lambda values: tuple([item(value) for value in values])
    if origin is not None and issubclass(origin, Mapping):
        item = _decoder(arguments[1])
        return lambda values: {key: item(value) for key, value in values.items()}
    return hint if issubclass(hint, Enum) else _PLAIN[hint][1]


def _object_encoder(kind: Any) -> Coder:
    coders = [(field.name, _encoder(_hints(kind)[field.name])) for field in fields(kind)]
    return lambda value: {name: encode(getattr(value, name)) for name, encode in coders}


def _object_decoder(kind: Any) -> Coder:
    coders = [(field.name, _decoder(_hints(kind)[field.name]), _needed(field)) for field in fields(kind)]

    def decode(value: Any) -> Any:
        known = {name: read(value[name]) for name, read, needed in coders if needed or name in value}
        return kind(**known)

    return decode


def _union_encoder(parts: tuple[Any, ...]) -> Coder:
    if len(parts) == 1:
        one = _encoder(parts[0])
        return lambda value: None if value is None else one(value)
    coders = {part: (part.__name__, _encoder(part)) for part in parts}

    def encode(value: Any) -> Any:
        name, object_of = coders[type(value)]
        return {TAG: name, **object_of(value)}

    return encode


def _union_decoder(parts: tuple[Any, ...]) -> Coder:
    if len(parts) == 1:
        one = _decoder(parts[0])
        return lambda value: None if value is None else one(value)
    coders = {part.__name__: _decoder(part) for part in parts}
    return lambda value: coders[value[TAG]](value)


def _alternatives(hint: Any) -> tuple[Any, ...]:
    """The members of ``X | None`` (one) or of a union of dataclasses (several); () when it is no union."""
    if get_origin(hint) not in (Union, types.UnionType):
        return ()
    parts = tuple(part for part in get_args(hint) if part is not type(None))
    optional = len(parts) < len(get_args(hint))
    if (len(parts) > 1) == optional or (len(parts) > 1 and not all(is_dataclass(part) for part in parts)):
        raise TypeError(f"{hint}: either one type or None, or several dataclasses")
    return parts


def _needed(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _float_out(value: Any) -> float | str:
    number = float(value)
    return number if math.isfinite(number) else str(number)


def _strictly(kind: type) -> Coder:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{value!r} isn't {kind.__name__}")
        return value

    return check


def _decimal_in(value: Any) -> Decimal:
    return Decimal(_strictly(str)(value))


_PLAIN: dict[Any, tuple[Coder, Coder]] = {
    int: (int, _strictly(int)),
    float: (_float_out, float),
    str: (str, _strictly(str)),
    bool: (bool, _strictly(bool)),
    Decimal: (str, _decimal_in),
}
