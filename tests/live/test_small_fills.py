"""A venue that fills less than a lot does not end the bot: the order knows, the desk has no such lot."""

from decimal import Decimal

import pytest

from brokers.contract import OrderUpdate
from desk.orders import Fill, Order
from desk.rules import DeskRules, StrategyRules
from live.trader import Trader
from market.instruments import Instrument

INSTRUMENT = Instrument("AAA@test", base="AAA", quote="USDT", lot=0.001)


@pytest.mark.parametrize("name", ["run-0", "run-0.stop1"])
@pytest.mark.parametrize("quantity", ["0", "0.0000046", "0.000999"])
def test_a_fill_of_less_than_a_lot_moves_no_position(name: str, quantity: str) -> None:
    trader = Trader((INSTRUMENT,), DeskRules((StrategyRules(),)), "run")
    trader.know(Order("run-0", INSTRUMENT.id, 1, Decimal(1)), 0)
    fill = Fill("t1", Decimal(quantity), Decimal("1992.15"), fee=Decimal("0.00000918"))
    step, intents = trader.update(OrderUpdate(name, "1", INSTRUMENT.id, fill, 0))
    assert step is None and not intents
    assert trader.desk.book.positions["lots"].tolist() == [0]
