"""What holds for every label, whatever the market."""

from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from market import labels
from market.bars import PRICES
from market.instruments import Fees
from tests.market.labels_world import FREE, TICKED, panel_of, signals, walks, worlds

QUICK = settings(max_examples=300)


def label(rows, panel, factor=1.0, touch=False):
    return labels.label(rows, panel, touch=touch, targets_on_entry_bar=False, cost_factor=factor)


def same(left, right):
    """Equal in every field, NaN to NaN."""
    return all(np.array_equal(left[name], right[name], equal_nan=True) for name in left.dtype.names)


@QUICK
@given(worlds())
def test_a_label_is_known_at_its_maturity_and_not_before(world):
    panel, rows = world
    for one in label(rows, panel):
        end = int(one["matured_at"]) + 1
        cut = label(rows[rows["bar"] < end], panel.head(end))
        assert same(cut[cut["seq"] == one["seq"]], np.atleast_1d(one))
        early = label(rows[rows["bar"] < end - 1], panel.head(end - 1))
        assert one["seq"] not in early["seq"]


@QUICK
@given(worlds(), st.data())
def test_what_comes_after_maturity_never_changes_a_label(world, data):
    panel, rows = world
    found = label(rows, panel)
    assume(len(found))
    end = int(found["matured_at"][0]) + 1
    other = panel_of(panel.instruments, [data.draw(walks(len(panel))) for _ in panel.instruments])
    columns = {
        name: np.concatenate([getattr(panel, name)[:end], getattr(other, name)[end:]]) for name in PRICES
    }
    kept = found[found["matured_at"] < end]
    changed = label(rows, replace(panel, **columns))
    assert same(changed[changed["matured_at"] < end], kept)


@QUICK
@given(worlds())
def test_labels_come_sorted_and_once_per_signal(world):
    panel, rows = world
    found = label(rows, panel)
    assert (np.lexsort((found["seq"], found["matured_at"])) == np.arange(len(found))).all()
    assert len(set(found["seq"].tolist())) == len(found)
    assert (rows["kind"][found["seq"]] == labels.ENTER).all()
    void = found["y"] < 0
    assert (np.isnan(found["ret"]) == void).all() and (found["entry_bar"][void] == -1).all()
    assert (void | (found["entry_bar"] > rows["bar"][found["seq"]])).all()
    assert (found["matured_at"] >= found["entry_bar"]).all()
    assert (found["matured_at"] > rows["bar"][found["seq"]]).all()
    assert ((found["ret"] > 0) == (found["y"] == 1)).all()


@QUICK
@given(worlds((replace(TICKED, slippage=0.0), replace(FREE, fees=Fees(0.002, 0.004)))))
def test_higher_fees_and_taxes_never_turn_a_loss_into_a_win(world):
    panel, rows = world
    cheap, dear = label(rows, panel, 1.0), label(rows, panel, 2.0)
    assert (cheap[["seq", "matured_at", "entry_bar"]] == dear[["seq", "matured_at", "entry_bar"]]).all()
    assert (np.isnan(dear["ret"]) | (dear["ret"] <= cheap["ret"])).all()


@QUICK
@given(worlds((TICKED, replace(FREE, slippage=0.003))))
def test_more_slippage_never_turns_a_loss_into_a_win_where_levels_are_prices(world):
    """Distances are measured from the slipped entry and move with it; price levels don't."""
    panel, rows = world
    rows = rows[rows["unit"] == 2]
    rows["trail"] = np.nan
    cheap, dear = label(rows, panel, 1.0), label(rows, panel, 3.0)
    assert (cheap[["seq", "matured_at", "entry_bar"]] == dear[["seq", "matured_at", "entry_bar"]]).all()
    assert (np.isnan(dear["ret"]) | (dear["ret"] <= cheap["ret"])).all()


def mirrored(rows, axis):
    """The same signals in a market turned upside down around ``axis`` / 2."""
    flipped = rows.copy()
    flipped["side"] = -rows["side"]
    flipped["price"] = axis - rows["price"]
    levels = rows["unit"] == 2
    for name in ("stop", "target"):
        flipped[name] = np.where(levels, axis - rows[name], rows[name])
    return flipped


@QUICK
@given(walks(12, tick=0.5), signals(12, 1, tick=0.5), st.booleans())
def test_a_mirrored_market_mirrors_labels_when_nothing_costs(bars, rows, touch):
    """Points and price levels mirror exactly (fractions of a mirrored price are other fractions)."""
    axis = 200.0
    free = replace(FREE, ticks=((0.0, 0.5),))
    rows = rows[rows["unit"] != 0]
    upside_down = [bar and (axis - bar[0], axis - bar[2], axis - bar[1], axis - bar[3]) for bar in bars]
    panel, turned = panel_of([free], [bars]), panel_of([free], [upside_down])
    here, there = label(rows, panel, touch=touch), label(mirrored(rows, axis), turned, touch=touch)
    assert (
        here[["seq", "matured_at", "entry_bar", "y"]] == there[["seq", "matured_at", "entry_bar", "y"]]
    ).all()
    by_market = rows["entry"][here["seq"]] == labels.MARKET
    entries = [market.open[here["entry_bar"], 0] for market in (panel, turned)]
    points = here["ret"] * entries[0] - there["ret"] * entries[1]
    assert (np.abs(points[by_market & (here["y"] >= 0)]) < 1e-9).all()
