"""Two processes with different hash seeds say the same to the last bit, or the first difference is named."""

import pytest

from desk.pipeline import Pipeline
from maemae.verify.determinism import check_determinism
from maemae.verify.digest import digest, digests
from maemae.verify.reference import read_here
from maemae.verify.report import Check
from maemae.verify.spec import PipelineSpec
from maemae.verify.witness import Witness
from strategies.signals import Signals
from tests.maemae.verify.worlds import LEAKS, market, pipeline

SEEDS = (1, 2)
PANEL = market(n_bars=800, n_instruments=4)


@pytest.fixture(scope="module")
def two() -> object:
    files = [str(path) for path in LEAKS.glob("*.py")]
    with Witness(files, SEEDS[0]) as first, Witness(files, SEEDS[1]) as second:
        yield first, second


def judge(two: tuple[Witness, Witness], built: Pipeline) -> Check:
    subject, _, _ = read_here(built, PANEL)
    for witness in two:
        witness.build(PipelineSpec.of(built), PANEL)
        witness.show(len(PANEL))
    return check_determinism(subject, digests(built, PANEL, subject.full), two, SEEDS)


def test_the_order_of_a_set_is_caught_and_named(two: tuple[Witness, Witness]) -> None:
    found = judge(two, pipeline("hash_order"))
    assert found.ok is False
    assert found.lines[0].startswith("strategy 'hash_order', bar ") and "PYTHONHASHSEED=" in found.lines[0]
    assert "the order of a set" in found.lines[0]


def test_numbers_without_a_seed_are_caught(two: tuple[Witness, Witness]) -> None:
    found = judge(two, pipeline("unseeded"))
    assert found.ok is False and "strength" in found.lines[0]


def test_an_honest_pipeline_and_its_desk_are_the_same_everywhere(two: tuple[Witness, Witness]) -> None:
    found = judge(two, pipeline(filters=("honest_filter",)))
    assert found.ok is True and found.counts["processes"] == 3
    for part in ("signals", "opinions", "labels", "orders", "fills", "equity"):
        assert part in found.lines[0]


def test_a_digest_is_of_values_not_of_padding() -> None:
    one, other = Signals.at([3, 5]).rows, Signals.at([3, 5]).rows
    other.view("u1")[:] |= 0  # same values
    assert digest(one) == digest(other)
    other["strength"][1] += 1e-16 + 1e-15
    assert digest(one) != digest(other)
