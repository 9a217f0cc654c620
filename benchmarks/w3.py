"""W3: 500 instruments, 2,500 days, momentum rotation by target weights."""

from collections.abc import Iterator

from benchmarks import ours, peers, reference
from benchmarks.answers import PUBLISHED, all_agree
from benchmarks.arrays import daily_market
from benchmarks.child import peak_mb
from benchmarks.measure import interleaved, ratio
from benchmarks.table import Row

MINE = "from benchmarks import ours, arrays; ours.w3(*arrays.daily_market()).bare()"


def rows() -> Iterator[Row]:
    market, decisions = daily_market()
    setup = ours.w3(market, decisions)
    sides = interleaved(
        {
            "maemae": ours.answers(setup.bare),
            "vectorbt": lambda: peers.vectorbt_w3(market, decisions),
            "loop": lambda: reference.w3(market, decisions),
        }
    )
    peak = peak_mb(MINE)
    we = sides["maemae"]
    for name, title, wanted in (("vectorbt", "vectorbt 1.2 auto", 6.0), ("loop", "bare numba loop", 0.0)):
        they = sides[name]
        right = all_agree(we.answer, they.answer, PUBLISHED["W3"])
        yield Row("W3", title, we.user_s, they.user_s, ratio(we, they), wanted, right, peak)
