"""How venues check who asks: HMAC over the query for Binance, a JWT with the query's hash for Upbit."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import unquote


def hmac_sha256(secret: str, payload: str) -> str:
    return hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()


def signed_payload(query: str, body: str) -> tuple[str, str]:
    """(what was signed, the signature) of a Binance request: query and body joined, the signature last."""
    whole = query + body
    payload, _, signature = whole.rpartition("signature=")
    return payload.removesuffix("&"), signature


def read_jwt(token: str, secret: str | None) -> dict[str, Any] | None:
    """The claims of a JWT signed by HS256 (or HS512); None when it is malformed or the signature is wrong.

    secret None: the claims unchecked, to learn whose they are.
    """
    try:
        head, claims, signature = token.split(".")
        algorithm = json.loads(_decoded(head))["alg"]
        if secret is not None:
            digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[algorithm]
            good = hmac.new(secret.encode(), f"{head}.{claims}".encode(), digest).digest()
            if not hmac.compare_digest(good, _decoded(signature)):
                return None
        found = json.loads(_decoded(claims))
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None
    return found if isinstance(found, dict) else None


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def query_hash(query: str) -> str:
    """SHA-512 of a query string as Upbit hashes it: unescaped."""
    return hashlib.sha512(unquote(query).encode()).hexdigest()


def query_of(body: dict[str, Any]) -> str:
    """A JSON body as the query string it is signed as."""
    pairs: list[str] = []
    for key, value in body.items():
        if isinstance(value, list):
            pairs += [f"{key}[]={item}" for item in value]
        else:
            pairs.append(f"{key}={_text(value)}")
    return "&".join(pairs)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
