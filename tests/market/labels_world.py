"""Small random markets and signals for the label tests."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from market.bars import Panel
from market.instruments import Fees, Instrument
from strategies.signals import SIGNAL

DAY = 86_400_000_000_000
FREE = Instrument("FREE@test")
TICKED = Instrument(
    "TICKED@test",
    ticks=((0.0, 0.1), (20.0, 0.5)),
    fees=Fees(maker=0.001, taker=0.002),
    slippage=0.004,
    sell_taxes=(("2024-01-03", 0.002), ("2024-01-06", 0.005)),
)
COSTLY = replace(FREE, id="COSTLY@test", fees=Fees(maker=0.0, taker=0.003), slippage=0.01)
START = np.datetime64("2024-01-01", "ns").astype(np.int64)


def panel_of(instruments, columns, timeframe=DAY):
    """A panel from one list of (open, high, low, close) per instrument; None = no bar."""
    n_bars = len(columns[0])
    fields = np.full((4, n_bars, len(instruments)), np.nan)
    for column, bars in enumerate(columns):
        for t, bar in enumerate(bars):
            if bar is not None:
                fields[:, t, column] = bar
    ts = START + np.arange(n_bars, dtype=np.int64) * timeframe
    volume = np.where(np.isnan(fields[3]), np.nan, 1.0)
    return Panel(tuple(instruments), timeframe, ts, *(np.ascontiguousarray(f) for f in fields), volume)


@st.composite
def walks(draw, n_bars, tick=0.1, start=200, missing=8):
    """Bars on a tick: gaps, wicks, and now and then no bar. Drawn as bytes, which is quick and shrinks."""
    raw = draw(st.binary(min_size=5 * n_bars, max_size=5 * n_bars))
    bars, last = [], start
    for t in range(n_bars):
        gap, move, up, down, lost = raw[5 * t : 5 * t + 5]
        o = max(last + gap % 7 - 3, 5)
        c = max(o + move % 9 - 4, 5)
        h, low = max(o, c) + up % 4, min(o, c) - down % 4
        bars.append(None if missing and lost % missing == 1 else tuple(x * tick for x in (o, h, low, c)))
        last = c
    return bars


DISTANCES = {0: (0.005, 0.01, 0.03, 0.05), 1: (0.1, 0.33, 0.5, 1.0), 2: ()}


@st.composite
def signals(draw, n_bars, n_instruments, n_strategies=2, tick=0.1, start=200):
    """A few rows of every kind, sorted by bar."""
    rows = np.zeros(draw(st.integers(1, 6)), SIGNAL)
    for row in rows:
        raw = draw(st.binary(min_size=16, max_size=16))
        row["bar"] = raw[0] % n_bars
        row["instrument"] = raw[1] % n_instruments
        row["strategy"] = raw[2] % n_strategies
        row["kind"] = (1, 1, 1, 1, 2, 2, 3)[raw[3] % 7]
        row["side"] = 1 if raw[4] % 2 == 0 else -1
        row["entry"] = (0, 0, 1, 2)[raw[5] % 4]
        row["price"] = np.nan if row["entry"] == 0 else (start + raw[6] % 13 - 6) * tick + (raw[6] % 3) * 0.04
        unit = row["unit"] = raw[7] % 3
        for name, byte in (("stop", raw[8]), ("target", raw[9]), ("trail", raw[10])):
            away = -row["side"] if name != "target" else row["side"]
            if byte % 3 == 0 or (name == "trail" and byte % 3 == 1):
                row[name] = np.nan
            elif unit == 2 and name != "trail":
                row[name] = start * tick + away * (byte % 11 - 2) * tick + (byte % 2) * 0.03
            else:
                row[name] = DISTANCES[min(unit, 1)][byte % 4]
        row["horizon"] = (0, 0, 1, 2, 5)[raw[11] % 5]
        row["valid_bars"] = (0, 1, 3)[raw[12] % 3]
        row["weight"] = np.nan
    return rows[np.argsort(rows["bar"], kind="stable")]


@st.composite
def worlds(draw, instruments=(TICKED, FREE, COSTLY), n_bars=12, **kind):
    """(panel, rows): one or two instruments and what was said about them."""
    chosen = draw(st.lists(st.sampled_from(instruments), min_size=1, max_size=2))
    panel = panel_of(chosen, [draw(walks(n_bars, **kind)) for _ in chosen])
    return panel, draw(signals(n_bars, len(chosen)))
