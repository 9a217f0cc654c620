"""TechnicalFilter: is the signal valid by the usual technical evidence?"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.chance import driftless_chance, logistic, logit
from filters.checks import at_least
from filters.opinions import Opinion
from filters.places import places
from filters.shared import shared_adx
from market import candles, ta, windows
from market.bars import Bars, Floats, Ints, Panel
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
        return logistic(
            logit(driftless_chance(rows, panel)) + self.strength * (evidence * WEIGHTS).sum(axis=1)
        )

    def evidence(self, rows: NDArray[np.void], panel: Panel) -> Floats:
        """The ``PIECES`` of each judged signal, shape (n_signals, n_pieces); NaN before ``settle``."""
        found = np.full((len(rows), len(PIECES)), np.nan)
        for one in places(rows, panel):
            ready = one.at >= self.settle - 1
            signals, at = one.signals[ready], one.at[ready]
            if len(signals):
                side = rows["side"][signals].astype(np.float64)
                adx = shared_adx(panel, one, self.adx)
                found[signals] = np.stack(self._pieces(one.bars, at, side, adx), axis=1)
        return found

    def _pieces(self, bars: Bars, at: Ints, side: Floats, adx: Floats) -> tuple[Floats, ...]:
        """Each piece at the bars ``at``, in the order of ``PIECES``."""
        high, low, close = bars.high, bars.low, bars.close
        bar_range = windows.mean(high, self.adx, at) - windows.mean(low, self.adx, at)
        rsi = np.where(bar_range > 0.0, side * (ta.RSI(close, self.rsi)[at] - 50.0), 0.0)
        line, _, histogram = ta.MACD(close, self.fast, self.slow, self.smooth)
        busy = windows.volume_ratio(bars.volume, self.volume, at)  # NaN or 0 is no evidence
        confirmed = np.clip((adx[at] - 10.0) / 25.0, 0.0, 1.0)
        return (
            _unit(rsi / 20.0),
            np.clip((rsi - 20.0) / 15.0, 0.0, 1.0),
            _unit(side * _ratio(histogram[at], 0.25 * bar_range)),
            confirmed * _unit(side * _ratio(line[at], bar_range)),
            _unit(np.log(np.where(busy > 0.0, busy, 1.0))),
            _unit(side * candles.patterns(bars.open, high, low, close, at)),
        )


def _unit(values: Floats) -> Floats:
    return np.clip(values, -1.0, 1.0)


def _ratio(above: Floats, below: Floats) -> Floats:
    """above / below; 0 where below is 0 (a market that doesn't move says nothing)."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0.0)
