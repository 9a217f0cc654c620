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
from live.pause import Pause
from maemae.live_bots import Known, known_bot, known_bots, read_bot, who
from market.errors import ConfigError
from records.codec import to_json
from records.latch import KillLatch
from records.lock import holder_of

STOP_S = 40.0


def run_status(asked: str | None, out: str | None) -> int:
    """One bot, or all that have run here. 0: all of them run and are well."""
    check_output(out)
    bots = [known_bot(asked)] if asked is not None else known_bots()
    found = [asyncio.run(_found(bot)) for bot in bots]
    if out is not None:
        from backtest.output import write_json  # brings the desk's compiler along

        write_json({"bots": found}, out)
    if out != "-":
        for each in found:
            print("\n".join(_lines(each)))
        if not found:
            print("No bot has run here yet: maemae live PROFILE.toml")
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


def _lines(found: dict[str, Any]) -> list[str]:
    head = f"{found['name']}: "
    if not found["running"]:
        return [head + (found["killed"] or "not running")]
    status, health = found["status"], found["health"]
    lines = [
        f"{head}{status['activity']}, {status['mode']} at {status['venue']}, process {health['pid']}, "
        f"version {status['version']}",
        f"  equity {status['equity']:,.2f} {status['currency']} ({status['day_pnl']:+,.2f} today), "
        f"cash {status['cash']:,.2f}, newest bar closed {_time(status['last_bar'])}",
    ]
    lines += [f"  because: {reason}" for reason in status["reasons"]]
    lines += [
        f"  {'long' if each['side'] > 0 else 'short'} {each['quantity']} {each['instrument']} at "
        f"{each['entry']:g}, now {each['price']:g} ({each['pnl']:+,.2f}), stop {each['stop']}  [{each['id']}]"
        for each in found["positions"]
    ]
    lines += [
        f"  order {each['id']}: {'buy' if each['side'] > 0 else 'sell'} {each['quantity']} "
        f"{each['instrument']}, {each['status']}"
        for each in found["orders"]
    ]
    lines += [f"  not well: {each['name']}: {each['detail']}" for each in health["checks"] if not each["ok"]]
    return lines


def _time(ns: int) -> str:
    return datetime.fromtimestamp(ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M UTC") if ns else "never"


def run_stop(asked: str) -> int:
    """The supervisor ends its engine in good order; without one the engine is told itself."""
    bot = known_bot(asked)
    lock = bot.places.folder / "supervisor.lock"
    supervisor, engine = holder_of(lock), holder_of(bot.places.lock)
    if supervisor is None and engine is None:
        print(f"{bot.name}: not running.")
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
            print(f"{bot.name}: stopped.")
            return 0
        time.sleep(0.1)
    print(f"{bot.name}: still there after {STOP_S:g} s; maemae kill {asked} ends it for certain.")
    return 1


def run_pause(asked: str) -> int:
    """By the engine, or for its next start."""
    bot = known_bot(asked)
    try:
        done = ask(bot.places.socket, lambda engine: engine.pause(who()))
    except EngineDown:
        Pause(bot.places.make().folder / "paused.json").set(who())
        done = Done(Code.PAUSED, detail="it isn't running; it will start paused")
    return _say(bot, done)


def run_resume(asked: str) -> int:
    bot = known_bot(asked)
    try:
        done = ask(bot.places.socket, lambda engine: engine.resume(who()))
    except EngineDown:
        cleared = Pause(bot.places.folder / "paused.json").clear()
        done = Done(Code.RESUMED if cleared else Code.NOTHING, detail="it isn't running")
    return _say(bot, done)


def _say(bot: Known, done: Done) -> int:
    print(f"{bot.name}: {done.code.value}" + (f": {done.detail}" if done.detail else "") + ".")
    return 1 if done.code is Code.REFUSED else 0


def run_kill(asked: str, flatten: bool, why: str) -> int:
    """0: everything was done; 1: a person must look, and the report says at what."""
    from live.supervisor.kill import kill_account
    from maemae.live_supervised import kill_target

    bot = known_bot(asked)
    if bot.profile is None:
        raise ConfigError(f"{bot.name}: its profile isn't known any more. Give the profile's path.")
    report = asyncio.run(kill_account(kill_target(read_bot(bot.profile)), who(), why, flatten))
    print(f"{bot.name}: {report.latched}.")
    print(f"  {len(report.cancelled)} orders cancelled, {len(report.closing)} closing orders sent.")
    for left in report.left:
        print(f"  still held: {left}")
    for problem in report.problems:
        print(f"  NOT done: {problem}")
    return 0 if report.complete else 1


def run_release(asked: str) -> int:
    bot = known_bot(asked)
    latch = KillLatch(bot.places.latch)
    if latch.read() is None:
        print(f"{bot.name}: no kill is in force.")
        return 0
    latch.release()
    print(f"{bot.name}: released; start it again: maemae live {bot.profile or 'PROFILE.toml'}")
    return 0
