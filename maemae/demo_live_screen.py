"""The demo's screen: what the bot sees, decides, sends and survives, as it happens."""

from math import isnan
from typing import Any

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from live.control.answers import DecisionLine, FillLine, OrderLine, RiskLine, TradeLine
from live.control.events import Body, Event, Said
from maemae.cli_words import retell, tell
from maemae.demo_live import Ended, Scene

KIND_WIDTH = 10  # columns
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

    def __init__(self, console: Console, language: str = "en") -> None:
        self._console, self._language = console, language
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
            self._live.update(view(scene, self._language), refresh=True)
            return
        for fault, _ in scene.faults:
            if fault.bar == scene.bar:
                words = tell(fault.words, self._language)
                told = tell("bar {bar}: planted: {fault}", self._language, bar=scene.bar, fault=words)
                self._console.print(told, highlight=False)
        if scene.bar % PLAIN_EVERY == 0 or scene.bar == scene.bars:
            self._console.print(head(scene, self._language), highlight=False)

    def end(self, ended: Ended) -> None:
        self._console.print(report(ended, self._language), highlight=False)


def view(scene: Scene, language: str = "en") -> Group:
    return Group(
        Text(head(scene, language), style="bold"),
        _positions(scene, language),
        _events(scene, language),
        _faults(scene, language),
    )


def head(scene: Scene, language: str = "en") -> str:
    results = scene.hosted.bot.views.results
    return tell(
        "bar {bar}/{bars}   equity {equity} ({gain})   {trades} trades   {decisions} decisions",
        language,
        bar=scene.bar,
        bars=scene.bars,
        equity=f"{results.equity:,.2f}",
        gain=f"{results.equity - results.cash:+,.2f}",
        trades=len(results.trades),
        decisions=len(scene.hosted.bot.views.decisions.made),
    )


def _positions(scene: Scene, language: str) -> Table:
    heads = ("position", "side", "entry", "price", "result", "stop at the venue")
    table = Table(*(tell(each, language) for each in heads), box=None, pad_edge=False)
    for each in scene.hosted.bot.account_view().positions():
        stop = "" if isnan(each.stop) else f"{each.stop:,.2f}"
        if stop and not each.resting_stop:
            stop = tell("{price} (missing)", language, price=stop)
        side = tell("long" if each.side > 0 else "short", language)
        table.add_row(
            f"{each.quantity} {each.instrument}", side, f"{each.entry:,.2f}", f"{each.price:,.2f}",
            f"{each.pnl:+,.2f}", stop,
        )  # fmt: skip
    return table


def _events(scene: Scene, language: str) -> Text:
    lines = Text("\n")
    for event in scene.told:
        lines.append(line_of(event, language)[:110] + "\n", style=COLORS.get(event.kind.value, ""))
    return lines


def _faults(scene: Scene, language: str) -> Text:
    lines = Text()
    for fault, struck in scene.faults:
        mark = tell("struck, survived" if struck else "waits to strike", language)
        sentence, words = "planted at bar {bar}: {fault} ({mark})", tell(fault.words, language)
        told = tell(sentence, language, bar=fault.bar, fault=words, mark=mark)
        lines.append(f"{told}\n", style="red" if struck else "dim")
    return lines


def line_of(event: Event, language: str = "en") -> str:
    """An event in one line."""
    kind = tell(event.kind.value, language)
    return f"{kind}{' ' * max(KIND_WIDTH - cell_len(kind), 0)} {_said(event.body, language)}"


def _said(body: Body, language: str) -> str:
    if isinstance(body, DecisionLine):
        why = f" ({tell(body.why, language)})" if body.why != "NONE" else ""
        sentence, p, bar = (
            "{instrument} {action}{why} p {p} against {bar}",
            f"{body.p:.2f}",
            f"{body.p_star:.2f}",
        )
        action = tell(body.action, language)
        return tell(sentence, language, instrument=body.instrument, action=action, why=why, p=p, bar=bar)
    if isinstance(body, OrderLine):
        return _order(body, language)
    if isinstance(body, FillLine):
        return tell(
            "{instrument} {side} {quantity} @ {price} {reason}",
            language,
            instrument=body.instrument,
            side=_side(body.side, language),
            quantity=body.quantity,
            price=body.price,
            reason=tell(body.reason, language),
        )
    if isinstance(body, TradeLine):
        outcome, sentence = tell(body.outcome, language), "{instrument} closed, {pnl} ({pct} %) {outcome}"
        pnl, pct = f"{body.pnl:+,.2f}", f"{body.pnl_pct:+.2f}"
        return tell(sentence, language, instrument=body.instrument, pnl=pnl, pct=pct, outcome=outcome)
    if isinstance(body, RiskLine):
        return f"{tell(body.verdict, language)}: {retell(body.detail, language)}"
    if isinstance(body, Said):
        return f"{body.code} {retell(body.text, language)}"
    return type(body).__name__


def _order(order: OrderLine, language: str) -> str:
    return tell(
        "{instrument} {side} {quantity} {kind} {status} [{id}]",
        language,
        instrument=order.instrument,
        side=_side(order.side, language),
        quantity=order.quantity,
        kind=tell(order.kind.lower(), language),
        status=tell(order.status, language),
        id=order.id,
    )


def _side(side: int, language: str) -> str:
    return tell("buy" if side > 0 else "sell", language)


def report(ended: Ended, language: str = "en") -> str:
    """What came of it, and whether both sides agree."""
    sentence = "faults: {struck} struck of {planted} planted"
    faults = tell(sentence, language, struck=ended.struck, planted=len(ended.scene.faults))
    return "\n".join(["", _result(ended, language), faults, _reconciled(ended, language)])


def _result(ended: Ended, language: str) -> str:
    found = ended.scene.hosted.bot.views.results.summary()
    return tell(
        "{bars} bars: result {pnl} {currency} ({pct} %), {trades} trades, {wins} won, "
        "profit factor {factor}, fees {fees}, worst fall {fall} %",
        language,
        bars=ended.scene.bar,
        pnl=f"{found.pnl:+,.2f}",
        currency=found.currency,
        pct=f"{found.pnl_pct:+.2f}",
        trades=found.trades,
        wins=found.wins,
        factor="-" if isnan(found.profit_factor) else f"{found.profit_factor:.2f}",
        fees=f"{found.fees:,.2f}",
        fall=f"{found.max_drawdown_pct:.2f}",
    )


def _reconciled(ended: Ended, language: str) -> str:
    verdict = tell("nothing lost, nothing doubled", language)
    if ended.drift or ended.appended or ended.orders != ended.at_venue:
        what = str(ended.drift) if ended.drift else tell("orders differ", language)
        verdict = tell("NOT reconciled: {what}", language, what=what)
    return tell(
        "reconciled: {orders} orders in the journal, {venue} at the venue; positions differ; a second "
        "comparison appended {appended} entries: {verdict}."
        if ended.drift
        else "reconciled: {orders} orders in the journal, {venue} at the venue; positions agree; a second "
        "comparison appended {appended} entries: {verdict}.",
        language,
        orders=ended.orders,
        venue=ended.at_venue,
        appended=ended.appended,
        verdict=verdict,
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
