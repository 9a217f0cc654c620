"""A run in the terminal: assumptions first, then what came of them. Reads well at 60 columns and piped."""

from collections.abc import Mapping, Sequence
from math import isinf, isnan
from typing import IO, Any

import numpy as np
from rich.box import ROUNDED, SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.panel import Panel as Frame
from rich.table import Table
from rich.text import Text

from report.cards import FilterCard
from report.learning import Learned
from report.run_report import RunReport, TradeLine
from report.words import KOREAN, say

WIDE = 100  # columns at which the months of a year fit on one line
Summary = Mapping[str, Any]


def print_report(
    report: RunReport, language: str = "en", file: IO[str] | None = None, width: int | None = None
) -> None:
    """Everything in order. width: columns; None = the terminal's own."""
    console = plain_console(file, width)
    for part in _parts(report, language, console.width):
        console.print(part)


def print_comparison(
    columns: Sequence[tuple[str, Summary]],
    learned: Sequence[Learned] = (),
    language: str = "en",
    file: IO[str] | None = None,
    width: int | None = None,
) -> None:
    """Several runs side by side under their names. learned: of the one that learns."""
    console = plain_console(file, width)
    console.print(_title("Side by side", language))
    console.print(comparison(columns, language))
    for part in learning(learned, language):
        console.print(part)


def print_text(text: str, file: IO[str] | None = None, width: int | None = None) -> None:
    """Plain paragraphs, wrapped to the terminal."""
    plain_console(file, width).print(text)


def plain_console(file: IO[str] | None = None, width: int | None = None) -> Console:
    """Text is printed as it stands: brackets in it, such as [fills], are no markup."""
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)


def _parts(report: RunReport, language: str, width: int) -> list[RenderableType]:
    columns = [("this run", report.summary)]
    if report.unfiltered is not None:
        columns.append(("without filters", report.unfiltered))
    columns.append(("buy and hold", report.benchmark))
    parts: list[RenderableType] = [
        assumptions_box(report, language),
        _title(f"{say('Result', language)}: {report.title}", language),
        comparison(columns, language),
        *[card(each, language) for each in report.cards],
        *learning(report.learned, language),
        _title("Costs", language),
        cost_table(report, language),
        band(report, language),
        _title("Months", language),
        month_table(report.months, language, width),
        _title("Worst trades", language),
        trade_table(report.worst, language),
        Text(_timing(report.timing, language), style="dim"),
    ]
    return parts


def assumptions_box(report: RunReport, language: str) -> Frame:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bold", max_width=18, overflow="fold")
    table.add_column(overflow="fold")
    for what, said in report.assumptions:
        word, _, name = what.partition(" ")
        table.add_row(f"{say(word, language)} {name}" if what not in KOREAN else say(what, language), said)
    if not isnan(report.capacity):
        table.add_row(
            say("capacity", language), f"the largest fill took {report.capacity:.2%} of its bar's volume"
        )
    return Frame(table, title=say("Assumptions", language), box=ROUNDED)


def comparison(columns: Sequence[tuple[str, Summary]], language: str) -> Table:
    """One row a figure, one column a run; a figure a run lacks is left blank."""
    table = plain_table("", *[say(name, language) for name, _ in columns])
    for word, key, form in FIGURES:
        values = [form(summary[key]) if key in summary else "" for _, summary in columns]
        table.add_row(say(word, language), *values)
    return table


def card(each: FilterCard, language: str) -> Group:
    """A filter's card: how much it said, how good that was, what following it was worth."""
    acts = f"rule, p >= {each.min_p:g}" if each.act == "rule" else "learn"
    rows = [
        (
            f"{say('answered', language)} {each.answered:,} / {each.signals:,}",
            ", ".join(
                f"{say(word, language)} {count:,}"
                for word, count in (
                    ("abstained", each.abstained),
                    ("veto", each.veto),
                    ("late", each.late),
                    ("down", each.down),
                )
                if count or word == "abstained"
            ),
        ),
        (say("Brier (base rate)", language), f"{number(each.brier, 4)} ({number(each.base_brier, 4)})"),
        (
            say("log loss (base rate)", language),
            f"{number(each.log_loss, 4)} ({number(each.base_log_loss, 4)})",
        ),
        (
            say("net a signal", language),
            f"{say('passed', language)} {basis(each.net_passed)} ({each.passed:,}), "
            f"{say('all', language)} {basis(each.net_all)}, "
            f"{say('rejected', language)} {basis(each.net_rejected)} ({each.rejected:,})",
        ),
        (say("following it", language), worth(each.earned)),
    ]
    for standing in each.standings:
        rows.append(
            (
                say("stands at", language),
                f"{standing.stage}, theta {standing.theta:.3f} (alone {standing.solo_theta:.3f}), "
                f"log evidence {standing.log_e:+.2f}",
            )
        )
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=26)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    return Group(_title(f"{say('Filter', language)} {each.name} ({acts})", language), table)


def learning(learned: Sequence[Learned], language: str) -> list[RenderableType]:
    """What taught each strategy's learner, and when its trust in the filters changed."""
    if not learned:
        return []
    lines = []
    for each in learned:
        rate = each.wins / each.labels if each.labels else float("nan")
        stages = ", ".join(f"{stage} {stamp(ts)}" for ts, stage in each.stages)
        lines.append(
            f"{each.strategy}: {say('labels matured', language)} {each.labels:,}, "
            f"{say('won', language)} {percent(100.0 * rate)}, "
            f"{say('break-even', language)} {percent(100.0 * each.break_even)}; "
            f"{say('stages', language)}: {stages or say('in shadow throughout', language)}; "
            f"{say('passed up for poor odds', language)} {each.doubted:,}"
        )
    return [_title("Learning", language), Text("\n".join(lines))]


def cost_table(report: RunReport, language: str) -> Table:
    names = ("costs", "final equity", "return", "Sharpe", "trades", "fees")
    table = plain_table(*[say(name, language) for name in names])
    for row in report.costs:
        table.add_row(
            f"{row.factor:g}x", money(row.final_equity), percent(row.return_pct), number(row.sharpe),
            f"{row.trades:,}", money(row.fees),
        )  # fmt: skip
    return table


def band(report: RunReport, language: str) -> Text:
    found = report.band
    return Text(
        f"{say('Ambiguity band', language)}: {money(found.worst)} .. {money(found.best)} "
        f"({say('ambiguous bars', language)}: {found.ambiguous_bars:,})"
    )


def month_table(months: Sequence[tuple[str, float]], language: str, width: int) -> Table:
    """Percent a month and a year; half a year a line where the terminal is narrow."""
    span = 12 if width >= WIDE else 6
    heads = [str(k) for k in range(1, 13)] if span == 12 else [f"{k}/{k + 6}" for k in range(1, 7)]
    table = plain_table(say("year", language), *heads, "=")
    for year in sorted({name[:4] for name, _ in months}):
        found = {int(name[5:]): value for name, value in months if name[:4] == year}
        total = 100.0 * (float(np.prod([1.0 + value for value in found.values()])) - 1.0)
        cells = [f"{100.0 * found[k]:.1f}" if k in found else "" for k in range(1, 13)]
        for start in range(0, 12, span):
            if any(cells[start : start + span]):
                last = start + span == 12 or not any(cells[start + span :])
                table.add_row(year, *cells[start : start + span], f"{total:.1f}" if last else "")
    return table


def trade_table(trades: Sequence[TradeLine], language: str) -> RenderableType:
    if not trades:
        return Text(say("none", language))
    table = plain_table("", *[say(name, language) for name in ("side", "in", "out", "net", "why")])
    for each in trades:
        table.add_row(
            each.instrument.partition("@")[0], say(each.side, language), stamp(each.entry_time),
            stamp(each.exit_time), money(each.pnl), each.reason,
        )  # fmt: skip
    return table


def plain_table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _title(text: str, language: str) -> Text:
    return Text(f"\n{say(text, language)}", style="bold")


def _timing(timing: Mapping[str, float], language: str) -> str:
    parts = ", ".join(f"{name.removesuffix('_s')} {seconds:.2f}" for name, seconds in timing.items())
    return f"\n{say('Seconds', language)}: {parts}"


def money(value: float) -> str:
    return "–" if isnan(value) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"


def percent(value: float) -> str:
    return "–" if isnan(value) else f"{value:.2f} %"


def number(value: float, digits: int = 2) -> str:
    return "–" if isnan(value) else "∞" if isinf(value) else f"{value:.{digits}f}"


def count(value: float) -> str:
    return f"{value:,}"


def basis(value: float) -> str:
    """A fraction in basis points with its sign."""
    return "–" if isnan(value) else f"{1e4 * value:+.1f} bps"


def worth(value: float) -> str:
    if isnan(value):
        return "–"
    return f"{'earned' if value >= 0 else 'cost'} {abs(1e4 * value):.1f} bps a signal"


def stamp(ts: int) -> str:
    return str(np.datetime64(ts, "ns").astype("datetime64[D]"))


FIGURES = (
    ("final equity", "final_equity", money),
    ("return", "return_pct", percent),
    ("a year", "cagr_pct", percent),
    ("Sharpe", "sharpe", number),
    ("Sortino", "sortino", number),
    ("worst drawdown", "max_drawdown_pct", percent),
    ("trades", "trades", count),
    ("fills", "fills", count),
    ("win rate", "win_rate_pct", percent),
    ("profit factor", "profit_factor", number),
    ("exposure", "exposure_pct", percent),
    ("fees", "fees", money),
    ("turnover", "turnover", money),
)
