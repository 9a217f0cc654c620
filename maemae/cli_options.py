"""The options of the command line, each with its help. Imports nothing heavy."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Language = Literal["en", "ko"]


def number(text: str) -> float:
    """An option's number; typer's own refusal doesn't name the value."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}': expected a number, such as 5 or 0.5") from None


def place(text: str) -> str:
    """Where output goes; the ways to name standard output are one."""
    return "-" if text in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1") else text


ProfileFile = Annotated[
    Path | None, typer.Argument(metavar="PROFILE.toml", help="Everything about a bot.", show_default=False)
]
Days = Annotated[
    Path | None,
    typer.Option(
        "--profile",
        metavar="PROFILE.toml",
        help="Of ls: whose [krx] names trading days that this version doesn't know.",
        show_default=False,
    ),
]
Strategy = Annotated[str | None, typer.Option(metavar="NAME", help="NAME, FILE.py or FILE.py:Class.")]
Data = Annotated[
    str | None,
    typer.Option(metavar="PATH", help="A CSV or Parquet file, a folder of them, or demo; else the catalog."),
]
Symbol = Annotated[
    list[str] | None, typer.Option(metavar="SYMBOL", help="An instrument, or SYMBOL@venue; repeatable.")
]
Timeframe = Annotated[str | None, typer.Option(metavar="LENGTH", help="Length of a bar: 1m, 4h, 1d.")]
Timezone = Annotated[
    str | None, typer.Option(metavar="ZONE", help="Zone of times without one, such as Asia/Seoul.")
]
Since = Annotated[str | None, typer.Option(metavar="DAY", help="First day or moment.")]
Until = Annotated[str | None, typer.Option(metavar="DAY", help="Day or moment to stop before.")]
Cash = Annotated[float | None, typer.Option(parser=number, metavar="AMOUNT", help="Starting cash.")]
Set = Annotated[
    list[str] | None, typer.Option(metavar="KEY=VALUE", help="fast=20 or sizing.fraction=0.5; repeatable.")
]
Sizing = Annotated[
    str | None, typer.Option(metavar="HOW", help="fixed:UNITS, fractional:RISK or kelly:FRACTION.")
]
FeeBps = Annotated[
    float | None, typer.Option(parser=number, metavar="BPS", help="Commission per fill, basis points.")
]
SlippageBps = Annotated[
    float | None, typer.Option(parser=number, metavar="BPS", help="Lost by every market fill, basis points.")
]
NoFilters = Annotated[bool, typer.Option("--no-filters", help="Let every signal through.")]
Lang = Annotated[Language | None, typer.Option("--language", help="Of what is printed.")]
Json = Annotated[
    str | None,
    typer.Option(
        "--json", parser=place, metavar="OUT|-", help="Write JSON to a file or, with -, to standard output."
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")]
Folder = Annotated[
    Path | None, typer.Option("--catalog", metavar="DIR", help="The catalog's folder, if not the usual one.")
]
