"""What ``maemae demo live`` does. Imported when it runs, never before."""

import logging
import sys

from rich.console import Console

from backtest.files import check_output
from backtest.output import write_json
from maemae.demo_live import run
from maemae.demo_live_screen import Screen, as_json


def run_demo_live(bars: int, pace_s: float, out: str | None, language: str = "en") -> int:
    """0 when both sides agree at the end, 1 when they don't."""
    check_output(out)
    logging.getLogger().addHandler(logging.NullHandler())  # the screen says it better than the log
    console = Console(file=sys.stderr if out == "-" else sys.stdout)
    with Screen(console, language) as screen:
        ended = run(bars, pace_s, screen.show)
    screen.end(ended)
    if out is not None:
        write_json(as_json(ended), out)
    return 0 if not ended.drift and not ended.appended and ended.orders == ended.at_venue else 1
