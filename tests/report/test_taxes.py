"""What each trade paid in taxes, read off its fills."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.records import FILL, TRADE, Reason
from market.bars import Panel
from market.instruments import Fees, Instrument
from report.taxes import trade_taxes
from tests.backtest.market import walk

SIDES = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(-3, 3)), min_size=1, max_size=60)


def panel(currency: str = "quote") -> Panel:
    made = walk(n_bars=2)
    instruments = tuple(
        Instrument(each.id, base="COIN", fees=Fees(0.001, 0.001, currency)) for each in made.instruments
    )
    return Panel(
        instruments, made.timeframe, made.ts, made.open, made.high, made.low, made.close, made.volume
    )


@given(SIDES)
@settings(max_examples=300, deadline=None)
def test_every_tax_belongs_to_the_trade_that_was_open(steps: list[tuple[int, int, int]]) -> None:
    """Against trades kept by hand, several strategies and instruments in turn, some left open."""
    held: dict[tuple[int, int], int] = {}
    paid: dict[tuple[int, int], float] = {}
    fills, trades, expected = [], [], []
    for number, (instrument, strategy, wish) in enumerate(steps):
        owner = (instrument, strategy)
        before = held.get(owner, 0)
        if wish == 0:
            continue
        # a fill that would cross zero closes and no more
        change = -before if before * wish < 0 and abs(wish) > abs(before) else wish
        fill = np.zeros(1, FILL)[0]
        fill["instrument"], fill["strategy"], fill["side"] = instrument, strategy, np.sign(change)
        fill["lots"], fill["price"], fill["bar"] = abs(change), 100.0, number
        fill["tax"] = float(number + 1) if change < 0 else 0.0
        fills.append(fill)
        paid[owner] = paid.get(owner, 0.0) + float(fill["tax"])
        held[owner] = before + change
        if held[owner] == 0:
            trade = np.zeros(1, TRADE)[0]
            trade["instrument"], trade["strategy"] = instrument, strategy
            trades.append(trade)
            expected.append(paid.pop(owner))
    found = trade_taxes(np.array(fills, FILL), np.array(trades, TRADE), panel())
    np.testing.assert_allclose(found, expected)


def test_lots_that_the_venue_kept_of_a_buy_do_not_hide_the_end_of_a_trade() -> None:
    fills, trades = np.zeros(4, FILL), np.zeros(2, TRADE)
    fills["side"], fills["lots"], fills["price"] = [1, -1, 1, -1], [1000, 999, 2000, 1998], 50.0
    fills["reason"] = [Reason.ENTRY, Reason.SIGNAL] * 2
    fills["fee"] = 0.001 * fills["lots"] * fills["price"]
    fills["tax"] = [0.0, 3.0, 0.0, 4.0]
    np.testing.assert_allclose(trade_taxes(fills, trades, panel("base")), [3.0, 4.0])


def test_a_run_without_taxes_or_trades_has_none() -> None:
    assert trade_taxes(np.zeros(3, FILL), np.zeros(1, TRADE), panel()).tolist() == [0.0]
    assert len(trade_taxes(np.zeros(0, FILL), np.zeros(0, TRADE), panel())) == 0
