"""A gate rebuilt from the journal remembers what the one before it knew."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.orders import Canceled, CancelRequested, Denied, Rejected
from live.risk.codes import Code
from live.risk.facts import Facts
from live.risk.gate import RiskGate
from records.entries import draft, message_of
from records.inputs import Intent
from records.journal import Journal
from records.message import Message
from tests.live.risk.world import NOW, S, exit_of, facts, filled, gate, holding, limit, said, tight, trade

TIGHT = tight(
    message_burst=4,
    messages_per_s=0.5,
    max_executions=3,
    execution_window=60 * S,
    duplicate_window=5 * S,
    max_losses_in_row=2,
    max_order_to_trade=3.0,
    order_to_trade_after=6,
    max_drawdown=0.1,
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("enter", "exit", "fill", "end", "cancel", "win", "lose", "tick", "release")),
        st.integers(0, 5),
        st.sampled_from((0, 1, S // 2, 3 * S, 20 * S, 3_600 * S)),
    ),
    max_size=40,
)


class Life:
    """A gate that lives: what happens is journaled and heard, orders are judged."""

    def __init__(self) -> None:
        self.gate = gate(TIGHT)
        self.now = NOW
        self.log: list[tuple[int, Message]] = []

    def note(self, message: Message) -> None:
        self.log.append((self.now, message))
        self.gate.heard(self.now, message)

    def facts(self, poor: bool = False) -> Facts:
        told = facts(now=self.now, here=holding("50", last_at=self.now, quoted_at=self.now))
        changes: dict[str, Any] = {
            "heartbeat": self.now,
            "reconciled": self.now,
            "equity": 8e5 if poor else 1e6,
        }
        return replace(told, account=replace(told.account, **changes))

    def step(self, what: str, n: int, wait: int) -> None:
        self.now += wait
        name = f"r-{len(self.log) if n > 3 else n}"
        if what in ("enter", "exit"):
            sent = limit(f"{98 + n}", client_id=name) if what == "enter" else exit_of(client_id=name)
            self.note(Intent(sent, "trend"))
            self.note(self.gate.judge(sent, self.facts()).message)
        elif what == "fill":
            self.note(filled(name, f"t{len(self.log)}"))
        elif what == "end":
            self.note(said(name, (Canceled(), Rejected(), Denied())[n % 3]))
        elif what == "cancel":
            self.note(said(name, CancelRequested(n + 1)))
        elif what in ("win", "lose"):
            self.note(trade(1.0 if what == "win" else -1.0, seq=len(self.log)))
        elif what == "tick":
            for notice in self.gate.tick(self.facts(poor=n == 0)):
                self.note(notice.message)
        else:
            for code, _, strategy in tuple(self.gate.memory.disabled):
                self.note(self.gate.release(Code(code), "ann", strategy))


def verdicts(one: RiskGate, told: Facts) -> list[tuple[object, ...]]:
    """What it says of a few orders."""
    sent = [limit(f"{98 + n}", client_id=name) for n in range(6) for name in ("r-0", "new")]
    judged = [one.judge(each, told) for each in sent]
    return [(each.outcome, each.quantity, each.code, each.reason) for each in judged]


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_the_same_messages_make_the_same_memory(steps: list[tuple[str, int, int]]) -> None:
    life = Life()
    for step in steps:
        life.step(*step)
    again = gate(TIGHT)
    for ts, message in life.log:
        again.heard(ts, message)
    assert again.memory == life.gate.memory
    assert verdicts(again, life.facts()) == verdicts(life.gate, life.facts())
    assert again.tick(life.facts()) == life.gate.tick(life.facts())


def test_a_restart_from_the_journal_on_disk(tmp_path: Path) -> None:
    life = Life()
    for n in range(3):
        life.step("enter", n, 3 * S)
        life.step("fill", n, 0)
    life.step("lose", 0, S)
    life.step("lose", 0, S)
    life.step("tick", 0, S)
    assert sorted(key[0] for key in life.gate.memory.disabled) == [Code.REPEATED, Code.LOSSES_IN_ROW]
    path = tmp_path / "journal.sqlite"
    with Journal.open(path, "paper") as journal:
        journal.append([draft(ts, message) for ts, message in life.log])
    again = gate(TIGHT)
    with Journal.open(path, "paper") as journal:
        for entry in journal.entries():
            again.heard(entry.ts, message_of(entry))
    assert again.memory == life.gate.memory
    assert again.judge(limit("99", client_id="new"), life.facts()).code is Code.DAILY_LOSS


def test_a_disabled_strategy_stays_so_under_wider_limits() -> None:
    one = gate(tight(max_losses_in_row=1))
    one.heard(NOW, trade(-1.0))
    (notice,) = one.tick(facts())
    wider = gate(tight(max_losses_in_row=99))
    for message in (trade(-1.0), notice.message):
        wider.heard(NOW, message)
    assert wider.judge(limit("99"), facts()).code is Code.LOSSES_IN_ROW


def test_memory_does_not_grow_with_what_no_window_reaches() -> None:
    one = gate(TIGHT)
    for k in range(500):
        ts, sent = NOW + k * 10 * S, limit("99", client_id=f"n-{k}")
        one.heard(ts, Intent(sent, "trend"))
        told = facts(now=ts, here=holding("0", last_at=ts, quoted_at=ts), heartbeat=ts, reconciled=ts)
        allowed = gate(tight()).judge(sent, told)
        one.heard(ts, allowed.message)
        one.heard(ts, said(f"n-{k}", Canceled()))
    memory = one.memory
    assert not memory.meant and len(memory.twins) <= 1 and len(memory.recent) <= 1
    assert len(memory.waiting) <= 7 and len(memory.ended) <= 7
    assert memory.tokens <= 4
