"""``maemae data``: names and help; ``cli_data_run`` does the work."""

from pathlib import Path
from typing import Annotated

import typer

from maemae.cli_data_download import download_bars
from maemae.cli_options import Debug, Folder, Json, Lang, Symbol, Timeframe, Timezone

data_app = typer.Typer(
    help="Market data: import, download, list and check.", rich_markup_mode=None, no_args_is_help=True
)
data_app.command("download")(download_bars)


@data_app.command("import")
def import_bars(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV or Parquet files, or folders.")],
    symbol: Symbol = None,
    venue: Annotated[str | None, typer.Option(metavar="NAME", help="Of instruments that name none.")] = None,
    contract: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What --symbol is: us_equity, korean_equity, korean_etf, crypto_spot."
        ),
    ] = None,
    timeframe: Timeframe = None,
    timezone: Timezone = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let new bars take the place of stored ones that differ.")
    ] = False,
    catalog: Folder = None,
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """Merge bars into the catalog, whole or not at all."""
    from maemae.cli_data_run import run_import

    return run_import(
        files, catalog, json, language or "en", symbols=tuple(symbol or ()), venue=venue, contract=contract,
        timeframe=timeframe, timezone=timezone, replace=replace,
    )  # fmt: skip


@data_app.command("list")
def list_bars(catalog: Folder = None, language: Lang = None, json: Json = None, debug: Debug = False) -> int:
    """What the catalog holds."""
    from maemae.cli_data_run import run_list

    return run_list(catalog, json, language or "en")


@data_app.command("check")
def check_bars(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="A CSV or Parquet file, a folder, or demo; else the catalog.",
            show_default=False,
        ),
    ] = None,
    symbol: Symbol = None,
    timeframe: Timeframe = None,
    timezone: Timezone = None,
    catalog: Folder = None,
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """Duplicates, gaps, NaN, impossible prices, halts, splits … Exit 1 when something can't be used."""
    from maemae.cli_data_run import run_check

    return run_check(
        source, catalog, json, language or "en", symbols=tuple(symbol or ()), timeframe=timeframe,
        timezone=timezone,
    )  # fmt: skip
