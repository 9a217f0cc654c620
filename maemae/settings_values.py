"""Values as people write them in a profile: "2%", "5 bps", 0.02."""

import re
from datetime import date, datetime, time
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator

_NUMBER = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%|bps)?\s*$", re.IGNORECASE)
_SCALE = {"%": 0.01, "bps": 0.0001, "": 1.0}


def parse_fraction(value: object) -> object:
    """0.02, "2%" and "200bps" are the same fraction. Anything else is left for the type check to refuse."""
    if isinstance(value, str):
        match = _NUMBER.match(value)
        if match is None:
            raise ValueError("a fraction such as 0.02, or a percent such as '2%'")
        return float(match[1]) * _SCALE[(match[2] or "").lower()]
    return value


def parse_span(value: object) -> int | str:
    """A number of bars, or a duration that compose turns into bars."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d+(s|m|h|d|w)", value):
        return value
    raise ValueError("a number of bars such as 5, or a duration such as '5m'")


def parse_duration(value: object) -> int:
    """ "500ms", "10s", "5m", "1h" as ns."""
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+)(ms|s|m|h)", value.strip())
        if match is not None and int(match[1]) > 0:
            return int(match[1]) * _NS[match[2]]
    raise ValueError("a duration above 0 such as '500ms', '10s', '5m' or '1h'")


_NS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def parse_length(value: object) -> int | str:
    """A span that lasts: 1 bar or more."""
    found = parse_span(value)
    if found == 0 or (isinstance(found, str) and int(found[:-1]) == 0):
        raise ValueError("at least 1 bar, or a duration such as '5m'")
    return found


def parse_day(value: object) -> str:
    """A day as TOML writes it, bare or in quotes."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("a day such as 2024-01-31")
    return value.isoformat()


def parse_time(value: object) -> int:
    """A time of day as ns after midnight, as TOML writes it, bare or in quotes."""
    if isinstance(value, str) and re.fullmatch(r"\d{2}:\d{2}(:\d{2})?", value):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, time) or value.microsecond or value.tzinfo:
        raise ValueError("a time of day such as 06:00")
    return (value.hour * 3600 + value.minute * 60 + value.second) * 10**9


_Written = BeforeValidator(parse_fraction)
Fraction = Annotated[float, _Written, Field(ge=0.0, allow_inf_nan=False)]  # any size: leverage, gross
Part = Annotated[float, _Written, Field(gt=0.0, lt=1.0, allow_inf_nan=False)]  # of a price, of equity
Gain = Annotated[float, _Written, Field(gt=0.0, allow_inf_nan=False)]
Whole = Annotated[float, _Written, Field(gt=0.0, le=1.0, allow_inf_nan=False)]
Share = Annotated[float, _Written, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Probability = Annotated[float, _Written, Field(gt=0.0, lt=1.0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Bps = Annotated[float, Field(ge=0.0, lt=10_000.0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Duration = Annotated[int, PlainValidator(parse_duration)]  # ns
Span = Annotated[
    int | str, PlainValidator(parse_span)
]  # bars, or a duration such as "5m" that the timeframe divides
Length = Annotated[int | str, PlainValidator(parse_length)]  # a span of at least one bar
Day = Annotated[str, PlainValidator(parse_day)]
TimeOfDay = Annotated[int, PlainValidator(parse_time)]  # ns after midnight
