"""Why vectorbt ends W4 with 938128.3815 and the right answer is 938428.217: whole numbers, plain Python.

An exit that was seen at yesterday's close is due at today's open. Nothing inside today's bar comes before
its open, so the exit fills there and leaves nothing for the bar's stop or target. vectorbt ("Stop signal
comes first", in ``simulate_from_signal_func_nb``) looks at the whole bar's high and low before it looks at
the exit. Either way the position is flat afterwards, so both runs go on alike, and the gap between their
equities is the sum over the bars on which an exit was due and a barrier was touched.

Nothing is rounded: prices are whole cents, barriers whole hundredths of a cent, money whole parts of 1 /
UNIT. Nothing is shared with the compiled loops of reference.py.
"""

from dataclasses import dataclass
from fractions import Fraction

from benchmarks.arrays import Market

UNIT = 100 * 100 * 2000  # cents, hundredths of a cent for 1 % and 2 %, a fee of 1/2000


@dataclass(frozen=True)
class Exact:
    """equity: exact, account currency. exits: bar -> price in hundredths of a cent."""

    equity: Fraction
    fills: int
    exits: dict[int, int]


def exact_w4(market: Market, stop_first: bool) -> Exact:
    """W4 bar by bar. stop_first: whether stop and target come before an exit due at the bar's open."""
    opens, highs, lows, closes = (
        [round(price * 100) for price in column.tolist()]
        for column in (market.open, market.high, market.low, market.close)
    )
    cash, bought, fills = 1_000_000 * UNIT, 0, 0  # bought: the fill price in cents, 0 = flat
    exits: dict[int, int] = {}
    sum_fast = sum_slow = 0
    above = enter = leave = False
    for t, (open_, high, low, close) in enumerate(zip(opens, highs, lows, closes, strict=True)):
        if enter and not bought:
            cash -= open_ * 100 * 2001
            bought, fills = open_, fills + 1
        if bought:
            due = open_ * 100 if leave else None
            barrier = barrier_exit(bought, open_, high, low)
            first, second = (barrier, due) if stop_first else (due, barrier)
            price = second if first is None else first
            if price is not None:
                cash += price * 1999
                bought, fills, exits[t] = 0, fills + 1, price
        sum_fast += close - (closes[t - 20] if t >= 20 else 0)
        sum_slow += close - (closes[t - 50] if t >= 50 else 0)
        was, above = above, 5 * sum_fast > 2 * sum_slow
        enter, leave = t >= 50 and above and not was, t >= 50 and was and not above
    return Exact(Fraction(cash + (closes[-1] * 100 * 2000 if bought else 0), UNIT), fills, exits)


def barrier_exit(bought: int, open_: int, high: int, low: int) -> int | None:
    """Where a stop of 1 % or else a target of 2 % closes a long on this bar, in hundredths of a cent."""
    stop, target = bought * 99, bought * 102
    if low * 100 <= stop:
        return min(open_ * 100, stop)
    return max(open_ * 100, target) if high * 100 >= target else None


def gap(right: Exact, wrong: Exact) -> tuple[list[int], Fraction]:
    """The bars on which both leave, at different prices, and what that costs the second."""
    bars = [t for t, price in right.exits.items() if wrong.exits.get(t, price) != price]
    return bars, Fraction(sum((right.exits[t] - wrong.exits[t]) * 1999 for t in bars), UNIT)
