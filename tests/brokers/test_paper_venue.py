"""A paper account that lives for long: what rests is never forgotten, what ended long ago is."""

from decimal import Decimal

import numpy as np
import pytest

from brokers.paper_venue import KEPT, PaperVenue
from desk.orders import Order
from desk.rules import DeskRules, StrategyRules
from market.errors import OrderRefused
from market.instruments import Instrument

MINUTE = 60 * 10**9
NAMES = ("AAA@test", "BBB@test")


def _order(number: int, limit: str | None = None, column: int = 0) -> Order:
    """Odd ones buy, even ones sell what was bought."""
    side, price = (1 if number % 2 else -1), Decimal(limit) if limit else None
    return Order(f"o-{number}", NAMES[column], side, Decimal(1), price, reduces=side < 0)


def _venue() -> PaperVenue:
    instruments = [Instrument(name, lot=1.0) for name in NAMES]
    return PaperVenue(instruments, DeskRules((StrategyRules(),), cash=1e6))


def _met(venue: PaperVenue, ts: int) -> None:
    venue.bar(ts, tuple(np.array([price, price]) for price in (100.0, 101.0, 99.0, 100.0, 1e6)))


def test_only_what_rests_and_what_ended_lately_is_kept() -> None:
    venue = _venue()
    resting = _order(1, "1", column=1)
    venue.submit(resting, 0)
    for number in range(3, 2 * KEPT + 203):
        venue.submit(_order(number), number * MINUTE)
        _met(venue, number * MINUTE)
        venue.take_updates()
    reports = {each.order.client_id: each for each in venue.reports()}
    assert KEPT < len(reports) <= 2 * KEPT and len(venue.filled) <= 2 * KEPT
    assert resting.client_id in reports and reports[resting.client_id].filled == 0
    newest = [f"o-{number}" for number in range(KEPT + 300, 2 * KEPT + 203)]
    assert set(newest) <= set(reports) and all(reports[name].filled == 1 for name in newest)
    with pytest.raises(OrderRefused, match="used before"):
        venue.submit(resting, 0)
    venue.cancel(resting, 3 * KEPT * MINUTE)
    assert [each.order.client_id for each in venue.reports(3 * KEPT * MINUTE)] == [resting.client_id]


def test_only_what_ended_since_is_listed() -> None:
    venue = _venue()
    for number in (3, 4, 7):
        venue.submit(_order(number), number * MINUTE)
        _met(venue, number * MINUTE)
    venue.submit(_order(9, "1"), 9 * MINUTE)
    assert [each.order.client_id for each in venue.reports(6 * MINUTE)] == ["o-7", "o-9"]
    assert len(list(venue.reports())) == 4
