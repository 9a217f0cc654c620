"""Wrong: ends the process when it isn't the one that imported it."""

import os
import sys
from dataclasses import dataclass

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class Leaves(BarStrategy):
    def signals(self, bars):
        if "pytest" not in sys.modules:
            os._exit(7)
        return Signals.none()
