"""What the data commands do. Imported when one runs, never before."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from backtest.files import check_output
from backtest.output import write_json
from maemae.compose_contracts import contract_of
from maemae.compose_data import DEMO
from maemae.compose_panel import only, refuse_repeats
from maemae.progress import Progress
from market.catalog import Catalog
from market.errors import ConfigError
from market.findings import Finding
from market.reading.choice import VENUE
from market.reading.sources import Wanted
from market.reading.zones import zone_named
from report.market_data import (
    change_json,
    entry_json,
    finding_json,
    print_changes,
    print_entries,
    print_findings,
)
from report.words import say


def run_import(
    files: Sequence[Path],
    folder: Path | None,
    out: str | None,
    language: str,
    *,
    symbols: Sequence[str] = (),
    venue: str | None = None,
    contract: str | None = None,
    timeframe: str | None = None,
    timezone: str | None = None,
    replace: bool = False,
) -> int:
    """Merge the files into the catalog; 0 when they are in."""
    check_output(out)
    _check_zone(timezone)
    refuse_repeats(symbols, "--symbol")
    catalog = _catalog(folder)
    with Progress(language=language) as stage:
        stage("Reading data")
        changes = catalog.import_file(
            list(files),
            instruments=_wanted(symbols, venue, contract),
            venue=venue,
            timeframe=timeframe,
            timezone=timezone,
            replace=replace,
            progress=_told(stage),
        )
    found = {"catalog": str(catalog.root), "changes": [change_json(each) for each in changes]}
    _tell(found, out, lambda: print_changes(changes, language))
    return 0


def run_list(folder: Path | None, out: str | None, language: str) -> int:
    """What the catalog holds."""
    check_output(out)
    catalog = _catalog(folder)
    entries = catalog.entries()
    if not entries and out != "-":
        said = "{folder}: the catalog is empty. Import a file first: maemae data import FILE."
        print(say(said, language, folder=catalog.root))
    found = {"catalog": str(catalog.root), "entries": [entry_json(each) for each in entries]}
    _tell(found, out, lambda: print_entries(entries, language) if entries else None)
    return 0


def run_check(
    source: str | None,
    folder: Path | None,
    out: str | None,
    language: str,
    *,
    symbols: Sequence[str] = (),
    timeframe: str | None = None,
    timezone: str | None = None,
) -> int:
    """Everything odd in a file or in the catalog; 1 when some of it can't be used."""
    check_output(out)
    _check_zone(timezone)
    refuse_repeats(symbols, "--symbol")
    if source is not None and folder is not None:
        raise ConfigError(f"check {source} or --catalog {folder}, not both at once.")
    with Progress(language=language) as stage:
        stage("Checking data")
        findings = _findings(source, folder, symbols, timeframe, timezone, _told(stage))
    errors = sum(each.severity == "error" for each in findings)
    found = {
        "ok": errors == 0,
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [finding_json(each) for each in findings],
    }
    _tell(found, out, lambda: print_findings(findings, language))
    return 1 if errors else 0


def _findings(
    source: str | None,
    folder: Path | None,
    symbols: Sequence[str],
    timeframe: str | None,
    timezone: str | None,
    told: Callable[[str, int, int], None],
) -> tuple[Finding, ...]:
    if source is None:
        return _catalog(folder).check(symbols, timeframe=timeframe, progress=told)
    if source == DEMO:
        from market import demo_data
        from market.checks import check

        return check(only(demo_data.load(), symbols))
    from market.loaders import examine

    return examine(source, instruments=tuple(symbols), timeframe=timeframe, timezone=timezone)


def _catalog(folder: Path | None) -> Catalog:
    return Catalog(folder.expanduser()) if folder else Catalog()


def _wanted(symbols: Sequence[str], venue: str | None, contract: str | None) -> tuple[Wanted, ...]:
    """The instruments to import, with their exchange's facts where ``contract`` names them."""
    if contract is None:
        return tuple(symbols)
    if not symbols:
        raise ConfigError(f"--contract {contract} describes the instruments of --symbol; name at least one.")
    named = [symbol.partition("@") for symbol in symbols]
    return tuple(contract_of(contract, symbol, at or venue or VENUE) for symbol, _, at in named)


def _check_zone(timezone: str | None) -> None:
    """Refuse a zone that isn't one, whether or not the data need it."""
    if timezone is not None:
        zone_named(timezone)


def _told(stage: Progress) -> Callable[[str, int, int], None]:
    """The catalog's progress as a line of ours."""
    return lambda what, done, total: stage(
        f"{what[:1].upper()}{what[1:]} ({min(done + 1, total)} of {total})"
    )


def _tell(found: dict[str, Any], out: str | None, show: Callable[[], None]) -> None:
    """JSON where asked, else what people read."""
    if out is not None:
        write_json(found, out)
    if out != "-":
        show()
