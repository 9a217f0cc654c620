"""Upbit's price units: as many as the desk keeps, and right wherever the price may go from here."""

import pytest

from brokers.crypto.upbit import KRW_TICKS, krw_ticks
from market.costs import MAX_TICKS, costs_of
from market.instruments import Instrument


@pytest.mark.parametrize("price", [start * times for start, _ in KRW_TICKS[1:] for times in (1.0, 1.5)])
def test_the_desk_can_keep_them_and_they_hold_around_the_price(price: float) -> None:
    near = Instrument("KRW-BTC@upbit", ticks=krw_ticks(price))
    whole = Instrument("KRW-BTC@upbit", ticks=KRW_TICKS)
    assert len(near.ticks) <= MAX_TICKS and len(costs_of((near,))) == 1
    for moved in (0.05, 0.5, 1.0, 2.0, 20.0):
        assert near.tick_at(price * moved) == whole.tick_at(price * moved)
