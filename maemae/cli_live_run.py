"""What ``live`` and ``supervise`` do. Imported when one runs, never before."""

import asyncio
import sys
from pathlib import Path

from maemae.cli_words import tell
from maemae.compose_live_market import venue_of
from maemae.live_bot import LiveBot
from maemae.live_bots import read_bot
from maemae.live_engine import check_bot, run_engine
from maemae.live_supervised import supervise
from market.errors import ConfigError, MaemaeError
from records.lock import AccountHeld, holder_of


def run_live(
    profile: Path,
    data: str | None,
    pace_s: float,
    engine_only: bool | None,
    yes_i_know: str | None,
    language: str | None = None,
) -> int:
    """The engine, under a supervisor unless it is a replay or said otherwise."""
    bot = read_bot(profile, data, pace_s)
    if bot.replays if engine_only is None else engine_only:
        confirm(bot, yes_i_know, language)
        return run_engine(bot)
    return run_supervise(profile, data, pace_s, False, yes_i_know, language, start=True)


def run_supervise(
    profile: Path,
    data: str | None,
    pace_s: float,
    attach: bool,
    yes_i_know: str | None,
    language: str | None = None,
    start: bool = False,
) -> int:
    """start: though it was stopped or killed before; else that holds."""
    bot = read_bot(profile, data, pace_s)
    if attach:
        return supervise(bot, True)
    check_bot(bot)
    confirm(bot, yes_i_know, language)
    _refuse_held(bot)
    asyncio.run(_meet_venue(bot, language or bot.profile.language))
    options = [] if data is None else ["--data", data]
    options += ["--pace", repr(pace_s)] if pace_s else []
    options += ["--yes-i-know", bot.account] if bot.real else []
    return supervise(bot, False, options, start)


def confirm(bot: LiveBot, said: str | None, language: str | None = None) -> None:
    """Real money needs the account's name, typed or given. Raises ConfigError."""
    if not bot.real:
        return
    if said is None and sys.stdin.isatty():
        spoken, venue = language or bot.profile.language, bot.profile.venue.use
        warning = "'{name}' will trade real money at {venue}."
        print(tell(warning, spoken, name=bot.profile.name, venue=venue), file=sys.stderr)
        said = input(
            tell("Type the account's name, {account}, to go on: ", spoken, account=bot.account)
        ).strip()
    if said is None:
        raise ConfigError(
            f"'{bot.profile.name}' trades real money, and nobody is here to confirm it. Nothing was started. "
            f"Add: --yes-i-know {bot.account} (or set MAEMAE_YES_I_KNOW={bot.account})"
        )
    if said != bot.account:
        raise ConfigError(f"'{said}' isn't the account's name, {bot.account}. Nothing was started.")


def _refuse_held(bot: LiveBot) -> None:
    """Said now rather than by an engine that can't start; a supervisor takes on its own bot's engine."""
    holder = holder_of(bot.places.lock)
    if holder is not None and holder.profile != bot.profile.name:
        raise AccountHeld(bot.places.lock, holder)


async def _meet_venue(bot: LiveBot, language: str) -> None:
    """Wrong keys, symbols and clocks are said before anything is started; a venue that is down may come."""
    if bot.replays:
        return
    venue = venue_of(bot.profile)
    try:
        await venue.connect()
    except ConfigError:
        raise
    except MaemaeError as error:
        print(f"maemae: {error} {tell('The engine goes on asking.', language)}", file=sys.stderr)
    finally:
        await venue.close()
