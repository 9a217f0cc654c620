"""The numbers the controls compare with, and the profile's keys they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from market.timeframes import MINUTE, SECOND

# Keys that the desk obeys too, in backtests as well; all others are the live bot's own.
_SHARED = frozenset({"max_position", "max_gross", "max_daily_loss", "max_drawdown", "long_only"})


@dataclass(frozen=True)
class InstrumentLimits:
    """What holds for one instrument instead of the general limit; infinity = the general one alone.

    max_order_quantity, max_position: units. max_order_notional: account currency.
    """

    max_order_quantity: float = inf
    max_order_notional: float = inf
    max_position: float = inf


@dataclass(frozen=True)
class RiskLimits:
    """Every limit, as plain numbers: fractions, units, account currency, ns. Infinity = no such limit.

    What the profile leaves open has these defaults, in live and paper mode alike. Exposures (``*_gross``,
    ``*_net``, ``max_order_equity``) are fractions of equity. restricted: (instrument, side) pairs.
    """

    restricted: frozenset[tuple[str, int]] = frozenset()
    long_only: bool = False
    price_collar: float = 0.05
    max_order_quantity: float = inf
    max_order_notional: float = inf
    max_order_equity: float = 2.0
    max_depth_share: float = 0.5
    max_adv_share: float = 0.01
    max_quote_age: int = 10 * SECOND
    max_last_age: int = 3 * MINUTE
    max_clock_offset: int = 2 * SECOND
    cash_reserve: float = 0.01
    max_position: float = inf
    max_gross: float = 3.0
    max_net: float = 3.0
    max_underlying_gross: float = 2.0
    max_underlying_net: float = 2.0
    max_currency_gross: float = 3.0
    max_currency_net: float = 3.0
    max_strategy_gross: float = 2.0
    max_strategy_net: float = 2.0
    duplicate_window: int = 2 * SECOND
    max_working_instrument: int = 20
    max_working: int = 200
    messages_per_s: float = 10.0
    message_burst: int = 50
    max_order_to_trade: float = 100.0
    order_to_trade_after: int = 500
    max_executions: int = 100
    execution_window: int = 60 * MINUTE
    max_daily_loss: float = 0.05
    max_strategy_daily_loss: float = 0.05
    max_drawdown: float = 0.20
    max_losses_in_row: int = 10
    heartbeat_block: int = 10 * SECOND
    heartbeat_cancel: int = 60 * SECOND
    in_flight_timeout: int = 5 * SECOND
    max_reconcile_age: int = 10 * MINUTE
    max_alert_delay: int = 5 * SECOND
    instruments: Mapping[str, InstrumentLimits] = field(default_factory=dict)

    def of(self, instrument: str) -> InstrumentLimits:
        """The instrument's own limits; none of its own: all infinite."""
        return self.instruments.get(instrument, _NONE)


_NONE = InstrumentLimits()


def key(name: str, instrument: str = "") -> str:
    """Where a limit stands in the profile. instrument: when it is that instrument's own."""
    if instrument:
        return f'risk.controls.instruments."{instrument}".{name}'
    return f"risk.{name}" if name in _SHARED else f"risk.controls.{name}"
