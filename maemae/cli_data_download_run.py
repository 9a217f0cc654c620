"""What ``maemae data download`` does. Imported when it runs, never before."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backtest.files import check_output
from backtest.output import write_json
from brokers.registry import LS, keys_named, needs_key, open_venue
from maemae.app_key import check_unused
from maemae.cli_words import retell, tell
from maemae.compose_krx import calendar_in
from maemae.progress import Progress
from market import krx
from market.catalog import Catalog, Change
from market.errors import ConfigError
from market.loaders import window
from market.reading.raw import moment_text
from market.timeframes import parse_timeframe, timeframe_text
from report.market_data import change_json, print_changes


def run_download(
    symbols: Sequence[str],
    venue: str,
    timeframe: str,
    since: str,
    until: str | None,
    *,
    folder: Path | None,
    settings: Mapping[str, Any],
    profile: Path | None,
    out: str | None,
    language: str,
) -> int:
    """0 when every symbol's bars are there, 1 when the venue has none of one. settings: of [venue]. profile:
    whose [krx] holds."""
    check_output(out)
    length = parse_timeframe(timeframe)
    start, end = window(since, until, None)
    assert start is not None
    catalog = Catalog(folder.expanduser()) if folder else Catalog()
    names = [_named(symbol, venue) for symbol in dict.fromkeys(symbols)]
    days = calendar_in(profile)
    with Progress(language=language) as stage:
        stage(retell(f"Connecting to {venue}", language))
        found = asyncio.run(_download(names, venue, settings, days, length, start, end, catalog, stage))
    changes = [change for change in found.values() if change is not None]
    empty = [name for name, change in found.items() if change is None]
    told: dict[str, Any] = {"catalog": str(catalog.root), "changes": [change_json(each) for each in changes]}
    told["empty"] = empty
    if out is not None:
        write_json(told, out)
    if out != "-":
        print_changes(changes, language)
        for name in empty:
            sentence, time = "{symbol}: {venue} has no bars of {length} since {time}.", moment_text(start)
            print(
                tell(sentence, language, symbol=name, venue=venue, length=timeframe_text(length), time=time)
            )
    return 1 if empty else 0


def _named(symbol: str, venue: str) -> str:
    name, at, where = symbol.partition("@")
    if at and where != venue:
        raise ConfigError(f"symbol '{symbol}' names the venue '{where}', --venue is '{venue}'. Drop one.")
    return f"{name}@{venue}"


async def _download(
    names: Sequence[str],
    venue: str,
    settings: Mapping[str, Any],
    days: krx.Calendar,
    length: int,
    start: int,
    end: int | None,
    catalog: Catalog,
    stage: Progress,
) -> dict[str, Change | None]:
    from brokers.download import Download

    given = {name: value for name, value in settings.items() if value is not None}
    if needs_key(venue):
        check_unused(keys_named(venue, given))
    more: dict[str, Any] = {"days": days} if venue == LS else {}
    broker = open_venue(venue, given, use=tuple(names), **more)
    try:
        await broker.connect()
        found: dict[str, Change | None] = {}
        for instrument in await broker.instruments(names):

            def tell(reached: int, first: int, last: int, name: str = instrument.id) -> None:
                share = 100 * (reached - first) // max(last - first, 1)
                stage(f"{name} {timeframe_text(length)}: {moment_text(reached)} ({share} %)")

            task = Download(broker, catalog, instrument, length, tell)
            found[instrument.id] = await task.run(start, broker.now() if end is None else end)
        return found
    finally:
        await broker.close()
