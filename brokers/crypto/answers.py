"""From ccxt's exceptions to ours. Only the venue's own definitive words refuse an order."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from brokers.crypto.dialect import Dialect
from brokers.crypto.pace import Pace
from brokers.crypto.probe import Probe, current
from desk.orders import Order
from market.errors import ConfigError, MaemaeError, OrderRefused, OutcomeUnknown, VenueDown

T = TypeVar("T")


async def query(venue: str, dialect: Dialect, what: str, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask something that changes nothing. Raises VenueDown or ConfigError.

    Where the venue asks for a pause (429, 418), ``wire`` keeps it and asks again, unless it is long.
    """
    probe = Probe()
    try:
        return await _probed(probe, ask)
    except MaemaeError:
        raise
    except Exception as error:
        raise _of_query(venue, dialect, probe, what, error) from _bare(error)


async def command(
    venue: str, dialect: Dialect, pace: Pace, what: str, order: Order, ask: Callable[[], Awaitable[T]],
) -> T:  # fmt: skip
    """Ask for something to be done to an order, once. what: "submit", "cancel" or "replace".

    Raises OrderRefused (definitive), OutcomeUnknown, VenueDown (nothing was done) or ConfigError (of a
    cancel: the key may not; the order is as it was).
    """
    probe = Probe(command=True)
    try:
        return await _probed(probe, ask)
    except MaemaeError:
        raise
    except Exception as error:
        raise _of_command(venue, dialect, pace, probe, what, order, error) from _bare(error)


async def _probed(probe: Probe, ask: Callable[[], Awaitable[T]]) -> T:
    """Run with the probe where ``wire`` finds it, in this task and those that it begins."""
    token = current.set(probe)
    try:
        return await ask()
    finally:
        current.reset(token)


def _of_query(venue: str, dialect: Dialect, probe: Probe, what: str, error: Exception) -> MaemaeError:
    if probe.status and dialect.bad_key(probe, error):
        return ConfigError(f"{venue}: {what}: {_said(dialect, probe, error)}. {KEY_REMEDY}")
    if type(error).__name__ in ("BadSymbol",):
        return ConfigError(f"{venue}: {what}: {error}.")
    if probe.throttled:
        return VenueDown(
            f"{venue}: {what}: too many requests (HTTP {probe.status}); the venue wants to be left alone for "
            f"{probe.retry_after_s:g} s. Ask again later."
        )
    if not probe.sent and not isinstance(error, OSError):
        return VenueDown(f"{venue}: {what} couldn't be asked: {_short(error)}.")
    return VenueDown(f"{venue}: {what}: {_said(dialect, probe, error)}. Ask again later.")


KEY_REMEDY = "Check the key, its permissions and its allowed addresses."


def _of_command(
    venue: str, dialect: Dialect, pace: Pace, probe: Probe, what: str, order: Order, error: Exception
) -> MaemaeError:
    name = f"{venue}: {what} of order {order.client_id}"
    if not probe.sent:
        return OrderRefused(f"{name}: {_short(error)}. Nothing was sent.")
    if probe.throttled:
        pace.pause(probe.retry_after_s)
        return VenueDown(
            f"{name}: too many requests (HTTP {probe.status}); the venue did nothing. "
            f"It takes requests again in {probe.retry_after_s:g} s."
        )
    if what == "cancel" and dialect.no_such_order(probe, error):
        return OrderRefused(
            f"{name}: nothing rests under this id: {dialect.refusal(probe) or _short(error)}."
        )
    refusal = dialect.refusal(probe)
    if refusal is None:
        return OutcomeUnknown(f"{name}: {_said(dialect, probe, error)}. Ask the venue what became of it.")
    if what != "submit":  # the order itself is as it was
        kind = ConfigError if dialect.bad_key(probe, error) else VenueDown
        return kind(f"{name}: {refusal}. The order is as it was.")
    return OrderRefused(f"{name}: {refusal}. Nothing rests.")


def _said(dialect: Dialect, probe: Probe, error: Exception) -> str:
    """The venue's words where there are any, else what happened to the connection."""
    if probe.status:
        return dialect.reason(probe.data) or f"HTTP {probe.status} without an answer we know"
    return f"no whole answer ({type(error).__name__})"


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {str(_bare(error))[:200]}".rstrip(": ")


def _bare(error: BaseException) -> BaseException:
    """The error and what led to it without addresses' queries: those carry signatures and keys of streams."""
    at: BaseException | None = error
    while at is not None:
        at.args = tuple(_QUERY.sub("?...", each) if isinstance(each, str) else each for each in at.args)
        at = at.__cause__ or at.__context__
    return error


_QUERY = re.compile(r"(?<=\S)\?\S+")
