"""A pipeline is written down as JSON and built anew, the same to the last digit."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desk.rules import Act, DecisionRules, DeskRules, ExecutionRules, FilterRules, StrategyRules, Style
from maemae.verify.codec import decode, encode
from maemae.verify.spec import PipelineSpec, load_file
from market import krx
from market.errors import ConfigError
from market.instruments import Fees, Instrument, Kind
from strategies.base import BarStrategy
from tests.maemae.verify.worlds import LEAKS, market, pipeline


def there_and_back(value: object) -> Any:
    return decode(json.loads(json.dumps(encode(value, "it"))), load_file)


@pytest.mark.parametrize(
    "value",
    [
        DeskRules(
            (
                StrategyRules(
                    decision=DecisionRules((FilterRules(Act.RULE, 1 / 3),)),
                    execution=ExecutionRules(Style.TWAP),
                ),
            ),
            cash=0.1 + 0.2,
        ),
        Instrument("A@b", Kind.FUTURE, ticks=((0.0, 0.01), (10.0, 0.05)), fees=Fees(1e-4, currency="base")),
        (1, 2.5, "x", None, True, (), [1, [2]], {"a": (1,)}, frozenset({"a"}), Path("/x/y")),
        np.float64(0.1),
        krx.calendar(closed=[date(2027, 5, 6)], exams=[date(2027, 11, 18)]),
    ],
)
def test_parameters_survive_the_way_through_json(value: object) -> None:
    back = there_and_back(value)
    assert repr(back) == repr(value.item() if isinstance(value, np.generic) else value)


def test_a_user_file_is_named_by_its_path_and_ours_by_its_module() -> None:
    spec = PipelineSpec.of(pipeline(filters=("honest_filter",)))
    assert set(spec.files) == {str(LEAKS / "honest_cross.py"), str(LEAKS / "honest_filter.py")}
    assert spec.rules["object"] == {"module": "desk.rules", "name": "DeskRules"}


def test_the_rebuilt_pipeline_says_the_same() -> None:
    built = pipeline(filters=("honest_filter",), fast=3, slow=11)
    text = json.dumps(PipelineSpec.of(built).to_json())
    again = PipelineSpec.from_json(json.loads(text)).build(lambda who, make: make())
    one, other = built.read(market(500)), again.read(market(500))
    assert one.signals.rows.tobytes() == other.signals.rows.tobytes() and len(one.signals) > 10
    assert one.opinions.p.tobytes() == other.opinions.p.tobytes()


@dataclass(frozen=True)
class Holds(BarStrategy):
    thing: Any


@pytest.mark.parametrize("thing", [np.arange(3.0), lambda: 1, {1: 2}, object])
def test_what_cannot_be_written_down_is_refused_by_name(thing: Any) -> None:
    with pytest.raises(ConfigError, match=r"strategy 'x', thing: .* can't be written down.*frozen=True"):
        encode(Holds(thing), "strategy 'x'")
