"""What the gate remembers: a fold over what the journal holds, so that a restart forgets nothing.

Live and after a restart the same messages come with the same times; only what was appended anew may come. An
order counts once a verdict let it pass: its intent tells what it is, its verdict that it may have left.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from brokers.contract import OrderUpdate
from desk.orders import Canceled, CancelRequested, Denied, Expired, Fill, Order, Rejected, ReplaceRequested
from live.risk.codes import Code
from live.risk.limits import RiskLimits
from market.timeframes import DAY, SECOND
from records.inputs import EXTERNAL, Intent, Update
from records.message import Message
from records.outcomes import Risk, Trade, Verdict

Key = tuple[str, str, str]  # of a condition: code, instrument, strategy; "" = all
Twin = tuple[str, str, int, Decimal, Decimal | None, Decimal | None]


def twin_of(order: Order, strategy: str) -> Twin:
    """What makes two orders the same order sent twice."""
    return strategy, order.instrument, order.side, order.quantity, order.limit, order.trigger


@dataclass
class Memory:
    """now: the latest time heard. told: conditions people were told of, and since when. disabled: what only a
    person ends. Comparable: two memories that heard the same are equal."""

    limits: RiskLimits
    now: int = 0
    tokens: float = 0.0
    tokens_at: int = 0
    day: int = 0
    messages: int = 0
    executions: int = 0
    meant: dict[str, Intent] = field(default_factory=dict)  # not judged for good yet, by client id
    ids: set[str] = field(default_factory=set)
    twins: dict[Twin, int] = field(default_factory=dict)
    recent: deque[tuple[int, Twin]] = field(default_factory=deque)
    waiting: dict[str, str] = field(
        default_factory=dict
    )  # entries without a fill: their strategy, by client id
    ended: deque[tuple[int, str]] = field(default_factory=deque)
    executed: dict[str, deque[int]] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)
    disabled: dict[Key, int] = field(default_factory=dict)
    told: dict[Key, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tokens = float(self.limits.message_burst)

    def heard(self, ts: int, message: Message) -> None:
        """One message of the journal, once. ts: when it was appended, ns UTC."""
        self.now = max(self.now, ts)
        hear = _HEARD.get(type(message))
        if hear is not None:
            hear(self, ts, message)

    def available(self, now: int) -> float:
        """Messages that may go now."""
        gained = max(0, now - self.tokens_at) / SECOND * self.limits.messages_per_s
        return min(float(self.limits.message_burst), self.tokens + gained)

    def today(self, now: int) -> tuple[int, int]:
        """Messages sent and executions heard on the UTC day of ``now``."""
        return (self.messages, self.executions) if now // DAY == self.day else (0, 0)

    def _message(self, ts: int) -> None:
        """Cancels and exits may overdraw the bucket: entries then wait the longer."""
        self.tokens = self.available(ts) - 1.0
        self.tokens_at = max(self.tokens_at, ts)
        self._turn(ts)
        self.messages += 1

    def _turn(self, ts: int) -> None:
        if ts // DAY > self.day:
            self.day, self.messages, self.executions = ts // DAY, 0, 0

    def _intent(self, ts: int, intent: Intent) -> None:
        if intent.strategy == EXTERNAL:
            self.ids.add(intent.order.client_id)
        else:
            self.meant[intent.order.client_id] = intent

    def _passed(self, ts: int, client_id: str) -> None:
        """An order may have left."""
        self.ids.add(client_id)
        self._message(ts)
        intent = self.meant.pop(client_id, None)
        if intent is None or intent.order.reduces:
            return
        order, twin = intent.order, twin_of(intent.order, intent.strategy)
        self.twins[twin] = ts
        self.recent.append((ts, twin))
        self.waiting[order.client_id] = intent.strategy
        self._forget(ts)

    def _forget(self, ts: int) -> None:
        """Drop what no window reaches any more."""
        while self.recent and self.recent[0][0] <= ts - self.limits.duplicate_window:
            sent, twin = self.recent.popleft()
            if self.twins.get(twin) == sent:
                del self.twins[twin]
        while self.ended and self.ended[0][0] <= ts - self.limits.execution_window:
            self.waiting.pop(self.ended.popleft()[1], None)

    def _update(self, ts: int, message: Update) -> None:
        update: OrderUpdate = message.update
        event = update.event
        if isinstance(event, Fill):
            self._turn(ts)
            self.executions += 1
            self._executed(ts, update.client_id)
        elif isinstance(event, ReplaceRequested | CancelRequested):
            self._message(ts)
        elif isinstance(event, Canceled | Expired | Rejected | Denied):
            self.meant.pop(update.client_id, None)
            if update.client_id in self.waiting:
                self.ended.append((ts, update.client_id))

    def _executed(self, ts: int, client_id: str) -> None:
        """The first fill of an entry is one execution of its strategy."""
        strategy = self.waiting.pop(client_id, None)
        if strategy is None:
            return
        times = self.executed.setdefault(strategy, deque())
        times.append(ts)
        while times[0] <= ts - self.limits.execution_window:
            times.popleft()
        if len(times) >= self.limits.max_executions:
            self.disabled.setdefault((Code.REPEATED, "", strategy), ts)

    def _trade(self, ts: int, trade: Trade) -> None:
        lost = trade.pnl < 0.0
        self.losses[trade.strategy] = self.losses.get(trade.strategy, 0) + 1 if lost else 0
        if self.losses[trade.strategy] >= self.limits.max_losses_in_row:
            self.disabled.setdefault((Code.LOSSES_IN_ROW, "", trade.strategy), ts)

    def _risk(self, ts: int, risk: Risk) -> None:
        """An order passed, or a condition began or ended. What was denied leaves no trace."""
        key = (risk.code, risk.instrument, risk.strategy)
        if risk.code not in _CODES:
            return
        if risk.client_id:
            if risk.verdict is not Verdict.DENY:
                self._passed(ts, risk.client_id)
            return
        if risk.verdict is Verdict.ALLOW:
            self._released(key)
            return
        self.told.setdefault(key, ts)
        if risk.code in (Code.REPEATED, Code.LOSSES_IN_ROW):
            self.disabled.setdefault(key, ts)

    def _released(self, key: Key) -> None:
        self.told.pop(key, None)
        self.disabled.pop(key, None)
        if key[0] == Code.REPEATED:
            self.executed.pop(key[2], None)
        elif key[0] == Code.LOSSES_IN_ROW:
            self.losses.pop(key[2], None)


_CODES = frozenset(code.value for code in Code)
_HEARD: dict[type[Message], Callable[[Memory, int, Any], None]] = {
    Intent: Memory._intent,
    Update: Memory._update,
    Trade: Memory._trade,
    Risk: Memory._risk,
}
