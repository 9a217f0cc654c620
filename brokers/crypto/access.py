"""How a profile says which account of which venue is traded, and where its keys are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from brokers.address import check_address


@dataclass(frozen=True)
class Access:
    """One account of a venue.

    venue: ccxt's name, such as "binance", "binanceusdm", "upbit". key_env, secret_env, password_env: names
    of environment variables (or keyring entries), never secrets; without a key only market data are read.
    allow_withdraw: accept a key that may move money out. leverage, margin_mode: set on each future and read
    back; None = as the account stands. max_clock_offset_s: between this machine's clock and the venue's.
    timeout_s: of one request. url: address of a simulator that speaks the venue's protocol, with or without a
    scheme; "" = the venue.
    options: ccxt's own, for venues that need some.
    """

    venue: str
    key_env: str = ""
    secret_env: str = ""
    password_env: str = ""
    allow_withdraw: bool = False
    leverage: int | None = None
    margin_mode: Literal["cross", "isolated"] | None = None
    max_clock_offset_s: float = 1.0
    timeout_s: float = 10.0
    url: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_address("url", self.url if "//" in self.url or not self.url else f"http://{self.url}")
