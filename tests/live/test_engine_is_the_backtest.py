"""The engine on paper, driven input by input through its journal, is the backtest; killed anywhere, too."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from tests.desk.desks import compiled
from tests.desk.markets import market
from tests.live.bots import Foretold, bot, unbroken


def outcomes_of(session) -> tuple[list, list]:  # type: ignore[no-untyped-def,type-arg]
    from records.entries import message_of
    from records.outcomes import Decision, Equity

    messages = [message_of(entry) for entry in session.journal.entries()]
    equity = [each.equity for each in messages if isinstance(each, Equity)]
    return equity, [each for each in messages if isinstance(each, Decision)]


@pytest.mark.parametrize("seed", [seed for seed in range(120) if unbroken(market(seed))][:60])
def test_the_engine_reaches_the_equity_of_the_backtest(seed: int, tmp_path: Path) -> None:
    world = market(seed)
    run = compiled(world).run
    live = bot(Foretold(world), world.panel, world.rules, world.p.shape[1], tmp_path)
    asyncio.run(live.live())
    equity, _ = outcomes_of(live.session)
    np.testing.assert_array_equal(equity, run.equity)
    live.session.journal.close()
