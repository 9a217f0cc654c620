"""How a profile says which account of LS is traded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from brokers.address import check_address

REST = "https://openapi.ls-sec.co.kr:8080"
SOCKETS = {"real": "wss://openapi.ls-sec.co.kr:9443", "paper": "wss://openapi.ls-sec.co.kr:29443"}


@dataclass(frozen=True)
class LsAccess:
    """One account, as its app key is issued for one.

    key_env, secret_env: names of environment variables (or keyring entries) with the app key and its secret,
    never secrets. kind: what the key is for; "probe" = asked of LS at the start, never assumed.
    margin: initial, a fraction of notional, of futures and written options; left out, real accounts are told
    the house's rate by LS. fee: fraction of the notional that LS takes of each fill: it doesn't say it.
    delisted: stocks that are held, or were, and that LS lists no more: they are left alone.
    life: of limit orders: to the session's end, or what can be had at once of it (ioc) or of all (fok).
    max_clock_offset_s: between this machine's clock and LS's. timeout_s: of one request. url, socket_url:
    addresses of a simulator; "" = LS's, and a stream beside ``url``.
    """

    key_env: str = "LS_APP_KEY"
    secret_env: str = "LS_APP_SECRET"
    password_env: str = ""
    kind: Literal["probe", "real", "paper"] = "probe"
    margin: float | None = None
    fee: float = 0.0
    delisted: Sequence[str] = ()
    life: Literal["day", "ioc", "fok"] = "day"
    max_clock_offset_s: float = 1.0
    timeout_s: float = 10.0
    url: str = ""
    socket_url: str = ""

    def __post_init__(self) -> None:
        check_address("url", self.url)
        check_address("socket_url", self.socket_url, ("ws", "wss"))

    @property
    def rest(self) -> str:
        return self.url.rstrip("/") or REST

    def socket(self, kind: str) -> str:
        """Where an account of a kind ("real", "paper") listens."""
        beside = self.url.replace("http", "ws", 1)  # a simulator's: never its orders and LS's own stream
        return (self.socket_url or beside or SOCKETS[kind]).rstrip("/") + "/websocket"
