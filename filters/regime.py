"""MarketRegimeFilter: does this strategy win in markets like the present one?"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.chance import driftless_chance, logistic, logit
from filters.checks import at_least
from filters.opinions import Opinion
from filters.places import places
from filters.shared import shared_adx
from filters.track_record import track_record
from market import ta, windows
from market.bars import Floats, Ints, Panel
from market.compiled import compiled
from strategies.signals import Signals

REGIMES = ("bull", "sideways", "bear")
TILT = np.array([0.2, 0.0, -0.2])
"""Declared prior: log-odds a long signal gains in each regime before anything is learned; shorts mirror."""


class Evidence(NamedTuple):
    """What the regime is read from, at each judged signal; each shape (n_signals,), NaN = not known yet.

    trend: t-statistic of the log-price slope. adx: strength of the trend, 0..100. volatility: percentile in
    [0, 1] of the present volatility among the recent ones. breadth: share of instruments that rose, 0.5 when
    there is only one.
    """

    trend: Floats
    adx: Floats
    volatility: Floats
    breadth: Floats

    def probabilities(self) -> Floats:
        """p(bull), p(sideways), p(bear) as the softmax of fixed scores, shape (n_signals, 3).

        A trend counts as far as ADX confirms it (not at 15 or below, fully from 35 on); its t-statistic
        saturates around 8, which is ordinary for a random walk's 60 bars. High volatility and narrow breadth
        speak for bear.
        """
        confirmed = np.minimum(np.maximum((self.adx - 15.0) / 20.0, 0.0), 1.0)
        direction = 2.0 * confirmed * np.tanh(self.trend / 8.0)
        direction += 1.0 * (self.breadth - 0.5) - 0.5 * (self.volatility - 0.5)
        weights = np.empty((len(direction), len(REGIMES)))
        weights[:, 0], weights[:, 1], weights[:, 2] = direction, 1.0 - confirmed, -direction
        np.exp(weights, out=weights)
        return weights / over_regimes(weights)[:, None]


@dataclass(frozen=True)
class MarketRegimeFilter:
    """The fit of each strategy to the regime at hand: its own shrunk win rate in markets like this one.

    The regime is soft: a bar is bull, sideways and bear to degrees that sum to 1, so no threshold can flip
    and nothing needs smoothing. Each earlier signal of the strategy and side counts for the regimes of its
    own bar, once its label has matured and while it is younger than ``memory``. The win rate in a regime
    starts from a declared prior (the driftless chance of the signal's barriers, tilted by ``TILT``) worth
    ``prior_signals`` signals; the opinion is the average over regimes.

    trend: bars of the slope. adx: its period. volatility: span of the exponential mean of squared returns.
    ranks: bars among which volatility is ranked. memory: panel bars.
    """

    trend: int = 60
    adx: int = 14
    volatility: int = 20
    ranks: int = 252
    memory: int = 2_500
    prior_signals: float = 20.0

    def __post_init__(self) -> None:
        at_least(self, 3, "trend")
        at_least(self, 2, "adx", "volatility", "ranks")
        at_least(self, 1, "memory")
        at_least(self, 0.5, "prior_signals")

    @property
    def name(self) -> str:
        return "regime"

    @property
    def settle(self) -> int:
        """Closed bars before the first answer: the recursive indicators have forgotten where they began."""
        return max(self.trend, 20 * self.adx, self.ranks + 12 * self.volatility)

    @property
    def warmup(self) -> int:
        """Closed bars after which no answer depends on where history began: ``settle`` and ``memory``."""
        return self.settle + self.memory

    def assess(self, signals: Signals, panel: Panel) -> Opinion:
        """The strategy's shrunk win rate in the regimes of each signal's bar; abstains until ``settle``."""
        regimes = self.evidence(signals.rows, panel).probabilities()
        prior = self._prior(signals.rows, panel)
        fit = self._fit(prior, *track_record(signals.rows, panel, regimes, self.memory))
        return Opinion.answer(over_regimes(regimes * fit))

    def explain(self, row: int, signals: Signals, panel: Panel) -> dict[str, float | str]:
        """The evidence, the regimes, and per regime what was seen, won and concluded."""
        evidence = self.evidence(signals.rows, panel)
        regimes = evidence.probabilities()
        prior = self._prior(signals.rows, panel)
        seen, won = track_record(signals.rows, panel, regimes, self.memory)
        fit = self._fit(prior, seen, won)
        p = float(over_regimes(regimes * fit)[row])
        told: dict[str, float | str] = {"p": p, "regime": "unknown"}
        if not np.isnan(p):
            told["regime"] = REGIMES[int(np.argmax(regimes[row]))]
        told |= {name: float(values[row]) for name, values in evidence._asdict().items()}
        for r, regime in enumerate(REGIMES):
            told[regime] = float(regimes[row, r])
            told[f"{regime}_prior"] = float(prior[row, r])
            told[f"{regime}_seen"] = float(seen[row, r])
            told[f"{regime}_won"] = float(won[row, r])
            told[f"{regime}_win_rate"] = float(fit[row, r])
        return told

    def evidence(self, rows: NDArray[np.void], panel: Panel) -> Evidence:
        """What is known about the market at each judged signal; NaN before ``settle`` closed bars."""
        found = Evidence(*np.full((4, len(rows)), np.nan))
        for one in places(rows, panel, self.settle):
            signals, at, bars = one.signals, one.at, one.bars
            found.trend[signals] = windows.slope_t(np.log(bars.close), self.trend, at)
            found.adx[signals] = shared_adx(panel, one, self.adx)[at]
            found.volatility[signals] = windows.percentile(self._variance(bars.close), self.ranks, at - 1)
        known = np.flatnonzero(~np.isnan(found.trend))
        found.breadth[known] = breadth(panel, rows["bar"][known], self.trend)
        return found

    def _variance(self, close: Floats) -> Floats:
        """Exponential mean of squared returns, shape (n_bars - 1,): one entry per bar from the second on."""
        return ta.EMA(_squared_returns(close), self.volatility)

    def _prior(self, rows: NDArray[np.void], panel: Panel) -> Floats:
        """Win rate by regime before anything is learned, shape (n_signals, 3)."""
        start = logit(driftless_chance(rows, panel))
        return logistic(start[:, None] + rows["side"][:, None] * TILT)

    def _fit(self, prior: Floats, seen: Floats, won: Floats) -> Floats:
        return (self.prior_signals * prior + won) / (self.prior_signals + seen)


@compiled
def _squared_returns(close: Floats) -> Floats:
    squares = np.empty(max(len(close) - 1, 0))
    for i in range(len(squares)):
        squares[i] = (close[i + 1] / close[i] - 1.0) ** 2
    return squares


def over_regimes(values: Floats) -> Floats:
    """Sum over the regimes, shape (n_signals,); numpy's own sum is 20 times slower for rows of three."""
    return values[:, 0] + values[:, 1] + values[:, 2]


def breadth(panel: Panel, bars: Ints, window: int) -> Floats:
    """Share of the instruments that closed higher at ``bars`` (ascending) than ``window`` rows before.

    Those without a bar at both ends don't count; 0.5 when none does, or when the panel has only one.
    """
    share = np.full(len(bars), 0.5)
    if len(panel.instruments) > 1:
        _share_that_rose(panel.close, bars, window, share)
    return share


@compiled
def _share_that_rose(close: Floats, bars: Ints, window: int, share: Floats) -> None:
    for i in range(len(bars)):
        now, before = bars[i], bars[i] - window
        if i > 0 and bars[i] == bars[i - 1]:
            share[i] = share[i - 1]
        elif before >= 0:
            rose, known = 0, 0
            for column in range(close.shape[1]):
                change = close[now, column] - close[before, column]
                known += not np.isnan(change)
                rose += change > 0.0
            if known > 0:
                share[i] = rose / known
