"""Declared inputs of strategies, cut where bars are: the child reads copies that end at its last close."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desk.pipeline import Pipeline
from market.bars import Panel
from strategies.inputs import Stamped, inputs_of, read_stamped


@dataclass(frozen=True)
class Input:
    """A file that a strategy declares. place: the strategy's. field: which of its fields names the file."""

    who: str
    place: int
    field: str
    path: Path
    table: Stamped

    def copy_in(self, folder: str) -> str:
        """Where the child has its copy. A strategy that isn't told this path reads no input."""
        return f"{folder}/{self.place}-{self.field}-{self.path.name}"


def declared(strategies: Sequence[tuple[str, Any]]) -> tuple[Input, ...]:
    """Every input, read once: a bot may be writing to it. Raises ConfigError or DataError."""
    return tuple(
        Input(f"strategy '{name}'", place, key, path, read_stamped(path))
        for place, (name, strategy) in enumerate(strategies)
        for key, path in inputs_of(strategy, f"strategy '{name}'").items()
    )


def reading_copies(pipeline: Pipeline, inputs: Sequence[Input], folder: str, panel: Panel) -> Pipeline:
    """The pipeline as this process runs it, reading copies in a folder that end where the panel does."""
    strategies = [*pipeline.strategies]
    for one in inputs:
        copy = Copy(one.copy_in(folder), one.table.head, [*one.table.times], [*one.table.lines])
        copy.cut(int(panel.ts[-1]) + panel.timeframe)
        name, strategy = strategies[one.place]
        told: Any = replace(strategy, **{one.field: copy.path})  # type: ignore[type-var]
        strategies[one.place] = name, told
    return replace(pipeline, strategies=tuple(strategies))


@dataclass(eq=False)
class Copy:
    """The child's copy of one input: what it was sent, and how much of that stands in the file."""

    path: str
    head: str
    times: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    written: int = -1

    def append(self, times: list[int], lines: list[str]) -> None:
        self.times += times
        self.lines += lines

    def cut(self, at: int) -> None:
        """Let the file end with what is known at an instant, ns UTC."""
        known = Stamped(self.head, tuple(self.times), ()).known(at)
        if known == self.written:
            return
        text = "\n".join([self.head, *self.lines[:known], ""])
        Path(self.path).write_text(text, encoding="utf-8")
        self.written = known
