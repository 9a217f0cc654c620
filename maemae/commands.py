"""The commands, their names and help. Each imports what it needs when it runs; ``cli`` runs them."""

from typing import Annotated

import typer

from maemae import __version__
from maemae.asked import Asked
from maemae.cli_compare import register as register_compare
from maemae.cli_data import data_app
from maemae.cli_demo import demo_app
from maemae.cli_live import register
from maemae.cli_options import (
    Cash,
    Data,
    Debug,
    FeeBps,
    Json,
    Lang,
    NoFilters,
    ProfileFile,
    Set,
    Since,
    Sizing,
    SlippageBps,
    Strategy,
    Symbol,
    Timeframe,
    Timezone,
    Until,
)

app = typer.Typer(
    help="Maemae: one strategy through filters, decision, sizing, execution and monitoring.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data_app, name="data")
app.add_typer(demo_app, name="demo")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"maemae {__version__}")
        raise typer.Exit


@app.callback()
def maemae(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Maemae: one strategy through filters, decision, sizing, execution and monitoring."""


@app.command()
def backtest(
    profile: ProfileFile = None,
    strategy: Strategy = None,
    data: Data = None,
    symbol: Symbol = None,
    timeframe: Timeframe = None,
    timezone: Timezone = None,
    since: Since = None,
    until: Until = None,
    cash: Cash = None,
    set: Set = None,
    sizing: Sizing = None,
    fee_bps: FeeBps = None,
    slippage_bps: SlippageBps = None,
    no_filters: NoFilters = False,
    language: Lang = None,
    json: Json = None,
    trades: Annotated[bool, typer.Option("--trades", help="Put every trade into the JSON.")] = False,
    orders: Annotated[bool, typer.Option("--orders", help="Put every order event into the JSON.")] = False,
    fills: Annotated[bool, typer.Option("--fills", help="Put every fill into the JSON.")] = False,
    equity: Annotated[bool, typer.Option("--equity", help="Put the equity curve into the JSON.")] = False,
    decisions: Annotated[bool, typer.Option("--decisions", help="Put every decision into the JSON.")] = False,
    debug: Debug = False,
) -> int:
    """Run history through the whole pipeline and report."""
    from maemae.cli_run import run_backtest

    asked = Asked(
        profile, strategy, data, tuple(symbol or ()), timeframe, timezone, since, until, cash=cash,
        set=tuple(set or ()), sizing=sizing, fee_bps=fee_bps, slippage_bps=slippage_bps,
        no_filters=no_filters, language=language,
    )  # fmt: skip
    parts = {"trades": trades, "orders": orders, "fills": fills, "equity": equity, "decisions": decisions}
    return run_backtest(asked, json, [name for name, wanted in parts.items() if wanted])


@app.command()
def verify(
    profile: ProfileFile = None,
    strategy: Strategy = None,
    data: Data = None,
    symbol: Symbol = None,
    timeframe: Timeframe = None,
    timezone: Timezone = None,
    since: Since = None,
    until: Until = None,
    set: Set = None,
    no_filters: NoFilters = False,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """Prove a profile free of lookahead, warm and deterministic; exit 1 when it is not."""
    from maemae.cli_run import run_verify

    asked = Asked(
        profile, strategy, data, tuple(symbol or ()), timeframe, timezone, since, until,
        set=tuple(set or ()), no_filters=no_filters,
    )  # fmt: skip
    return run_verify(asked, json)


@app.command()
def version(json: Json = None, debug: Debug = False) -> int:
    """Versions of Maemae, of Python and of what computes."""
    from maemae.cli_run import run_version

    return run_version(json)


register(app)
register_compare(app)
