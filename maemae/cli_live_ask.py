"""What steers a bot from the command line. Imported when a command runs, never before."""

import asyncio
import contextlib
import os
import signal
import time
from datetime import UTC, datetime
from typing import Any

from backtest.files import check_output
from live.control.answers import Code, Done, Health, OrderLine, Position, Status
from live.control.client import ControlClient, ask
from live.control.errors import EngineDown
from live.control.keeper import KillReport
from live.pause import Pause
from maemae.cli_words import retell, tell
from maemae.live_bots import Known, known_bot, known_bots, language_of, read_bot, who
from market.errors import ConfigError
from records.codec import to_json
from records.latch import KillLatch
from records.lock import holder_of

STOP_S = 40.0


def run_status(asked: str | None, out: str | None, language: str | None = None) -> int:
    """One bot, or all that have run here. 0: all of them run and are well."""
    check_output(out)
    bots = [known_bot(asked)] if asked is not None else known_bots()
    found = [asyncio.run(_found(bot)) for bot in bots]
    if out is not None:
        from backtest.output import write_json  # brings the desk's compiler along

        write_json({"bots": found}, out)
    if out != "-":
        for bot, each in zip(bots, found, strict=True):
            print("\n".join(_lines(each, language_of(bot, language))))
        if not found:
            print(tell("No bot has run here yet: maemae live PROFILE.toml", language or "en"))
    return 0 if found and all(each["running"] and each["ok"] for each in found) else 1


async def _found(bot: Known) -> dict[str, Any]:
    found: dict[str, Any] = {"name": bot.name, "running": False, "ok": False}
    latched = KillLatch(bot.places.latch).read() if bot.places.folder.is_dir() else None
    found["killed"] = str(latched) if latched is not None else ""
    supervisor = holder_of(bot.places.folder / "supervisor.lock")
    found["supervisor"] = supervisor.pid if supervisor is not None else None
    try:
        async with ControlClient(bot.places.socket) as client:
            status, health = await client.status(), await client.health()
            positions, orders = await client.positions(), await client.orders()
    except EngineDown as error:
        return {**found, "why": str(error)}
    return {
        **found,
        "running": True,
        "ok": health.ok,
        "status": to_json(status, Status),
        "health": to_json(health, Health),
        "positions": [to_json(each, Position) for each in positions],
        "orders": [to_json(each, OrderLine) for each in orders],
    }


def _lines(found: dict[str, Any], language: str) -> list[str]:
    name = found["name"]
    if not found["running"]:
        if found["killed"]:
            return [f"{name}: {retell(found['killed'], language)}"]
        return [tell("{name}: not running", language, name=name)]
    head, money = _head(found["status"], found["health"], language)
    lines = [f"{name}: {head}", money]
    reasons = [retell(each, language) for each in found["status"]["reasons"]]
    lines += [tell("because: {reason}", language, reason=each) for each in reasons]
    lines += [_position(each, language) for each in found["positions"]]
    lines += [_order(each, language) for each in found["orders"]]
    lines += [_unwell(each, language) for each in found["health"]["checks"] if not each["ok"]]
    return [lines[0], *(f"  {line}" for line in lines[1:])]


def _head(status: dict[str, Any], health: dict[str, Any], language: str) -> tuple[str, str]:
    """What it does, and with how much."""
    does = tell(
        "{activity}, {mode} at {venue}, process {pid}, version {version}",
        language,
        activity=tell(status["activity"], language),
        mode=tell(status["mode"], language),
        venue=status["venue"],
        pid=health["pid"],
        version=status["version"],
    )
    has = tell(
        "equity {equity} {currency} ({gain} today), cash {cash}, newest bar closed {time}",
        language,
        equity=f"{status['equity']:,.2f}",
        currency=status["currency"],
        gain=f"{status['day_pnl']:+,.2f}",
        cash=f"{status['cash']:,.2f}",
        time=_time(status["last_bar"]) or tell("never", language),
    )
    return does, has


def _position(held: dict[str, Any], language: str) -> str:
    return tell(
        "{side} {quantity} {instrument} at {entry}, now {price} ({pnl}), stop {stop}  [{id}]",
        language,
        side=tell("long" if held["side"] > 0 else "short", language),
        quantity=held["quantity"],
        instrument=held["instrument"],
        entry=f"{held['entry']:g}",
        price=f"{held['price']:g}",
        pnl=f"{held['pnl']:+,.2f}",
        stop=held["stop"],
        id=held["id"],
    )


def _order(order: dict[str, Any], language: str) -> str:
    return tell(
        "order {id}: {side} {quantity} {instrument}, {status}",
        language,
        id=order["id"],
        side=tell("buy" if order["side"] > 0 else "sell", language),
        quantity=order["quantity"],
        instrument=order["instrument"],
        status=tell(order["status"], language),
    )


def _unwell(check: dict[str, Any], language: str) -> str:
    name, detail = tell(check["name"], language), retell(check["detail"], language)
    return tell("not well: {name}: {detail}", language, name=name, detail=detail)


def _time(ns: int) -> str:
    return datetime.fromtimestamp(ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M UTC") if ns else ""


def run_stop(asked: str, language: str | None = None) -> int:
    """The supervisor ends its engine in good order; without one the engine is told itself."""
    bot = known_bot(asked)
    lock = bot.places.folder / "supervisor.lock"
    spoken = language_of(bot, language)
    supervisor, engine = holder_of(lock), holder_of(bot.places.lock)
    if supervisor is None and engine is None:
        print(tell("{name}: not running.", spoken, name=bot.name))
        return 0
    if supervisor is not None and supervisor.pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(supervisor.pid, signal.SIGTERM)
    else:
        with contextlib.suppress(EngineDown):
            ask(bot.places.socket, lambda engine: engine.stop(who()))
    deadline = time.monotonic() + STOP_S
    while time.monotonic() < deadline:
        if holder_of(lock) is None and holder_of(bot.places.lock) is None:
            print(tell("{name}: stopped.", spoken, name=bot.name))
            return 0
        time.sleep(0.1)
    sentence = "{name}: still there after {seconds} s; maemae kill {asked} ends it for certain."
    print(tell(sentence, spoken, name=bot.name, seconds=f"{STOP_S:g}", asked=asked))
    return 1


def run_pause(asked: str, language: str | None = None) -> int:
    """By the engine, or for its next start."""
    bot = known_bot(asked)
    try:
        done = ask(bot.places.socket, lambda engine: engine.pause(who()))
    except EngineDown:
        Pause(bot.places.make().folder / "paused.json").set(who())
        sentence = "{name}: paused. It isn't running; it will start paused."
        print(tell(sentence, language_of(bot, language), name=bot.name))
        return 0
    return _say(bot, done, "{name}: paused.", language)


def run_resume(asked: str, language: str | None = None) -> int:
    """By the engine, or for its next start."""
    bot = known_bot(asked)
    try:
        done = ask(bot.places.socket, lambda engine: engine.resume(who()))
    except EngineDown:
        cleared = Pause(bot.places.folder / "paused.json").clear()
        nothing = "{name}: nothing to do, it is so already."
        sentence = "{name}: resumed. It isn't running." if cleared else nothing
        print(tell(sentence, language_of(bot, language), name=bot.name))
        return 0
    return _say(bot, done, "{name}: resumed.", language)


def run_settle(asked: str, order: str, number: str, language: str | None = None) -> int:
    """By the engine, which asks the venue again afterwards."""
    bot = known_bot(asked)
    done = ask(bot.places.socket, lambda engine: engine.settle(order, number, who()))
    if done.code is not Code.SETTLED:
        told = retell(done.detail, language_of(bot, language))
        print(f"{bot.name}: {order}: {told}")
        return 1
    return _say(bot, done, "{name}: settled.", language)


def _say(bot: Known, done: Done, sentence: str, language: str | None) -> int:
    """sentence: of what was asked for. What the engine adds is its own: why not, or what it released."""
    spoken = language_of(bot, language)
    if done.code is Code.NOTHING:
        sentence = "{name}: nothing to do, it is so already."
    told = tell(sentence, spoken, name=bot.name)
    if done.detail:
        detail = retell(done.detail, spoken)
        released = tell("released: {what}", spoken, what=detail)
        told += f" {released if done.code is Code.RESUMED else detail}"
    print(told)
    return 1 if done.code is Code.REFUSED else 0


def run_kill(asked: str, flatten: bool, why: str, language: str | None = None) -> int:
    """0: everything was done; 1: a person must look, and the report says at what."""
    from live.supervisor.kill import kill_account
    from maemae.live_supervised import kill_target

    bot = known_bot(asked)
    if bot.profile is None:
        raise ConfigError(f"{bot.name}: its profile isn't known any more. Give the profile's path.")
    report = asyncio.run(kill_account(kill_target(read_bot(bot.profile)), who(), why, flatten))
    print("\n".join(_killed(bot, report, language_of(bot, language))))
    return 0 if report.complete else 1


def _killed(bot: Known, report: KillReport, language: str) -> list[str]:
    count, closing = len(report.cancelled), len(report.closing)
    sentence = "{count} orders cancelled, {closing} closing orders sent."
    done = [tell(sentence, language, count=count, closing=closing)]
    done += [tell("still held: {left}", language, left=left) for left in report.left]
    problems = [retell(each, language) for each in report.problems]
    done += [tell("NOT done: {problem}", language, problem=problem) for problem in problems]
    return [f"{bot.name}: {retell(str(report.latched), language)}.", *(f"  {line}" for line in done)]


def run_release(asked: str, language: str | None = None) -> int:
    """Take the latch away; the bot stays stopped."""
    bot = known_bot(asked)
    spoken = language_of(bot, language)
    latch = KillLatch(bot.places.latch)
    if latch.read() is None:
        print(tell("{name}: no kill is in force.", spoken, name=bot.name))
        return 0
    latch.release()
    sentence, profile = (
        "{name}: released; start it again: maemae live {profile}",
        bot.profile or "PROFILE.toml",
    )
    print(tell(sentence, spoken, name=bot.name, profile=profile))
    return 0
