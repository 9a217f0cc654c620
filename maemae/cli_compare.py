"""``maemae compare``: name and help; ``cli_compare_run`` does the work."""

from pathlib import Path
from typing import Annotated

import typer

from maemae.cli_options import Debug, Json, Lang, Since, Until


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(compare)


def compare(
    profile: Annotated[Path, typer.Argument(metavar="PROFILE.toml", help="The profile that the bot runs.")],
    journal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A journal, if not the bot's own; a copy will do.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="The account whose journal it is.", show_default=False)
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Downloaded bars of the same time, or catalog, to compare, too."),
    ] = None,
    since: Since = None,
    until: Until = None,
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """Replay a live period through the backtest and explain every trade that differs; exit 1 when one isn't
    explained."""
    from maemae.cli_compare_run import Wanted, run_compare

    return run_compare(Wanted(profile, journal, account, data, since, until, language), json)
