"""Reading a profile: the file, what the command line lays over it, and the checked result."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from maemae.settings import Profile
from maemae.settings_errors import config_error
from market.errors import ConfigError

Tables = dict[str, Any]


def read_tables(path: Path) -> Tables:
    """The file's tables as they stand, unchecked."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such profile. Give the path of a TOML file, such as config/demo.toml."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read ({error}). Expected a TOML file in UTF-8.") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}.") from error


def check_profile(tables: Mapping[str, Any], source: str) -> Profile:
    """The profile, or one sentence about the first key that is wrong. source: what the sentence calls it."""
    try:
        return Profile.model_validate(dict(tables))
    except ValidationError as error:
        raise config_error(error, Profile, source) from None


def lay_over(tables: Tables, path: Sequence[str], value: object) -> None:
    """Set ``tables[path[0]][path[1]]...`` in place, making tables on the way."""
    place = tables
    for name in path[:-1]:
        place = place.setdefault(name, {})
        if not isinstance(place, dict):
            raise ConfigError(f"--set {'.'.join(path)}: '{name}' is not a table of the profile.")
    place[path[-1]] = value


def set_value(tables: Tables, assignment: str) -> None:
    """Apply one ``--set key=value``: dotted keys are the profile's, plain ones the strategy's."""
    key, equals, text = assignment.partition("=")
    key = key.strip()
    if not equals or not key:
        raise ConfigError(f"--set {assignment}: expected key=value, such as fast=20 or sizing.fraction=0.5.")
    value = _scalar(text.strip())
    if "." in key:
        lay_over(tables, key.split("."), value)
        return
    strategies = tables.get("strategy") or []
    if not isinstance(strategies, list) or len(strategies) != 1:
        raise ConfigError(
            f"--set {assignment}: the profile has {len(strategies)} strategies, so it isn't clear "
            f"whose '{key}' is meant. Set it in the profile, or run one with --strategy."
        )
    strategies[0][key] = value


def set_sizing(tables: Tables, text: str) -> None:
    """Apply ``--sizing fixed:1``, ``fractional:1%`` or ``kelly:0.25``."""
    method, _, amount = text.partition(":")
    amounts = {"fixed": "quantity", "fractional": "risk", "kelly": "fraction"}
    sizing: Tables = {"use": method}
    if amount:
        if method not in amounts:
            raise ConfigError(f"--sizing {text}: expected fixed:UNITS, fractional:RISK or kelly:FRACTION.")
        sizing[amounts[method]] = _scalar(amount)
    tables["sizing"] = {**tables.get("sizing", {}), **sizing}
    for strategy in tables.get("strategy", []):
        strategy.pop("sizing", None)


def _scalar(text: str) -> object:
    """A value as TOML would read it; anything else is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
