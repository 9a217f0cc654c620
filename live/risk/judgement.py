"""What the gate answers, in numbers and in words."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from desk.orders import Order
from live.risk.codes import Code
from live.risk.words import english_or_korean, tail
from records.outcomes import Level, Risk, Verdict


@dataclass(frozen=True, slots=True)
class Bound:
    """What one control lets through. lots: 0 = nothing. say, values: its words. retry_at: ns UTC from which
    the same order may be asked again; None = never."""

    code: Code
    lots: int
    say: str
    values: tuple[str, ...] = ()
    retry_at: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gate's answer to one order. quantity: units that pass, 0 when denied.

    retry_at: ns UTC from which the same order may be judged again (now: as soon as a fact changed); None: it
    is over. A denied order with ``retry_at`` waits, it isn't lost.
    """

    outcome: Verdict
    quantity: Decimal
    code: Code
    order: Order
    strategy: str
    say: str = ""
    values: tuple[str, ...] = ()
    retry_at: int | None = None

    @property
    def passes(self) -> bool:
        return self.outcome is not Verdict.DENY

    @property
    def waits(self) -> bool:
        return self.retry_at is not None

    @property
    def reason(self) -> str:
        """One sentence: what, which value, which limit and key, what happened to the order."""
        return self.told("en")

    def told(self, language: str) -> str:
        """``reason`` in "en" or "ko"."""
        order = self.order
        happened = tail(self.outcome.value, self.waits, language).format(self.quantity, order.quantity)
        return (
            f"{self.code} {order.instrument}: {english_or_korean(self.say, self.values, language)}{happened}"
        )

    @property
    def to_send(self) -> Order:
        """The order as it may go: with the quantity that passes. Only for one that passes."""
        return (
            self.order
            if self.quantity == self.order.quantity
            else replace(self.order, quantity=self.quantity)
        )

    @property
    def message(self) -> Risk:
        """For the journal, before anything is done about it."""
        return Risk(
            code=self.code.value,
            verdict=self.outcome,
            instrument=self.order.instrument,
            strategy=self.strategy,
            client_id=self.order.client_id,
            quantity=self.quantity,
            detail=self.reason,
        )


class Wanted(Enum):
    """What the engine should do beside telling people."""

    NOTHING = "nothing"
    CANCEL_ENTRIES = "cancel entries"  # protective stops stay


@dataclass(frozen=True, slots=True)
class Notice:
    """A condition began (DENY) or ended (ALLOW). Journal ``message``, hear it, then act.

    instrument, strategy: "" = all of the account.
    """

    code: Code
    began: bool
    level: Level
    say: str
    values: tuple[str, ...] = ()
    instrument: str = ""
    strategy: str = ""
    wants: Wanted = Wanted.NOTHING

    def told(self, language: str) -> str:
        """One sentence in "en" or "ko"."""
        where = self.instrument or self.strategy
        head = f"{self.code} {where}: " if where else f"{self.code}: "
        return f"{head}{english_or_korean(self.say, self.values, language)}."

    @property
    def message(self) -> Risk:
        verdict = Verdict.DENY if self.began else Verdict.ALLOW
        return Risk(self.code.value, verdict, self.instrument, self.strategy, detail=self.told("en"))
