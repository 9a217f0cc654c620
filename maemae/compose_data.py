"""Where a profile's bars come from: a file, the catalog, or the demo's stocks."""

from collections.abc import Callable
from pathlib import Path

from maemae.compose_panel import is_bare, only, refuse_repeats, shaped
from maemae.settings import MarketSettings, Profile
from market.bars import Panel
from market.errors import ConfigError
from market.loaders import between, load_panel, window
from market.reading.zones import zone_named
from market.timeframes import parse_timeframe, timeframe_text

DEMO = "demo"


def read_panel(profile: Profile, given: Panel | None = None) -> tuple[Panel, str, bool]:
    """The panel, what its source is called, and whether its instruments are described.

    given: bars that are in memory already; the profile then names no data, but may choose among them.
    An instrument is described when the profile has a table for it or its source knows more than its name;
    a bare file's volumes have no known unit, so nothing can be said of shares of them. Raises DataError or
    ConfigError, in one sentence, for whatever can't be read or isn't there.
    """
    for zone in (profile.market.timezone, *[each.timezone for each in profile.instruments.values()]):
        if zone is not None:
            zone_named(zone)  # refused before anything is read, whether or not the data need it
    refuse_repeats(profile.market.instruments, "market.instruments (--symbol)")
    panel, source = (
        _reader(profile.market)(profile.market) if given is None else _of_memory(profile.market, given)
    )
    told = [
        each.symbol in profile.instruments or each.id in profile.instruments for each in panel.instruments
    ]
    described = all(own or not is_bare(each) for own, each in zip(told, panel.instruments, strict=True))
    return shaped(panel, profile), source, described


def _reader(market: MarketSettings) -> Callable[[MarketSettings], tuple[Panel, str]]:
    if market.data and market.catalog:
        raise ConfigError(
            f"market.data = '{market.data}' and market.catalog = '{market.catalog}': expected one of them. "
            "Remove the other."
        )
    if not market.data:
        return _of_catalog
    return _of_demo if market.data == DEMO else _of_file


def _of_file(market: MarketSettings) -> tuple[Panel, str]:
    assert market.data is not None
    panel = load_panel(
        market.data,
        instruments=market.instruments,
        timeframe=market.timeframe,
        timezone=market.timezone,
        since=market.since,
        until=market.until,
    )
    return panel, market.data


def _of_catalog(market: MarketSettings) -> tuple[Panel, str]:
    from market.catalog import Catalog

    catalog = Catalog(Path(market.catalog).expanduser()) if market.catalog else Catalog()
    if market.catalog is None and not catalog.entries():
        raise ConfigError(
            f"no data are named and {catalog.root}, the catalog, is empty: give --data FILE or --data demo, "
            "or import a file first: maemae data import FILE."
        )
    panel = catalog.load(
        market.instruments, timeframe=market.timeframe, since=market.since, until=market.until
    )
    return panel, f"catalog {catalog.root}"


def _of_demo(market: MarketSettings) -> tuple[Panel, str]:
    from market import demo_data

    return _chosen(market, demo_data.load(), "the demo's bars"), demo_data.SOURCE


def _of_memory(market: MarketSettings, panel: Panel) -> tuple[Panel, str]:
    named = market.data or market.catalog
    if named:
        raise ConfigError(f"the bars were given, yet [market] names '{named}'; expected one of them.")
    return _chosen(market, panel, "the given bars"), "given bars"


def _chosen(market: MarketSettings, panel: Panel, what: str) -> Panel:
    """The instruments and days that the profile asks for."""
    if market.timeframe and parse_timeframe(market.timeframe) != panel.timeframe:
        raise ConfigError(
            f"market.timeframe = '{market.timeframe}': {what} are {timeframe_text(panel.timeframe)}. "
            "Leave it out, or give other data."
        )
    first, last = window(market.since, market.until, market.timezone)
    return between(only(panel, market.instruments), first, last, what)
