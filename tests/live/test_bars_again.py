"""A bar that is in the journal is not heard a second time, whatever a clock that was set back says."""

import asyncio
from pathlib import Path

from brokers.contract import BarEvent
from tests.live.lives import MINUTE, NAMES, life, walk

PANEL = walk(60, seed=5)


def test_a_bar_of_the_life_before_is_not_stepped_again(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.step(20)
        async with life(tmp_path, PANEL) as two:
            engine, history = two.bot.engine, two.bot.engine.session.reader.history
            heard = history.ts(len(history) - 1)
            for ts in (heard - MINUTE, heard):
                for name in NAMES:
                    await engine.hear(BarEvent(name, MINUTE, ts, 100.0, 100.0, 100.0, 100.0, 1.0, 0))
            assert history.ts(len(history) - 1) == heard and engine.rows.late == 4
            await two.step(1)
            assert history.ts(len(history) - 1) == heard + MINUTE

    asyncio.run(scene())
