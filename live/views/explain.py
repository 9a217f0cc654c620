"""A filter's own reasons for its answer to one signal, worked out again when somebody asks."""

import numpy as np

from desk.pipeline import Pipeline
from market.bars import Panel
from market.errors import MaemaeError, raised_by
from strategies.signals import Signals

DIGITS = 6


def reasons(pipeline: Pipeline, panel: Panel, signal: np.void) -> list[str]:
    """One text a filter, "" where it has nothing to say. signal: a SIGNAL row whose bar is the panel's."""
    signals = Signals(np.array([signal], signal.dtype))
    return [_said(pipeline, k, signals, panel) for k in range(len(pipeline.filters))]


def _said(pipeline: Pipeline, k: int, signals: Signals, panel: Panel) -> str:
    agent = pipeline.filters[k]
    try:
        with raised_by(f"filter '{agent.name}'"):
            found = agent.explain(0, signals, panel)
    except MaemaeError as error:
        return str(error)
    return ", ".join(f"{name} {_shown(value)}" for name, value in found.items())


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.{DIGITS}g}"
