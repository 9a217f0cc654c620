"""The short form of ``make chaos``: a few deaths, by signal and by power, with answers that get lost."""

from pathlib import Path

import pytest

from tests.chaos.harness import Tally, chaos

FAULTS = ("timeout after acceptance", "all at once")


@pytest.mark.parametrize("seed", [7])
def test_no_order_is_lost_or_doubled(seed: int, tmp_path: Path) -> None:
    folder = tmp_path / "account"
    folder.mkdir()
    told: list[Tally] = []
    found = chaos(folder, 10, seed, told.append, FAULTS)
    assert [each.fault for each in found] == list(FAULTS) and sum(each.kills for each in found) == 10
    assert found[-1].orders > 0
    for each in found:
        assert each.clean, each.troubles
