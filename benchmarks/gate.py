"""What stands between an order and the network: the risk gate's controls, and a look at the kill latch."""

import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from timeit import repeat

from benchmarks.table import Row, limit
from live.risk.facts import Facts
from live.risk.gate import RiskGate
from live.risk.limits import RiskLimits
from market.instruments import Instrument
from records.latch import KillLatch
from tests.live.risk.world import NOW, STRATEGIES, account, exit_of, holding
from tests.live.risk.world import limit as limit_order

NUMBER, GATE_S, LATCH_S = 200, 50e-6, 20e-6


def rows() -> Iterator[Row]:
    for n in (1, 200):
        yield from judged(n)
    with tempfile.TemporaryDirectory() as folder:
        latch = KillLatch(Path(folder) / "KILL")
        yield limit("latch", cost_of(latch.read), LATCH_S, latch.read() is None, note="not set")
        latch.latch("a", "b")
        yield limit("latch set", cost_of(latch.read), LATCH_S, latch.read() is not None, note="set")


def judged(n: int) -> Iterator[Row]:
    """An entry and an exit past all controls, with n instruments held."""
    traded = tuple(Instrument(f"C{k}@test", base=f"C{k}", quote="USDT", lot=0.001) for k in range(n))
    gate = RiskGate(RiskLimits(max_position=100.0), traded, STRATEGIES)
    told = Facts(
        NOW, {each.id: holding("1", depth=1e4, adv=1e6) for each in traded}, account(free={"USDT": 1e6})
    )
    orders = {
        "entry": limit_order("100", "0.5", instrument=traded[0].id),
        "exit": exit_of("0.5", instrument=traded[0].id),
    }
    for name, order in orders.items():
        right = gate.judge(order, told).quantity == Decimal("0.5")
        cost = cost_of(lambda order=order: gate.judge(order, told))  # type: ignore[misc]
        yield limit(
            f"gate {name}", cost, GATE_S, right, note=f"{n} instruments held", against=f"limit, {n} held"
        )


def cost_of(work: Callable[[], object]) -> float:
    """Seconds of one call: the best of many short runs, as the machine may be busy."""
    return min(repeat(work, number=NUMBER, repeat=15)) / NUMBER
