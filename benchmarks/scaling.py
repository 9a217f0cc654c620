"""Does a bar cost the same in a long history as in a short one, and among 500 instruments as among 10?"""

from collections.abc import Callable, Iterator

from benchmarks import ours, reference
from benchmarks.answers import Answer
from benchmarks.arrays import Market, minute_market
from benchmarks.measure import Side, interleaved
from benchmarks.table import Row
from benchmarks.w1_full import ledger_adds_up

BARS = (10_000, 100_000, 1_000_000, 10_000_000)
INSTRUMENTS, N_BARS = (10, 50, 500), 2_000
AT_MOST = 1.5


def rows() -> Iterator[Row]:
    yield per_bar()
    yield per_instrument_bar()


def per_bar() -> Row:
    """W1-full on the first bars of the minute market, and on ten of it end to end."""
    market = minute_market()
    markets = {n: market.head(n) if n <= len(market) else market.repeated(n // len(market)) for n in BARS}
    setups = {f"{n:.0e}": ours.w1_full(one) for n, one in markets.items()}
    sides = interleaved({name: ours.answers(setup.whole) for name, setup in setups.items()}, rounds=5)
    right = all(ledger_adds_up(setup.whole(), setup) for setup in setups.values())
    return row("scaling bars", {f"{n:.0e} bars": (sides[f"{n:.0e}"], n) for n in BARS}, right)


def per_instrument_bar() -> Row:
    """The minute market cut into stretches of 2,000 bars that lie side by side, on one account."""
    market = minute_market()
    markets = {k: market.side_by_side(k, N_BARS) for k in INSTRUMENTS}
    sides = interleaved({str(k): mine(one) for k, one in markets.items()}, rounds=5)
    right = all(sides[str(k)].answer.agrees(one_by_one(one)) for k, one in markets.items())
    costs = {f"{k} instruments": (sides[str(k)], k * N_BARS) for k in INSTRUMENTS}
    return row("scaling width", costs, right)


def mine(market: Market) -> Callable[[], Answer]:
    return ours.answers(ours.w1(market, long_margin=0.001).bare)  # so that one account carries 500 positions


def one_by_one(market: Market) -> Answer:
    """Each column through the bare loop on a full account of its own, gains added up."""
    n = market.close.shape[1]
    alone = [reference.w1(market.column(k)) for k in range(n)]
    gains = sum(answer.equity - reference.CASH for answer in alone)
    return Answer(reference.CASH + gains, sum(answer.fills for answer in alone))


def row(workload: str, sides: dict[str, tuple[Side[Answer], int]], right: bool) -> Row:
    """Dearest against cheapest, per bar; every size in the note."""
    each = {name: side.user_s / work for name, (side, work) in sides.items()}
    dear, cheap = max(each, key=each.__getitem__), min(each, key=each.__getitem__)
    told = ", ".join(f"{name} {cost * 1e9:.1f} ns" for name, cost in each.items())
    note = f"{dear} cost most; user CPU per bar: {told}"
    return Row(workload, "dearest / cheapest", each[dear], each[cheap], each[cheap] / each[dear], 1 / AT_MOST,
               right, note=note)  # fmt: skip
