"""LS's access tokens: one at a time for each app key, until 07:00 in Seoul."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field

from brokers.simulators.account import Account
from brokers.simulators.clock import Clock
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_words import DAY_MS, MESSAGES, Row, day_of, gateway, ms_of
from brokers.simulators.server import VenueError

SEVEN = "070000"


@dataclass
class Token:
    """ends: ms."""

    text: str
    account: Account
    ends: int
    dead: bool = False


@dataclass
class Tokens:
    """live: the newest token of each app key. issued: every one there ever was, by its text."""

    clock: Clock
    doubts: Doubts
    accounts: dict[str, Account]
    live: dict[str, Token] = field(default_factory=dict)
    issued: dict[str, Token] = field(default_factory=dict)

    # --- what /oauth2 is asked

    def issue(self, form: Row) -> Row:
        """A new token; the key's old one is dead from now on. Raises VenueError."""
        account = self._known(form)
        if form.get("grant_type") != "client_credentials" or form.get("scope") != "oob":
            raise self._refusal("IGW40011")
        token = self.renew(account)
        seconds = (token.ends - self.clock.now()) // 1000
        return {"access_token": token.text, "scope": "oob", "token_type": "Bearer", "expires_in": seconds}

    def revoke(self, form: Row) -> Row:
        self._known(form)
        token = self.issued.get(str(form.get("token")))
        if token is None or token.account.key != form.get("appkey"):
            raise self._refusal("IGW00121")
        token.dead = True
        return {"code": 200, "message": "접근토큰 폐기에 성공하였습니다."}

    def _known(self, form: Row) -> Account:
        account = next((a for a in self.accounts.values() if a.key == form.get("appkey")), None)
        if account is None or account.revoked:
            raise self._refusal("IGW00103")
        if account.secret != form.get("appsecretkey"):
            raise self._refusal("IGW00105")
        return account

    def _refusal(self, code: str) -> VenueError:
        if self.doubts.oauth_shape == "oauth":
            body = {"error_code": code, "error_description": MESSAGES[code]}
            return VenueError(self.doubts.oauth_status, body)
        return gateway(code, self.doubts.oauth_status)

    # --- what becomes of tokens

    def renew(self, account: Account) -> Token:
        """Whoever asks with the key: what was given before is worth nothing now."""
        before = self.live.get(account.key)
        if before is not None:
            before.dead = True
        now = self.clock.now()
        made = Token(self._text(account, now), account, _next_seven(now))
        self.live[account.key] = self.issued[made.text] = made
        return made

    def _text(self, account: Account, now: int) -> str:
        """A JWT as LS signs it; ``jti`` is the app key."""
        seconds = now // 1000
        claims = {
            "sub": "token",
            "aud": hashlib.sha256(f"{account.key} {len(self.issued)}".encode()).hexdigest()[:36],
            "nbf": seconds,
            "grant_type": "Client",
            "iss": "unogw",
            "exp": _next_seven(now) // 1000,
            "iat": seconds,
            "jti": account.key,
        }
        head = f"{_part({'typ': 'JWT', 'alg': 'HS512'})}.{_part(claims)}"
        signed = hmac.new(account.secret.encode(), head.encode(), hashlib.sha512).digest()
        return f"{head}.{_plain(signed)}"

    def owner(self, text: str) -> Account:
        """Whose token this is. Raises VenueError with IGW00121 or IGW00123."""
        token = self.issued.get(text)
        if token is None or token.dead or token.account.revoked:
            raise gateway("IGW00121", self.doubts.token_status)
        if self.clock.now() >= token.ends:
            raise gateway("IGW00123", self.doubts.token_status)
        return token.account


def _next_seven(now: int) -> int:
    """The next 07:00 in Seoul after an instant."""
    seven = ms_of(day_of(now), SEVEN)
    return seven if seven > now else seven + DAY_MS


def _part(claims: Row) -> str:
    return _plain(json.dumps(claims).encode())


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
