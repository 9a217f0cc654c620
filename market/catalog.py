"""The catalog: bars kept as Parquet files by venue, symbol and timeframe, with their instrument's facts."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_field
from functools import partial
from pathlib import Path

from market.atomic import all_or_nothing
from market.bars import Panel
from market.checks import check, findings
from market.errors import ConfigError, DataError, nearest
from market.findings import Finding
from market.loaders import examine, fit, load_panel, oldest_first
from market.merge import merge
from market.reading.choice import VENUE, choose, read_parts
from market.reading.clock import Moment
from market.reading.sources import Sources, Wanted, source_text
from market.stored import Entry, entry_path, read_entry, read_raw, write_bars
from market.timeframes import parse_timeframe, timeframe_of, timeframe_text

Progress = Callable[[str, int, int], None]  # what, done, of how many


def data_home() -> Path:
    """$MAEMAE_DATA, else the user's data folder: $XDG_DATA_HOME/maemae or ~/.local/share/maemae."""
    own, shared = os.environ.get("MAEMAE_DATA"), os.environ.get("XDG_DATA_HOME")
    if own:
        return Path(own).expanduser()
    return (Path(shared) if shared else Path.home() / ".local" / "share") / "maemae"


@dataclass(frozen=True)
class Change:
    """What an import did to one instrument's bars. warnings: of the source, which didn't keep it out."""

    entry: Entry
    added: int
    replaced: int
    unchanged: int
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Catalog:
    """Bars under ``root``, ``<venue>/<symbol>/<timeframe>.parquet``; ``data_home() / "bars"`` by default."""

    root: Path = field(default_factory=lambda: data_home() / "bars")

    def import_file(
        self,
        source: Sources,
        *,
        instruments: Sequence[Wanted] = (),
        symbol: str | None = None,
        venue: str | None = None,
        timeframe: str | int | None = None,
        timezone: str | None = None,
        replace: bool = False,
        progress: Progress | None = None,
    ) -> tuple[Change, ...]:
        """Merge the source's bars into the catalog by time; arguments as for ``load_panel``.

        venue: of instruments that name none. Bars that differ from those stored are refused, unless
        ``replace``. Errors anywhere leave everything as it was; so does an interruption, up to the last
        step, which puts whole files in place one by one.
        """
        wanted = (symbol,) if symbol else tuple(instruments)
        asked = None if timeframe is None else parse_timeframe(timeframe)
        chosen = choose(read_parts(source, timezone), wanted, source_text(source), venue or VENUE)
        described = {each.id for each in wanted if not isinstance(each, str)}
        prepared = []
        for done, (instrument, raw) in enumerate(chosen):
            _tell(progress, f"check {instrument.id}", done, len(chosen))
            if timezone and instrument.id not in described:
                instrument = replace_field(instrument, timezone=timezone)
            ready = fit(raw)
            length = timeframe_of(ready.ts, ready.name, asked, ready.rows)
            prepared.append((instrument, ready, length, tuple(findings(oldest_first(raw)[0], length))))
        changes: list[Change] = []
        with all_or_nothing(self.root) as batch:
            for done, (instrument, raw, length, warnings) in enumerate(prepared):
                _tell(progress, f"write {instrument.id}", done, len(prepared))
                path = entry_path(self.root, instrument, length)
                stored = read_raw(path) if path.exists() else None
                if stored and instrument.id not in described:
                    instrument = read_entry(path).instrument
                merged = merge(stored, raw, f"{instrument.id} {timeframe_text(length)}", length, replace)
                entry = Entry.of(instrument, length, merged.raw, path)
                batch.write(path, partial(write_bars, entry, merged.raw))
                changes.append(Change(entry, merged.added, merged.replaced, merged.unchanged, warnings))
        _tell(progress, "done", len(prepared), len(prepared))
        return tuple(changes)

    def entries(self) -> tuple[Entry, ...]:
        """What there is, by venue, symbol and timeframe; only file heads are read. ``check`` names the files
        that can't be read, which are left out here."""
        return self._heads()[0]

    def _heads(self) -> tuple[tuple[Entry, ...], tuple[Finding, ...]]:
        """Entries, and a finding for every file that isn't one."""
        entries, broken = [], []
        for path in self.root.glob("*/*/*.parquet"):
            try:
                entries.append(read_entry(path))
            except DataError as error:
                broken.append(Finding("unreadable", "error", 0, 0, str(error)))
        entries.sort(key=lambda entry: (entry.instrument.venue, entry.instrument.symbol, entry.timeframe))
        return tuple(entries), tuple(broken)

    def load(
        self,
        instruments: Sequence[str] = (),
        *,
        timeframe: str | int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> Panel:
        """The bars of the named instruments (all without names) on one time axis, in the order named."""
        chosen = self.find(instruments, timeframe)
        lengths = sorted({entry.timeframe for entry in chosen})
        if len(lengths) > 1:
            listed = ", ".join(timeframe_text(length) for length in lengths)
            raise ConfigError(f"{self.root}: there are bars of {listed}; name one timeframe.")
        source = {entry.instrument: entry.path for entry in chosen}
        return load_panel(source, timeframe=lengths[0], since=since, until=until)

    def check(
        self,
        instruments: Sequence[str] = (),
        *,
        timeframe: str | int | None = None,
        progress: Progress | None = None,
    ) -> tuple[Finding, ...]:
        """Findings of every file, and of instruments of one venue and timeframe against each other."""
        every, broken = self._heads()
        chosen = self.find(instruments, timeframe) if every or not broken else ()
        found = list(() if instruments else broken)
        groups: dict[tuple[str, int], list[Entry]] = {}
        for done, entry in enumerate(chosen):
            _tell(progress, f"check {entry.instrument.id}", done, len(chosen))
            group = groups.setdefault((entry.instrument.venue, entry.timeframe), [])
            errors = [each for each in _examined(entry) if each.severity == "error"]
            found += errors
            if not errors:
                group.append(entry)
        for (_, length), group in groups.items():
            if group:
                source = {entry.instrument: entry.path for entry in group}
                found += check(load_panel(source, timeframe=length))
        _tell(progress, "done", len(chosen), len(chosen))
        return tuple(found)

    def find(self, instruments: Sequence[str] = (), timeframe: str | int | None = None) -> tuple[Entry, ...]:
        """Entries by SYMBOL or SYMBOL@venue and timeframe; DataError with what there is when one isn't."""
        every = self.entries()
        if not every:
            raise DataError(
                f"{self.root}: the catalog is empty. Import a file first: maemae data import FILE."
            )
        asked = None if timeframe is None else parse_timeframe(timeframe)
        chosen = (
            [entry for name in instruments for entry in _named(every, name)] if instruments else list(every)
        )
        fitting = [entry for entry in chosen if asked in (None, entry.timeframe)]
        kept = {entry.instrument.id for entry in fitting}
        lacking = next((entry for entry in chosen if entry.instrument.id not in kept), None)
        if lacking is not None and (instruments or not fitting):
            has = [timeframe_text(e.timeframe) for e in chosen if e.instrument.id == lacking.instrument.id]
            name = lacking.instrument.id
            raise DataError(f"{name}: no bars of {timeframe_text(asked or 0)}, only of {', '.join(has)}.")
        return tuple(fitting)


def _named(every: Sequence[Entry], name: str) -> list[Entry]:
    """Entries of SYMBOL, at one venue, or of SYMBOL@venue."""
    found = [entry for entry in every if name in (entry.instrument.id, entry.instrument.symbol)]
    ids = sorted({entry.instrument.id for entry in found})
    if len(ids) > 1:
        raise ConfigError(f"symbol '{name}' is traded at several venues; name one of {', '.join(ids)}.")
    if not found:
        known = {entry.instrument.id if "@" in name else entry.instrument.symbol for entry in every}
        raise DataError(f"symbol '{name}' isn't in the catalog. {nearest(name, known)}")
    return found


def _examined(entry: Entry) -> tuple[Finding, ...]:
    try:
        return examine({entry.instrument: entry.path}, timeframe=entry.timeframe)
    except DataError as error:
        return (Finding("unreadable", "error", 0, 0, str(error), entry.instrument.id),)


def _tell(progress: Progress | None, what: str, done: int, total: int) -> None:
    if progress is not None:
        progress(what, done, total)
