"""All controls on one order take well under 50 µs; twice that is forgiven a slow machine."""

from decimal import Decimal
from timeit import repeat

import pytest

from live.risk.facts import Facts
from live.risk.gate import RiskGate
from live.risk.limits import RiskLimits
from market.instruments import Instrument
from tests.live.risk.world import NOW, STRATEGIES, account, exit_of, holding, limit

NUMBER = 200


@pytest.mark.parametrize("n", [1, 20, 200])
def test_an_order_is_judged_in_tens_of_microseconds(n: int, capsys: pytest.CaptureFixture[str]) -> None:
    traded = tuple(Instrument(f"C{k}@test", base=f"C{k}", quote="USDT", lot=0.001) for k in range(n))
    gate = RiskGate(RiskLimits(max_position=100.0), traded, STRATEGIES)
    markets = {each.id: holding("1", depth=1e4, adv=1e6) for each in traded}
    told = Facts(NOW, markets, account(free={"USDT": 1e6}))
    entry = limit("100", "0.5", instrument=traded[0].id)
    leave = exit_of("0.5", instrument=traded[0].id)
    assert gate.judge(entry, told).quantity == gate.judge(leave, told).quantity == Decimal("0.5")
    # The best of many short runs: the machine may be busy, the code isn't slower for that.
    times = [min(repeat(lambda: gate.judge(each, told), number=NUMBER, repeat=15)) for each in (entry, leave)]  # noqa: B023
    entry_us, exit_us = (seconds / NUMBER * 1e6 for seconds in times)
    with capsys.disabled():
        print(f"\n  {n} instruments held: entry {entry_us:.1f} µs, exit {exit_us:.1f} µs")
    assert max(entry_us, exit_us) < 100.0
