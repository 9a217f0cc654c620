"""The demo's screen: what the bot sees, decides, sends and survives, as it happens."""

from math import isnan
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from live.control.answers import DecisionLine, FillLine, OrderLine, RiskLine, TradeLine
from live.control.events import Body, Event, Said
from maemae.demo_live import Ended, Scene

PLAIN_EVERY = 25  # bars between lines where nobody watches
COLORS = {
    "fill": "green",
    "trade": "bold",
    "risk": "yellow",
    "error": "red",
    "stop": "magenta",
    "connection": "cyan",
}


class Screen:
    """On a terminal a view that moves; elsewhere a line now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None

    def __enter__(self) -> "Screen":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, scene: Scene) -> None:
        if self._live is not None:
            self._live.update(view(scene), refresh=True)
            return
        for fault, _ in scene.faults:
            if fault.bar == scene.bar:
                self._console.print(f"bar {scene.bar}: planted: {fault.words}", highlight=False)
        if scene.bar % PLAIN_EVERY == 0 or scene.bar == scene.bars:
            self._console.print(head(scene), highlight=False)

    def end(self, ended: Ended) -> None:
        self._console.print(report(ended), highlight=False)


def view(scene: Scene) -> Group:
    return Group(Text(head(scene), style="bold"), _positions(scene), _events(scene), _faults(scene))


def head(scene: Scene) -> str:
    results = scene.hosted.bot.views.results
    gain = results.equity - results.cash
    return (
        f"bar {scene.bar}/{scene.bars}   equity {results.equity:,.2f} ({gain:+,.2f})   "
        f"{len(results.trades)} trades   {len(scene.hosted.bot.views.decisions.made)} decisions"
    )


def _positions(scene: Scene) -> Table:
    table = Table(
        "position", "side", "entry", "price", "result", "stop at the venue", box=None, pad_edge=False
    )
    for each in scene.hosted.bot.account_view().positions():
        stop = "" if isnan(each.stop) else f"{each.stop:,.2f}" + ("" if each.resting_stop else " (missing)")
        side = "long" if each.side > 0 else "short"
        table.add_row(
            f"{each.quantity} {each.instrument}", side, f"{each.entry:,.2f}", f"{each.price:,.2f}",
            f"{each.pnl:+,.2f}", stop,
        )  # fmt: skip
    return table


def _events(scene: Scene) -> Text:
    lines = Text("\n")
    for event in scene.told:
        lines.append(line_of(event)[:110] + "\n", style=COLORS.get(event.kind.value, ""))
    return lines


def _faults(scene: Scene) -> Text:
    lines = Text()
    for fault, struck in scene.faults:
        mark = "struck, survived" if struck else "waits to strike"
        lines.append(
            f"planted at bar {fault.bar}: {fault.words} ({mark})\n", style="red" if struck else "dim"
        )
    return lines


def line_of(event: Event) -> str:
    """An event in one line."""
    return f"{event.kind.value:<10} {_said(event.body)}"


def _said(body: Body) -> str:
    if isinstance(body, DecisionLine):
        why = f" ({body.why})" if body.why != "NONE" else ""
        return f"{body.instrument} {body.action}{why} p {body.p:.2f} against {body.p_star:.2f}"
    if isinstance(body, OrderLine):
        return f"{body.instrument} {_side(body.side)} {body.quantity} {body.kind} {body.status} [{body.id}]"
    if isinstance(body, FillLine):
        return f"{body.instrument} {_side(body.side)} {body.quantity} @ {body.price} {body.reason}"
    if isinstance(body, TradeLine):
        return f"{body.instrument} closed, {body.pnl:+,.2f} ({body.pnl_pct:+.2f} %) {body.outcome}"
    if isinstance(body, RiskLine):
        return f"{body.verdict}: {body.detail}"
    if isinstance(body, Said):
        return f"{body.code} {body.text}"
    return type(body).__name__


def _side(side: int) -> str:
    return "buy" if side > 0 else "sell"


def report(ended: Ended) -> str:
    """What came of it, and whether both sides agree."""
    results = ended.scene.hosted.bot.views.results
    found = results.summary()
    factor = "-" if isnan(found.profit_factor) else f"{found.profit_factor:.2f}"
    agree = not ended.drift and ended.appended == 0 and ended.orders == ended.at_venue
    verdict = (
        "nothing lost, nothing doubled" if agree else f"NOT reconciled: {ended.drift or 'orders differ'}"
    )
    return "\n".join(
        [
            "",
            f"{ended.scene.bar} bars: result {found.pnl:+,.2f} {found.currency} ({found.pnl_pct:+.2f} %), "
            f"{found.trades} trades, {found.wins} won, profit factor {factor}, fees {found.fees:,.2f}, "
            f"worst fall {found.max_drawdown_pct:.2f} %",
            f"faults: {ended.struck} struck of {len(ended.scene.faults)} planted",
            f"reconciled: {ended.orders} orders in the journal, {ended.at_venue} at the venue; positions "
            f"{'agree' if not ended.drift else 'differ'}; a second comparison appended {ended.appended} "
            "entries: "
            f"{verdict}.",
        ]
    )


def as_json(ended: Ended) -> dict[str, Any]:
    """The same, for programs."""
    found = ended.scene.hosted.bot.views.results.summary()
    return {
        "bars": ended.scene.bar,
        "summary": vars(found),
        "orders": ended.orders,
        "orders_at_venue": ended.at_venue,
        "drift": ended.drift,
        "appended": ended.appended,
        "faults": [{"bar": each.bar, "what": each.words, "struck": hit} for each, hit in ended.scene.faults],
    }
