"""What takes over a second is said on standard error: a spinner on a terminal, plain lines elsewhere."""

import sys
import threading
from types import TracebackType
from typing import Any, Self

from report.words import retell

PATIENCE_S = 1.0


class Progress:
    """``stage(text)`` says what happens now, in ``language``.

    Nothing is printed within the first ``patience_s`` seconds. After that a terminal shows a spinner with the
    present text; anything else gets a line with it each time as much time again has passed (after 1, 3, 7,
    15 … s), so that long work neither looks dead nor fills a log.

    with Progress() as stage:
        stage("Reading data")
    """

    def __init__(self, patience_s: float = PATIENCE_S, language: str = "en") -> None:
        self.language = language
        self._wait_s = patience_s
        self._text = ""
        self._said = ""
        self._timer: threading.Timer | None = None
        self._status: Any = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __call__(self, text: str) -> None:
        text = retell(text, self.language)
        with self._lock:
            self._text = text
            if self._status is not None:
                self._status.update(text)
            elif self._timer is None:
                self._start_timer()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._wait_s = -1.0
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _start_timer(self) -> None:
        self._timer = threading.Timer(self._wait_s, self._show)
        self._timer.daemon = True
        self._timer.start()

    def _show(self) -> None:
        with self._lock:
            if self._wait_s < 0.0:
                return
            if sys.stderr.isatty():
                self._spin()
                return
            if self._text != self._said:
                print(f"{self._text} ...", file=sys.stderr, flush=True)
                self._said = self._text
            self._wait_s *= 2.0
            self._start_timer()

    def _spin(self) -> None:
        from rich.console import Console

        self._status = Console(stderr=True).status(self._text)
        self._status.start()
