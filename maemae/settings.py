"""The profile: one TOML file that says everything about a bot. Unknown keys are refused."""

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from desk.records import MAX_RUNGS
from live.alerts.settings import AlertSettings
from live.telegram.settings import TelegramSettings
from maemae.settings_live import ApprovalSettings, ConditionSettings, LiveSettings, VenueSettings
from maemae.settings_table import OpenTable
from maemae.settings_table import Table as Table
from maemae.settings_values import (
    Bps,
    Count,
    Day,
    Duration,
    Fraction,
    Gain,
    Length,
    Part,
    Positive,
    Probability,
    Share,
    Span,
    TimeOfDay,
    Whole,
)

StyleName = Literal["market", "twap", "ladder"]
ContractName = Literal["crypto_spot", "us_equity", "korean_equity", "korean_etf", "kospi200_future"]
SizeName = Literal["fixed", "fractional", "kelly"]


class MarketSettings(Table):
    """data: a CSV or Parquet file, "demo", or nothing: then ``catalog`` is read. until is excluded."""

    data: str | None = None
    catalog: str | None = None
    instruments: list[str] = Field(default_factory=list)
    timeframe: str | None = None
    timezone: str | None = None
    since: str | None = None
    until: str | None = None


class TickSettings(Table):
    """One step of a price-dependent tick table: ``tick`` holds from ``price`` on."""

    price: Fraction
    tick: Fraction


class TaxSettings(Table):
    """The tax on sales from a day on, fraction of the sale."""

    since: Day
    rate: Share


class InstrumentSettings(Table):
    """What the data file doesn't say about an instrument. contract: ready-made facts of its exchange, which
    the other keys lie over. margin: initial, fraction of notional. timezone: of its session days. Costs lie
    over those of [costs]. fee_currency: "quote", "base" or a third one, which needs fee_price, its price in
    quote currency. borrow: a year's cost of being short. sell_tax: one rate, or sell_taxes by date."""

    contract: ContractName | None = None
    kind: Literal["spot", "equity", "future"] | None = None
    base: str | None = None
    quote: str | None = None
    multiplier: Positive | None = None
    tick: Fraction | None = None
    ticks: list[TickSettings] | None = Field(default=None, min_length=1)
    lot: Positive | None = None
    min_quantity: Fraction | None = None
    max_quantity: Positive | None = None
    min_notional: Fraction | None = None
    margin: Fraction | None = None
    maintenance: Fraction | None = None
    timezone: str | None = None
    fee_bps: Bps | None = None
    maker_bps: Bps | None = None
    taker_bps: Bps | None = None
    fee_currency: str | None = Field(default=None, min_length=1)
    fee_price: Positive | None = None
    slippage_bps: Bps | None = None
    borrow: Fraction | None = None
    sell_tax: Share | None = None
    sell_taxes: list[TaxSettings] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_of_two(self) -> "InstrumentSettings":
        for one, several in (("tick", "ticks"), ("sell_tax", "sell_taxes")):
            if getattr(self, one) is not None and getattr(self, several) is not None:
                raise ValueError(f"{one} and {several} both speak; keep one of them")
        if self.ticks and self.ticks[0].price != 0.0:
            raise ValueError(
                f"ticks begin at price {self.ticks[0].price:g}; the first must hold from price 0"
            )
        prices = [each.price for each in self.ticks or ()]
        days = [each.since for each in self.sell_taxes or ()]
        if prices != sorted(set(prices)):
            raise ValueError("ticks must ascend by price, each once")
        if days != sorted(set(days)):
            raise ValueError("sell_taxes must ascend by day, each once")
        return self


class SizingSettings(Table):
    """How many units an entry asks for, and its caps. base: what Kelly does until a filter is trusted."""

    use: SizeName = "fractional"
    base: Literal["fixed", "fractional"] = "fractional"
    quantity: Positive = 1.0
    risk: Part = 0.01
    notional: Fraction = 0.10
    fraction: Whole = 0.25
    max_risk: Fraction | None = None
    max_notional: Fraction | None = None
    reserve: Share = 0.005


class ExecutionSettings(Table):
    """How orders are split. use: entries and exits by signal, unless ``entry`` or ``exit`` differs."""

    use: StyleName = "market"
    entry: StyleName | None = None
    exit: StyleName | None = None
    slices: Count = 3
    every: Length = 1
    rungs: int = Field(default=3, ge=1, le=MAX_RUNGS)
    step: Part = 0.005
    weights: Literal["equal", "linear", "geometric"] = "equal"
    ladder_bars: Length = 10


class MonitorSettings(Table):
    """Barriers for what a strategy leaves open: fractions of the entry price; horizon: bars or a duration."""

    stop: Part | None = None
    target: Gain | None = None
    trail: Part | None = None
    horizon: Span = 0


class StrategySettings(OpenTable):
    """One strategy with its parameters; its own sizing, execution and monitor lie over the profile's."""

    sizing: SizingSettings | None = None
    execution: ExecutionSettings | None = None
    monitor: MonitorSettings | None = None


class FilterSettings(OpenTable):
    """One filter with its parameters. act: weighed by evidence, or a rule that blocks below ``min_p``."""

    act: Literal["learn", "rule"] = "learn"
    min_p: Probability | None = None
    required: bool = False
    prior: float = Field(default=0.1, ge=0.0, le=1.0)

    @model_validator(mode="after")
    def _bar_fits_the_act(self) -> "FilterSettings":
        if self.act == "learn" and self.min_p is not None:
            raise ValueError(f'min_p = {self.min_p:g} needs act = "rule"; a learning filter has no fixed bar')
        return self


class DecisionSettings(Table):
    """DecisionCore and FeedbackLoop; docs/desk-rules.md, section 5, says what each number does."""

    on_empty: Literal["pass", "half", "block"] = "half"
    hysteresis: Share = 0.02
    kappa: Fraction = 0.5
    tau: Fraction = 0.5
    share: Part = 0.002
    promote_size: float = Field(default=5.0, gt=1.0)
    promote_block: float = Field(default=20.0, gt=1.0)
    demote: float = Field(default=20.0, gt=1.0)
    prior_win: Part = 0.01
    prior_loss: Part = 0.01


class InstrumentRisk(Table):
    """Limits of one instrument instead of the general ones: units, units, account currency."""

    max_position: Positive | None = None
    max_order_quantity: Positive | None = None
    max_order_notional: Positive | None = None


class RiskControls(Table):
    """The live bot's controls; docs/risk.md says what each does. What is left out has the default of
    ``live.risk.limits.RiskLimits``. restricted: "BTCUSDT@binance", or with " buy" or " sell" behind it."""

    restricted: list[str] = Field(default_factory=list)
    price_collar: Gain | None = None
    max_order_quantity: Positive | None = None
    max_order_notional: Positive | None = None
    max_order_equity: Gain | None = None
    max_depth_share: Gain | None = None
    max_adv_share: Gain | None = None
    max_quote_age: Duration | None = None
    max_last_age: Duration | None = None
    max_clock_offset: Duration | None = None
    cash_reserve: Share | None = None
    max_net: Gain | None = None
    max_underlying_gross: Gain | None = None
    max_underlying_net: Gain | None = None
    max_currency_gross: Gain | None = None
    max_currency_net: Gain | None = None
    max_strategy_gross: Gain | None = None
    max_strategy_net: Gain | None = None
    duplicate_window: Duration | None = None
    max_working_instrument: Count | None = None
    max_working: Count | None = None
    messages_per_s: Positive | None = None
    message_burst: Count | None = None
    max_order_to_trade: Positive | None = None
    order_to_trade_after: Count | None = None
    max_executions: Count | None = None
    execution_window: Duration | None = None
    max_strategy_daily_loss: Part | None = None
    max_losses_in_row: Count | None = None
    heartbeat_block: Duration | None = None
    heartbeat_cancel: Duration | None = None
    in_flight_timeout: Duration | None = None
    max_reconcile_age: Duration | None = None
    max_alert_delay: Duration | None = None
    instruments: dict[str, InstrumentRisk] = Field(default_factory=dict)

    @field_validator("restricted")
    @classmethod
    def _ids_with_or_without_a_side(cls, listed: list[str]) -> list[str]:
        for each in listed:
            if not re.fullmatch(r"[^\s@]+@[^\s@]+( buy| sell)?", each):
                raise ValueError(f"ids such as 'BTCUSDT@binance' or 'BTCUSDT@binance sell', not '{each}'")
        return listed


class KrxSettings(Table):
    """Days of the Korea Exchange that this version doesn't know: closed and opened beside its calendar, and
    those of the college entrance examination, on which everything is an hour later."""

    closed: list[Day] = Field(default_factory=list)
    opened: list[Day] = Field(default_factory=list)
    exams: list[Day] = Field(default_factory=list)

    @model_validator(mode="after")
    def _open_or_closed(self) -> "KrxSettings":
        if both := sorted({*self.opened, *self.exams} & {*self.closed}):
            raise ValueError(f"{both[0]} is closed, and opened or an examination's; keep one of them")
        return self


class RiskSettings(Table):
    """Limits of the whole account. max_position: units per instrument, net of strategies. day_begins: when a
    day's loss is forgiven, by the clocks of the first instrument's market. controls: what only the live bot
    obeys."""

    max_position: Positive | None = None
    max_gross: Fraction | None = None
    max_daily_loss: Part | None = None
    max_drawdown: Part | None = None
    long_only: bool = False
    day_begins: TimeOfDay = 0
    controls: RiskControls = Field(default_factory=RiskControls)


class FillSettings(Table):
    """How history fills orders. participation: share of a bar's volume, 0 = unlimited; left out: 10 % where
    the instruments are described, unlimited for a bare file, whose volume has no known unit."""

    tie: Literal["worst", "best"] = "worst"
    limit_fill: Literal["through", "touch"] = "through"
    targets_on_entry_bar: bool = False
    participation: Share | None = None


class CostSettings(Table):
    """Costs of every instrument whose own table says none; what is left out stays as the instrument's source
    says, else as the defaults of ``compose_panel`` say. borrow: a year's cost of being short. sell_tax: of
    every sale."""

    fee_bps: Bps | None = None
    maker_bps: Bps | None = None
    taker_bps: Bps | None = None
    slippage_bps: Bps | None = None
    borrow: Fraction | None = None
    sell_tax: Share | None = None


class Profile(Table):
    """The whole file. cash: account currency."""

    name: str = Field(default="backtest", min_length=1)
    mode: Literal["backtest", "paper", "live"] = "backtest"
    language: Literal["en", "ko"] = "en"
    cash: Positive = 1_000_000.0
    seed: int = Field(default=0, ge=0)
    venue: VenueSettings = Field(default_factory=VenueSettings)
    market: MarketSettings = Field(default_factory=MarketSettings)
    krx: KrxSettings = Field(default_factory=KrxSettings)
    instruments: dict[str, InstrumentSettings] = Field(default_factory=dict)
    strategy: list[StrategySettings] = Field(min_length=1)
    filters: list[FilterSettings] = Field(default_factory=list)
    decision: DecisionSettings = Field(default_factory=DecisionSettings)
    sizing: SizingSettings = Field(default_factory=SizingSettings)
    execution: ExecutionSettings = Field(default_factory=ExecutionSettings)
    monitor: MonitorSettings = Field(default_factory=MonitorSettings)
    risk: RiskSettings = Field(default_factory=RiskSettings)
    fills: FillSettings = Field(default_factory=FillSettings)
    costs: CostSettings = Field(default_factory=CostSettings)
    live: LiveSettings = Field(default_factory=LiveSettings)
    approvals: ApprovalSettings = Field(default_factory=ApprovalSettings)
    condition: ConditionSettings | None = None
    alerts: AlertSettings = Field(default_factory=AlertSettings)
    telegram: TelegramSettings | None = None
