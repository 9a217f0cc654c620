"""The whole pipeline on one page: signal → filters → DecisionCore → PositionSizer → SplitExecutioner."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desk.rules import DeskRules
from filters.base import Filter
from filters.opinions import Opinions
from market.bars import Panel
from strategies.base import Strategy, check_signals
from strategies.signals import Signals


@dataclass(frozen=True, eq=False)
class Reading:
    """Everything before the decision. labels: structured array of LABEL, sorted by maturity."""

    signals: Signals
    opinions: Opinions
    labels: NDArray[np.void]
