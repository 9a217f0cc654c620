"""What a difference between a life and its backtest is put down to, and what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import nan

from live.compare_rounds import Key, Round


class Cause(StrEnum):
    """Why a trade wasn't the backtest's."""

    PRICE = "slippage"  # another price at the same bar, worse or better
    FEES = "fees"
    FUNDING = "funding"
    PARTIAL = "partial fill"
    MISSED = "missed fill"
    DELAYED = "filled at another bar"
    EXTRA = "filled only live"
    RISK = "risk control"
    APPROVAL = "not approved"
    PAUSED = "pause or halt"
    KILLED = "kill"
    REFUSED = "refused by the venue"
    STALE = "stale after a restart"
    LATE = "late"
    CHANGED = "changed code or settings"
    BY_HAND = "by hand"
    TRANSFER = "transfer"
    CHANGED_BAR = "changed bar"
    MISSING_BAR = "late or missing bar"
    EXTRA_BAR = "bar only live"
    FOLLOWS = "follows from an earlier difference"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Why:
    """A cause in words: ``say`` with ``values`` in its places, as ``report.words.say`` takes them."""

    cause: Cause
    say: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One difference of one trade. ticks: worse (> 0) or better (< 0) than the backtest, NaN = no price.
    money: what it brought (> 0) or cost, account currency."""

    why: Why
    ticks: float = nan
    money: float = 0.0


@dataclass(frozen=True)
class Line:
    """A trade of the life, of the backtest or of both. number: from 1, in order of time. row: the bar at
    whose close it was decided."""

    number: int
    key: Key
    row: int
    instrument: str
    strategy: str
    live: Round | None
    back: Round | None
    findings: tuple[Finding, ...] = ()

    @property
    def same(self) -> bool:
        return not self.findings

    @property
    def difference(self) -> float:
        """What the life made more than the backtest, account currency."""
        return (self.live.pnl if self.live else 0.0) - (self.back.pnl if self.back else 0.0)

    @property
    def cause(self) -> Cause | None:
        """The cause of most of the money; an unexplained one before all others."""
        causes = [each.why.cause for each in self.findings]
        if Cause.UNEXPLAINED in causes or not causes:
            return Cause.UNEXPLAINED if causes else None
        return max(self.findings, key=lambda each: abs(each.money)).why.cause
