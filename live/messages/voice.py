"""Whom we speak to: language and time zone, and how numbers and times look there."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Literal
from zoneinfo import ZoneInfo

from live.messages.words import KOREAN
from report.words import say as say_of_report

Language = Literal["en", "ko"]
NONE = "–"
_WHOLE = ("KRW", "JPY", "₩")  # currencies without a smaller coin


@dataclass(frozen=True)
class Voice:
    """zone: a name of the IANA database."""

    language: Language = "en"
    zone: str = "UTC"

    def say(self, sentence: str, /, **values: object) -> str:
        """A sentence or word of ``words.KOREAN`` in this language, its {places} filled."""
        known = KOREAN.get(sentence) if self.language == "ko" else sentence
        chosen = known or say_of_report(sentence, self.language)
        return chosen.format(**values) if values else chosen

    def speaking(self, language: Language) -> "Voice":
        return replace(self, language=language)

    def time(self, ts: int) -> str:
        """ns UTC as day and minute in this zone."""
        return self._local(ts).strftime("%m-%d %H:%M") if ts else NONE

    def day(self, ts: int) -> str:
        return self._local(ts).strftime("%Y-%m-%d") if ts else NONE

    def span(self, seconds: float) -> str:
        """How long, in the two largest units."""
        minutes = int(seconds) // 60
        days, hours = divmod(minutes // 60, 24)
        if days:
            return self.say("{days} d {hours} h", days=days, hours=hours)
        if hours:
            return self.say("{hours} h {minutes} min", hours=hours, minutes=minutes % 60)
        if minutes:
            return self.say("{minutes} min", minutes=minutes)
        return self.say("{seconds} s", seconds=int(seconds))

    def side(self, side: int) -> str:
        return self.say("buy" if side > 0 else "sell")

    def held(self, side: int) -> str:
        return self.say("long" if side > 0 else "short")

    def _local(self, ts: int) -> datetime:
        return datetime.fromtimestamp(ts / 1e9, UTC).astimezone(ZoneInfo(self.zone))


def money(amount: float, currency: str = "", signed: bool = False) -> str:
    """Coins as the currency has them, thousands apart."""
    if not isfinite(amount):
        return NONE
    places = 0 if currency in _WHOLE else 2
    sign = "+" if signed else ""
    return f"{amount:{sign},.{places}f} {currency}".rstrip()


def percent(value: float, signed: bool = True) -> str:
    """A percentage that is already times 100."""
    return f"{value:{'+' if signed else ''}.2f} %" if isfinite(value) else NONE


def price(value: float | Decimal | None) -> str:
    """All digits that matter, thousands apart, without zeros behind."""
    if value is None or not isfinite(value):
        return NONE
    exact = Decimal(f"{value:.10g}") if isinstance(value, float) else value
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(value: Decimal) -> str:
    return price(value)


def chance(p: float) -> str:
    """A probability."""
    return f"{p:.3f}" if isfinite(p) else NONE
