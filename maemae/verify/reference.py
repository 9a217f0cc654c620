"""The full run that everything is compared with: what the pipeline says here of all bars."""

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from desk.pipeline import Pipeline, Reading
from maemae.verify.lookahead import Subject
from maemae.verify.report import Check
from maemae.verify.watched import alone
from market.bars import PRICES, Panel
from market.labels import LABEL

NAME = "market data left alone"


def read_here(pipeline: Pipeline, panel: Panel) -> tuple[Subject, Check | None, float]:
    """The full reading; what fails if a piece changed what it was given; the seconds that reading half takes.

    Raises MaemaeError when the pipeline can't read its own panel.
    """
    mine = _copy(panel)
    signals = pipeline.signals(mine)
    said = signals.rows.copy()
    opinions = pipeline.opinions(signals, mine)
    known = pipeline.labels(signals, mine) if pipeline.filters else np.zeros(0, LABEL)  # as read() has it
    full = Reading(signals, opinions, known)
    began = perf_counter()
    pipeline.read(mine.head(max(1, len(mine) // 2)))
    seconds = perf_counter() - began
    changed = [name for name in PRICES if not _same(mine, panel, name)]
    if said.tobytes() != signals.rows.tobytes():
        changed.append("signals")
    return Subject(pipeline, panel, full), _changed(pipeline, panel, changed), seconds


def _copy(panel: Panel) -> Panel:
    return replace(panel, **{name: getattr(panel, name).copy() for name in ("ts", *PRICES)})


def _same(one: Panel, other: Panel, name: str) -> bool:
    return bool(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True))


def _changed(pipeline: Pipeline, panel: Panel, names: list[str]) -> Check | None:
    if not names:
        return None
    who = ", ".join(_culprits(pipeline, panel)) or "a filter"
    line = (
        f"{who} writes into what it was given ({', '.join(names)}), so the desk would trade on something "
        "else than the market; copy the array before changing it."
    )
    return Check(NAME, False, (line,))


def _culprits(pipeline: Pipeline, panel: Panel) -> Iterator[str]:
    """Whoever changes prices when it runs alone."""
    for place, (name, _) in enumerate(pipeline.strategies):
        mine = _copy(panel)
        alone(pipeline, place).signals(mine)
        if not all(_same(mine, panel, price) for price in PRICES):
            yield f"strategy '{name}'"
    signals = pipeline.signals(_copy(panel))
    for agent in pipeline.filters:
        mine = _copy(panel)
        agent.assess(signals, mine)
        if not all(_same(mine, panel, price) for price in PRICES):
            yield f"filter '{agent.name}'"
