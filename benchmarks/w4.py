"""W4: W1 with a stop of 1 % and a target of 2 %, live on the entry bar, touched.

vectorbt ends with another equity; the comparison of speed stands because the difference is explained to the
last fraction of a cent: its own order of events, in a plain loop, gives its figure (proof_w4.py).
"""

from collections.abc import Iterator

from benchmarks import ours, peers, reference
from benchmarks.answers import PUBLISHED, Answer, all_agree
from benchmarks.arrays import minute_market
from benchmarks.child import peak_mb
from benchmarks.measure import interleaved, ratio
from benchmarks.proof_w4 import exact_w4, gap
from benchmarks.table import Row

MINE = "from benchmarks import ours, arrays; ours.w4(arrays.minute_market()).bare()"


def rows() -> Iterator[Row]:
    market = minute_market()
    setup = ours.w4(market)
    sides = interleaved(
        {
            "maemae": ours.answers(setup.bare),
            "vectorbt": lambda: peers.vectorbt_w4(market),
            "loop": lambda: reference.w4(market),
        }
    )
    peak = peak_mb(MINE)
    we, vectorbt, loop = sides["maemae"], sides["vectorbt"], sides["loop"]
    right, wrong = exact_w4(market, stop_first=False), exact_w4(market, stop_first=True)
    bars, lost = gap(right, wrong)
    ours_right = all_agree(we.answer, loop.answer, PUBLISHED["W4"], Answer(float(right.equity), right.fills))
    theirs_explained = right.equity - wrong.equity == lost and all_agree(
        vectorbt.answer,
        PUBLISHED["W4 stop first"],
        reference.w4(market, stop_first=True),
        Answer(float(wrong.equity), wrong.fills),
    )
    note = (
        f"vectorbt: {vectorbt.answer.equity:.4f}, its stop before an exit due at the open on {len(bars)} bars"
    )
    yield Row("W4", "vectorbt 1.2 auto", we.user_s, vectorbt.user_s, ratio(we, vectorbt), 5.0,
              ours_right and theirs_explained, peak, note)  # fmt: skip
    yield Row("W4", "bare numba loop", we.user_s, loop.user_s, ratio(we, loop), 0.0, ours_right, peak)
