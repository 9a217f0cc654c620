"""Real markets, one at a time."""

from pathlib import Path

import pytest

from market.bars import Panel
from tests.peers.markets import MARKETS


@pytest.fixture(scope="module", params=list(MARKETS))
def panel(request: pytest.FixtureRequest, real_data: Path) -> Panel:
    return MARKETS[request.param](real_data)
