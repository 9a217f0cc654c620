"""What ``maemae compare`` does. Imported when it runs, never before."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from backtest.files import check_output
from backtest.output import write_json
from brokers.registry import needs_key
from desk.pipeline import Pipeline
from filters.registry import load_filter
from live.compare import Subject, compare
from live.compare_report import comparison_json, print_comparison
from live.control.client import ControlClient
from live.control.errors import EngineDown
from live.control.places import Places
from maemae.app_key import check_unused
from maemae.compose import load_strategies, strategy_names
from maemae.compose_data import read_panel
from maemae.compose_live_market import Market, market_at, replayed, streamed, venue_of
from maemae.compose_live_run import manifest_of
from maemae.live_bot import LiveBot
from maemae.live_bots import read_bot
from maemae.live_engine import keys_of
from maemae.progress import Progress
from maemae.settings import Profile
from market.bars import Panel
from market.errors import ConfigError
from market.loaders import window
from records.journal_view import JournalView

CATALOG = "catalog"  # the data of --data that are no file
EVER = 2**63 - 1  # ns UTC: nothing is later


@dataclass(frozen=True)
class Wanted:
    """What the command line asked for."""

    profile: Path
    journal: Path | None = None
    account: str | None = None
    data: str | None = None
    since: str | None = None
    until: str | None = None
    language: str | None = None


def run_compare(wanted: Wanted, out: str | None) -> int:
    """0 when every difference is explained, 1 when one isn't."""
    if wanted.journal and wanted.account:
        raise ConfigError("--journal and --account both name a journal; expected one of them.")
    check_output(out)
    bot = read_bot(wanted.profile)
    language = wanted.language or bot.profile.language
    with Progress(language=language) as stage:
        stage("Reading what the instruments are")
        with JournalView.read(journal_of(bot, wanted)) as journal:
            market = market_of(bot, wanted)
            history = _history(bot.profile, wanted)
            stage("Replaying the journal through the backtest")
            found = compare(journal.entries(), subject_of(bot.profile, market, wanted), history)
    if out is not None:
        write_json(comparison_json(found), out)
    if out != "-":
        print_comparison(found, bot.profile.name, language)
    return 0 if found.explained else 1


def market_of(bot: LiveBot, wanted: Wanted) -> Market:
    """What is traded, on which terms: as the data say for a bot on a replay, else as the venue says now."""
    if bot.replays:
        profile = bot.profile if wanted.data is None else _on(bot.profile, wanted.data)
        return replayed(profile)
    return asyncio.run(_asked(bot))


async def _asked(bot: LiveBot) -> Market:
    """The terms of a bot that runs are its own; else the venue's, by its key where it says nothing without:
    there a bot that runs must be asked, as a new token would end its."""
    profile, keyed = bot.profile, needs_key(bot.profile.venue.use)
    try:
        async with ControlClient(bot.places.socket) as engine:
            return market_at(profile, venue_of(profile, signed=False), await engine.terms())
    except EngineDown:
        venue = venue_of(profile, signed=keyed)
    if keyed:
        check_unused(keys_of(bot))
    await venue.connect()
    try:
        return await streamed(profile, venue)
    finally:
        await venue.close()


def _history(profile: Profile, wanted: Wanted) -> Panel | None:
    return None if wanted.data is None else read_panel(_on(profile, wanted.data))[0]


def _on(profile: Profile, data: str) -> Profile:
    """The profile with other bars, all of them."""
    told: dict[str, str | None] = {"data": data, "catalog": None, "since": None, "until": None}
    if data == CATALOG:
        told = {"data": None, "since": None, "until": None}
    return profile.model_copy(update={"market": profile.market.model_copy(update=told)})


def journal_of(bot: LiveBot, wanted: Wanted) -> Path:
    """Which journal is meant."""
    if wanted.journal is not None:
        return wanted.journal
    if wanted.account is not None:
        bot = replace(bot, places=Places.of(bot.profile.name, wanted.account))
    return bot.journal


def subject_of(profile: Profile, market: Market, wanted: Wanted) -> Subject:
    """What would run now, to lay the journal against."""
    strategies = tuple(zip(strategy_names(profile), load_strategies(profile), strict=True))
    filters = tuple(load_filter(each.use, each.parameters) for each in profile.filters)
    pipeline = Pipeline(strategies, filters, market.rules)
    manifest = manifest_of(profile, market, pipeline)
    configs = {manifest.config}
    if wanted.data is not None:  # a replay of these bars was run with them in its settings
        configs.add(manifest_of(_on(profile, wanted.data), market, pipeline).config)
    first, last = window(wanted.since, wanted.until, profile.market.timezone)
    return Subject(
        pipeline,
        market.instruments,
        strategy_names(profile),
        manifest.code,
        frozenset(configs),
        0 if first is None else first,
        EVER if last is None else last,
    )
