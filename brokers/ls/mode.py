"""What is checked before anything is traded: what the key is for, and the clock."""

import time

from brokers.ls.access import LsAccess
from brokers.ls.answers import SAYS_PAPER
from brokers.ls.rest import Rest
from brokers.ls.values import instant
from market.errors import ConfigError
from market.timeframes import SECOND


async def kind_of(rest: Rest, access: LsAccess) -> str:
    """ "real" or "paper", as LS says it in the answer to FOCCQ33600. Raises ConfigError when the profile
    expects the other: one address serves both, and only the key tells them apart."""
    answer = await rest.ask("FOCCQ33600", {"FOCCQ33600InBlock1": {}})
    found = "paper" if SAYS_PAPER in answer.message else "real"
    if access.kind not in ("probe", found):
        raise ConfigError(
            f"ls: the app key {access.key_env} is for {found} trading; the profile says kind = "
            f"'{access.kind}'. Give the other key, or change kind in [venue]. Nothing was started."
        )
    return found


async def clock_offset(rest: Rest, now: int) -> tuple[int, int]:
    """(ns by which LS's clock is ahead of ``now``, how wrong that may be)."""
    began = time.monotonic_ns()
    answer = await rest.ask("t0167", {"t0167InBlock": {"id": ""}})
    took = time.monotonic_ns() - began
    row = answer.row("OutBlock")
    there = instant(str(row["dt"]), str(row["time"]))
    return there - (now + took // 2), took // 2


def check_clock(offset: int, doubt: int, access: LsAccess) -> None:
    """Raises ConfigError for a clock that is too far off."""
    if abs(offset) - doubt > access.max_clock_offset_s * SECOND:
        raise ConfigError(
            f"this machine's clock is {abs(offset) / SECOND:.1f} s {'behind' if offset > 0 else 'ahead of'} "
            f"ls's; at most {access.max_clock_offset_s:g} s are allowed. "
            "Set it, for example: timedatectl set-ntp true."
        )
