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
        self._leads = os.getpgid(pid) == pid  # what it started, if anything, is in its group
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
        """To it alone; nothing when it is gone."""
        if not self.alive():
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, number)
            else:
                os.kill(self.pid, number)

    async def end(self, grace_s: float) -> bool:
        """SIGTERM, then SIGKILL after ``grace_s``. Whether it is gone; its children go with it."""
        self.signal(signal.SIGTERM)
        gone = await self._gone_within(grace_s)
        if not gone:
            self.signal(signal.SIGKILL)
            gone = await self._gone_within(5.0)
        if self._leads:
            end_group(self.pid)
        return gone

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


def end_group(pid: int) -> None:
    """SIGKILL to all that a process has started in its group: they may hold its files, and its lock."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
