"""TechnicalFilter: is the signal valid by the usual technical evidence?"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.chance import clipped, driftless_chance, logistic, logit
from filters.checks import at_least
from filters.opinions import Opinion
from filters.places import places
from filters.shared import shared_adx
from market import candles, ta, windows
from market.bars import Floats, Ints, Panel
from market.compiled import compiled, inlined
from strategies.signals import Signals


class Piece(NamedTuple):
    """One piece of evidence: a number in [-1, 1], positive when it speaks for the signal's side.

    weight: log-odds that a full +1 adds. meaning: what the number is, for a long signal.
    """

    name: str
    weight: float
    meaning: str


PIECES = (
    Piece("momentum", 0.10, "RSI above 50: (RSI - 50) / 20"),
    Piece("stretch", -0.10, "RSI beyond 70, already far gone: (RSI - 70) / 15, never below 0"),
    Piece("macd", 0.10, "MACD histogram in quarters of the mean range of a bar"),
    Piece("trend", 0.15, "MACD in mean ranges, as far as ADX confirms a trend: (ADX - 10) / 25"),
    Piece("volume", 0.08, "volume against the mean of the bars before: logarithm of the ratio"),
    Piece("candles", 0.08, "bullish candle patterns at the signal's bar, less bearish ones"),
)
WEIGHTS = np.array([piece.weight for piece in PIECES])


@dataclass(frozen=True)
class TechnicalFilter:
    """A signal's chance by RSI, MACD, ADX, volume and candle patterns.

    The log-odds are those of a driftless price meeting the target before the stop, plus ``strength`` times
    the weighted ``PIECES``. The weights are declared, not fitted, and modest: on hourly crypto the pieces
    correlate about 0.03 with winning. A learner scales the opinion by what it proves to be worth. As a rule,
    ``min_p`` has to be chosen near the driftless chance, stop / (stop + target).

    rsi, adx: periods. fast, slow, smooth: of MACD. volume: bars of its mean. strength: 0 = no own opinion.
    """

    rsi: int = 14
    fast: int = 12
    slow: int = 26
    smooth: int = 9
    adx: int = 14
    volume: int = 20
    strength: float = 1.0

    def __post_init__(self) -> None:
        at_least(self, 2, "rsi", "fast", "slow", "adx")
        at_least(self, 1, "smooth", "volume")
        at_least(self, 0.0, "strength")
        if self.fast >= self.slow:
            at_least(self, self.fast + 1, "slow")

    @property
    def name(self) -> str:
        return "technical"

    @property
    def settle(self) -> int:
        """Closed bars before the first answer: the recursive indicators have forgotten where they began."""
        wilder, exponential = max(self.rsi, self.adx), self.slow + self.smooth
        return max(20 * wilder, 8 * exponential, self.volume + 1)

    @property
    def warmup(self) -> int:
        return self.settle

    def assess(self, signals: Signals, panel: Panel) -> Opinion:
        """The probability that each signal wins; abstains until ``warmup`` closed bars."""
        return Opinion.answer(self._p(signals.rows, panel, self.evidence(signals.rows, panel)))

    def explain(self, row: int, signals: Signals, panel: Panel) -> dict[str, float | str]:
        """The driftless chance, each piece in [-1, 1] with what it adds to the log-odds, and the result."""
        evidence = self.evidence(signals.rows, panel)
        told: dict[str, float | str] = {"p": float(self._p(signals.rows, panel, evidence)[row])}
        told["driftless"] = float(driftless_chance(signals.rows, panel)[row])
        for piece, value in zip(PIECES, evidence[row], strict=True):
            told[piece.name] = float(value)
            told[f"{piece.name}_adds"] = float(self.strength * piece.weight * value)
        return told

    def _p(self, rows: NDArray[np.void], panel: Panel, evidence: Floats) -> Floats:
        start = logit(driftless_chance(rows, panel))
        return logistic(start + self.strength * _weighed(evidence, WEIGHTS))

    def evidence(self, rows: NDArray[np.void], panel: Panel) -> Floats:
        """The ``PIECES`` of each judged signal, shape (n_signals, n_pieces); NaN before ``settle``."""
        found = np.full((len(rows), len(PIECES)), np.nan)
        for one in places(rows, panel, self.settle):
            high, low, close, at = one.bars.high, one.bars.low, one.bars.close, one.at
            line, _, histogram = ta.MACD(close, self.fast, self.slow, self.smooth)
            busy = windows.volume_ratio(one.bars.volume, self.volume, at)
            _write_pieces(
                rows, one.signals, at,
                windows.mean(high, self.adx, at) - windows.mean(low, self.adx, at),
                ta.RSI(close, self.rsi), line, histogram, shared_adx(panel, one, self.adx),
                np.log(np.where(busy > 0.0, busy, 1.0)),  # NaN or 0 is no evidence
                candles.patterns(one.bars.open, high, low, close, at), found,
            )  # fmt: skip
        return found


@compiled
def _write_pieces(
    rows: Any,
    signals: Ints,
    at: Ints,
    mean_range: Floats,
    rsi: Floats,
    line: Floats,
    histogram: Floats,
    adx: Floats,
    busy: Floats,
    patterns: Floats,
    found: Floats,
) -> None:
    """Each piece of each signal, in the order of ``PIECES``. RSI, MACD and ADX are of every bar, the others
    of the bars ``at`` alone."""
    for k in range(len(at)):
        bar, side, usual, pieces = at[k], rows[signals[k]].side, mean_range[k], found[signals[k]]
        momentum = side * (rsi[bar] - 50.0) if usual > 0.0 else 0.0
        confirmed = clipped((adx[bar] - 10.0) / 25.0, 0.0, 1.0)
        pieces[0] = _unit(momentum / 20.0)
        pieces[1] = clipped((momentum - 20.0) / 15.0, 0.0, 1.0)
        pieces[2] = _unit(side * _ratio(histogram[bar], 0.25 * usual))
        pieces[3] = confirmed * _unit(side * _ratio(line[bar], usual))
        pieces[4] = _unit(busy[k])
        pieces[5] = _unit(side * patterns[k])


@compiled
def _weighed(evidence: Floats, weights: Floats) -> Floats:
    """Sum of each row's numbers times their weights, shape (n_rows,)."""
    found = np.zeros(len(evidence))
    for row in range(len(evidence)):
        for k in range(len(weights)):
            found[row] += evidence[row, k] * weights[k]
    return found


@inlined
def _unit(value: float) -> float:
    return clipped(value, -1.0, 1.0)


@inlined
def _ratio(above: float, below: float) -> float:
    """above / below; 0 where below is 0 (a market that doesn't move says nothing)."""
    return above / below if below > 0.0 else 0.0
