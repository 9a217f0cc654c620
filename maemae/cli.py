"""The command line. Only names and help live here: each command imports what it needs when it runs.

Exit codes: 0 ok, 1 the run says no (a check failed), 2 the user's input is wrong, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from maemae.asked import Asked
from market.errors import MaemaeError

app = typer.Typer(
    help="Maemae: one strategy through filters, decision, sizing, execution and monitoring.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(
    help="Market data: import, list and check.", rich_markup_mode=None, no_args_is_help=True
)
app.add_typer(data_app, name="data")

Profile = Annotated[Path | None, typer.Argument(metavar="[PROFILE.toml]", help="Everything about a bot.")]
Strategy = Annotated[str | None, typer.Option(help="NAME, FILE.py or FILE.py:Class.")]
Data = Annotated[str | None, typer.Option(help="A .parquet or .csv file, or demo.")]
Symbol = Annotated[list[str] | None, typer.Option(help="Instrument to trade; repeat for several.")]
Timeframe = Annotated[str | None, typer.Option(help="Length of a bar: 1m, 4h, 1d.")]
Since = Annotated[str | None, typer.Option(help="First day or moment, UTC.")]
Until = Annotated[str | None, typer.Option(help="Day or moment to stop before, UTC.")]
Cash = Annotated[float | None, typer.Option(help="Starting cash.")]
Set = Annotated[
    list[str] | None, typer.Option(metavar="KEY=VALUE", help="fast=20 or sizing.fraction=0.5; repeatable.")
]
Sizing = Annotated[str | None, typer.Option(help="fixed:UNITS, fractional:RISK or kelly:FRACTION.")]
FeeBps = Annotated[float | None, typer.Option(help="Commission per fill, basis points.")]
SlippageBps = Annotated[float | None, typer.Option(help="Lost by every market fill, basis points.")]
NoFilters = Annotated[bool, typer.Option("--no-filters", help="Let every signal through.")]
Json = Annotated[
    str | None,
    typer.Option("--json", metavar="OUT|-", help="Write JSON to a file or, with -, to standard output."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")]


@app.command()
def backtest(
    profile: Profile = None,
    strategy: Strategy = None,
    data: Data = None,
    symbol: Symbol = None,
    timeframe: Timeframe = None,
    since: Since = None,
    until: Until = None,
    cash: Cash = None,
    set: Set = None,
    sizing: Sizing = None,
    fee_bps: FeeBps = None,
    slippage_bps: SlippageBps = None,
    no_filters: NoFilters = False,
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
        profile, strategy, data, tuple(symbol or ()), timeframe, since, until, cash, tuple(set or ()), sizing,
        fee_bps, slippage_bps, no_filters,
    )  # fmt: skip
    parts = {"trades": trades, "orders": orders, "fills": fills, "equity": equity, "decisions": decisions}
    return run_backtest(asked, json, [name for name, wanted in parts.items() if wanted])


@app.command()
def demo(json: Json = None, debug: Debug = False) -> int:
    """A strategy on real stocks: without filters, with them as rules, and learning."""
    from maemae.cli_run import run_demo

    return run_demo(json)


@app.command()
def verify(
    profile: Profile = None,
    strategy: Strategy = None,
    data: Data = None,
    symbol: Symbol = None,
    timeframe: Timeframe = None,
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
        profile, strategy, data, tuple(symbol or ()), timeframe, since, until, set=tuple(set or ()),
        no_filters=no_filters,
    )  # fmt: skip
    return run_verify(asked, json)


@app.command()
def version(json: Json = None, debug: Debug = False) -> int:
    """Versions of Maemae, of Python and of what computes."""
    from maemae.cli_run import run_version

    return run_version(json)


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One command line; returns its exit code. Expected errors are one line on standard error."""
    debug = "--debug" in arguments
    try:
        code = app(args=list(arguments), prog_name="maemae", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except MaemaeError as error:
        return _refuse(error, str(error), debug)
    except typer.TyperException as error:
        return _refuse(error, f"{error.format_message()} See maemae --help.", debug)
    except (KeyboardInterrupt, typer.Abort):
        print("Interrupted. Nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as head, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _refuse(error: Exception, sentence: str, debug: bool) -> int:
    if debug:
        raise error
    print(f"maemae: {sentence}", file=sys.stderr)
    return 2
