"""Which of a source's bars are asked for, and which instrument each of them is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from market.bars import PRICES
from market.errors import DataError, nearest
from market.instruments import Instrument
from market.reading.raw import RawBars
from market.reading.series import read_series
from market.reading.sources import Sources, Wanted, tables

VENUE = "file"  # of instruments whose venue nothing says
_TICKER = re.compile(r"[A-Z][A-Z0-9.\-]*|\d{6}")


@dataclass(frozen=True, eq=False)
class Part:
    """Bars under the symbol (or id) their source gives them. sure: False when that is only a file's name
    that doesn't look like a ticker, such as bars_1m.csv. told: False when it is any file's name."""

    symbol: str
    raw: RawBars
    sure: bool = True
    described: Instrument | None = None  # by a mapping's key
    told: bool = True


def read_parts(sources: Sources, timezone: str | None = None) -> list[Part]:
    """All bars of all sources."""
    parts: list[Part] = []
    for key, table in tables(sources):
        described = key if isinstance(key, Instrument) else None
        name = described.id if described else str(key or "")
        found = read_series(table, timezone)
        if list(found) == [""]:
            symbol = name or table.stem
            sure = bool(name or _TICKER.fullmatch(symbol))
            parts.append(Part(symbol, found[""], sure, described, told=bool(name)))
        elif not name:
            parts += [Part(symbol, raw) for symbol, raw in found.items()]
        else:
            inside = next((symbol for symbol in found if same_name(symbol, name)), None)
            if inside is None:
                raise DataError(f"{table.name}: symbol '{name}' isn't there. {nearest(name, found)}")
            parts.append(Part(name, found[inside], True, described))
    return parts


def choose(
    parts: Sequence[Part], wanted: Sequence[Wanted], source: str, venue: str = VENUE
) -> list[tuple[Instrument, RawBars]]:
    """The instruments asked for, in that order, with their bars; all of them when nothing is asked for.

    One name asked of bars that nothing names (no symbol column, a file called bars_1m.csv) names them, and so
    it does those of a single file without a symbol column, whatever that is called.
    Bars of one instrument from several sources become one series.
    """
    if not wanted:
        named = [(part.described or instrument_of(part.symbol, venue), part.raw) for part in parts]
        return _joined(named)
    found: list[tuple[Instrument, RawBars]] = []
    for each in wanted:
        key = each if isinstance(each, str) else each.id
        fitting = [part for part in parts if same_name(part.symbol, key)]
        if not fitting and len(wanted) == 1 and _nameless(parts):
            fitting = list(parts)
        if not fitting:
            raise DataError(
                f"{source}: symbol '{key}' isn't there. {nearest(key, {part.symbol for part in parts})}"
            )
        for part in fitting:
            plain = part.described or instrument_of(part.symbol if "@" in part.symbol else key, venue)
            found.append((each if isinstance(each, Instrument) else plain, part.raw))
    return _joined(found)


def _nameless(parts: Sequence[Part]) -> bool:
    """Whether nothing but, at most, one file's name says what these bars are of."""
    return not any(part.sure for part in parts) or (len(parts) == 1 and not parts[0].told)


def instrument_of(name: str, venue: str) -> Instrument:
    """The plain instrument of SYMBOL or SYMBOL@venue."""
    return Instrument(name if "@" in name else f"{name}@{venue}")


def same_name(symbol: str, key: str) -> bool:
    """True when a source's symbol is the SYMBOL or SYMBOL@venue asked for; BTCUSDT_2024-05 is BTCUSDT."""
    bare = key.split("@", 1)[0]
    if symbol in (key, bare) or symbol.split("@", 1)[0] == key:
        return True
    return symbol.startswith(bare) and symbol[len(bare)] in "_- ." and "@" not in symbol


def _joined(named: Sequence[tuple[Instrument, RawBars]]) -> list[tuple[Instrument, RawBars]]:
    """One entry per instrument; its parts in order of time."""
    groups: dict[str, list[tuple[Instrument, RawBars]]] = {}
    for instrument, raw in named:
        groups.setdefault(instrument.id, []).append((instrument, raw))
    return [(group[0][0], _one_after_another([raw for _, raw in group])) for group in groups.values()]


def _one_after_another(parts: list[RawBars]) -> RawBars:
    """Several files of one instrument, which must not overlap."""
    if len(parts) == 1:
        return parts[0]
    ordered = sorted(parts, key=lambda raw: int(raw.ts.min()))
    for before, after in pairwise(ordered):
        if after.ts.min() <= before.ts.max():
            raise DataError(f"{after.name} begins before {before.name} ends. Give every bar once.")
    fields = {name: np.concatenate([getattr(raw, name) for raw in ordered]) for name in ("ts", *PRICES)}
    rows = np.concatenate([np.arange(len(raw)) if raw.rows is None else raw.rows for raw in ordered])
    return RawBars(" + ".join(raw.name for raw in ordered), rows=rows, **fields)
