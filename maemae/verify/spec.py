"""A pipeline as JSON: what a child process needs to build the same strategies, filters and rules itself."""

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from desk.pipeline import Pipeline
from maemae.verify.codec import Json, decode, encode, files
from maemae.verify.inputs import Input, declared
from market.errors import ConfigError


@dataclass(frozen=True)
class PipelineSpec:
    """strategies: (name, encoded object) in profile order. filters, rules: encoded objects. inputs: files
    that strategies declare."""

    strategies: tuple[tuple[str, Json], ...]
    filters: tuple[tuple[str, Json], ...]
    rules: Json
    inputs: tuple[Input, ...] = ()

    @classmethod
    def of(cls, pipeline: Pipeline) -> "PipelineSpec":
        """Describe what runs, from the objects that run."""
        return cls(
            tuple((name, encode(each, f"strategy '{name}'")) for name, each in pipeline.strategies),
            tuple((agent.name, encode(agent, f"filter '{agent.name}'")) for agent in pipeline.filters),
            encode(pipeline.rules, "the desk's rules"),
            declared(pipeline.strategies),
        )

    @property
    def files(self) -> tuple[str, ...]:
        """The user's own files of code."""
        return tuple(dict.fromkeys(files(self.to_json())))

    def reading_in(self, folder: str) -> "PipelineSpec":
        """The same pipeline, whose strategies are told that their inputs lie in a folder."""
        strategies = [*self.strategies]
        for one in self.inputs:
            name, piece = strategies[one.place]
            told = {**piece["fields"], one.field: one.copy_in(folder)}
            strategies[one.place] = name, {**piece, "fields": told}
        return replace(self, strategies=tuple(strategies))

    def to_json(self) -> Json:
        return {"strategies": list(self.strategies), "filters": list(self.filters), "rules": self.rules}

    @classmethod
    def from_json(cls, value: Json) -> "PipelineSpec":
        return cls(
            tuple((name, piece) for name, piece in value["strategies"]),
            tuple((name, piece) for name, piece in value["filters"]),
            value["rules"],
        )

    def build(self, made: Callable[[str, Callable[[], Any]], Any]) -> Pipeline:
        """Build the pipeline. made: called with who is being built and how, returns the object to use."""
        strategies = tuple(
            (name, made(f"strategy '{name}'", lambda piece=piece: decode(piece, load_file)))  # type: ignore[misc]
            for name, piece in self.strategies
        )
        agents = tuple(
            made(f"filter '{name}'", lambda piece=piece: decode(piece, load_file))  # type: ignore[misc]
            for name, piece in self.filters
        )
        return Pipeline(strategies, agents, decode(self.rules, load_file))


def load_file(path: Path, name: str) -> ModuleType:
    """A user's file as the module it is in the parent: what numba has cached of it refers to that name."""
    if name == "__main__":
        name = "_maemae_main"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path}: not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
