"""What pydantic says about a profile, as one sentence a person can act on."""

import re
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from market.errors import ConfigError, nearest

_KINDS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "finite_number": "a finite number",
    "string_too_short": "text that isn't empty",
}
_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def config_error(error: ValidationError, model: type[BaseModel], source: str) -> ConfigError:
    """The first thing that is wrong, and how many more there are."""
    found = error.errors(include_url=False)
    more = f" ({len(found) - 1} more after this one.)" if len(found) > 1 else ""
    return ConfigError(f"{source}: {_sentence(found[0], model)}{more}")


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    path, value, kind = key_path(detail["loc"]), detail["input"], detail["type"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = known_keys(model, detail["loc"][:-1])
        return f"'{path}' is not a known key. {nearest(str(detail['loc'][-1]), known)}"
    if kind == "missing":
        return f"'{path}' is missing; add it. {_example(path)}".rstrip()
    if kind == "too_short":
        return f"'{path}' is empty; expected at least one entry. {_example(path)}".rstrip()
    if kind == "literal_error":
        names = re.findall(r"'([^']*)'", str(context["expected"]))
        return f"{path} = {_shown(value)}: expected {context['expected']}. {nearest(str(value), names)}"
    if kind == "value_error":
        said = str(context["error"])
        return (
            f"{path}: {said}." if isinstance(value, dict) else f"{path} = {_shown(value)}: expected {said}."
        )
    if kind in _BOUNDS:
        name, word = _BOUNDS[kind]
        hint = " Percents are written in quotes: '2%'." if name in ("lt", "le") and context[name] == 1 else ""
        return f"{path} = {_shown(value)}: expected a number {word} {context[name]:g}.{hint}"
    return f"{path} = {_shown(value)}: expected {_KINDS.get(kind, detail['msg'])}."


def key_path(loc: Sequence[int | str]) -> str:
    """("strategy", 0, "fast") -> strategy[0].fast"""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def known_keys(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    """Keys of the table at ``loc``."""
    table: type[BaseModel] = model
    for part in loc:
        field = table.model_fields.get(part) if isinstance(part, str) else None
        if field is not None:
            table = _table_in(field.annotation) or table
    return list(table.model_fields)


def _table_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _table_in(each))), None)


def _example(path: str) -> str:
    return 'For example: [[strategy]] use = "sma_cross".' if path.startswith("strategy") else ""


def _shown(value: object) -> str:
    return (
        f"'{value}'"
        if isinstance(value, str)
        else "true"
        if value is True
        else "false"
        if value is False
        else str(value)
    )
