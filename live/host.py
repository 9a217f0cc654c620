"""The engine's process while it lives: start, serve, run, end, and say how it ended."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from live.bot import RunningBot
from live.clock import ClockWatch
from live.control.places import Places
from live.control.server import serving
from live.health import serving_health
from live.recovery import Recovered
from live.supervisor.notify import keep_notified, notify
from live.views.metrics import snapshot
from market.errors import MaemaeError
from records.inputs import Start

CHORES_S = 0.2
LAST_WORDS_S = 0.3  # for whoever listens to the events
_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class Hosted:
    """clean: takes secrets out of what leaves. health_port: None = no page for monitors. account_every_s:
    between questions for the account; None = only at the start. clock: None where there is no other clock.
    beside: what else goes on while it trades."""

    bot: RunningBot
    places: Places
    start: Start
    recovered: Recovered
    clean: Callable[[Any], Any]
    health_port: int | None = None
    account_every_s: float | None = 60.0
    clock: ClockWatch | None = None
    beside: Callable[[RunningBot], Coroutine[None, None, None]] | None = None


async def host(hosted: Hosted) -> str:
    """Until the feed ends or somebody stops it. Returns why it ended; raises what it died of."""
    bot = hosted.bot
    bot.started = bot.engine.clock()
    try:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(serving(bot, hosted.places.socket, hosted.clean))
            if hosted.health_port is not None:
                page = serving_health(lambda: snapshot(bot), hosted.health_port)
                port = await stack.enter_async_context(page)
                _LOG.info("health page on 127.0.0.1:%s", port)
            await stack.enter_async_context(_duties(hosted))
            return await _live(hosted)
    finally:
        await bot.engine.broker.close()


async def _live(hosted: Hosted) -> str:
    bot, engine = hosted.bot, hosted.bot.engine
    _hear_signals(bot)
    try:
        await _ask_account(bot)
        bot.approvals.expire_before(engine.clock())
        await engine.start(hosted.start, hosted.recovered)
        bot.trading = True
        notify("READY=1")
        _LOG.info("trading %s", ", ".join(engine.instruments))
        await engine.run()
        reason = bot.stopping or "the feed has ended"
        bot.stopping = reason
        notify("STOPPING=1")
        engine.finish(reason)
    except Exception as error:
        _LOG.critical("the engine died: %s", error, exc_info=not isinstance(error, MaemaeError))
        bot.views.publisher.trouble(engine.clock(), "engine died", None, f"{type(error).__name__}: {error}")
        await asyncio.sleep(LAST_WORDS_S)
        raise
    _LOG.info("ended: %s", reason)
    await asyncio.sleep(LAST_WORDS_S)
    return reason


@contextlib.asynccontextmanager
async def _duties(hosted: Hosted) -> AsyncIterator[None]:
    """What goes on beside trading."""
    works = {"pulse": hosted.bot.pulse.run(), "notices": keep_notified(), "requests": _chores(hosted.bot)}
    if hosted.account_every_s is not None:
        works["account"] = _accounts(hosted.bot, hosted.account_every_s)
    if hosted.beside is not None:
        works["condition"] = hosted.beside(hosted.bot)
    if hosted.clock is not None:
        works["clock"] = hosted.clock.run()
    tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]

    def ended(task: "asyncio.Task[None]") -> None:
        _say_ended(hosted.bot, task)

    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    finally:
        for task in tasks:
            task.remove_done_callback(ended)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _say_ended(bot: RunningBot, task: "asyncio.Task[None]") -> None:
    """Trading goes on, and people hear what goes on no more."""
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None:
        return  # there was nothing to do for it
    _LOG.critical("%s has ended", task.get_name(), exc_info=error)
    text = f"{task.get_name()} has ended ({type(error).__name__}: {error}). Trading goes on without it."
    bot.views.publisher.trouble(bot.engine.clock(), "duty ended", None, text)


async def _chores(bot: RunningBot) -> None:
    """What time brings to requests that wait for people."""
    while True:
        await asyncio.sleep(CHORES_S)
        bot.approvals.expire(bot.engine.clock())


async def _accounts(bot: RunningBot, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        await _ask_account(bot)


async def _ask_account(bot: RunningBot) -> None:
    """A venue that can't say leaves what it said before."""
    try:
        bot.guard.account = await bot.engine.broker.account()
    except MaemaeError as error:
        _LOG.warning("the account couldn't be asked: %s", error)


def _hear_signals(bot: RunningBot) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError):  # RuntimeError: not the main thread
            loop.add_signal_handler(number, bot.end, f"stopped by {number.name}")
