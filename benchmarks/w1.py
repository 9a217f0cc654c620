"""W1: one instrument, 1,000,000 minute bars, SMA 20/50, one unit long."""

from collections.abc import Iterator

from benchmarks import ours, peers, reference
from benchmarks.answers import PUBLISHED, all_agree
from benchmarks.arrays import minute_market
from benchmarks.child import peak_mb
from benchmarks.measure import interleaved, ratio
from benchmarks.table import Row

MINE = "from benchmarks import ours, arrays; ours.w1(arrays.minute_market()).bare()"


def rows() -> Iterator[Row]:
    market = minute_market()
    setup = ours.w1(market)
    mine = ours.answers(setup.bare)
    quick = interleaved(
        {"maemae": mine, "vectorbt": lambda: peers.vectorbt_w1(market), "loop": lambda: reference.w1(market)}
    )
    slow = interleaved({"maemae": mine, "backtesting": peers.prepared_backtesting(market)}, rounds=5)
    peak = peak_mb(MINE)
    for sides, name, title, wanted in (
        (quick, "vectorbt", "vectorbt 1.2 auto", 5.0),
        (slow, "backtesting", "backtesting.py 0.6.6", 400.0),
        (quick, "loop", "bare numba loop", 1 / 6),
    ):
        we, they = sides["maemae"], sides[name]
        right = all_agree(we.answer, they.answer, PUBLISHED["W1"])
        yield Row("W1", title, we.user_s, they.user_s, ratio(we, they), wanted, right, peak)
