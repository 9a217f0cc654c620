"""Short lives of a whole bot: equal bars give equal journals, and nothing is left behind."""

import asyncio
from pathlib import Path
from typing import Any

from tests.soak.__main__ import Lived
from tests.soak.life import live
from tests.soak.verdict import SETTLED, judge


async def _twice(folder: Path) -> list[dict[str, Any]]:
    ends = []
    for name in ("first", "second"):
        (folder / name).mkdir()
        ends.append(await live(folder / name, days=1, symbols=3, seed=7))
    return ends


def test_two_lives_of_a_day_are_equal_to_the_byte(tmp_path: Path) -> None:
    first, second = asyncio.run(_twice(tmp_path))
    assert first["kinds"]["intent"] >= 20 and first["kinds"]["trade"] >= 5 and first["kinds"]["step"] == 1_440
    assert first == second
    assert first["why"] == "the feed has ended" and not first["troubles"] and first["tasks_left"] == 0


def _life(resident: list[int], **changes: Any) -> Lived:
    samples = [{"resident": each, "tasks": 28} for each in resident]
    return Lived(samples, {"digest": "a", "troubles": [], "tasks_left": 0, **changes})


def test_the_verdict_finds_growth_leaks_troubles_and_differences() -> None:
    flat = [100] * SETTLED + [105, 96] * SETTLED
    assert judge([_life(flat), _life(flat)]).clean
    grown = judge([_life(flat), _life([*flat, 116])])
    assert not grown.clean and grown.growth is not None and abs(grown.growth - 116 / 105 + 1) < 1e-9
    assert judge([_life(flat), _life(flat, tasks_left=2)]).tasks == 2
    assert not judge([_life(flat), _life(flat, digest="b")]).identical
    assert judge([_life(flat), _life(flat, troubles=["oh"])]).troubles == ("oh",)
    dead = judge([_life(flat), Lived([{"resident": 1, "tasks": 1}], {}, "killed")])
    assert not dead.clean and not dead.identical and "killed" in str(dead)
