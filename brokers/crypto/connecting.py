"""What is checked before anything is traded: the clock, the key and its rights."""

import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any

from brokers.contract import PositionReport
from brokers.crypto.access import Access
from brokers.crypto.dialect import Dialect
from brokers.crypto.exact import Row, maybe, number
from brokers.crypto.probe import current
from market.errors import ConfigError

Ask = Callable[[str, Callable[[], Awaitable[Any]]], Awaitable[Any]]
MS = 1_000_000
DATE_STEP_S = 1.0  # an HTTP date has whole seconds


async def clock_offset(ask: Ask, exchange: Any, access: Access) -> int:
    """ns by which the venue's clock is ahead of this machine's. Raises ConfigError when that is too much."""
    offset, doubt = await _measured(ask, exchange)
    if abs(offset) - doubt > access.max_clock_offset_s:
        raise ConfigError(
            f"this machine's clock is {abs(offset):.1f} s {'behind' if offset > 0 else 'ahead of'} "
            f"{exchange.id}'s; at most {access.max_clock_offset_s:g} s are allowed. "
            "Set it, for example: timedatectl set-ntp true."
        )
    return 0 if doubt > abs(offset) else int(offset * 1e9)


async def clock_offset_now(ask: Ask, exchange: Any) -> int:
    """The same while trading, however much it is: requests are signed by the venue's time from here on, so
    that exits and cancels still pass."""
    offset, doubt = await _measured(ask, exchange)
    found = 0 if doubt > abs(offset) else int(offset * 1e9)
    exchange.options["timeDifference"] = -found // MS
    return found


async def _measured(ask: Ask, exchange: Any) -> tuple[float, float]:
    """Seconds by which the venue is ahead, and how wrong that may be."""

    async def measure() -> tuple[float, float]:
        began = time.time()
        if exchange.has.get("fetchTime"):
            there, slack = await exchange.fetch_time() / 1000, 0.0
        else:
            await exchange.fetch_markets()
            there, slack = _date(), DATE_STEP_S
        ended = time.time()
        return there - (began + ended) / 2, (ended - began) / 2 + slack

    found: tuple[float, float] = await ask("the time", measure)
    return found


def _date() -> float:
    """The date in the answer's head, seconds; now when there is none."""
    probe = current.get()
    text = probe.headers.get("date") if probe is not None else None
    return parsedate_to_datetime(text).timestamp() + DATE_STEP_S / 2 if text else time.time()


async def check_key(ask: Ask, exchange: Any, dialect: Dialect, access: Access) -> bool | None:
    """Whether the key may withdraw; ConfigError for one that may and shouldn't, or that may not trade."""
    may = await ask("the key's rights", lambda: dialect.may_withdraw(exchange))
    if may and not access.allow_withdraw:
        raise ConfigError(
            f"the API key {access.key_env} may withdraw money from {exchange.id}; a bot's key shouldn't. "
            "Make one without that permission, or say allow_withdraw = true in [venue]."
        )
    return None if may is None else bool(may)


def position_of(name: str, row: Row | None) -> PositionReport:
    """A future's position, signed; none is 0."""
    if row is None:
        return PositionReport(name, number(0))
    info = row["info"] if isinstance(row["info"], dict) else {}
    held = number(info["positionAmt"]) if "positionAmt" in info else _signed(row)
    return PositionReport(name, held, maybe(info.get("entryPrice") or row.get("entryPrice")))


def _signed(row: Row) -> Any:
    return number(row.get("contracts")) * (-1 if row.get("side") == "short" else 1)
