"""What can go wrong between a client and a venue, scripted or by chance from a seed."""

import random
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase


class Kind(Enum):
    """The fault matrix. Where a fault is matched, and what its ``value`` means, stands behind it."""

    # Requests, matched by "METHOD /path". "accepted" = the venue did what was asked before it failed.
    THROTTLED = "429"  # value: Retry-After, seconds
    BANNED = "418"  # value: Retry-After, seconds
    ERROR = "5xx before acceptance"  # value: HTTP status
    ERROR_ACCEPTED = "5xx after acceptance"  # value: HTTP status
    SILENT = "timeout before acceptance"
    SILENT_ACCEPTED = "timeout after acceptance"
    DROPPED = "connection dropped before acceptance"
    DROPPED_ACCEPTED = "connection dropped mid-reply"
    SLOW = "slow answer"  # value: seconds
    LAGGING = "orders missing from queries"  # value: seconds an order stays unseen
    MAINTENANCE = "maintenance"
    REVOKED = "key revoked"
    STOLEN = "token taken by another process"  # where a new token ends the old one
    SKEW = "clock skew"  # value: ms by which the venue's clock is ahead
    # Streams, matched by stream name ("btcusdt@kline_1m", "user", "myOrder", "KRW-BTC@trade").
    LOST = "message lost"
    DUPLICATED = "message duplicated"
    REORDERED = "messages reordered"
    GAP = "messages lost in a row"  # value: how many
    DISCONNECTED = "stream disconnected"
    # The exchange, matched by symbol.
    PARTIAL = "partial fill"  # value: fraction filled
    LATE_FILL = "fill after cancel"  # at the market's next step; value: fraction of what was left
    STALE_BOOK = "stale book"
    CROSSED_BOOK = "crossed book"
    DELISTED = "delisted"
    REFUSED = "refused by the exchange when the broker had accepted it"  # where those are two


REQUESTS = (
    Kind.MAINTENANCE,
    Kind.BANNED,
    Kind.THROTTLED,
    Kind.REVOKED,
    Kind.STOLEN,
    Kind.SKEW,
    Kind.LAGGING,
    Kind.SLOW,
    Kind.ERROR,
    Kind.SILENT,
    Kind.DROPPED,
    Kind.ERROR_ACCEPTED,
    Kind.SILENT_ACCEPTED,
    Kind.DROPPED_ACCEPTED,
)
STREAMS = (Kind.LOST, Kind.DUPLICATED, Kind.REORDERED, Kind.GAP, Kind.DISCONNECTED)
EXCHANGE = (Kind.PARTIAL, Kind.LATE_FILL, Kind.STALE_BOOK, Kind.CROSSED_BOOK, Kind.DELISTED, Kind.REFUSED)
DEFAULTS = {
    Kind.THROTTLED: 1.0,
    Kind.BANNED: 120.0,
    Kind.ERROR: 503.0,
    Kind.ERROR_ACCEPTED: 503.0,
    Kind.SLOW: 1.0,
    Kind.LAGGING: 1.0,
    Kind.SKEW: 10_000.0,
    Kind.GAP: 3.0,
    Kind.PARTIAL: 0.5,
    Kind.LATE_FILL: 0.5,
}


@dataclass
class Fault:
    """One scripted fault.

    where: a pattern with * and ?. nth: first struck at the nth match (1 = the first). times: how often in
    all; None = for ever. probability: of each match, once begun. seen, hits: matches and strikes so far.
    """

    kind: Kind
    where: str = "*"
    nth: int = 1
    times: int | None = 1
    probability: float = 1.0
    value: float = 0.0
    seen: int = 0
    hits: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def matches(self, place: str) -> bool:
        return not self.spent and fnmatchcase(place, self.where)


class Faults:
    """The faults that are armed. ``strike`` is asked at every place where one may happen."""

    def __init__(self, seed: int = 0) -> None:
        self.armed: list[Fault] = []
        self.random = random.Random(seed)

    def add(
        self,
        kind: Kind,
        where: str = "*",
        *,
        nth: int = 1,
        times: int | None = 1,
        probability: float = 1.0,
        value: float | None = None,
    ) -> Fault:
        """Arm a fault; it counts its hits. ``value`` as ``Kind`` says, with a usable default."""
        meant = DEFAULTS.get(kind, 0.0) if value is None else value
        fault = Fault(kind, where, nth, times, probability, meant)
        self.armed.append(fault)
        return fault

    def clear(self) -> None:
        self.armed.clear()

    def strike(self, place: str, *kinds: Kind) -> Fault | None:
        """The first armed fault of these kinds that strikes here now. All that match count the match."""
        if not self.armed:
            return None
        struck: Fault | None = None
        for fault in self.armed:
            if fault.kind in kinds and fault.matches(place):
                fault.seen += 1
                if struck is None and fault.seen >= fault.nth and self._happens(fault):
                    struck = fault
        if struck is not None:
            struck.hits += 1
        return struck

    def _happens(self, fault: Fault) -> bool:
        return fault.probability >= 1.0 or self.random.random() < fault.probability
