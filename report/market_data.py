"""What ``maemae data`` prints: the catalog's entries, what an import changed, what a check found."""

from collections import Counter
from collections.abc import Sequence
from typing import IO, Any

from market.catalog import Change
from market.findings import Finding
from market.reading.raw import moment_text
from market.stored import Entry
from market.timeframes import timeframe_text
from report.terminal import plain_console, plain_table
from report.words import say

MOST = 20  # findings printed; JSON has all


def print_entries(entries: Sequence[Entry], language: str = "en", file: IO[str] | None = None) -> None:
    """One line per file of the catalog."""
    names = ("timeframe", "bars", "first", "last")
    table = plain_table(say("instrument", language), *[say(name, language) for name in names])
    for each in entries:
        table.add_row(
            each.instrument.id, timeframe_text(each.timeframe), f"{each.bars:,}", moment_text(each.first),
            moment_text(each.last),
        )  # fmt: skip
    plain_console(file).print(table)


def print_changes(changes: Sequence[Change], language: str = "en", file: IO[str] | None = None) -> None:
    """One line per instrument, then what its source was warned of."""
    names = ("timeframe", "added", "replaced", "unchanged", "bars")
    table = plain_table(say("instrument", language), *[say(name, language) for name in names])
    for each in changes:
        table.add_row(
            each.entry.instrument.id, timeframe_text(each.entry.timeframe), f"{each.added:,}",
            f"{each.replaced:,}", f"{each.unchanged:,}", f"{each.entry.bars:,}",
        )  # fmt: skip
    plain_console(file).print(table)
    warnings = [finding for each in changes for finding in each.warnings]
    if warnings:
        print_findings(warnings, language, file)


def print_findings(findings: Sequence[Finding], language: str = "en", file: IO[str] | None = None) -> None:
    """Errors before warnings, the first of each in full, and how many there are of what."""
    console = plain_console(file)
    ordered = sorted(findings, key=lambda finding: finding.severity != "error")
    for each in ordered[:MOST]:
        console.print(f"{say(each.severity, language)}: {each}", soft_wrap=True)
    if len(ordered) > MOST:
        console.print(f"{say('and more', language)}: {len(ordered) - MOST:,} (--json)", soft_wrap=True)
    counts = Counter((each.severity, each.kind) for each in ordered)
    said = ", ".join(f"{kind} {count:,}" for (_, kind), count in counts.items())
    console.print(said or say("nothing found", language), soft_wrap=True)


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
        "row": finding.row,
        "time": moment_text(finding.ts) if finding.row else None,
        "message": finding.message,
    }
