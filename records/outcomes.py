"""Entries that tell people what the desk did. Folding the inputs again gives them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Self

from desk.records import Action, Cap, Outcome, Reason, Why
from filters.opinions import Status
from records.message import Message


class Verdict(Enum):
    """What a risk control said of an order."""

    ALLOW = "allow"
    REDUCE = "reduce"
    DENY = "deny"


@dataclass(frozen=True)
class Risk(Message):
    """A control's verdict. code: the control's. instrument: "" when it concerns the account.

    quantity: units that pass, None = all or nothing.
    """

    code: str
    verdict: Verdict
    instrument: str = ""
    strategy: str = ""
    client_id: str = ""
    quantity: Decimal | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FilterAnswer:
    """One filter's probability; NaN when it didn't answer, ``status`` says why."""

    name: str
    p: float
    status: str


@dataclass(frozen=True, slots=True)
class Decision(Message):
    """What DecisionCore made of signal ``seq``. ts: open of its bar, ns UTC. lots: unsigned."""

    seq: int
    ts: int
    instrument: str
    strategy: str
    action: str
    why: str
    cap: str
    side: int
    lots: int
    p: float
    p_low: float
    p_star: float
    base_rate: float
    filters: tuple[FilterAnswer, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.strategy}|{self.instrument}|{self.ts}|{self.seq}"

    @classmethod
    def of(cls, row: Any, ts: int, instrument: str, strategy: str, filters: Sequence[str]) -> Self:
        """From a row of ``desk.records.DECISION``."""
        answers = (
            FilterAnswer(name, float(row["opinion"][k]), Status(int(row["status"][k])).name)
            for k, name in enumerate(filters)
        )
        return cls(
            seq=int(row["seq"]),
            ts=ts,
            instrument=instrument,
            strategy=strategy,
            action=Action(int(row["action"])).name,
            why=Why(int(row["why"])).name,
            cap=Cap(int(row["cap"])).name,
            side=int(row["side"]),
            lots=int(row["lots"]),
            p=float(row["p"]),
            p_low=float(row["p_low"]),
            p_star=float(row["p_star"]),
            base_rate=float(row["base_rate"]),
            filters=tuple(answers),
        )


@dataclass(frozen=True)
class Trade(Message):
    """A position from its first fill to flat. entry, exit: average prices. pnl: net, account currency.

    entry_ts, exit_ts: opens of their bars, ns UTC. seq: the signal that opened it.
    """

    instrument: str
    strategy: str
    side: int
    lots: int
    seq: int
    entry_ts: int
    exit_ts: int
    entry: float
    exit: float
    pnl: float
    fees: float
    reason: str
    outcome: str

    @property
    def key(self) -> str:
        times = f"{self.entry_ts}|{self.exit_ts}"
        return f"{self.strategy}|{self.instrument}|{times}|{self.seq}|{self.reason}|{self.pnl!r}"

    @classmethod
    def of(cls, row: Any, instrument: str, strategy: str, entry_ts: int, exit_ts: int) -> Self:
        """From a row of ``desk.records.TRADE``."""
        return cls(
            instrument=instrument,
            strategy=strategy,
            side=int(row["side"]),
            lots=int(row["lots"]),
            seq=int(row["seq"]),
            entry_ts=entry_ts,
            exit_ts=exit_ts,
            entry=float(row["entry"]),
            exit=float(row["exit"]),
            pnl=float(row["pnl"]),
            fees=float(row["fees"]),
            reason=Reason(int(row["reason"])).name,
            outcome=Outcome(int(row["outcome"])).name,
        )


@dataclass(frozen=True)
class Equity(Message):
    """The account at a bar's close. ts: the bar's open, ns UTC."""

    ts: int
    equity: float
    cash: float

    @property
    def key(self) -> str:
        return str(self.ts)


class Level(Enum):
    """How loud."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    KILL = "kill"


@dataclass(frozen=True)
class Alert(Message):
    """Something people must hear of. code: which alarm."""

    level: Level
    code: str
    text: str
    instrument: str = ""


@dataclass(frozen=True)
class Note(Message):
    """A remark for whoever reads the journal."""

    text: str
