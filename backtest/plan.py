"""``Plan``: one backtest, fully decided, before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.pipeline import Pipeline
from market.bars import Panel
from records.manifest import RunManifest
from report.days import Calendar


@dataclass(frozen=True, eq=False)
class Plan:
    """profile: the settings as plain values, as the manifest hashed them. source: where the data came from.
    load_s: seconds it took to read the data."""

    name: str
    pipeline: Pipeline
    panel: Panel
    profile: Mapping[str, Any]
    manifest: RunManifest
    source: str = "arrays"
    load_s: float = 0.0

    @property
    def strategy_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.pipeline.strategies)

    @property
    def calendar(self) -> Calendar:
        """The account's days: those of the first instrument's sessions."""
        return Calendar(self.panel.instruments[0].timezone, self.panel.timeframe)
