"""Parameters as JSON and back: dataclasses, enums, tuples, numbers, so that a child process builds its own.

A class is named by its module, or by its file when the file is a user's own. Nothing is pickled.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from maemae.verify.places import is_importable
from market.errors import ConfigError

Json = Any
Load = Callable[[Path, str], Any]  # file and the name of its module → the module


def encode(value: object, what: str) -> Json:
    """``value`` as JSON. what: who holds it, for the error when it can't be written down."""
    if isinstance(value, Enum):
        return {"enum": class_reference(type(value), what), "value": value.value}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Path):
        return {"path": str(value)}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"date": value.isoformat()}
    if isinstance(value, tuple | list | frozenset):
        kind = type(value).__name__
        items = sorted(value, key=repr) if isinstance(value, frozenset) else value
        return {kind: [encode(item, what) for item in items]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: encode(item, what) for key, item in value.items()}}
    if is_dataclass(value) and not isinstance(value, type):
        kept = {
            field.name: encode(getattr(value, field.name), f"{what}, {field.name}")
            for field in fields(value)
            if field.init
        }
        return {"object": class_reference(type(value), what), "fields": kept}
    if not isinstance(value, type) and not callable(value) and not getattr(value, "__dict__", "unknown"):
        return {"object": class_reference(type(value), what), "fields": {}}
    raise ConfigError(
        f"{what}: {type(value).__name__} can't be written down, so verify can't build it anew in a child "
        "process; make it a @dataclass(frozen=True) whose fields are numbers, strings, tuples or dataclasses."
    )


def decode(value: Json, load: Load) -> Any:
    """What ``encode`` was given. load: how a user's file becomes a module."""
    if not isinstance(value, dict):
        return value
    if "object" in value:
        made = _class(value["object"], load)
        return made(**{name: decode(item, load) for name, item in value["fields"].items()})
    if "enum" in value:
        return _class(value["enum"], load)(value["value"])
    ((kind, items),) = value.items()
    if kind == "path":
        return Path(items)
    if kind == "date":
        return date.fromisoformat(items)
    if kind == "dict":
        return {name: decode(item, load) for name, item in items.items()}
    return {"tuple": tuple, "list": list, "frozenset": frozenset}[kind](decode(item, load) for item in items)


def class_reference(kind: type, what: str) -> dict[str, str]:
    """Where a child process finds the class: an importable module, or a file."""
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    if file is None and kind.__module__ not in sys.builtin_module_names:
        raise ConfigError(
            f"{what}: class {kind.__qualname__} isn't in a file, so verify can't build it; save it first."
        )
    if file is None or is_importable(file):
        return {"module": kind.__module__, "name": kind.__qualname__}
    return {"file": str(Path(file).resolve()), "module": kind.__module__, "name": kind.__qualname__}


def files(value: Json) -> Iterator[str]:
    """Every user's file that an encoded value refers to."""
    if isinstance(value, dict):
        if isinstance(value.get("file"), str) and "name" in value:
            yield value["file"]
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from files(item)


def _class(reference: dict[str, str], load: Load) -> Any:
    module = reference["module"]
    found = load(Path(reference["file"]), module) if "file" in reference else importlib.import_module(module)
    for name in reference["name"].split("."):
        found = getattr(found, name)
    return found
