"""ccxt made to say what it knows: what left, what came back whole, every stream message, every connection.

Nothing of ccxt is changed; an exchange class is extended by listeners and by our own pace.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from brokers.crypto.access import Access
from brokers.crypto.pace import LONGEST_PAUSE_S, Pace, Weight
from brokers.crypto.probe import current
from brokers.keys import Keys

TRIES = 4  # of a query that the venue puts off
FAREWELL_S = 0.5  # a dead connection doesn't answer a farewell


def nothing(*args: Any) -> None:
    """Who listens to nobody."""


@dataclass
class Ears:
    """Who is told. message: (client, decoded message) before ccxt takes it. opened, lost: a connection's
    address. order, fill, trade: ccxt's unified structure and the venue's own words.

    pace: at which requests leave. pool: the venue's pool of weights that a request (method, path) draws on.
    """

    message: Callable[[Any, Any], None] = nothing
    opened: Callable[[str], None] = nothing
    lost: Callable[[str], None] = nothing
    order: Callable[[dict[str, Any]], None] = nothing
    fill: Callable[[dict[str, Any]], None] = nothing
    trade: Callable[[dict[str, Any]], None] = nothing
    pace: Pace | None = None
    pool: Callable[[str, str], str] = lambda method, path: ""


def open_exchange(access: Access, keys: Keys, options: Mapping[str, Any], ears: Ears) -> Any:
    """An exchange of ccxt.pro, listened to. ConfigError belongs to the caller: the venue's name is known."""
    import ccxt.pro

    base = getattr(ccxt.pro, access.venue)
    kind = type(f"Heard{base.__name__}", (_Listening, base), {"ears": ears})
    merged = {**options, **access.options, "maxRetriesOnFailure": 0}
    exchange = kind(
        {
            "apiKey": keys.key,
            "secret": keys.secret,
            "password": keys.password,
            "timeout": int(access.timeout_s * 1000),
            "enableRateLimit": True,  # by our pace, see throttle
            "options": merged,
        }
    )
    exchange.timeout_on_exit = 0
    exchange.logger.setLevel(logging.INFO)  # below that it writes keys and signatures
    return exchange


def listen_to_account(exchange: Any, ears: Ears) -> None:
    """Hear each order and fill that a stream brings: ccxt's own caches keep only the last of several."""
    exchange.orders = _cache(1000, ears.order, by_id=True)
    exchange.myTrades = _cache(1000, ears.fill, by_id=True)


def listen_to_trades(exchange: Any, symbol: str, ears: Ears) -> None:
    exchange.trades[symbol] = _cache(100, ears.trade, by_id=False)


def _cache(size: int, heard: Callable[[dict[str, Any]], None], by_id: bool) -> Any:
    from ccxt.async_support.base.ws.cache import ArrayCache, ArrayCacheBySymbolById

    base: Any = ArrayCacheBySymbolById if by_id else ArrayCache

    class Heeded(base):  # type: ignore[misc]
        def append(self, item: dict[str, Any]) -> None:
            heard(item)  # before ccxt merges it into what it had
            super().append(item)

    return Heeded(size)


async def forget_client(exchange: Any, url: str) -> None:
    """Close a connection that says nothing more; the next watch opens another."""
    client = exchange.clients.pop(url, None)
    if client is not None:
        client.subscriptions.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(client.close(), FAREWELL_S)


class _Listening:
    """Mixed into an exchange class, in front of it."""

    ears: Ears

    def on_rest_response(
        self, code: int, reason: str, url: str, method: str, headers: Any, body: str, *rest: Any
    ) -> str:
        probe = current.get()
        if probe is not None:
            probe.answered(code, headers, body)
        return super().on_rest_response(code, reason, url, method, headers, body, *rest)  # type: ignore[misc, no-any-return]

    async def fetch(self, *args: Any, **kwargs: Any) -> Any:
        probe = current.get()
        if probe is not None:
            probe.begin()
        return await super().fetch(*args, **kwargs)  # type: ignore[misc]

    def calculate_rate_limiter_cost(self, api: Any, method: str, path: str, *rest: Any) -> float:
        cost = super().calculate_rate_limiter_cost(api, method, path, *rest)  # type: ignore[misc]
        return Weight.of(float(cost), self.ears.pool(method, path))

    async def fetch2(self, *args: Any, **kwargs: Any) -> Any:
        """A query that the venue puts off waits as long as it says, then is signed and sent anew."""
        pace, probe = self.ears.pace, current.get()
        for _ in range(TRIES - 1):
            try:
                return await super().fetch2(*args, **kwargs)  # type: ignore[misc]
            except Exception:
                if pace is None or probe is None or not probe.throttled:
                    raise
                pace.pause(probe.retry_after_s)
                if probe.command or probe.retry_after_s > LONGEST_PAUSE_S:
                    raise
        return await super().fetch2(*args, **kwargs)  # type: ignore[misc]

    async def throttle(self, cost: float | None = None) -> None:
        pace, probe = self.ears.pace, current.get()
        if pace is None:
            return
        if probe is not None and probe.command:
            await pace.command(cost or 1.0)
        else:
            await pace.query(cost or 1.0)

    def handle_message(self, client: Any, message: Any) -> None:
        try:
            self.ears.message(client, message)  # first: a closed bar doesn't wait for ccxt
            super().handle_message(client, message)  # type: ignore[misc]
        except Exception as error:
            # ccxt would never read from this connection again, and say nothing.
            client.on_error(error)

    def on_connected(self, client: Any, message: Any = None) -> None:
        super().on_connected(client, message)  # type: ignore[misc]
        self.ears.opened(client.url)

    def on_error(self, client: Any, error: Any) -> None:
        super().on_error(client, error)  # type: ignore[misc]
        self.ears.lost(client.url)

    def on_close(self, client: Any, error: Any) -> None:
        super().on_close(client, error)  # type: ignore[misc]
        self.ears.lost(client.url)
