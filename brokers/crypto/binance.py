"""Binance: what spot and futures share."""

from dataclasses import replace
from typing import Any

from brokers.crypto.dialect import Dialect, Rows
from brokers.crypto.exact import Row, exactly
from brokers.crypto.pages import Span, everything
from brokers.crypto.probe import Probe
from market.errors import ConfigError
from market.instruments import Fees, Instrument

DAY = 86_400_000
WEEK = 7 * DAY - 60_000  # what an answer without times covers, a minute less for clocks
# Their outcome is unknown even as a 4xx: unknown error, disconnected, unexpected answer, backend timeout.
UNSETTLED = (-1000, -1001, -1006, -1007)
NO_ORDER = (-2011, -2013)
BAD_KEY = (-2008, -2014, -2015, -1022)
NEWEST = 1000  # rows that are asked for whatever their age
REACH = 180 * DAY  # futures keep orders for 90 days and trades for 180


class Binance(Dialect):
    """What spot and futures share."""

    newest_is_a_week = False  # asked without a time, the venue answers for the last seven days only
    streams_bars = True
    one_account_stream = True
    forward = True
    candles = 1000
    burst_s = 10.0  # weights are counted by the minute
    trading_right = ""  # what the venue calls the permission to trade

    def refusal(self, probe: Probe) -> str | None:
        data = probe.data
        if not isinstance(data, dict) or data.get("code") in (None, *UNSETTLED):
            return None
        found = super().refusal(probe)
        return None if found is None else f"{found} (code {data['code']})"

    def no_such_order(self, probe: Probe, error: Exception) -> bool:
        return 400 <= probe.status < 500 and _code(probe) in NO_ORDER

    def bad_key(self, probe: Probe, error: Exception) -> bool:
        # ccxt calls -2015 a DDoSProtection once a key has worked.
        return _code(probe) in BAD_KEY

    def client_id(self, info: Row) -> str:
        names = ("C", "caid", "c", "clientOrderId", "clientAlgoId")
        return next((str(info[name]) for name in names if info.get(name)), "")

    async def may_withdraw(self, exchange: Any) -> bool | None:
        rights = await exchange.sapiGetAccountApiRestrictions()
        if not rights.get(self.trading_right, True):
            raise ConfigError(
                f"the API key may not trade ({self.trading_right} is off). Switch it on in Binance's API "
                "management, or name another key in [venue]."
            )
        return bool(rights.get("enableWithdrawals"))

    async def ended_orders(self, exchange: Any, market: Row, since: int, until: int) -> Rows:
        """The newest of any age, so that old orders which ended lately are among them; and all since."""
        rows = await self._newest(exchange.fetch_orders, market, since, until, self.orders_span)
        return self._exact(exchange, market, rows)

    async def fills(self, exchange: Any, market: Row, since: int, until: int) -> Rows:
        rows = await self._newest(exchange.fetch_my_trades, market, since, until, self.fills_span)
        rows = [row for row in rows if row["timestamp"] >= since]
        return [exactly(exchange, exchange.parse_trade, row["info"], market) for row in rows]

    async def _newest(self, ask: Any, market: Row, since: int, until: int, span: Span) -> Rows:
        """The newest rows; where they don't reach back to ``since``, the older ones window by window."""
        found = await ask(market["symbol"], None, NEWEST)
        rows = {row["id"]: row for row in found}
        reached = until - WEEK if self.newest_is_a_week else 0  # everything after that is in ``found``
        if len(found) >= NEWEST:
            reached = max(reached, min(row["timestamp"] for row in found))
        start = max(since, until - REACH)
        if start < reached:
            page = self.paged(ask, market["symbol"])
            rows |= {row["id"]: row for row in await everything(page, start, reached, span)}
        return sorted(rows.values(), key=lambda row: (row["timestamp"], str(row["id"])))

    def is_account_stream(self, url: str) -> bool:
        return "ws-api" in url or "listenKey" in url

    def stream_ended(self, message: Any) -> bool:
        if not isinstance(message, dict):
            return False
        event = message.get("event")
        word = event.get("e") if isinstance(event, dict) else message.get("e")
        return word in ("eventStreamTerminated", "listenKeyExpired")

    def closed_bar(self, message: Any) -> tuple[str, str, Row] | None:
        if not isinstance(message, dict):
            return None
        data = message.get("data", message)
        if not isinstance(data, dict) or data.get("e") != "kline" or not data["k"]["x"]:
            return None
        return str(data["k"]["s"]), str(data["k"]["i"]), data["k"]


def _code(probe: Probe) -> int | None:
    data = probe.data
    return data.get("code") if isinstance(data, dict) else None


async def with_fees(exchange: Any, market: Row, instrument: Instrument, currency: str) -> Instrument:
    """The account's own rates. currency: where fees are taken by default."""
    found = await exchange.fetch_trading_fee(market["symbol"])
    return replace(instrument, fees=Fees(float(found["maker"]), float(found["taker"]), currency))
