"""A bar counts as ambiguous exactly where WORST and BEST part: every band has its count, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from desk.rules import ExecutionRules, FillRules, LimitFill, Style, Tie
from strategies.signals import BarrierUnit, Entry, SignalKind
from tests.desk.desks import EVERY_DESK, Ran, Run, compiled, twin
from tests.desk.markets import World, market, seeds
from tests.desk.scenes import Bar, said, scene

every_desk = pytest.mark.parametrize("run", EVERY_DESK)
NEVER = 2**62
FLAT = (100.0, 100.0, 100.0, 100.0)
DROP = (100.0, 100.0, 90.0, 95.0)


def read_as(world: World, tie: Tie) -> World:
    return replace(world, rules=replace(world.rules, fills=replace(world.rules.fills, tie=tie)))


def first_parting(one: Ran, other: Ran) -> int:
    """The first bar on which orders or fills aren't the same; NEVER when they all are."""
    return min(_first_difference(getattr(one, name), getattr(other, name)) for name in ("fills", "orders"))


def _first_difference(one: np.ndarray, other: np.ndarray) -> int:  # type: ignore[type-arg]
    common = min(len(one), len(other))
    apart = np.zeros(common, bool)
    for name in one.dtype.names or ():
        left, right = one[name][:common], other[name][:common]
        apart |= (left != right) & ~(np.isnan(left) & np.isnan(right))
    if apart.any():
        row = int(np.argmax(apart))
        return int(min(one["bar"][row], other["bar"][row]))
    longer = one if len(one) > common else other
    return int(longer["bar"][common]) if len(longer) > common else NEVER


def count(run: Run, world: World, n_bars: int) -> int:
    return run(world.head(n_bars)).ambiguous_bars if n_bars else 0


def parts_where_it_is_counted(run: Run, seed: int) -> bool:
    """Hold the law in one world; True when the two readings part in it."""
    worst, best = (read_as(market(seed), tie) for tie in (Tie.WORST, Tie.BEST))
    one, other = run(worst), run(best)
    bar = first_parting(one, other)
    if bar == NEVER:
        assert one.ambiguous_bars == other.ambiguous_bars == 0, (
            f"market({seed}): counted, and nothing differs"
        )
        return False
    before = [count(run, world, bar) for world in (worst, best)]
    until = [count(run, world, bar + 1) for world in (worst, best)]
    assert before == [0, 0], f"market({seed}): counted before bar {bar}, where the readings part"
    assert min(until) > 0, f"market({seed}): the readings part at bar {bar}, which isn't counted"
    return True


@pytest.mark.parametrize("block", range(4))
def test_the_first_bar_counted_is_the_first_on_which_the_two_readings_part(block: int) -> None:
    parted = sum(
        parts_where_it_is_counted(compiled, seed) for seed in range(1_000 * block, 1_000 * (block + 1))
    )
    assert parted > 80


def test_the_slow_twin_counts_by_the_same_law() -> None:
    assert sum(parts_where_it_is_counted(twin, seed) for seed in range(400)) > 30


@settings(max_examples=300)
@given(seed=seeds)
def test_it_holds_for_any_market(seed: int) -> None:
    parts_where_it_is_counted(compiled, seed)


def both(
    run: Run, bars: list[Bar], signals: list[np.void], execution: ExecutionRules | None = None
) -> list[Ran]:
    fills = FillRules(limit_fill=LimitFill.TOUCH)
    world = scene(bars, signals, execution=execution, fills=fills)
    return [run(read_as(world, tie)) for tie in (Tie.WORST, Tie.BEST)]


@every_desk
def test_a_rung_and_the_stop_in_one_bar_are_ambiguous(run: Run) -> None:
    ladder = ExecutionRules(entry=Style.LADDER, rungs=2, step=0.04, ladder_bars=5)
    worst, best = both(run, [FLAT, FLAT, DROP], [said(0, stop=95.0, unit=BarrierUnit.PRICE)], ladder)
    assert worst.fills["lots"].tolist() == [5, 5, 10] and best.fills["lots"].tolist() == [5, 5]
    assert worst.ambiguous_bars == best.ambiguous_bars == 1


@every_desk
def test_an_entry_inside_a_bar_that_goes_on_to_its_stop_is_ambiguous(run: Run) -> None:
    signal = said(0, entry=Entry.LIMIT, price=97.0, stop=0.05)
    worst, best = both(run, [FLAT, DROP], [signal])
    assert len(worst.fills) == 2 and len(best.fills) == 1
    assert worst.ambiguous_bars == best.ambiguous_bars == 1


@every_desk
def test_a_target_and_exit_limits_in_one_bar_are_ambiguous(run: Run) -> None:
    ladder = ExecutionRules(exit=Style.LADDER, rungs=2, step=0.02, ladder_bars=5)
    bars = [FLAT, FLAT, (99.0, 110.0, 99.0, 100.0)]
    worst, best = both(run, bars, [said(0, target=0.05), said(1, kind=SignalKind.EXIT)], ladder)
    assert worst.fills["price"][1:].tolist() == [105.0]
    assert best.fills["price"][1:].tolist() == [100.0, 102.0]
    assert worst.ambiguous_bars == best.ambiguous_bars == 1


@every_desk
@pytest.mark.parametrize(
    "signal",
    [
        said(0, stop=0.05),  # filled at the open: what comes inside comes later
        said(0, entry=Entry.LIMIT, price=97.0, stop=0.2),
        said(0, entry=Entry.LIMIT, price=97.0, target=0.001),  # not on the bar of the entry
    ],
)
def test_a_bar_with_one_thing_to_happen_in_it_is_not(run: Run, signal: np.void) -> None:
    worst, best = both(run, [FLAT, DROP], [signal])
    assert len(worst.fills) and first_parting(worst, best) == NEVER
    assert worst.ambiguous_bars == best.ambiguous_bars == 0
