"""Markets and signals that the filters' tests share."""

import numpy as np

from market.bars import Panel
from market.instruments import Fees, Instrument
from strategies.signals import SIGNAL, SignalKind, Signals

HOUR = 3_600_000_000_000
COST = Fees(maker=0.0002, taker=0.0005)


def instrument(name="A"):
    return Instrument(f"{name}@test", ticks=((0.0, 0.01),), fees=COST, slippage=0.0001)


def panel_of(closes, seed=0, missing=None):
    """Bars around given closes, shape (n_bars, n_instruments); missing: mask of the same shape."""
    random = np.random.default_rng(seed)
    close = np.round(np.asarray(closes, float).reshape(len(closes), -1), 2)
    opens = np.round(np.vstack([close[:1], close[:-1]]), 2)
    wick = np.round(np.abs(random.normal(0, 0.002, (2, *close.shape))) * close, 2)
    fields = [
        opens,
        np.maximum(opens, close) + wick[0],
        np.minimum(opens, close) - wick[1],
        close,
        np.round(random.lognormal(3, 0.6, close.shape), 3),
    ]
    if missing is not None:
        for field in fields:
            field[missing] = np.nan
    names = tuple(instrument(chr(65 + k)) for k in range(close.shape[1]))
    ts = np.arange(len(close), dtype=np.int64) * HOUR
    return Panel(names, HOUR, ts, *(np.ascontiguousarray(field) for field in fields))


def walk(n_bars, n_instruments=1, seed=0, drift=0.0, volatility=0.006):
    """A random walk whose volatility comes and goes."""
    random = np.random.default_rng(seed)
    calm = 1.0 + 0.6 * np.sin(np.arange(n_bars) / 97.0)[:, None]
    steps = random.normal(drift, volatility, (n_bars, n_instruments)) * calm
    return 100.0 * np.exp(np.cumsum(steps, axis=0))


def busy_market(n_bars=2400, seed=3):
    """Three instruments (whole, with lost bars, listed late) and what two strategies say of them."""
    random = np.random.default_rng(seed)
    missing = np.zeros((n_bars, 3), bool)
    missing[:, 1] = random.random(n_bars) < 0.1
    missing[: n_bars // 5, 2] = True
    panel = panel_of(walk(n_bars, 3, seed), seed, missing)
    rows = np.zeros(n_bars // 3, SIGNAL)
    rows["bar"] = np.sort(random.integers(0, n_bars, len(rows)))
    rows["instrument"] = random.integers(0, 3, len(rows))
    rows["strategy"] = random.integers(0, 2, len(rows))
    rows["kind"] = random.choice(
        (SignalKind.ENTER, SignalKind.EXIT, SignalKind.REVIEW), len(rows), p=(0.7, 0.2, 0.1)
    )
    rows["side"] = random.choice((-1, 1), len(rows))
    rows["stop"] = random.choice((0.01, 0.02, np.nan), len(rows))
    rows["target"] = random.choice((0.01, 0.03, np.nan), len(rows))
    rows["price"] = rows["trail"] = rows["weight"] = np.nan
    rows["horizon"] = 40
    return panel, Signals(rows)


def until(signals, n_bars):
    """What had been said by the close of row ``n_bars - 1``."""
    return Signals(signals.rows[signals.rows["bar"] < n_bars])
