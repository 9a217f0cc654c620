"""A process that is ended for certain, whether we started it or found it."""

import asyncio
import contextlib
import os
import select
import signal
import time


class Found:
    """A running process that isn't our child, held so that its id can't come to mean another. Linux, macOS.

    Raises ProcessLookupError when there is none.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        os.kill(pid, 0)
        self._handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1

    def alive(self) -> bool:
        if self._handle >= 0:
            poll = select.poll()
            poll.register(self._handle, select.POLLIN)
            return not poll.poll(0)
        return _exists(self.pid)

    async def ended(self) -> None:
        """Until it is gone, noticed at once where the system tells."""
        if self._handle < 0:
            while self.alive():
                await asyncio.sleep(0.2)
            return
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._handle, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(self._handle)

    def signal(self, number: signal.Signals) -> None:
        """To it and to what it started; nothing when it is gone."""
        if not self.alive():
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            elif self._handle >= 0:
                signal.pidfd_send_signal(self._handle, number)
            else:
                os.kill(self.pid, number)

    async def end(self, grace_s: float) -> bool:
        """SIGTERM, then SIGKILL after ``grace_s``. Whether it is gone."""
        self.signal(signal.SIGTERM)
        if await self._gone_within(grace_s):
            return True
        self.signal(signal.SIGKILL)
        return await self._gone_within(5.0)

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    async def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(0.02)
        return True


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
