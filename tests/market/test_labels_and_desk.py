"""A label is what one lot earns at the desk: two implementations of the same rules, met on random markets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.pipeline import Reading
from desk.rules import DeskRules, FillRules, LimitFill, SizeBy, SizingRules, StrategyRules
from desk.run import run_desk
from filters.opinions import Opinions
from market import labels
from strategies.signals import SignalKind, Signals
from tests.market.labels_world import FREE, TICKED, worlds

ONE_LOT = StrategyRules(sizing=SizingRules(by=SizeBy.FIXED, base=SizeBy.FIXED, quantity=1.0))


@settings(max_examples=600)
@given(worlds((TICKED, FREE)), st.booleans(), st.booleans())
def test_a_label_is_what_one_lot_earns_at_the_desk(world, touch, on_entry_bar):
    panel, rows = world
    rows = rows[(rows["kind"] != SignalKind.REVIEW) & (rows["instrument"] == 0) & (rows["strategy"] == 0)]
    entries = np.flatnonzero(rows["kind"] == SignalKind.ENTER)
    if len(entries) == 0:
        return
    rows = rows[entries[0] :]
    if np.isnan(panel.close[: rows["bar"][0] + 1, 0]).all():
        return  # nothing to size it by
    closes = (rows["kind"] == SignalKind.EXIT) == (rows["side"] == rows["side"][0])
    said = Signals(rows[(np.arange(len(rows)) == 0) | (closes & (rows["bar"] > rows["bar"][0]))])
    found = labels.label(said.rows, panel, touch=touch, targets_on_entry_bar=on_entry_bar)
    fills = FillRules(
        limit_fill=LimitFill.TOUCH if touch else LimitFill.THROUGH, targets_on_entry_bar=on_entry_bar
    )
    reading = Reading(said, Opinions.stack((), (), len(said)), found)
    run = run_desk(panel, reading, DeskRules(strategies=(ONE_LOT,), fills=fills))
    trades = run.trades[run.trades["seq"] == 0]
    label = found[(found["seq"] == 0) & (found["y"] >= 0)]
    assert trades["entry_bar"].tolist() == label["entry_bar"].tolist()
    assert trades["exit_bar"].tolist() == label["matured_at"].tolist()
    if len(label):
        earned = trades["pnl"] / (trades["entry"] * trades["lots"])
        assert earned[0] == pytest.approx(label["ret"][0], rel=1e-9, abs=1e-12)
