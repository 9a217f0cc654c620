"""The command line. Only names and help live here: each command imports what it needs when it runs.

Exit codes: 0 ok, 1 the run says no (a check failed), 2 the user's input is wrong, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from maemae.asked import Asked
from maemae.cli_data import data_app
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
from market.errors import MaemaeError

INTERRUPTED = 130  # what the shell expects of a process that ended by SIGINT

app = typer.Typer(
    help="Maemae: one strategy through filters, decision, sizing, execution and monitoring.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data_app, name="data")


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
def demo(language: Lang = None, json: Json = None, debug: Debug = False) -> int:
    """A strategy on real stocks: without filters, with them as rules, and learning."""
    from maemae.cli_run import run_demo

    return run_demo(json, language or "en")


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


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One command line; returns its exit code. Expected errors are one line on standard error."""
    debug = "--debug" in arguments
    try:
        code = app(args=list(arguments), prog_name="maemae", standalone_mode=False)
        if code == INTERRUPTED:
            return _interrupted()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except MaemaeError as error:
        return _refuse(error, str(error), debug)
    except typer.TyperException as error:
        said = error.format_message().replace("Value error, ", "").rstrip(".")
        if said.startswith("Usage: "):  # nothing was asked: the whole help
            print(said, file=sys.stderr)
            return 2
        return _refuse(error, f"{said}. See {_command_of(error)} --help.", debug)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except (BrokenPipeError, SystemExit):  # the reader, such as head, has enough; typer and rich exit then
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _interrupted() -> int:
    print("Interrupted. Nothing was left half-written.", file=sys.stderr)
    return INTERRUPTED


def _command_of(error: typer.TyperException) -> str:
    """The command whose words weren't understood."""
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context else "maemae"


def _refuse(error: Exception, sentence: str, debug: bool) -> int:
    if debug:
        raise error
    print(f"maemae: {sentence}", file=sys.stderr)
    return 2
