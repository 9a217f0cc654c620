"""Entries that wait for a person: held before the queue of their instrument, so that exits pass them by.

What is approved is judged by the gate again, at the prices of then. What isn't answered in time is denied,
and so is everything that waited when the bot was started anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf, nan

from desk.orders import Order
from live.control.answers import ApprovalRequest, Code, Done, OpinionLine
from live.sending import Sending
from live.trader import Intent, Submit, Withdraw
from market.timeframes import SECOND
from records.inputs import Answer, Approval, Timer
from records.message import Message
from records.outcomes import Decision

WAITS = "approval "  # begins the name of the timer that says: this order waits


class Why(StrEnum):
    """What asks for a person."""

    LIMIT = "LIMIT"
    AGREEMENT = "AGREEMENT"


@dataclass(frozen=True)
class ApprovalRules:
    """above: account currency. above_share: of equity. min_agreement: share of the filters that answered and
    find the odds at break-even or better; infinity, infinity, 0 = nobody is asked. expires: ns."""

    above: float = inf
    above_share: float = inf
    min_agreement: float = 0.0
    expires: int = 300 * SECOND

    def asks(self, worth: float, equity: float, decision: Decision | None) -> Why | None:
        """Why an entry waits; None: it may go. A worth that isn't known asks."""
        limited = self.above < inf or self.above_share < inf
        if limited and not (worth <= self.above and worth <= self.above_share * equity):
            return Why.LIMIT
        if self.min_agreement > 0.0 and agreement(decision) < self.min_agreement:
            return Why.AGREEMENT
        return None


def agreement(decision: Decision | None) -> float:
    """Share of the filters that answered and find the signal at least as likely to win as break-even asks.

    Without filters everyone agrees; where none of them answered, nobody does.
    """
    if decision is None or not decision.filters:
        return 1.0
    answers = [each.p for each in decision.filters if each.p == each.p]
    return sum(p >= decision.p_star for p in answers) / len(answers) if answers else 0.0


@dataclass(eq=False)
class Requests:
    """What the journal says of requests. open: client ids that nobody has answered."""

    open: set[str] = field(default_factory=set)
    ended: dict[str, Answer] = field(default_factory=dict)

    def heard(self, ts: int, message: Message) -> None:
        if isinstance(message, Timer) and message.name.startswith(WAITS):
            self.open.add(message.name.removeprefix(WAITS))
        elif isinstance(message, Approval):
            self.open.discard(message.request)
            self.ended[message.request] = message.answer


@dataclass(eq=False)
class Approvals(Sending):
    """A sender that holds back what people must see first.

    price: of an instrument now, NaN = not known. worth: of so many units at a price, account currency.
    decision: by the number of its signal. asked: told of every request. told: hears the journal, from its
    beginning.
    """

    rules: ApprovalRules = field(default_factory=ApprovalRules)
    price: Callable[[str], float] = lambda instrument: nan
    worth: Callable[[Order, float], float] = lambda order, price: nan
    equity: Callable[[], float] = lambda: nan
    decision: Callable[[int], Decision | None] = lambda seq: None
    opinions: Callable[[Decision], tuple[OpinionLine, ...]] = lambda decision: ()
    asked: Callable[[ApprovalRequest], None] = lambda request: None
    currency: str = ""
    told: Requests = field(default_factory=Requests)
    waiting: dict[str, tuple[Submit, ApprovalRequest]] = field(default_factory=dict)  # by client id

    def put(self, intents: list[Intent]) -> None:
        super().put([intent for intent in intents if not self._held(intent)])

    def withdraw(self, order: Order) -> None:
        if not self.drop(order.client_id, ""):
            super().withdraw(order)

    def doubt(self, order: Order) -> None:
        """What waits was never sent: there is nothing to ask the venue about."""
        if order.client_id not in self.waiting:
            super().doubt(order)

    def expire_before(self, now: int) -> None:
        """At the start: whatever waited in an earlier life is denied. Its moment has passed."""
        for name in sorted(self.told.open):
            self.session.tell(Approval(name, Answer.EXPIRED, reason="the bot was started anew"), now)
            known = self.session.orders.known.get(name)
            if known is not None and not known.view.closed:
                super().put(self.session.deny(known.order, "approval: the bot was started anew", now))

    def expire(self, now: int) -> None:
        """Deny what has waited long enough."""
        for name, (_, request) in list(self.waiting.items()):
            if now >= request.expires:
                self._end(name, Answer.EXPIRED, "", "nobody answered in time")

    def requests(self) -> tuple[ApprovalRequest, ...]:
        """Those that wait, newest first."""
        return tuple(request for _, request in reversed(self.waiting.values()))

    def answer(self, name: str, approved: bool, by: str) -> Done:
        """The first answer stands."""
        self.expire(self.clock())
        if name not in self.waiting:
            return _over(name, self.told.ended.get(name))
        self._end(name, Answer.APPROVED if approved else Answer.REJECTED, by, "")
        if not approved:
            return Done(Code.REJECTED, (name,))
        return Done(Code.APPROVED, (name,), "it passes the checks again at current prices")

    def drop(self, name: str, by: str) -> bool:
        """Cancel what waits; whether it did."""
        if name not in self.waiting:
            return False
        self._end(name, Answer.REJECTED, by, "cancelled")
        return True

    def _held(self, intent: Intent) -> bool:
        name = intent.order.client_id
        if isinstance(intent, Withdraw):
            if name in self.waiting:
                self._end(name, Answer.EXPIRED, "", "the desk wants it no more")
                return True
            return False
        why = None if intent.order.reduces else self._asks(intent)
        if why is None:
            return False
        self._hold(intent, why)
        return True

    def _asks(self, intent: Submit) -> Why | None:
        order = self.session.orders[intent.order.client_id].order
        worth = self.worth(order, self._price(order))
        return self.rules.asks(worth, self.equity(), self.decision(intent.seq))

    def _price(self, order: Order) -> float:
        own = order.limit if order.limit is not None else order.trigger
        return self.price(order.instrument) if own is None else float(own)

    def _hold(self, intent: Submit, why: Why) -> None:
        order = self.session.orders[intent.order.client_id].order
        now, decision, price = self.clock(), self.decision(intent.seq), self._price(order)
        request = ApprovalRequest(
            id=order.client_id,
            instrument=order.instrument,
            strategy=self.session.names.strategies[order.strategy],
            side=order.side,
            quantity=order.quantity,
            price=price,
            notional=self.worth(order, price),
            currency=self.currency,
            why=why.value,
            expires=now + self.rules.expires,
            p=decision.p if decision is not None else nan,
            opinions=self.opinions(decision) if decision is not None else (),
        )
        self.session.tell(Timer(f"{WAITS}{order.client_id}", request.expires), now)
        self.waiting[order.client_id] = intent, request
        self.asked(request)

    def _end(self, name: str, answer: Answer, who: str, reason: str) -> None:
        intent, _ = self.waiting.pop(name)
        now = self.clock()
        self.session.tell(Approval(name, answer, who, reason), now)
        if answer is Answer.APPROVED:
            self.session.orders[name].waits = True  # for the gate's word at the prices of now
            super().put([intent])
            return
        said = f"approval: {answer.value}" + (f" by {who}" if who else "") + (f", {reason}" if reason else "")
        super().put(self.session.deny(intent.order, said, now))


def _over(name: str, answer: Answer | None) -> Done:
    if answer is None:
        return Done(Code.UNKNOWN, detail=f"'{name}': no such request waits")
    codes = {Answer.APPROVED: Code.APPROVED, Answer.REJECTED: Code.REJECTED, Answer.EXPIRED: Code.EXPIRED}
    return Done(codes[answer], (name,), "it was answered before; the first answer stands")
