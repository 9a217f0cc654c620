"""What a bot answers: frozen facts, without words of any language. Times are ns UTC, 0 = never.

Money is in the account's currency unless a field says otherwise; a price or probability that isn't there is
NaN. Percentages are times 100. Quantities are units. side: +1 long or buy, -1 short or sell.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import nan


class Activity(Enum):
    """What the engine is doing."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"  # no new entries; exits and stops go on
    REDUCING = "reducing"  # a limit of the account allows exits only
    HALTED = "halted"  # nothing is sent
    STOPPING = "stopping"
    KILLED = "killed"  # the latch is set


class Period(Enum):
    """How profit is summed up; days begin at midnight of the bot's time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Status:
    """The bot at a glance. reasons: why it is paused, reducing or halted. last_bar: close of the newest."""

    profile: str
    mode: str
    activity: Activity
    venue: str
    version: str
    started: int
    currency: str
    equity: float
    cash: float
    day_pnl: float
    positions: int
    orders: int
    last_bar: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Position:
    """What one strategy holds of an instrument. id: what ``why`` takes."""

    id: str
    instrument: str
    strategy: str
    side: int
    quantity: Decimal
    entry: float
    price: float
    pnl: float
    pnl_pct: float
    since: int
    stop: float = nan
    target: float = nan
    resting_stop: bool = False  # at the venue


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order as it stands. status: a value of ``OrderStatus``. reason: a name of ``Reason``."""

    id: str
    instrument: str
    strategy: str
    side: int
    kind: str
    quantity: Decimal
    filled: Decimal
    status: str
    reason: str
    created: int
    price: Decimal | None = None
    average: Decimal | None = None
    venue_id: str = ""
    reduces: bool = False


@dataclass(frozen=True, slots=True)
class FillLine:
    """One execution. stop: a protective stop did it."""

    order: str
    instrument: str
    side: int
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    reason: str
    ts: int
    stop: bool = False


@dataclass(frozen=True)
class Holding:
    """One currency. value: in the account's."""

    currency: str
    total: Decimal
    free: Decimal
    value: float = nan


@dataclass(frozen=True)
class Balance:
    currency: str
    equity: float
    cash: float
    margin: float
    holdings: tuple[Holding, ...] = ()


@dataclass(frozen=True)
class Summary:
    """All closed trades, and the account's curve. funding: received less paid; it is in ``pnl``."""

    currency: str
    since: int
    pnl: float
    pnl_pct: float
    trades: int
    wins: int
    profit_factor: float
    fees: float
    max_drawdown_pct: float
    best: float
    worst: float
    funding: float = 0.0


@dataclass(frozen=True)
class PeriodProfit:
    """One day, week or month. pnl: change of equity, transfers left out."""

    start: int
    pnl: float
    pnl_pct: float
    trades: int
    wins: int
    fees: float


@dataclass(frozen=True)
class InstrumentResult:
    instrument: str
    strategy: str
    trades: int
    wins: int
    pnl: float
    pnl_pct: float


@dataclass(frozen=True, slots=True)
class TradeLine:
    """A position from its first fill to flat. pnl: net."""

    id: str
    instrument: str
    strategy: str
    side: int
    quantity: Decimal
    entry: float
    exit: float
    entry_ts: int
    exit_ts: int
    pnl: float
    pnl_pct: float
    fees: float
    reason: str
    outcome: str


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """One filter's answer and what it weighed. status: a name of ``Status`` of opinions."""

    name: str
    p: float
    status: str
    weight: float = nan
    stage: str = ""
    explains: str = ""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What became of a signal. action, why, cap: names of the desk's records."""

    id: str
    ts: int
    instrument: str
    strategy: str
    action: str
    why: str
    cap: str
    side: int
    quantity: Decimal
    p: float
    p_low: float
    p_star: float
    base_rate: float
    opinions: tuple[OpinionLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A control's verdict: allow, reduce or deny. detail: English; korean: the same, "" = there is none."""

    code: str
    verdict: str
    instrument: str
    detail: str
    order: str = ""
    quantity: Decimal | None = None
    korean: str = ""


@dataclass(frozen=True)
class Story:
    """Everything behind an order, a position or a trade. notes: what else there is to say, in English."""

    id: str
    decision: DecisionLine | None
    checks: tuple[RiskLine, ...] = ()
    orders: tuple[OrderLine, ...] = ()
    fills: tuple[FillLine, ...] = ()
    trade: TradeLine | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilterLine:
    """A filter's report card; ``report.cards.FilterCard`` says what each figure means."""

    name: str
    act: str
    signals: int
    answered: int
    passed: int
    rejected: int
    brier: float
    base_brier: float
    earned: float
    stages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A fill on a chart."""

    ts: int
    price: float
    side: int


@dataclass(frozen=True)
class Chart:
    """Bars of one instrument, equally long tuples, oldest first. ts: opens."""

    instrument: str
    timeframe: int
    ts: tuple[int, ...]
    open: tuple[float, ...]
    high: tuple[float, ...]
    low: tuple[float, ...]
    close: tuple[float, ...]
    marks: tuple[Mark, ...] = ()
    entry: float = nan
    stop: float = nan
    target: float = nan


@dataclass(frozen=True)
class Curve:
    """Equity over time, equally long tuples, oldest first."""

    currency: str
    ts: tuple[int, ...]
    equity: tuple[float, ...]


@dataclass(frozen=True)
class Check:
    """One thing that must be well. detail: what was found, in English."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Health:
    """ok: every check is. beat: grows at least once a second while the loop turns. lag_s: how late it is."""

    ok: bool
    pid: int
    beat: int
    uptime_s: float
    lag_s: float
    memory_mb: float
    bar_age_s: float
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class ApprovalRequest:
    """An order that waits for a person. why: what asks for one, a name such as LIMIT or AGREEMENT."""

    id: str
    instrument: str
    strategy: str
    side: int
    quantity: Decimal
    price: float
    notional: float
    currency: str
    why: str
    expires: int
    p: float = nan
    opinions: tuple[OpinionLine, ...] = ()


class Code(Enum):
    """What a request came to."""

    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPING = "stopping"
    STARTING = "starting"
    RELOADED = "reloaded"
    SENT = "sent"
    CANCELING = "canceling"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    NOTHING = "nothing"  # it was so already, or there is nothing to do it to
    UNKNOWN = "unknown"  # no such id
    REFUSED = "refused"
    HEARD = "heard"  # news
    SETTLED = "settled"


@dataclass(frozen=True)
class Done:
    """ids: orders that were sent or are being cancelled. detail: a sentence in English, the reason say."""

    code: Code
    ids: tuple[str, ...] = ()
    detail: str = ""
