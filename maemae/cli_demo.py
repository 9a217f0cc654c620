"""``maemae demo``: names and help."""

from typing import Annotated

import typer

from maemae.cli_options import Debug, Json, Lang

demo_app = typer.Typer(rich_markup_mode=None)


@demo_app.callback(invoke_without_command=True)
def demo(
    context: typer.Context, language: Lang = None, json: Json = None, debug: Debug = False
) -> int | None:
    """A strategy on real stocks: without filters, with them as rules, and learning."""
    if context.invoked_subcommand is not None:
        return None
    from maemae.cli_run import run_demo

    return run_demo(json, language or "en")


@demo_app.command("live")
def demo_live(
    bars: Annotated[int, typer.Option(metavar="N", min=1, max=2000, help="How many bars to trade.")] = 240,
    pace: Annotated[float, typer.Option(metavar="SECONDS", min=0.0, help="Between two bars.")] = 0.08,
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """The whole bot against a simulated Binance, offline, with faults that it survives."""
    from maemae.cli_demo_run import run_demo_live

    return run_demo_live(bars, pace, json, language or "en")
