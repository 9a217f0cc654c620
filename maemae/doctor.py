"""Everything that must be well before a bot trades: one line a check, each with what to do about it."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from brokers.contract import AccountReport, Venue
from brokers.registry import LS, names_of_keys
from live.keys import read_key
from live.telegram.settings import TOKEN_KEY
from maemae.compose_krx import AHEAD, calendar_of, doubt
from maemae.compose_live_market import venue_of
from maemae.compose_live_run import check_proof
from maemae.live_bot import LiveBot
from maemae.live_engine import check_pieces, keys_of
from market import krx
from market.errors import ConfigError, MaemaeError
from market.instruments import Instrument
from market.krx.clock import day_of
from records.journal import Journal
from records.journal_view import JournalView
from records.latch import KillLatch
from records.lock import holder_of

LEAST_FREE = 200_000_000  # bytes
TELEGRAM_S = 10.0


@dataclass(frozen=True)
class Finding:
    """ok: True = well, False = it must be mended, None = couldn't be judged, because something before isn't
    well. detail: what was found, with the remedy."""

    name: str
    ok: bool | None
    detail: str


async def examine(bot: LiveBot) -> list[Finding]:
    """All checks, in the order in which they depend on each other."""
    found = [*_here(bot)]
    if not bot.replays:
        found += await _venue(bot)
    if bot.profile.telegram is not None:
        found.append(await _telegram(bot))
    return found


# --- this machine


def _here(bot: LiveBot) -> Iterator[Finding]:
    yield _tried("profile", lambda: _profile(bot))
    if bot.real:
        yield _tried("keys", lambda: _keys(bot))
        yield _tried("proof", lambda: _proof(bot))
    if bot.profile.venue.use == LS:
        yield days_known(calendar_of(bot.profile.krx), time.time_ns())
    yield _tried("disk", lambda: _disk(_existing(bot.places.folder)))
    yield _tried("journal", lambda: _journal(bot))
    yield _tried("account lock", lambda: _lock(bot))
    yield _tried("kill latch", lambda: _latch(bot))


def _tried(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except (MaemaeError, OSError) as error:
        return Finding(name, False, str(error))


def _profile(bot: LiveBot) -> str:
    """Names and parameters; latch, keys and proof have lines of their own."""
    check_pieces(bot)
    return f"'{bot.profile.name}', {bot.mode} at {bot.profile.venue.use}"


def _keys(bot: LiveBot) -> str:
    keys_of(bot)
    names = names_of_keys(bot.profile.venue.use, bot.profile.venue.model_dump())
    return f"{names.key_env} and {names.secret_env} are set"


def _proof(bot: LiveBot) -> str:
    check_proof(bot.profile, bot.path)
    return "this code under these settings is verified"


def days_known(days: krx.Calendar, now: int) -> Finding:
    """Whether KRX's hours of the next weeks are known. No fault: a bot lives without them."""
    doubted = doubt(days, day_of(now))
    return Finding("days of KRX", None if doubted else True, doubted or f"known for {AHEAD} days")


def _existing(path: Path) -> Path:
    """The nearest folder that is there."""
    return path if path.exists() else _existing(path.parent)


def _disk(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise ConfigError(
            f"{free / 1e6:,.0f} MB are free at {folder}; expected {LEAST_FREE / 1e6:,.0f} MB. Free some, or "
            "set MAEMAE_STATE to a larger disk."
        )
    return f"{free / 1e9:,.1f} GB free"


def _journal(bot: LiveBot) -> str:
    """Proved by a transaction where nobody else writes."""
    path = bot.journal
    if not os.access(_existing(path.parent), os.W_OK):
        raise ConfigError(
            f"{_existing(path.parent)} can't be written. Make it writable, or set MAEMAE_STATE to another."
        )
    if not path.exists():
        return f"new: {path}"
    if holder_of(bot.places.lock) is None:
        with Journal.open(path, bot.account) as journal:
            return f"{journal.last:,} entries, writable"
    with JournalView.read(path) as view:
        return f"{view.last:,} entries, in use"


def _lock(bot: LiveBot) -> str:
    holder = holder_of(bot.places.lock) if bot.places.lock.exists() else None
    if holder is None:
        return "free"
    raise ConfigError(f"held by {holder}. Stop that one first: maemae stop {holder.profile}")


def _latch(bot: LiveBot) -> str:
    latched = KillLatch(bot.places.latch).read() if bot.places.latch.parent.exists() else None
    if latched is None:
        return "not set"
    raise ConfigError(f"{latched}. Release it: maemae kill {bot.path} --release")


# --- the venue


async def _venue(bot: LiveBot) -> list[Finding]:
    try:
        venue = venue_of(bot.profile)
    except MaemaeError as error:
        return [Finding("venue", False, str(error))]
    try:
        return await _met(bot, venue)
    finally:
        await venue.close()


async def _met(bot: LiveBot, venue: Venue) -> list[Finding]:
    use = venue.use
    venue.use = ()  # symbols are a check of their own
    try:
        await venue.connect()
    except MaemaeError as error:
        return [Finding("venue", False, str(error))]
    offset = (venue.now() - venue.clock()) / 1e9
    found = [
        Finding("venue", True, f"{venue.venue} answers" + (", the key may trade" if bot.real else "")),
        Finding("clock", True, f"{abs(offset):.2f} s from the venue's"),
    ]
    try:
        instruments = await venue.instruments(use)
    except MaemaeError as error:
        return [*found, Finding("symbols", False, str(error))]
    found.append(Finding("symbols", True, ", ".join(one.id for one in instruments)))
    found += await _prices(bot, venue, instruments)
    if bot.real:
        found += await _account(bot, venue, instruments)
        found.append(_stops(venue))
    return found


async def _prices(bot: LiveBot, venue: Venue, instruments: tuple[Instrument, ...]) -> list[Finding]:
    """Whether the sizing's usual order is one that the venue takes."""
    found = []
    for one in instruments:
        try:
            found.append(Finding(f"order size {one.id}", True, await _size(bot, venue, one)))
        except MaemaeError as error:
            found.append(Finding(f"order size {one.id}", False, str(error)))
    return found


async def _size(bot: LiveBot, venue: Venue, one: Instrument) -> str:
    now, minute = venue.now(), 60 * 10**9
    bars = await venue.bars(one.id, minute, now - 120 * minute, now)
    if not len(bars):
        return "no price in the last two hours: not judged"
    price = float(bars.close[-1]) * one.multiplier
    sizing, cash = bot.profile.sizing, bot.profile.cash
    stop = bot.profile.monitor.stop
    if sizing.use == "fixed":
        asks = sizing.quantity * price
    elif stop is not None:  # so much that no more than the risk is lost there
        asks = sizing.risk * cash / stop
    else:
        asks = sizing.notional * cash
    if sizing.max_notional is not None:
        asks = min(asks, sizing.max_notional * cash)
    least = max(one.min_notional, max(one.min_quantity, one.lot) * price)
    said = f"about {asks:,.2f} {one.quote}, the venue takes {least:,.2f} and more"
    if asks < least:
        raise ConfigError(
            f"an entry asks for {said}. Raise [sizing] quantity or notional, or cash ({cash:,.0f})."
        )
    return said


async def _account(bot: LiveBot, venue: Venue, instruments: tuple[Instrument, ...]) -> list[Finding]:
    try:
        report = await venue.account()
    except MaemaeError as error:
        return [Finding("account", False, str(error))]
    return [_rights(bot, report), _balance(bot, report, instruments), _leverage(bot)]


def _rights(bot: LiveBot, report: AccountReport) -> Finding:
    """The adapter has refused a key that may withdraw, unless the profile allows it."""
    if report.can_withdraw is None:
        return Finding("withdrawals", True, "the venue doesn't say whether the key may; look there")
    if report.can_withdraw:
        return Finding("withdrawals", True, "the key may withdraw, and the profile allows that")
    return Finding("withdrawals", True, "the key may not withdraw")


def _balance(bot: LiveBot, report: AccountReport, instruments: tuple[Instrument, ...]) -> Finding:
    quote, cash = instruments[0].quote, bot.profile.cash
    there = float(report.total.get(quote, 0))
    said = f"{there:,.2f} {quote} there, cash = {cash:,.2f} in the profile"
    if there + 1e-9 < cash:
        return Finding("balance", False, f"{said}. Lower cash, or bring money.")
    return Finding("balance", True, said)


def _leverage(bot: LiveBot) -> Finding:
    venue = bot.profile.venue
    if venue.leverage is None and venue.margin_mode is None:
        return Finding("leverage", True, "as the account stands; the profile sets none")
    return Finding(
        "leverage", True, f"set and read back: {venue.leverage or 'as is'}, {venue.margin_mode or 'as is'}"
    )


def _stops(venue: Venue) -> Finding:
    if venue.capabilities.resting_stops:
        return Finding("stops", True, "rest at the venue")
    return Finding("stops", True, "this venue keeps none: they are watched here, and only while the bot runs")


# --- people


async def _telegram(bot: LiveBot) -> Finding:
    settings = bot.profile.telegram
    assert settings is not None
    try:
        token = read_key(TOKEN_KEY, bot.places.folder)
    except MaemaeError as error:
        return Finding("telegram", False, str(error))
    if not token:
        return Finding(
            "telegram", False, f"{TOKEN_KEY} isn't set. Set it in the environment, .env or keyring."
        )
    return await _answers(settings.api, token)


async def _answers(api: str, token: str) -> Finding:
    import aiohttp

    began = time.monotonic()
    limit = aiohttp.ClientTimeout(total=TELEGRAM_S)
    try:
        address = f"{api.rstrip('/')}/bot{token}/getMe"
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(address) as reply:
            said = await reply.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return Finding(
            "telegram", False, f"{api} can't be reached ({type(error).__name__}). Trading goes on without it."
        )
    if not isinstance(said, dict) or not said.get("ok"):
        return Finding("telegram", False, f"{TOKEN_KEY} is refused. Ask @BotFather for a new one.")
    name = said.get("result", {}).get("username", "?")
    return Finding("telegram", True, f"@{name} answers in {time.monotonic() - began:.1f} s")
