"""What ``maemae data`` prints: the catalog's entries, what an import changed, what a check found."""

from collections import Counter
from collections.abc import Sequence
from typing import IO, Any

from market.catalog import Change
from market.findings import Finding
from market.reading.raw import moment_text
from market.stored import Entry
from market.timeframes import timeframe_text
from report.days import DAY, Calendar
from report.layout import plain_console, put, record_table
from report.words import retell, say

MOST = 20  # errors printed; JSON has all
FIRST = 3  # warnings of one kind printed of each instrument
File = IO[str] | None


def print_entries(
    entries: Sequence[Entry], language: str = "en", file: File = None, width: int | None = None
) -> None:
    """One line per file of the catalog, in the days of the instrument's sessions."""
    heads = ("instrument", "timeframe", "bars", "first", "last")
    rows = [
        [each.instrument.id, timeframe_text(each.timeframe), f"{each.bars:,}", *_span(each)]
        for each in entries
    ]
    _print_records(heads, rows, language, file, width)


def _span(entry: Entry) -> tuple[str, str]:
    """The first and last bar: days of days, else minutes."""
    calendar = Calendar(entry.instrument.timezone, entry.timeframe)
    said = calendar.day if entry.timeframe >= DAY else calendar.moment
    return said(entry.first), said(entry.last)


def print_changes(
    changes: Sequence[Change], language: str = "en", file: File = None, width: int | None = None
) -> None:
    """One line per instrument, then what its source was warned of."""
    heads = ("instrument", "timeframe", "added", "replaced", "unchanged", "bars")
    rows = [
        [each.entry.instrument.id, timeframe_text(each.entry.timeframe), f"{each.added:,}",
         f"{each.replaced:,}", f"{each.unchanged:,}", f"{each.entry.bars:,}"]
        for each in changes
    ]  # fmt: skip
    _print_records(heads, rows, language, file, width)
    warnings = [finding for each in changes for finding in each.warnings]
    if warnings:
        print_findings(warnings, language, file, width)


def _print_records(
    heads: Sequence[str], rows: Sequence[Sequence[str]], language: str, file: File, width: int | None
) -> None:
    console = plain_console(file, width)
    put(console, record_table([say(head, language) for head in heads], rows, console.width))


def print_findings(
    findings: Sequence[Finding], language: str = "en", file: File = None, width: int | None = None
) -> None:
    """Errors first; of each instrument the first warnings of a kind and how many more; then all counts."""
    console = plain_console(file, width)
    errors = [each for each in findings if each.severity == "error"]
    lines = [_finding(each, language) for each in errors[:MOST]]
    if len(errors) > MOST:
        lines.append(f"{say('and more', language)}: {len(errors) - MOST:,} (--json)")
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        if each.severity != "error":
            groups.setdefault((_whose(each), each.kind), []).append(each)
    for (whose, kind), group in groups.items():
        lines += [_finding(each, language) for each in group[:FIRST]]
        if len(group) > FIRST:
            more = say(
                "{kind}: {count} more, the last in row {row} (--json has all)", language,
                kind=say(kind, language), count=f"{len(group) - FIRST:,}", row=group[-1].row,
            )  # fmt: skip
            lines.append(f"{say('warning', language)}: {f'{whose}: ' if whose else ''}{more}")
    counts = Counter(each.kind for each in [*errors, *(each for group in groups.values() for each in group)])
    said = ", ".join(f"{say(kind, language)} {count:,}" for kind, count in counts.items())
    put(console, *lines, said or say("nothing found", language), soft_wrap=True)


def _finding(each: Finding, language: str) -> str:
    """error: AAA.csv: row 5: what is wrong."""
    whose = _whose(each)
    row = say("row {row}: ", language, row=each.row) if each.row else ""
    said = retell(each.message, language)
    return f"{say(each.severity, language)}: {f'{whose}: ' if whose else ''}{row}{said}"


def _whose(each: Finding) -> str:
    return each.source or each.instrument


def entry_json(entry: Entry) -> dict[str, Any]:
    """The entry as plain values."""
    return {
        "instrument": entry.instrument.id,
        "timeframe": timeframe_text(entry.timeframe),
        "bars": entry.bars,
        "first": moment_text(entry.first),
        "last": moment_text(entry.last),
        "path": str(entry.path),
    }


def change_json(change: Change) -> dict[str, Any]:
    """What an import did, as plain values."""
    return {
        **entry_json(change.entry),
        "added": change.added,
        "replaced": change.replaced,
        "unchanged": change.unchanged,
        "warnings": [finding_json(each) for each in change.warnings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """The finding as plain values; time None where it concerns the whole."""
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "instrument": finding.instrument,
        "source": finding.source,
        "row": finding.row,
        "time": moment_text(finding.ts) if finding.row else None,
        "message": finding.message,
    }
