"""The log: JSON lines, redacted whoever wrote them, on standard error and in a file of bounded size.

Other libraries' records, uncaught exceptions and warnings pass through the same cleaning.
"""

import logging
import os
import sys
import threading
from collections import deque
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import structlog

from live.redaction import Redactor

FILE_BYTES = 10_000_000
FILES = 5
REMEMBERED = 1000
_QUIET = ("httpx", "httpcore", "aiohttp.access", "asyncio", "telegram", "ccxt", "urllib3", "PIL", "alembic")
Line = dict[str, Any]


class Logs:
    """The running log of this process. ``close`` gives back what was there before."""

    def __init__(self, redactor: Redactor, file: Path | None, level: str, stream: IO[str] | None) -> None:
        self._lines: deque[str] = deque(maxlen=REMEMBERED)
        self._formatter = structlog.stdlib.ProcessorFormatter(
            processors=_chain(redactor), foreign_pre_chain=[structlog.stdlib.ExtraAdder()]
        )
        self._handlers: list[logging.Handler] = [_Remember(self._lines)]
        if stream is not None:
            self._handlers.append(_quiet_on_failure(logging.StreamHandler(stream)))
        if file is not None:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handlers.append(
                _PrivateFile(file, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
            )
        root = logging.getLogger()
        self._before = (
            root.handlers[:],
            root.level,
            sys.excepthook,
            threading.excepthook,
            sys.unraisablehook,
        )
        root.handlers = self._handlers
        for handler in self._handlers:
            handler.setFormatter(self._formatter)
        root.setLevel(level)

    def newest(self, count: int) -> tuple[str, ...]:
        """The last lines, newest last."""
        return tuple(self._lines)[-count:] if count > 0 else ()

    def close(self) -> None:
        root = logging.getLogger()
        root.handlers, level, sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        root.setLevel(level)
        logging.captureWarnings(False)
        for handler in self._handlers:
            with suppress(OSError):  # what a full disk still holds back
                handler.close()


def start_logging(
    redactor: Redactor, file: Path | None = None, level: str = "INFO", stream: IO[str] | None = sys.stderr
) -> Logs:
    """Take over this process's logging. file: also there, readable by this user alone."""
    logs = Logs(redactor, file, level, stream)
    logging.raiseExceptions = False  # a handler that fails would print the record as it stands
    logging.captureWarnings(True)
    for name in _QUIET:  # httpx logs addresses at INFO, and a bot's address holds its token
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(
        told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
    )
    sys.unraisablehook = lambda told: _uncaught(
        told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
    )
    structlog.configure(
        processors=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return logs


def _chain(redactor: Redactor) -> list[structlog.types.Processor]:
    def clean(logger: Any, method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
        return dict(redactor.tree(line))

    return [
        _describe,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        clean,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _describe(logger: Any, method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    """When, how loud and who, from the record that every line becomes."""
    record: logging.LogRecord = line["_record"]
    head: Line = {
        "ts": structlog.processors.TimeStamper("iso", utc=True)(logger, method, {})["timestamp"],
        "level": record.levelname.lower(),
        "logger": record.name,
    }
    line.pop("logger", None)
    return {**head, **line}


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("maemae").critical("uncaught exception", exc_info=(kind, error, trace))


class _Remember(logging.Handler):
    def __init__(self, lines: deque[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.append(self.format(record))
        except Exception as error:  # a format that doesn't fit its arguments must not reach who logs
            self._lines.append(f'{{"level": "error", "event": "a line was lost: {type(error).__name__}"}}')


class _PrivateFile(RotatingFileHandler):
    """Readable by its owner alone; a full disk costs lines, never more."""

    def _open(self) -> Any:
        return open(
            os.open(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a", encoding="utf-8"
        )

    def handleError(self, record: logging.LogRecord) -> None:
        return


def _quiet_on_failure(handler: logging.Handler) -> logging.Handler:
    handler.handleError = lambda record: None  # type: ignore[method-assign]
    return handler
