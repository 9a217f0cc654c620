"""Serves a ``Bot`` over a unix socket that only this user can open."""

import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from live.control.bot import Bot
from live.control.wire import Method, methods, write
from market.errors import ConfigError, MaemaeError

LONGEST_PATH = 100  # bytes: what every system's socket addresses hold
LARGEST_REQUEST = 64 * 1024
_LOG = logging.getLogger(__name__)

Clean = Callable[[Any], Any]


@asynccontextmanager
async def serving(bot: Bot, path: Path, clean: Clean = lambda value: value) -> AsyncIterator[None]:
    """Serve inside the block. clean: what takes secrets out of a JSON value (``Redactor.tree``).

    Raises ConfigError when another process serves there, or when the path is too long.
    """
    listener = _listen(path)
    runner = web.AppRunner(
        application(bot, clean), handle_signals=False, access_log=None, shutdown_timeout=1.0
    )
    try:
        await runner.setup()
        await web.SockSite(runner, listener).start()
        yield
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
        await runner.cleanup()
        listener.close()


def application(bot: Bot, clean: Clean) -> web.Application:
    """``POST /v1/METHOD`` with an object of arguments; answers {"answer": ...} or {"error", "message"}."""
    table = methods()

    async def call(request: web.Request) -> web.Response:
        method = table.get(request.match_info["method"])
        if method is None:
            return _failed("config", "no such method.", 404, clean)
        try:
            arguments = method.read(await request.json())
        except (ConfigError, ValueError) as error:
            return _failed("config", str(error), 400, clean)
        return await _answer(bot, method, arguments, clean)

    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_post("/v1/{method}", call)
    return app


async def _answer(bot: Bot, method: Method, arguments: dict[str, Any], clean: Clean) -> web.Response:
    try:
        value = await getattr(bot, method.name)(**arguments)
        return web.json_response({"answer": clean(write(method.answer, value))})
    except MaemaeError as error:
        kind = "config" if isinstance(error, ConfigError) else "other"
        return _failed(kind, str(error), 422, clean)
    except Exception as error:
        _LOG.exception("control: %s failed", method.name)
        return _failed("fault", f"{type(error).__name__}: {error}", 500, clean)


def _failed(kind: str, message: str, status: int, clean: Clean) -> web.Response:
    return web.json_response({"error": kind, "message": clean(message)}, status=status)


def _listen(path: Path) -> socket.socket:
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise ConfigError(
            f"{path}: a socket's path may have {LONGEST_PATH} bytes, this has {len(os.fsencode(path))}. "
            "Put the bot's folder somewhere with a shorter path."
        )
    _clear(path)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)  # from its first moment nobody else can open it
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise ConfigError(f"{path}: the control socket can't be made ({error.strerror}).") from None
    finally:
        os.umask(before)
    return listener


def _clear(path: Path) -> None:
    """Remove the socket of a process that died; refuse to take one that is served."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return
        except OSError:
            pass  # somebody listens, too busy to accept
    raise ConfigError(f"{path}: another engine serves this bot. Stop that one first.")
