"""The methods of ``Bot`` as JSON: names, arguments and answers by their type hints."""

import inspect
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from live.control.bot import Bot
from market.errors import ConfigError, DataError, nearest
from records.codec import from_json, to_json


@dataclass(frozen=True)
class Method:
    """One method: the types of its arguments, which may be left out, and of its answer."""

    name: str
    arguments: dict[str, Any]
    optional: frozenset[str]
    answer: Any

    def read(self, given: object) -> dict[str, Any]:
        """The arguments of a request. Raises ConfigError."""
        if not isinstance(given, dict):
            raise ConfigError(f"{self.name}: expected an object of arguments.")
        unknown = given.keys() - self.arguments.keys()
        missing = self.arguments.keys() - given.keys() - self.optional
        if unknown or missing:
            wrong = min(unknown) if unknown else min(missing)
            word = "no argument" if unknown else "lacks the argument"
            raise ConfigError(f"{self.name}: {word} '{wrong}'. {nearest(str(wrong), self.arguments)}")
        try:
            return {name: from_json(self.arguments[name], value) for name, value in given.items()}
        except DataError as error:
            raise ConfigError(f"{self.name}: {error}") from None


@cache
def methods() -> dict[str, Method]:
    """Every method of ``Bot`` by name."""
    found = {}
    for name, function in inspect.getmembers(Bot, inspect.iscoroutinefunction):
        hints = get_type_hints(function)
        answer = hints.pop("return")
        parameters = inspect.signature(function).parameters
        optional = frozenset(key for key in hints if parameters[key].default is not inspect.Parameter.empty)
        found[name] = Method(name, hints, optional, answer)
    return found


def write(hint: Any, value: Any) -> Any:
    """A value as JSON."""
    return to_json(value, hint)
