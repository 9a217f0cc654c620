"""What systemd is told of a service: that it is ready, and that it is alive. Without systemd, nothing."""

import asyncio
import os
import socket


def notify(state: str) -> bool:
    """Send one sd_notify message, such as READY=1; False where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # Linux's abstract names
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(state.encode(), address)
    except OSError:
        return False
    return True


def watchdog_s() -> float | None:
    """How often systemd wants to hear that we live, seconds; None = it doesn't care."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    asked = os.environ.get("WATCHDOG_USEC", "")
    return int(asked) / 1e6 if asked.isdigit() and int(asked) > 0 else None


async def keep_notified() -> None:
    """Say so at half the interval while the event loop turns; a loop that hangs falls silent."""
    interval_s = watchdog_s()
    if interval_s is None:
        return
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(interval_s / 2)
