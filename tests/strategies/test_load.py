"""Loading by name or file, and that whatever is wrong is said in one sentence."""

import os
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from desk.pipeline import Pipeline
from desk.rules import DeskRules, StrategyRules
from market.errors import ConfigError, DataError
from strategies.load import load_strategy
from strategies.parameters import coerced, meaning
from strategies.registry import STRATEGIES
from strategies.signals import Signals
from strategies.sma_cross import SmaCross
from tests.strategies.worlds import daily

HEAD = """
from dataclasses import dataclass
import numpy as np
from market import ta
from strategies.base import BarStrategy
from strategies.signals import Signals

@dataclass(frozen=True)
class Mine(BarStrategy):
    n: int = 5
    def signals(self, bars):
"""  # 11 lines; what is added begins in line 12
GOOD = f"{HEAD}        return Signals.of(enter=bars.close > ta.SMA(bars.close, self.n))\n"


@pytest.fixture
def write(tmp_path):
    def to_file(source, name="mine.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        return str(path)

    return to_file


def refused(name, kind=ConfigError, **parameters):
    """What is said, in one line without a trace of Python's own."""
    with pytest.raises(kind) as refusal:
        load_strategy(name, parameters)
    said = str(refusal.value)
    assert "\n" not in said and "Traceback" not in said
    return said


def run(name, **parameters):
    """Through the pipeline, as every backtest runs it."""
    strategy = load_strategy(name, parameters)
    rules = DeskRules((StrategyRules(),))
    return Pipeline((("mine", strategy),), (), rules).signals(daily(60))


def said_while_running(name):
    with pytest.raises(DataError) as refusal:
        run(name)
    return str(refusal.value)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_registered_name_loads_with_its_defaults(name):
    strategy = load_strategy(name, {})
    assert strategy == type(strategy)() and strategy.warmup > 0


def test_looking_at_the_registry_imports_no_strategy():
    script = "import strategies.load, sys; print(sorted(n for n in sys.modules if n.endswith('_cross')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_answered_with_the_nearest():
    said = refused("sma_cros")
    assert "strategy 'sma_cros' is unknown. Did you mean 'sma_cross'?" in said
    assert ", ".join(sorted(STRATEGIES)) in said and "path/File.py[:Class]" in said


def test_an_unknown_parameter_is_answered_with_the_nearest():
    said = refused("sma_cross", fats=5)
    assert (
        said
        == "strategy 'sma_cross' has no parameter 'fats'. Did you mean 'fast'? Known: fast, shorts, slow."
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"fast": "5", "slow": "20"}, (5, 20, False)), ({"fast": 7.0, "shorts": "yes"}, (7, 50, True)),
     ({"fast": " 9 ", "shorts": "False"}, (9, 50, False)), ({"slow": np.int64(30)}, (20, 30, False))],
)  # fmt: skip
def test_text_from_the_command_line_becomes_what_the_parameter_is(given, expected):
    assert load_strategy("sma_cross", given) == SmaCross(*expected)


@pytest.mark.parametrize(
    ("given", "said"),
    [({"fast": "fast"}, "fast = 'fast'; expected a whole number"),
     ({"fast": "5.5"}, "fast = '5.5'; expected a whole number"),
     ({"fast": True}, "fast = True; expected a whole number"),
     ({"fast": [5]}, "fast = [5]; expected a whole number"),
     ({"fast": None}, "fast = None; expected a whole number"),
     ({"fast": "inf"}, "fast = 'inf'; expected a whole number"),
     ({"shorts": "perhaps"}, "shorts = 'perhaps'; expected true or false"),
     ({"shorts": 1}, "shorts = 1; expected true or false")],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused_by_key_value_and_type(given, said):
    assert refused("sma_cross", **given) == f"strategy 'sma_cross': {said}."


class Colour(Enum):
    RED = "r"
    GREEN = "g"


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [("2%", float, 0.02), ("1e-3", float, 0.001), (3, float, 3.0), ("1e3", int, 1000), ("-4", int, -4),
     ("x", str, "x"), ("a/b", Path, Path("a/b")), ("none", int | None, None), (None, int | None, None),
     ("5", int | None, 5), ("5.5", int | float, 5.5), ("fast", Literal["fast", "slow"], "fast"),
     ("2", Literal[1, 2], 2), ("green", Colour, Colour.GREEN), (Colour.RED, Colour, Colour.RED),
     ("1, 2", tuple[int, ...], (1, 2)), ([1, "2%"], tuple[int, float], (1, 0.02)), ([1, 2], tuple, (1, 2)),
     ({"a": 1}, dict, {"a": 1})],
)  # fmt: skip
def test_each_declared_type_reads_what_it_can(value, kind, expected):
    found = coerced(value, kind)
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [("nan", float, "a number"), (float("nan"), float, "a number"), (5, str, "text"), (5, Path, "a path"),
     ("x", int | None, "a whole number or none"), ("x", Literal["a", "b"], "one of a, b"),
     ("blue", Colour, "one of red, green"), ("1,x", tuple[int, ...], "a list, each a whole number"),
     (5, tuple[int, ...], "a list, each a whole number"),
     ([1], tuple[int, int], "a list, each a whole number")],
)  # fmt: skip
def test_each_declared_type_refuses_what_it_cant_read(value, kind, said):
    with pytest.raises(ValueError):
        coerced(value, kind)
    assert meaning(kind) == said


def test_a_users_file_loads_by_path_with_its_parameters(write):
    strategy = load_strategy(write(GOOD), {"n": "3"})
    assert strategy.n == 3 and len(run(write(GOOD))) > 5
    assert type(strategy).__module__.startswith("_maemae_strategy_")


def test_two_files_of_one_name_are_two_modules(write):
    one = load_strategy(write(GOOD, "a/mine.py"), {})
    other = load_strategy(write(GOOD.replace("n: int = 5", "n: int = 6"), "b/mine.py"), {})
    assert (one.n, other.n) == (5, 6) and type(one).__module__ != type(other).__module__


def test_an_edited_file_is_read_anew(write):
    load_strategy(write(GOOD), {})
    assert load_strategy(write(GOOD.replace("n: int = 5", "n: int = 77")), {}).n == 77


def test_a_class_can_be_named_and_has_to_be_when_there_are_several(write):
    path = write(f"{GOOD}\nclass Other(Mine): pass\nclass Third(Mine): pass\nclass _Hidden(Mine): pass\n")
    assert type(load_strategy(f"{path}:Third", {})).__name__ == "Third"
    assert type(load_strategy(f"{path}:_Hidden", {})).__name__ == "_Hidden"
    assert refused(path) == f"{path} has several strategy classes: Other, Third. Name one: {path}:Other."
    assert refused(f"{path}:Thrd") == (
        f"{path} has no strategy class 'Thrd'. Did you mean 'Third'? Known: Mine, Other, Third, _Hidden."
    )


def test_the_class_that_others_build_on_neednt_be_named(write):
    path = write(f"{GOOD}\nclass Refined(Mine): pass\n")
    assert type(load_strategy(path, {})).__name__ == "Refined"


def test_imported_strategies_are_not_the_files_own(write):
    path = write(f"from strategies.sma_cross import SmaCross\n{GOOD}")
    assert type(load_strategy(path, {})).__name__ == "Mine"


def test_a_file_without_a_strategy_says_what_one_is(write):
    said = refused(write("x = 1\n"))
    assert "has no strategy class; expected one with read()" in said and "BarStrategy" in said


def test_a_missing_file_is_said(tmp_path):
    path = str(tmp_path / "nowhere.py")
    assert refused(path) == f"strategy file '{path}' doesn't exist. Give the path of a Python file."
    assert "doesn't exist" in refused(f"{path}:Mine") and "doesn't exist" in refused(str(tmp_path) + "/.py")


def test_a_required_parameter_is_asked_for(write):
    path = write(GOOD.replace("n: int = 5", "n: int"))
    assert refused(path) == f"strategy '{path}' needs the parameter 'n': a whole number."
    assert load_strategy(path, {"n": 4}).n == 4


def test_a_class_without_declared_parameters_takes_none(write):
    path = write(GOOD.replace("@dataclass(frozen=True)", "").replace("n: int = 5", "n = 5"))
    assert load_strategy(path, {}).n == 5
    assert "takes no parameters, got n. Make it a @dataclass(frozen=True)." in refused(path, n=3)


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [("x = 1\ndef broken(:\n", 2, "invalid syntax in 'def broken(:'"),
     ("x = 1\n\ny = undefined\n", 3, "NameError: name 'undefined' is not defined. Mend it there"),
     ("def f():\n    return 1 / 0\n\nf()\n", 2, "ZeroDivisionError: division by zero"),
     ("import no_such_package\n", 1, "No module named 'no_such_package'. Mend it there"),
     ("import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: list = []\n", 2, "ValueError: mutable"),
     ("import sys\nsys.exit(3)\n", 2, "it ends the program"),
     ("raise ValueError('a\\nb')\n", 1, "ValueError: a b")],
)  # fmt: skip
def test_an_error_inside_the_file_is_said_with_its_line(write, source, line, what):
    path = write(source)
    said = refused(path)
    assert said.startswith(f"strategy file '{path}', line {line}: ") and what in said


@pytest.mark.parametrize("line", ["from . import helper", "from .helper import x", "import helper"])
def test_a_neighbour_cant_be_imported_and_the_remedy_is_said(write, line):
    write("x = 1\n", "helper.py")
    said = refused(write(f"{line}\n{GOOD}"))
    assert (
        "line 1: " in said and "stands alone: put what it needs into it, or install that as a package" in said
    )


def test_a_file_that_failed_leaves_no_module_behind(write):
    before = set(sys.modules)
    refused(write("y = undefined\n"))
    assert not {name for name in set(sys.modules) - before if name.startswith("_maemae")}


def test_a_constructor_that_raises_is_said_with_its_line(write):
    path = write(f"{GOOD}    def __post_init__(self):\n        raise KeyError('n')\n")
    said = refused(path, DataError)
    assert f"strategy '{path}' raised KeyError: 'n' (mine.py, line 14)" in said


def test_the_authors_own_refusal_is_passed_on(write):
    refusal = "from market.errors import ConfigError"
    path = write(f"{refusal}\n{GOOD}    def __post_init__(self):\n        raise ConfigError('n is odd.')\n")
    assert refused(path) == "n is odd."


RAISES = {
    "1 / 0": "raised ZeroDivisionError: division by zero (mine.py, line 12)",
    "bars.clos": "raised AttributeError: bars have no 'clos'; they have ts, open, high, "
    "low, close, volume (mine.py, line 12)",
    "ta.ADX(bars.high, bars.low[1:], bars.close)": "(mine.py, line 12): ta.ADX: got arrays of shapes",
    "ta.SMA(bars.close)": "SMA() missing 1 required positional argument: 'n' (mine.py, line 12)",
    "np.linalg.inv(np.zeros((2, 2)))": "raised LinAlgError: Singular matrix (mine.py, line 12)",
    "np.zeros((2, 2)) @ np.zeros(3)": "raised ValueError: matmul: ",
    "Signals.of(enter=np.zeros(9))": "(mine.py, line 12): a signal mask is float64",
    "Signals.of(enter=np.zeros(9, bool), stp=1)": "signals have no column 'stp'",
}


@pytest.mark.parametrize("code", RAISES)
def test_a_strategy_that_raises_is_named_with_its_line(write, code):
    said = said_while_running(write(f"{HEAD}        return {code}\n"))
    assert said.startswith("strategy 'mine' ") and "\n" not in said
    assert RAISES[code] in said and "mine.py, line 12" in said


RETURNS = {
    "None": "returned NoneType; expected Signals",
    "bars.close > 1": "returned ndarray; expected Signals",
    "Signals.at([len(bars)])": "signal 0: bar = 60; expected 0..59",
    "Signals.at([3, -1])": "signal 1: bar = -1; expected 0..59",
    "Signals.at([5, 3])": "signal 1: bar 3 after bar 5; sort by bar",
    "Signals.at([5], side=0)": "signal 0: side = 0; expected +1 or -1",
    "Signals.at([5], stop=-0.1)": "signal 0: stop = -0.1; expected a number above 0",
    "Signals.at([5], kind=9)": "signal 0: kind = 9; expected ENTER, EXIT or REVIEW",
    "Signals.at([5], entry=1)": "signal 0: price = nan; expected a price above 0",
}


@pytest.mark.parametrize("code", RETURNS)
def test_a_strategy_that_returns_no_signals_of_this_market_is_named(write, code):
    said = said_while_running(write(f"{HEAD}        return {code}\n"))
    assert said.startswith("strategy 'mine'") and RETURNS[code] in said
    assert "\n" not in said and ".py" not in said


def test_from_a_folder_full_of_our_names_the_house_is_still_ours(write, tmp_path):
    """The user's folder has strategies/, market/ and live/ of its own; a file there loads all the same."""
    for name in ("strategies", "market", "live", "desk"):
        write("raise RuntimeError('not this one')\n", f"{name}/__init__.py")
    path = write(GOOD, "strategies/trend.py")
    script = (
        "import sys; sys.path = [p for p in sys.path if p]\n"  # what the installed command starts with
        "from strategies.load import load_strategy\n"
        f"print(load_strategy({path!r}, {{}}).n, load_strategy('strategies/trend.py:Mine', {{'n': 9}}).n)"
    )
    house = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(house)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert done.stdout == "5 9\n", done.stderr


def test_signals_of_a_users_file_are_ours(write):
    assert isinstance(load_strategy(write(GOOD), {}).read(daily(60)), Signals)
