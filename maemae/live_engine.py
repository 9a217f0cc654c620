"""The engine's process: locks, journal, one life after another until somebody ends it."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from brokers.contract import Capabilities
from brokers.keys import Keys
from brokers.registry import keys_named, needs_key
from filters.registry import load_filter
from live.columns import held_still, staying
from live.host import Hosted, host
from live.logs import Logs, start_logging
from live.redaction import Redactor
from maemae.app_key import lock_of
from maemae.compose import load_strategies
from maemae.compose_live import Outside, assemble
from maemae.compose_live_market import Market, instruments_of, replayed, streamed, timeframe_of, venue_of
from maemae.compose_live_run import check_proof
from maemae.compose_risk import risk_limits
from maemae.live_bot import LiveBot
from maemae.live_bots import read_bot, remember
from market.errors import ConfigError, DataError, MaemaeError
from records.journal import Journal
from records.latch import KillLatch
from records.lock import hold_account

_LOG = logging.getLogger(__name__)


def check_bot(bot: LiveBot) -> None:
    """Everything that can be wrong before the network is asked. Raises ConfigError or DataError."""
    check_pieces(bot)
    keys_of(bot)
    latch = bot.places.latch
    latched = KillLatch(latch).read() if latch.parent.exists() else None
    if latched is not None:
        raise ConfigError(
            f"{latched}. Nothing was started. When all is well, release it: maemae kill {bot.path} --release"
        )
    if bot.real:
        check_proof(bot.profile, bot.path)


def check_pieces(bot: LiveBot) -> None:
    """Names and parameters of everything that the profile puts together."""
    profile = bot.profile
    load_strategies(profile)
    for each in profile.filters:
        load_filter(each.use, each.parameters)
    if not bot.replays:
        _check_stops(bot, venue_of(profile, signed=False).capabilities)
        timeframe_of(profile)
        risk_limits(profile.risk, instruments_of(profile))


def _check_stops(bot: LiveBot, venue: Capabilities) -> None:
    """Stops that only this process watches are for those who said so."""
    if bot.real and not venue.resting_stops and not bot.profile.live.local_stops:
        raise ConfigError(
            f"{bot.profile.venue.use} keeps no stop orders: positions would be protected only while this bot "
            "runs. Nothing was started. Say local_stops = true in [live] to trade all the same, or choose "
            "another venue."
        )


def keys_of(bot: LiveBot) -> Keys:
    """The venue's keys; none in paper mode, where it needs none. Raises ConfigError for those that a live bot
    lacks."""
    venue = bot.profile.venue
    if not bot.real and not needs_key(venue.use):
        return Keys()
    keys = keys_named(venue.use, venue.model_dump())
    if not keys:
        raise ConfigError(
            f"mode = 'live' at {venue.use} needs keys: name their environment variables as key_env and "
            "secret_env in [venue]."
        )
    return keys


def secrets_of(bot: LiveBot) -> tuple[str, ...]:
    """What must never be printed."""
    keys = keys_of(bot)
    return tuple(each for each in (keys.key, keys.secret, keys.password) if each)


def run_engine(bot: LiveBot) -> int:
    """Trade until somebody ends it. 0: ended as asked, 1: it died, and may be started again.

    Raises ConfigError or DataError for what starting again won't mend.
    """
    check_bot(bot)
    bot.places.make()
    redactor = Redactor(secrets_of(bot))
    logs = start_logging(redactor, bot.places.log / "engine.jsonl", bot.profile.live.log_level)
    try:
        with held(bot):
            remember(bot)
            return _lives(bot, redactor, logs)
    except (ConfigError, DataError) as error:
        _LOG.critical("%s", error)
        raise
    except MaemaeError as error:
        _LOG.critical("%s", error)
        print(f"maemae: {redactor.text(str(error))}", file=sys.stderr)
        return 1
    except Exception:
        _LOG.critical("the engine died", exc_info=True)
        return 1
    finally:
        logs.close()


@contextmanager
def held(bot: LiveBot) -> Iterator[None]:
    """The account's only writer: by its name, and by its key, whatever the profile calls it."""
    with ExitStack() as stack:
        stack.enter_context(hold_account(bot.places.lock, bot.profile.name, wait_s=1.0))
        key = keys_of(bot).key
        if key:
            stack.enter_context(hold_account(lock_of(key, bot.places), bot.profile.name, wait_s=1.0))
        yield


def _lives(bot: LiveBot, redactor: Redactor, logs: Logs) -> int:
    """A profile that is read again begins a new life on the same journal."""
    while True:
        with Journal.open(bot.journal, bot.account) as journal:
            try:
                again = asyncio.run(_live(bot, journal, redactor, logs))
            finally:
                fill_tables(journal)
        if not again:
            return 0
        bot = read_bot(bot.path, bot.profile.market.data if bot.replays else None, bot.pace_s)


def fill_tables(journal: Journal) -> None:
    """Bring the tables beside the journal up to date. They can be made anew: trouble is only logged."""
    from records.projection import project
    from records.store import default_store, open_store

    try:
        store = open_store(default_store(journal.path))
        try:
            project(journal, store)
        finally:
            store.dispose()
    except MaemaeError as error:
        _LOG.error("the tables weren't brought up to date: %s", error)


async def _live(bot: LiveBot, journal: Journal, redactor: Redactor, logs: Logs) -> bool:
    """One life; whether another is wanted."""

    async def wrong_profile() -> str:
        stays = staying(hosted.bot.engine.session)
        return await asyncio.to_thread(why_not, bot, stays)

    outside = Outside(redactor, logs.newest, wrong_profile)
    hosted = await wired(bot, await market_of(bot), journal, outside)
    await host(hosted)
    return hosted.bot.reloading


async def wired(bot: LiveBot, market: Market, journal: Journal, outside: Outside) -> Hosted:
    """As ``assemble``; a venue whose bot can't begin isn't left open."""
    try:
        return assemble(bot, market, journal, outside)
    except BaseException:
        if market.venue is not None:
            await market.venue.close()
        raise


async def market_of(bot: LiveBot) -> Market:
    """The market of the profile: bars that are there already, or a venue that is connected now."""
    if bot.replays:
        return replayed(bot.profile)
    venue = venue_of(bot.profile)
    await venue.connect()
    try:
        return await streamed(bot.profile, venue)
    except BaseException:
        await venue.close()
        raise


def why_not(bot: LiveBot, stays: dict[str, str]) -> str:
    """Why the profile can't be read again, "" = it can. The account stays what it is. stays: what must, by
    id, and why."""
    try:
        new = read_bot(bot.path, bot.profile.market.data if bot.replays else None, bot.pace_s)
        if (new.profile.name, new.account, new.mode) != (bot.profile.name, bot.account, bot.mode):
            return "name, account and mode are the bot's own: stop it, and start the other"
        check_bot(new)
        names = stays if bot.replays else instruments_of(new.profile)  # a replay's are its data's
        for name in stays.keys() - set(names):
            return held_still(name, stays[name])
    except MaemaeError as error:
        return str(error)
    return ""
