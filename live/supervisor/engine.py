"""The engine's process as the supervisor has it: its own child, or one that was running already."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from live.supervisor.process import Found, end_group
from records.lock import holder_of

UNKNOWN = -1000  # the exit code of a process that isn't our child


class EngineProcess:
    """command: what starts it; None: others do, and it is only watched. lock: the account's."""

    def __init__(self, command: Sequence[str] | None, lock: Path) -> None:
        self.command = command
        self._lock = lock
        self._child: asyncio.subprocess.Process | None = None
        self._found: Found | None = None

    @property
    def pid(self) -> int | None:
        if self._child is not None and self._child.returncode is None:
            return self._child.pid
        return self._found.pid if self._found is not None and self._found.alive() else None

    @property
    def own(self) -> bool:
        """Whether it is our child."""
        return self._child is not None and self._child.returncode is None

    def adopt(self) -> bool:
        """Take on an engine that runs already: the account's holder on this machine."""
        holder = holder_of(self._lock)
        if holder is None or holder.pid in (0, os.getpid()) or holder.host != socket.gethostname():
            return False
        if not is_engine(holder.profile):
            return False
        try:
            found = Found(holder.pid)
        except (ProcessLookupError, PermissionError):
            return False
        self.release()
        self._found = found
        return True

    async def start(self) -> None:
        """Start it in a session of its own, so that a signal to us isn't one to it. Raises OSError."""
        assert self.command is not None
        self.release()
        self._child = await asyncio.create_subprocess_exec(
            *self.command, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )

    async def ended(self) -> int:
        """Until it is gone: its exit code, negative for a signal, UNKNOWN when it wasn't our child."""
        if self._child is not None:
            return await self._child.wait()
        if self._found is not None:
            await self._found.ended()
        return UNKNOWN

    def terminate(self) -> None:
        """SIGTERM, once: one that has begun to listen to it ends in good order."""
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.terminate()
        elif self._found is not None:
            self._found.signal(signal.SIGTERM)

    async def end(self, grace_s: float) -> bool:
        """SIGTERM, then SIGKILL to it and its children. Whether it is gone."""
        if self._child is not None and self._child.returncode is None:
            return await _end_child(self._child, grace_s)
        return self._found is None or await self._found.end(grace_s)

    def release(self) -> None:
        """Forget a process that is gone, or leave one alone."""
        if self._found is not None:
            self._found.close()
        self._child = self._found = None


async def _end_child(child: asyncio.subprocess.Process, grace_s: float) -> bool:
    gone = False
    for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(number)
        try:
            await asyncio.wait_for(child.wait(), patience_s)
        except TimeoutError:
            continue
        gone = True
        break
    end_group(child.pid)
    return gone


KILLING = "kill switch of "
RESTORING = "restore of "


def is_kill(profile: str) -> bool:
    """Whether an account is held by a kill that is under way."""
    return profile.startswith(KILLING)


def is_engine(profile: str) -> bool:
    """Whether an account is held by an engine: whoever kills or restores isn't one."""
    return not profile.startswith((KILLING, RESTORING))
