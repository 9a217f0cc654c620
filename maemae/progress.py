"""What takes over a second is said on standard error: a spinner on a terminal, a plain line elsewhere."""

import sys
import threading
from types import TracebackType
from typing import Any, Self

PATIENCE_S = 1.0


class Progress:
    """``stage(text)`` names what happens next; its text appears once it has lasted a second.

    with Progress() as stage:
        stage("Reading data")
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._timer: threading.Timer | None = None
        self._status: Any = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, text: str) -> None:
        self._wait_no_more()
        if self._status is not None:
            self._status.update(text)
            return
        self._timer = threading.Timer(self._patience_s, self._show, (text,))
        self._timer.daemon = True
        self._timer.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wait_no_more()
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
            self._timer = None

    def _show(self, text: str) -> None:
        if not sys.stderr.isatty():
            print(f"{text} ...", file=sys.stderr, flush=True)
            return
        from rich.console import Console

        self._status = Console(stderr=True).status(text)
        self._status.start()
