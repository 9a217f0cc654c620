"""A comparison for people, at any width of the terminal, and as plain values."""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import IO, Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from live.compare import Comparison
from live.compare_data import utc
from live.compare_findings import Cause, Finding, Line, Why
from live.compare_rounds import Round
from records.inputs import Transfer
from report.layout import plain_console, put, record_table
from report.numbers import NONE, money
from report.words import say

INDENT = 3
SHOWN = 40  # differing trades printed; --json has all


def print_comparison(
    found: Comparison, name: str, language: str, file: IO[str] | None = None, width: int | None = None
) -> None:
    """Summary, causes, every trade that differs with its reasons, and what else happened."""
    console = plain_console(file, width)
    put(console, Text(_headline(found, name, language), style="bold"))
    put(console, Text(_totals(found, language)))
    _causes(console, found.lines, language)
    _trades(console, found.lines, ("live", "backtest"), language)
    _notes(console, found, language)
    if found.data is not None:
        _on_history(console, found, language)
    put(console, Text(f"\n{_verdict(found, language)}", style="bold"))


def told(why: Why, language: str) -> str:
    """The reason in one sentence."""
    return say(why.say, language).format(**why.values)


def _headline(found: Comparison, name: str, language: str) -> str:
    ts = found.lived.panel.ts
    first, last = max(int(ts[0]), found.subject.since), min(int(ts[-1]), found.subject.until)
    text = "{name} against its backtest, {first} to {last} UTC"
    return say(text, language, name=name, first=utc(first), last=utc(last))


def _totals(found: Comparison, language: str) -> str:
    live, back = found.equity
    text = (
        "{trades} trades, {same} the same, {differ} not. The bot made {live}, its backtest {back} {currency}."
    )
    return say(
        text,
        language,
        trades=len(found.lines),
        same=found.same,
        differ=len(found.lines) - found.same,
        live=money(live),
        back=money(back),
        currency=found.subject.instruments[0].quote,
    )


def _causes(console: Console, lines: Sequence[Line], language: str) -> None:
    """How many trades, ticks and how much money each cause was worth."""
    rows = [
        [say(cause.value, language), str(count), _ticks(ticks), signed(amount)]
        for cause, count, ticks, amount in by_cause(lines)
    ]
    if rows:
        heads = [say(name, language) for name in ("cause", "trades", "ticks", "difference")]
        put(console, Text(), record_table(heads, rows, console.width))


def by_cause(lines: Sequence[Line]) -> Iterator[tuple[Cause, int, float, float]]:
    """Cause, trades that have it, ticks lost per trade and unit on average, money; costliest first."""
    found: dict[Cause, list[Finding]] = {}
    trades: dict[Cause, set[int]] = {}
    for line in lines:
        for each in line.findings:
            found.setdefault(each.why.cause, []).append(each)
            trades.setdefault(each.why.cause, set()).add(id(line))
    for cause in sorted(found, key=lambda each: sum(one.money for one in found[each])):
        ticks = [each.ticks for each in found[cause] if not isnan(each.ticks)]
        mean = sum(ticks) / len(ticks) if ticks else float("nan")
        yield cause, len(trades[cause]), mean, sum(each.money for each in found[cause])


def _trades(console: Console, lines: Sequence[Line], names: tuple[str, str], language: str) -> None:
    differ = [line for line in lines if not line.same]
    if not differ:
        return
    put(console, Text(f"\n{say('Trades that differ', language)}", style="bold"))
    for line in differ[:SHOWN]:
        put(console, Text(_line(line, names, language)))
        for each in line.findings:
            said = f"{say(each.why.cause.value, language)}: {told(each.why, language)} ({signed(each.money)})"
            put(console, Padding(Text(said), (0, 0, 0, INDENT)))
    if len(differ) > SHOWN:
        put(console, Text(say("{count} more; --json has all.", language, count=len(differ) - SHOWN)))


def _line(line: Line, names: tuple[str, str], language: str) -> str:
    one = line.live or line.back
    side = say("long" if one is not None and one.side > 0 else "short", language)
    made = ", ".join(
        f"{say(name, language)} {money(each.pnl) if each is not None else say('none', language)}"
        for name, each in zip(names, (line.live, line.back), strict=True)
    )
    symbol = line.instrument.partition("@")[0]
    return f"{line.number}. {utc(line.key.ts)} {symbol} {side}: {made}"


def _notes(console: Console, found: Comparison, language: str) -> None:
    notes = list(_noted(found, language))
    if notes:
        put(console, Text(f"\n{say('Besides', language)}", style="bold"))
        for note in notes:
            put(console, Text(note))


def _noted(found: Comparison, language: str) -> Iterator[str]:
    """What happened to the bot that isn't a trade."""
    lived = found.lived
    for run in lived.runs[1:]:
        yield say("started again at {time}", language, time=utc(run.ts))
    for row, transfer in lived.transfers:
        yield _transferred(lived.panel.ts, row, transfer, language)
    for row, risk in lived.conditions:
        time = utc(int(lived.panel.ts[max(row, 0)]))
        yield say("{time}: {what}", language, time=time, what=risk.detail or risk.code)
    if lived.external:
        yield say("{count} orders of somebody else were seen", language, count=len(lived.external))
    if abs(found.elsewhere) >= 0.005:
        yield say(
            "{amount} of the difference is of no trade of the period: borrowing, or trades outside it",
            language,
            amount=signed(found.elsewhere),
        )


def _transferred(ts: Any, row: int, transfer: Transfer, language: str) -> str:
    amount = f"{float(transfer.amount):+,.8g} {transfer.currency}"
    text = "{time}: transfer of {amount}, neither gain nor loss"
    return say(text, language, time=utc(transfer.ts or int(ts[max(row, 0)])), amount=amount)


def _on_history(console: Console, found: Comparison, language: str) -> None:
    """The backtest on the bars seen against the one on downloaded ones."""
    data = found.data
    assert data is not None
    counts = {cause: sum(bar.cause is cause for bar in data.bars) for cause in DATA}
    put(console, Text(f"\n{say('The bars that the bot saw, and history', language)}", style="bold"))
    text = "{bars} bars: {changed} changed, {missing} late or missing, {extra} only seen live."
    put(
        console,
        Text(
            say(
                text,
                language,
                bars=len(found.lived.panel),
                changed=counts[Cause.CHANGED_BAR],
                missing=counts[Cause.MISSING_BAR],
                extra=counts[Cause.EXTRA_BAR],
            )
        ),
    )
    text = "On history the backtest ends at {history}, on the bars seen at {seen}."
    put(console, Text(say(text, language, seen=money(data.final[0]), history=money(data.final[1]))))
    _causes(console, data.lines, language)
    _trades(console, data.lines, ("seen", "history"), language)


DATA = (Cause.CHANGED_BAR, Cause.MISSING_BAR, Cause.EXTRA_BAR)


def _verdict(found: Comparison, language: str) -> str:
    count = sum(line.cause is Cause.UNEXPLAINED for line in found.lines)
    if found.data is not None:
        count += sum(line.cause is Cause.UNEXPLAINED for line in found.data.lines)
    if found.explained:
        return say("Every difference is explained.", language)
    return say("{count} trades differ without a known cause.", language, count=count)


def signed(amount: float) -> str:
    """Money with its sign."""
    return NONE if isnan(amount) else f"{amount:+,.2f}"


def _ticks(ticks: float) -> str:
    return NONE if isnan(ticks) else f"{ticks:+.4g}"


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Everything, as plain values. Money is account currency; ticks > 0 are worse than the backtest."""
    live, back = found.equity
    data = found.data
    ts = found.lived.panel.ts
    return {
        "explained": found.explained,
        "bars": len(found.lived.panel),
        "first": utc(int(ts[0])),
        "last": utc(int(ts[-1])),
        "trades": len(found.lines),
        "same": found.same,
        "made": {"live": live, "backtest": back, "elsewhere": found.elsewhere},
        "causes": _causes_json(found.lines),
        "lines": [_line_json(line, ("live", "backtest")) for line in found.lines],
        "starts": [utc(run.ts) for run in found.lived.runs],
        "transfers": [
            {"id": each.transfer_id, "currency": each.currency, "amount": float(each.amount)}
            for _, each in found.lived.transfers
        ],
        "conditions": [
            {"code": risk.code, "verdict": risk.verdict.value, "detail": risk.detail}
            for _, risk in found.lived.conditions
        ],
        "external_orders": [order.client_id for order in found.lived.external],
        "history": None
        if data is None
        else {
            "bars": [
                {
                    "time": utc(bar.ts), "instrument": found.subject.instruments[bar.instrument].id,
                    "cause": bar.cause.value, "what": bar.what, "seen": bar.seen, "history": bar.history,
                }
                for bar in data.bars
            ],
            "final": {"seen": data.final[0], "history": data.final[1]},
            "causes": _causes_json(data.lines),
            "lines": [_line_json(line, ("seen", "history")) for line in data.lines],
        },
    }  # fmt: skip


def _causes_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {"cause": cause.value, "trades": count, "ticks": ticks, "money": amount}
        for cause, count, ticks, amount in by_cause(lines)
    ]


def _line_json(line: Line, names: tuple[str, str]) -> dict[str, Any]:
    return {
        "number": line.number,
        "decided": utc(line.key.ts),
        "instrument": line.instrument,
        "strategy": line.strategy,
        names[0]: _round_json(line.live),
        names[1]: _round_json(line.back),
        "difference": line.difference,
        "cause": line.cause.value if line.cause is not None else "same",
        "findings": [
            {
                "cause": each.why.cause.value, "said": told(each.why, "en"), "ticks": each.ticks,
                "money": each.money, **{k: v for k, v in each.why.values.items() if k == "code"},
            }
            for each in line.findings
        ],
    }  # fmt: skip


def _round_json(one: Round | None) -> dict[str, Any] | None:
    if one is None:
        return None
    names = ("side", "lots", "entry", "exit", "pnl", "fees", "reason", "open")
    return {name: getattr(one, name) for name in names}
