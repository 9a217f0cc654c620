"""The initial margin of [venue] holds in a backtest as it does live."""

from dataclasses import replace

import pytest

from maemae.compose_panel import described_by
from maemae.profile import check_profile
from market.bars import Panel
from market.contracts import kospi200_future
from tests.live.planted import trending


@pytest.mark.parametrize(
    ("venue", "own", "margin"),
    [({}, {}, 0.078), ({"margin": 0.1}, {}, 0.1), ({"margin": 0.1}, {"margin": 0.2}, 0.2)],
)
def test_who_says_the_margin(venue: dict[str, float], own: dict[str, float], margin: float) -> None:
    panel: Panel = trending(50)
    future = kospi200_future("A016C000", margin=0.078, venue="ls")
    panel = replace(panel, instruments=(future,))
    tables = {
        "name": "t", "strategy": [{"use": "sma_cross"}], "venue": {"use": "ls", **venue},
        "market": {"instruments": ["A016C000@ls"], "timeframe": "1h"}, "instruments": {"A016C000": own},
    }  # fmt: skip
    [found] = described_by(panel, check_profile(tables, "test"))
    assert (found.long_margin, found.short_margin) == (margin, margin)
    assert 0.0 < found.maintenance < margin
