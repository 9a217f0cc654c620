"""The profile's tables that only ``maemae live`` reads: venue, approvals, the engine itself."""

from typing import Any, Literal

from pydantic import Field

from maemae.settings_table import Table
from maemae.settings_values import Count, Duration, Gain, Positive, Share, Whole


class VenueSettings(Table):
    """Where orders go. use: "paper", which trades the profile's own bars as they are replayed, "ls", or one
    of ccxt's venues, such as "binance", "binanceusdm" or "upbit": in paper mode only its prices are used.

    account: what people call the account; bots that share it take turns. The rest as ``Access`` of
    ``brokers.crypto`` has it, and from kind on ``LsAccess`` of ``brokers.ls``; keys are named here and kept
    elsewhere.
    """

    use: str = Field(default="paper", min_length=1)
    account: str | None = Field(default=None, min_length=1)
    key_env: str = ""
    secret_env: str = ""
    password_env: str = ""
    allow_withdraw: bool = False
    leverage: Count | None = None
    margin_mode: Literal["cross", "isolated"] | None = None
    max_clock_offset_s: Positive = 1.0
    timeout_s: Positive = 10.0
    url: str = ""
    options: dict[str, Any] = Field(default_factory=dict)
    kind: Literal["probe", "real", "paper"] = "probe"
    margin: Share | None = None
    fee: Share = 0.0
    delisted: tuple[str, ...] = ()
    life: Literal["day", "ioc", "fok"] = "day"
    socket_url: str = ""


class ConditionSettings(Table):
    """A search that was saved in LS's HTS, whose hits are entries. name: its name, or its index; user: the
    HTS user's id."""

    name: str = Field(min_length=1)
    user: str = Field(min_length=1, max_length=8)


class ApprovalSettings(Table):
    """Which entries wait for a person's button. above: account currency. above_share: of equity.
    min_agreement: share of the filters that answered and find the odds better than even. expires: how long
    a button works."""

    above: Positive | None = None
    above_share: Gain | None = None
    min_agreement: Whole | None = None
    expires: Duration = 300 * 10**9


class LiveSettings(Table):
    """warmup: closed bars that are read before the first that counts; left out: what strategies and filters
    say they need. health_port: of the loopback page for monitors. reconcile_every: between comparisons with
    the venue. transfers_every: between questions for deposits, withdrawals and funding. clock_every: between
    measurements of the clock against the venue's. local_stops: trade with real money where the venue keeps no
    stop orders; they are then watched here, and only while the bot runs. log_level: of the engine's log."""

    warmup: int | None = Field(default=None, ge=0)
    health_port: int | None = Field(default=None, ge=0, le=65535)
    reconcile_every: Duration = 60 * 10**9
    transfers_every: Duration = 300 * 10**9
    clock_every: Duration = 180 * 10**9
    local_stops: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
