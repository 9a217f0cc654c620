"""A run in the terminal: assumptions first, then what came of them. Readable at any width, and piped."""

from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import IO, Any

import numpy as np
from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel as Frame
from rich.table import Table
from rich.text import Text

from report.cards import FilterCard, Standing
from report.days import UTC_DAYS, Calendar
from report.decided import Decided
from report.layout import NARROW, figure_tables, named_lines, plain_console, put, record_table
from report.learning import Learned
from report.numbers import NONE, basis, count, money, number, percent
from report.run_report import CostRow, RunReport, TradeLine
from report.words import KOREAN, say

WIDE = 100  # columns at which the months of a year fit on one line
Summary = Mapping[str, Any]
Figures = Sequence[tuple[str, str, Callable[[Any], str]]]


def print_report(
    report: RunReport, language: str = "en", file: IO[str] | None = None, width: int | None = None
) -> None:
    """Everything in order. width: columns; None = the terminal's own."""
    console = plain_console(file, width)
    put(console, *_parts(report, language, console.width))


def print_comparison(
    columns: Sequence[tuple[str, Summary]],
    learned: Sequence[Learned] = (),
    language: str = "en",
    file: IO[str] | None = None,
    width: int | None = None,
    calendar: Calendar = UTC_DAYS,
) -> None:
    """Several runs side by side under their names. learned: of the one that learns."""
    console = plain_console(file, width)
    put(console, _title("Side by side", language), *comparison(columns, language, console.width))
    put(console, *learning(learned, language, calendar))


def print_text(text: str, file: IO[str] | None = None, width: int | None = None) -> None:
    """Plain paragraphs, wrapped to the terminal."""
    put(plain_console(file, width), text)


def _parts(report: RunReport, language: str, width: int) -> list[RenderableType]:
    columns = [("this run", report.summary)]
    if report.unfiltered is not None:
        columns.append(("without filters", report.unfiltered))
    columns.append(("buy and hold", report.benchmark))
    return [
        assumptions_box(report, language, width),
        _title(f"{say('Result', language)}: {report.title}", language),
        *comparison(columns, language, width),
        *decided(report.decided, language),
        *[card(each, language, width) for each in report.cards],
        *learning(report.learned, language, report.calendar),
        _title("Costs", language),
        *cost_tables(report.costs, language, width),
        band(report, language),
        _title("Months", language),
        month_table(report.months, language, width),
        _title("Worst trades", language),
        trade_table(report.worst, language, width),
        Text(_timing(report, language), style="dim"),
    ]


def assumptions_box(report: RunReport, language: str, width: int) -> Frame:
    rows = [(_about(what, language), said) for what, said in report.assumptions]
    if not isnan(report.capacity):
        share = percent(100.0 * report.capacity)
        took = say("the largest fill took {share} of its bar's volume", language, share=share)
        rows.append((say("capacity", language), took))
    return Frame(_framed(rows, width), title=say("Assumptions", language), box=ROUNDED)


def _about(what: str, language: str) -> str:
    """ "strategy trend" is a word of ours and a name of the user's."""
    word, _, name = what.partition(" ")
    return say(what, language) if what in KOREAN or not name else f"{say(word, language)} {name}"


def _framed(rows: Sequence[tuple[str, str]], width: int) -> RenderableType:
    """What is said beside what it is about, or below it where there is no room."""
    if width < NARROW:
        lines: list[RenderableType] = []
        for what, said in rows:
            lines += [Text(what, style="bold"), Padding(Text(said), (0, 0, 0, 2))]
        return Group(*lines)
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bold", max_width=18, overflow="fold")
    table.add_column(overflow="fold")
    for what, said in rows:
        table.add_row(what, said)
    return table


def comparison(columns: Sequence[tuple[str, Summary]], language: str, width: int) -> list[RenderableType]:
    """One row a figure, one column a run; a figure a run lacks is left blank."""
    labels = [say(word, language) for word, _, _ in FIGURES]
    cells = [
        (say(name, language), [form(summary[key]) if key in summary else "" for _, key, form in FIGURES])
        for name, summary in columns
    ]
    return figure_tables(labels, cells, width)


def decided(found: Decided, language: str) -> list[RenderableType]:
    """What became of the signals, in one line; then why nothing was traded, if so."""
    reasons = ", ".join(f"{say(why, language)} {n:,}" for why, n in found.reasons)
    said = say(
        "{signals} signals: {bought} bought, {passed} passed{reasons}, {held} held, {sold} sold", language,
        signals=count(found.signals), bought=count(found.bought), passed=count(found.passed),
        reasons=f" ({reasons})" if reasons else "", held=count(found.held), sold=count(found.sold),
    )  # fmt: skip
    hints = [Text(say(hint.text, language, **hint.values), style="bold") for hint in found.hints]
    return [Text(said), *hints]


def card(each: FilterCard, language: str, width: int) -> Group:
    """A filter's card: how much it said, how good that was, what following it was worth."""
    acts = (
        say("rule, p >= {bar}", language, bar=f"{each.min_p:g}")
        if each.act == "rule"
        else say("learn", language)
    )
    silences = (("abstained", each.abstained), ("veto", each.veto), ("late", each.late), ("down", each.down))
    rows = [
        (
            f"{say('answered', language)} {each.answered:,} / {each.signals:,}",
            ", ".join(f"{say(word, language)} {n:,}" for word, n in silences if n or word == "abstained"),
        ),
        (say("Brier (base rate)", language), _against(each.brier, each.base_brier)),
        (say("log loss (base rate)", language), _against(each.log_loss, each.base_log_loss)),
        (
            say("net a signal", language),
            f"{say('passed', language)} {basis(each.net_passed)} ({each.passed:,}), "
            f"{say('all', language)} {basis(each.net_all)}, "
            f"{say('rejected', language)} {basis(each.net_rejected)} ({each.rejected:,})",
        ),
        (say("following it", language), worth(each.earned, language)),
        *[(say("stands at", language), _standing(one, language)) for one in each.standings],
    ]
    title = _title(f"{say('Filter', language)} {each.name} ({acts})", language)
    return Group(title, named_lines(rows, width, most=26))


def _against(score: float, base: float) -> str:
    return f"{number(score, 4)} ({number(base, 4)})"


def _standing(one: Standing, language: str) -> str:
    return say(
        "{stage}, theta {theta} (alone {solo}), log evidence {evidence}", language,
        stage=say(one.stage, language), theta=f"{one.theta:.3f}", solo=f"{one.solo_theta:.3f}",
        evidence=f"{one.log_e:+.2f}",
    )  # fmt: skip


def learning(learned: Sequence[Learned], language: str, calendar: Calendar) -> list[RenderableType]:
    """What taught each strategy's learner, and when its trust in the filters changed."""
    if not learned:
        return []
    lines = []
    for each in learned:
        rate = each.wins / each.labels if each.labels else float("nan")
        stages = ", ".join(f"{say(stage, language)} {calendar.day(ts)}" for ts, stage in each.stages)
        lines.append(
            f"{each.strategy}: {say('labels matured', language)} {each.labels:,}, "
            f"{say('won', language)} {percent(100.0 * rate)}, "
            f"{say('break-even', language)} {percent(100.0 * each.break_even)}; "
            f"{say('stages', language)}: {stages or say('in shadow throughout', language)}; "
            f"{say('passed up for poor odds', language)} {each.doubted:,}"
        )
    return [_title("Learning", language), Text("\n".join(lines))]


def cost_tables(rows: Sequence[CostRow], language: str, width: int) -> list[RenderableType]:
    """A column for each multiple of the costs."""
    labels = [say(word, language) for word, _, _ in COST_FIGURES]
    columns = [
        (f"{row.factor:g}x", [form(getattr(row, key)) for _, key, form in COST_FIGURES]) for row in rows
    ]
    return figure_tables(labels, columns, width)


def band(report: RunReport, language: str) -> Text:
    found = report.band
    return Text(
        f"{say('Ambiguity band', language)}: {money(found.worst)} .. {money(found.best)} "
        f"({say('ambiguous bars', language)}: {found.ambiguous_bars:,})"
    )


def month_table(months: Sequence[tuple[str, float]], language: str, width: int) -> RenderableType:
    """Percent a month and a year; half a year or a quarter a line where the terminal is narrow."""
    span = 12 if width >= WIDE else 6 if width >= NARROW else 3
    heads = {
        12: [str(k) for k in range(1, 13)],
        6: [f"{k}/{k + 6}" for k in range(1, 7)],
        3: [say(name, language) for name in ("1st", "2nd", "3rd")],
    }[span]
    rows = []
    for year in sorted({name[:4] for name, _ in months}):
        found = {int(name[5:]): value for name, value in months if name[:4] == year}
        total = 100.0 * (float(np.prod([1.0 + value for value in found.values()])) - 1.0)
        cells = [f"{100.0 * found[k]:.1f}" if k in found else "" for k in range(1, 13)]
        for start in range(0, 12, span):
            if any(cells[start : start + span]):
                last = start + span == 12 or not any(cells[start + span :])
                label = f"{year} Q{start // 3 + 1}" if span == 3 else year
                rows.append([label, *cells[start : start + span], f"{total:.1f}" if last else ""])
    return record_table([say("year", language), *heads, "="], rows, width)


def trade_table(trades: Sequence[TradeLine], language: str, width: int) -> RenderableType:
    if not trades:
        return Text(say("none", language))
    heads = ["", *[say(name, language) for name in ("side", "in", "out", "net", "why")]]
    rows = [
        [each.instrument.partition("@")[0], say(each.side, language), each.entry_day, each.exit_day,
         money(each.pnl), say(each.reason, language)]
        for each in trades
    ]  # fmt: skip
    return record_table(heads, rows, width)


def _title(text: str, language: str) -> Text:
    return Text(f"\n{say(text, language)}", style="bold")


def _timing(report: RunReport, language: str) -> str:
    """What is another on every machine."""
    parts = [
        f"{say(name.removesuffix('_s'), language)} {seconds:.2f}" for name, seconds in report.timing.items()
    ]
    return f"\n{say('Run', language)} {report.run}. {say('Seconds', language)}: {', '.join(parts)}"


def worth(value: float, language: str) -> str:
    """What following a filter brought."""
    if isnan(value):
        return NONE
    said = "earned {amount} a signal" if value >= 0 else "cost {amount} a signal"
    return say(said, language, amount=f"{abs(1e4 * value):.1f} bps")


COSTS: Figures = (
    ("fees", "fees", money),
    ("taxes", "taxes", money),
    ("borrow", "borrow", money),
    ("slippage", "slippage", money),
)
FIGURES: Figures = (
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
    *COSTS,
    ("turnover", "turnover", money),
)
COST_FIGURES: Figures = (
    ("final equity", "final_equity", money),
    ("return", "return_pct", percent),
    ("Sharpe", "sharpe", number),
    ("trades", "trades", count),
    *COSTS,
)
