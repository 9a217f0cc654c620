"""The journal's messages as the events that people are told, each under a name that outlives restarts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from brokers.contract import LinkEvent
from desk.orders import Accepted, Fill, Order, Sent
from live.control.answers import Code, Done
from live.control.events import ApprovalEnded, Body, EventLog, Kind, Said
from live.messages.retold import retell
from live.views.decisions import Decisions
from live.views.orders import OrderViews, risk_line
from live.views.results import Results
from records.events import update_key
from records.inputs import Answer, Approval, Funding, Intent, Start, Stop, Transfer, Update
from records.message import Message
from records.outcomes import Alert, Decision, Risk, Trade, Verdict

QUIET = frozenset({"settled", "waits", "denied", "unsent"})  # told of the order itself already, or no news
ENDED = {Answer.APPROVED: Code.APPROVED, Answer.REJECTED: Code.REJECTED, Answer.EXPIRED: Code.EXPIRED}


@dataclass(eq=False)
class Publisher:
    """Hears what ``orders``, ``decisions`` and ``results`` have heard before it.

    since: ns; what happened before is history and isn't told again.
    """

    log: EventLog
    orders: OrderViews
    decisions: Decisions
    results: Results
    since: int = 0
    _told: set[tuple[str, str]] = field(default_factory=set)

    def heard(self, ts: int, message: Message) -> None:
        tell = _TELLS.get(type(message))
        if tell is not None and ts >= self.since:
            tell(self, ts, message)

    def trouble(self, ts: int, code: str, order: Order | None, text: str) -> None:
        """Something on an order's way, or of no order; the same of the same order is told once."""
        name = order.client_id if order is not None else text
        if code in QUIET or (code, name) in self._told:
            return
        self._told.add((code, name))
        where = order.instrument if order is not None else ""
        kind = Kind.STOP if code == "unprotected" else Kind.ERROR
        self.log.publish(kind, Said(code.upper(), text, where, retell(text, "ko")), ts)

    def command(self, ts: int, code: str, text: str) -> None:
        """Somebody steered."""
        self.log.publish(Kind.COMMAND, Said(code, text), ts)

    def link(self, ts: int, event: LinkEvent) -> None:
        text = f"{event.feed.value}: {event.link.value}" + (f": {event.reason}" if event.reason else "")
        self.log.publish(Kind.CONNECTION, Said(f"LINK_{event.link.name}", text), ts)

    def _say(self, kind: Kind, body: Body, ts: int, key: str) -> None:
        self.log.publish(kind, body, ts, key)

    def _decision(self, ts: int, made: Decision) -> None:
        self._say(Kind.DECISION, self.decisions.line(made), ts, f"decision {made.key}")

    def _intent(self, ts: int, intent: Intent) -> None:
        told = self.orders.known[intent.order.client_id]
        self._say(Kind.ORDER, told.line(), ts, f"order {intent.key}")

    def _update(self, ts: int, message: Update) -> None:
        update = message.update
        key = f"update {update_key(update)}"
        fill = self.orders.fill_of(update)
        if fill is not None:
            self._say(Kind.STOP if fill.stop else Kind.FILL, fill, ts, key)
        elif update.client_id in self.orders.known and not isinstance(update.event, Accepted | Fill | Sent):
            self._say(Kind.ORDER, self.orders.known[update.client_id].line(), ts, key)

    def _trade(self, ts: int, trade: Trade) -> None:
        self._say(Kind.TRADE, self.results.trades[-1], ts, f"trade {trade.key}")

    def _risk(self, ts: int, risk: Risk) -> None:
        """What was reduced or denied; and conditions, when they begin and when they end."""
        if not risk.client_id or risk.verdict is not Verdict.ALLOW:
            about = (risk.code, risk.client_id or str(ts), risk.instrument, risk.strategy, risk.verdict.value)
            key = f"risk {'|'.join(about)}"
            self._say(Kind.RISK, risk_line(risk), ts, key)

    def _approval(self, ts: int, approval: Approval) -> None:
        done = Done(ENDED[approval.answer], (approval.request,), approval.reason)
        body = ApprovalEnded(approval.request, done, approval.who)
        self._say(Kind.APPROVAL, body, ts, f"approval {approval.request}")

    def _alert(self, ts: int, alert: Alert) -> None:
        said = Said(alert.code, alert.text, alert.instrument, retell(alert.text, "ko"))
        self._say(Kind.ERROR, said, ts, f"alert {alert.code}|{alert.instrument}|{ts}")

    def _transfer(self, ts: int, moved: Transfer) -> None:
        """Somebody brought or took money: whose it is."""
        amount, own = (f"{each.normalize():+,f}" for each in (moved.amount, moved.booked))
        text = f"transfer of {amount} {moved.currency}, neither gain nor loss: {own} of it concerns the bot."
        korean = f"입출금 {amount} {moved.currency}, 손익이 아님: 봇의 몫 {own}."
        said = Said("TRANSFER", text, korean=korean)
        self._say(Kind.ENGINE, said, ts, f"transfer {moved.key}")

    def _funding(self, ts: int, paid: Funding) -> None:
        amount = f"{paid.amount.normalize():+,f} {paid.currency}"
        said = Said("FUNDING", f"funding of {amount}.", paid.instrument, korean=f"펀딩비 {amount}.")
        self._say(Kind.TRADE, said, ts, f"funding {paid.key}")

    def _start(self, ts: int, start: Start) -> None:
        text = f"'{start.profile}' trades, mode {start.mode}."
        self._say(Kind.ENGINE, Said("STARTED", text), ts, f"start {ts}")

    def _stop(self, ts: int, stop: Stop) -> None:
        self._say(Kind.ENGINE, Said("STOPPED", f"stopped: {stop.reason}."), ts, f"stop {ts}")


_TELLS: dict[type[Message], Callable[[Publisher, int, Any], None]] = {
    Decision: Publisher._decision,
    Intent: Publisher._intent,
    Update: Publisher._update,
    Trade: Publisher._trade,
    Risk: Publisher._risk,
    Approval: Publisher._approval,
    Transfer: Publisher._transfer,
    Funding: Publisher._funding,
    Alert: Publisher._alert,
    Start: Publisher._start,
    Stop: Publisher._stop,
}
