"""Slack and anybody's own address as receivers of alerts."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from live.alerts.delivery import Flooded, Unreachable, Unwanted
from live.alerts.outbox import Alert
from live.messages.alerts import event_text
from live.messages.markup import fit, plain, slack
from live.messages.voice import Voice
from records.codec import to_json

TIMEOUT = aiohttp.ClientTimeout(total=10)
LONGEST = 3500
SIGNATURE = "X-Maemae-Signature"


class SlackSink:
    """A Slack incoming webhook. address: a secret. clean: takes secrets out of text."""

    name = "slack"

    def __init__(self, address: str, voice: Voice, clean: Callable[[str], str]) -> None:
        self._address, self._voice, self._clean = address, voice, clean

    async def send(self, alerts: list[Alert]) -> None:
        text = slack(fit(told(alerts, self._voice), LONGEST))
        await post(self._address, json.dumps({"text": self._clean(text)}).encode(), {})


class WebhookSink:
    """Any address: POST of {"alerts": [{kind, ts, text, event, ...}]}.

    secret: signs the body; the header ``X-Maemae-Signature`` is "sha256=" and the HMAC, hex.
    """

    name = "webhook"

    def __init__(self, address: str, voice: Voice, clean: Callable[[Any], Any], secret: str = "") -> None:
        self._address, self._voice, self._clean, self._secret = address, voice, clean, secret

    async def send(self, alerts: list[Alert]) -> None:
        body = json.dumps({"alerts": [self._clean(self._described(each)) for each in alerts]}).encode()
        headers = {}
        if self._secret:
            digest = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
            headers[SIGNATURE] = f"sha256={digest}"
        await post(self._address, body, headers)

    def _described(self, alert: Alert) -> dict[str, Any]:
        return {
            "kind": alert.event.kind.value,
            "ts": alert.event.ts,
            "silent": alert.silent,
            "merged": alert.merged,
            "text": plain(event_text(alert.event, self._voice)),
            "event": to_json(alert.event),
        }


def told(alerts: list[Alert], voice: Voice) -> str:
    """Several alerts as one text, with what was merged."""
    return "\n\n".join(_told(each, voice) for each in alerts)


def _told(alert: Alert, voice: Voice) -> str:
    text = event_text(alert.event, voice)
    if not alert.merged:
        return text
    sentence = "{count} more of these until {time}"
    return f"{text}\n{voice.say(sentence, count=alert.merged, time=voice.time(alert.until))}"


async def post(address: str, body: bytes, headers: dict[str, str]) -> None:
    """POST JSON. Raises Flooded (429), Unreachable (network, 5xx) or Unwanted (other refusals).

    Messages name the status only: the address is a secret.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.post(
                address,
                data=body,
                headers={"Content-Type": "application/json", **headers},
                allow_redirects=False,
            ) as reply,
        ):
            status, after = reply.status, reply.headers.get("Retry-After", "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unreachable(type(error).__name__) from None
    if status == 429:
        raise Flooded(_seconds(after))
    if status >= 500 or status == 408:
        raise Unreachable(f"HTTP {status}")
    if status >= 300:
        raise Unwanted(f"HTTP {status}")


def _seconds(text: str) -> float:
    try:
        return min(float(text), 3600.0)
    except ValueError:
        return 30.0
