"""The short form of ``make chaos``: a few deaths, by signal and by power, with answers that get lost."""

from pathlib import Path

import pytest

from tests.chaos.checking import Tally
from tests.chaos.faults import faults_of
from tests.chaos.harness import chaos
from tests.chaos.worlds import LS, NAMELESS, SPOT, UPBIT, USDM, WORLDS, World


@pytest.mark.parametrize(
    ("world", "kills", "rows"),
    [
        (SPOT, 8, ("timeout after acceptance", "crossed books", "all at once")),
        (USDM, 2, ("all at once",)),
        (UPBIT, 6, ("timeout after acceptance", "all at once")),
        (NAMELESS, 4, ("timeout after acceptance", "all at once")),
        (LS, 6, ("timeout after acceptance", "partial and late fills", "all at once")),
    ],
    ids=lambda given: given.name if isinstance(given, World) else "",
)
def test_no_order_is_lost_or_doubled(world: World, kills: int, rows: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "account"
    folder.mkdir()
    told: list[Tally] = []
    found = chaos(folder, kills, 7, told.append, rows, world)
    assert [each.fault for each in found] == list(rows) and sum(each.kills for each in found) == kills
    assert found[-1].orders > 0
    for each in found:
        assert each.clean, each.troubles


def test_every_venue_has_the_same_rows() -> None:
    assert len({tuple(faults_of(world)) for world in WORLDS.values()}) == 1
