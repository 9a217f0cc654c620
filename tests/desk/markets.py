"""Small random worlds for the desk: market, signals, opinions, labels, rules. One integer makes one world.

A failing test prints its seed; ``market(seed)`` makes the same world again. Numbers lie on coarse grids, so
that ties, gaps through stops, both barriers in one bar and caps that bind are frequent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from desk.rules import (
    Act,
    DecisionRules,
    DeskRules,
    ExecutionRules,
    FillRules,
    FilterRules,
    LimitFill,
    MonitorRules,
    OnEmpty,
    RiskRules,
    RungWeights,
    SizeBy,
    SizingRules,
    StrategyRules,
    Style,
    Tie,
)
from filters.opinions import Status
from market.bars import Panel
from market.instruments import Fees, Instrument
from market.labels import LABEL
from strategies.signals import SIGNAL, BarrierUnit, Entry, SignalKind

T = TypeVar("T")
Random = np.random.Generator
Table = NDArray[np.void]
NONE = float("inf")
HOUR_NS = 3_600_000_000_000
START_NS = int(np.datetime64("2024-01-03T00:00", "ns").astype(np.int64))
TAXES = ((("2023-01-01", 0.002),), (("2024-01-04", 0.003), ("2024-01-06", 0.001)))
GRIDS = (0.25, 0.5, 0.5, 0.1)  # price steps; 0.1 isn't a binary fraction on purpose

seeds = st.integers(0, 2**32 - 1)


@dataclass(frozen=True, eq=False)
class World:
    """What a desk is given. signals: SIGNAL rows; labels: LABEL rows; p, status: (n_signals, n_filters)."""

    seed: int
    panel: Panel
    signals: Table
    p: NDArray[np.float64]
    status: NDArray[np.int8]
    labels: Table
    rules: DeskRules

    def head(self, n_bars: int) -> "World":
        """What was known at the close of bar ``n_bars - 1``."""
        said = int(np.searchsorted(self.signals["bar"], n_bars))
        return replace(
            self,
            panel=self.panel.head(n_bars),
            signals=self.signals[:said],
            p=self.p[:said],
            status=self.status[:said],
            labels=self.labels[self.labels["matured_at"] < n_bars],
        )

    def with_signals(self, keep: NDArray[np.bool_]) -> "World":
        """Only the signals where ``keep``, and their labels."""
        place = np.cumsum(keep) - 1
        labels = self.labels[keep[self.labels["seq"]]].copy()
        labels["seq"] = place[labels["seq"]]
        return replace(
            self, signals=self.signals[keep], p=self.p[keep], status=self.status[keep], labels=labels
        )

    def with_instruments(self, **terms: object) -> "World":
        """The same fields changed in every instrument."""
        changed = tuple(replace(one, **terms) for one in self.panel.instruments)  # type: ignore[arg-type]
        return replace(self, panel=replace(self.panel, instruments=changed))


def market(seed: int) -> World:
    """The world of this seed: 1 to 40 bars, 1 to 3 instruments, 1 or 2 strategies, 0 to 3 filters."""
    rng = np.random.default_rng(seed)
    n_bars = int(rng.integers(1, 41))
    n_strategies, n_filters = int(rng.integers(1, 3)), int(rng.integers(0, 4))
    grids = [_pick(rng, GRIDS) for _ in range(rng.integers(1, 4))]
    instruments = tuple(_instrument(rng, i, grid) for i, grid in enumerate(grids))
    panel = _panel(rng, n_bars, instruments, grids)
    signals = _signals(rng, panel, grids, n_strategies)
    labels = _labels(rng, signals, n_bars)
    p, status = _opinions(rng, len(signals), n_filters, labels)
    strategies = tuple(_strategy(rng, n_filters, instruments[0].lot) for _ in range(n_strategies))
    return World(seed, panel, signals, p, status, labels, _rules(rng, strategies, instruments[0].lot))


def _pick(rng: Random, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]


def _rarely(rng: Random, choices: Sequence[T], usual: T, chance: float = 0.3) -> T:
    return _pick(rng, choices) if rng.random() < chance else usual


def _instrument(rng: Random, place: int, grid: float) -> Instrument:
    ticks = _pick(rng, [((0.0, 0.0),), ((0.0, grid),), ((0.0, grid),), ((0.0, grid), (12.0, 2 * grid))])
    lot = _pick(rng, [1.0, 1.0, 0.1, 0.01, 10.0])
    return Instrument(
        f"I{place}@test",
        multiplier=_pick(rng, [1.0, 1.0, 10.0, 0.5]),
        ticks=ticks,
        lot=lot,
        min_quantity=_rarely(rng, [2 * lot, 3.5 * lot], 0.0, 0.2),
        max_quantity=_rarely(rng, [5 * lot, 12 * lot], NONE, 0.2),
        min_notional=_rarely(rng, [20.0, 200.0], 0.0, 0.2),
        fees=Fees(
            maker=_pick(rng, [0.0, 0.001, 0.005]),
            taker=_pick(rng, [0.0, 0.001, 0.01]),
            currency=_rarely(rng, ["base", "BNB"], "quote"),
            price=_pick(rng, [1.0, 250.0]),
        ),
        sell_taxes=_rarely(rng, TAXES, ()),
        long_margin=_pick(rng, [1.0, 1.0, 0.5, 0.1]),
        short_margin=_pick(rng, [1.0, 1.0, 0.5, 0.1]),
        maintenance=_rarely(rng, [0.4, 2.0], 0.0),
        borrow=_rarely(rng, [0.1, 3.0], 0.0),
        slippage=_pick(rng, [0.0, 0.002, 0.01]),
        timezone=_rarely(rng, ["Asia/Seoul", "America/New_York"], "UTC"),
    )


def _panel(rng: Random, n_bars: int, instruments: tuple[Instrument, ...], grids: list[float]) -> Panel:
    """Random walks in whole grid steps with gaps, wicks, dojis, missing bars and volume of 0 or NaN."""
    n = len(instruments)
    o, h, l, c, volume = (np.full((n_bars, n), np.nan) for _ in range(5))
    missing = rng.random((n_bars, n)) < _pick(rng, [0.0, 0.0, 0.1, 0.3])
    wild, wick = _pick(rng, [1, 2, 5]), _pick(rng, [0, 1, 3, 8])
    for i, grid in enumerate(grids):
        close = int(rng.integers(30, 100))
        for t in np.flatnonzero(~missing[:, i]):
            first = max(close + int(rng.integers(-wild, wild + 1)), 4)
            close = max(first + int(rng.integers(-wild, wild + 1)), 4)
            o[t, i], c[t, i] = first * grid, close * grid
            h[t, i] = (max(first, close) + int(rng.integers(0, wick + 1))) * grid
            l[t, i] = max(min(first, close) - int(rng.integers(0, wick + 1)), 1) * grid
        lots = rng.integers(0, _pick(rng, [4, 60, 600]), n_bars) * rng.integers(0, 3, n_bars)
        volume[:, i] = np.where(
            missing[:, i] | (rng.random(n_bars) < 0.03), np.nan, lots * instruments[i].lot
        )
    step = _pick(rng, [1, 6, 8, 24]) * HOUR_NS
    gaps = rng.choice([1, 1, 1, 3], n_bars)
    ts = START_NS + np.cumsum(gaps) * step + _pick(rng, [0, 9, 20]) * HOUR_NS
    return Panel(instruments, step, ts.astype(np.int64), o, h, l, c, volume)


def _signals(rng: Random, panel: Panel, grids: list[float], n_strategies: int) -> Table:
    density, weighted, barred = _pick(rng, [0.1, 0.25, 0.5]), rng.random() < 0.3, _pick(rng, [0.1, 0.6, 0.9])
    kinds = [SignalKind.ENTER] * 5 + [SignalKind.EXIT] * 4 + [SignalKind.REVIEW]
    rows: list[Table] = []
    for t in range(len(panel)):
        for i, grid in enumerate(grids):
            for strategy in range(n_strategies):
                close = float(panel.close[t, i])
                while not np.isnan(close) and rng.random() < density / (1 + len(grids) // 2):
                    row = np.zeros((), SIGNAL)
                    row["bar"], row["instrument"], row["strategy"] = t, i, strategy
                    row["kind"], row["side"] = _pick(rng, kinds), _pick(rng, [1, 1, -1])
                    row["strength"], row["tag"] = 1.0, len(rows)
                    _entry(rng, row, close, grid, weighted, barred)
                    rows.append(row)
    rng.shuffle(rows)  # strategies and instruments in any order on a bar
    table = np.array(rows, SIGNAL) if rows else np.zeros(0, SIGNAL)
    return table[np.argsort(table["bar"], kind="stable")]


def _entry(rng: Random, row: Table, close: float, grid: float, weighted: bool, barred: float) -> None:
    """How it is entered and where it ends, in any unit."""
    for name in ("price", "stop", "target", "trail", "weight"):
        row[name] = np.nan
    side = int(row["side"])
    row["entry"] = _pick(rng, [Entry.MARKET, Entry.MARKET, Entry.LIMIT, Entry.STOP])
    if row["entry"] != Entry.MARKET:
        away = -side if row["entry"] == Entry.LIMIT else side
        off = _pick(rng, [0.0, 0.0, grid / 3])
        row["price"] = max(close + (away * int(rng.integers(-1, 4))) * grid + off, grid)
        row["valid_bars"] = _pick(rng, [0, 1, 2, 5])
    unit = _pick(rng, list(BarrierUnit))
    row["unit"] = unit
    distances = [0.005, 0.02, 0.05, 0.125]
    if unit != BarrierUnit.FRACTION:
        distances = [grid, 2 * grid, 3 * grid, 2.5 * grid]
    for name, sign in (("stop", -side), ("target", side)):
        if rng.random() < barred:
            distance = _pick(rng, distances)
            row[name] = max(close + sign * distance, grid) if unit == BarrierUnit.PRICE else distance
    if rng.random() < barred / 2:
        row["trail"] = _pick(rng, distances)
    row["horizon"] = _rarely(rng, [1, 2, 5, 10], 0, 0.4)
    if weighted and rng.random() < 0.8:
        row["weight"] = _pick(rng, [0.0, 0.1, 0.25, 0.5, 1.0])


def _labels(rng: Random, signals: Table, n_bars: int) -> Table:
    """Labels of most ENTER signals, of any outcome, sorted as the desk is given them."""
    found = []
    for seq in np.flatnonzero(signals["kind"] == SignalKind.ENTER):
        entry_bar = int(signals["bar"][seq]) + int(rng.integers(1, 3))
        matured_at = entry_bar + int(rng.integers(0, 6))
        if matured_at < n_bars and rng.random() < 0.9:
            ret = _pick(rng, [-0.1, -0.02, -0.01, 0.0, 0.01, 0.03, 0.08])
            void = rng.random() < 0.1
            found.append((int(seq), matured_at, -1 if void else entry_bar, -1 if void else ret > 0, ret))
    table = np.array(found, LABEL) if found else np.zeros(0, LABEL)
    return table[np.lexsort((table["seq"], table["matured_at"]))]


def _opinions(
    rng: Random, n_signals: int, n_filters: int, labels: Table
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Opinions that know something of the outcome, so that filters rise and fall."""
    truth = np.zeros(n_signals)
    truth[labels["seq"]] = np.where(labels["y"] == 1, 1.0, -1.0)
    skill = rng.choice([-1.0, 0.0, 1.0, 3.0], n_filters)
    z = truth[:, None] * skill + rng.normal(0.0, 1.0, (n_signals, n_filters))
    often = _pick(rng, [0.6, 0.9, 1.0])
    others = [Status.ABSTAINED, Status.VETO, Status.LATE, Status.DOWN]
    status = np.where(rng.random(z.shape) < often, Status.ANSWERED, rng.choice(others, z.shape)).astype(
        np.int8
    )
    p = np.clip(1 / (1 + np.exp(-z)), 0.001, 0.999)
    return np.where(status == Status.ANSWERED, p, np.nan), status


def _strategy(rng: Random, n_filters: int, lot: float) -> StrategyRules:
    filters = tuple(
        FilterRules(
            act=_pick(rng, [Act.LEARN, Act.LEARN, Act.RULE]),
            min_p=_pick(rng, [0.2, 0.5]),
            required=rng.random() < 0.15,
            prior=_pick(rng, [0.0, 0.1, 1.0]),
        )
        for _ in range(n_filters)
    )
    decision = DecisionRules(
        filters=filters,
        on_empty=_pick(rng, list(OnEmpty)),
        hysteresis=_pick(rng, [0.0, 0.02]),
        kappa=_pick(rng, [0.0, 0.5, 2.0]),
        tau=_pick(rng, [0.5, 2.0]),
        share=_pick(rng, [0.002, 0.1]),
        promote_size=_pick(rng, [1.01, 1.01, 1.1, 5.0]),
        promote_block=_pick(rng, [1.02, 1.2, 20.0]),
        demote=_pick(rng, [1.02, 1.2, 20.0]),
        prior_win=_pick(rng, [0.01, 0.03]),
        prior_loss=_pick(rng, [0.01, 0.02]),
    )
    return StrategyRules(MonitorRules(), decision, _sizing(rng, lot), _execution(rng))


def _sizing(rng: Random, lot: float) -> SizingRules:
    return SizingRules(
        by=_pick(rng, list(SizeBy)),
        base=_pick(rng, [SizeBy.FIXED, SizeBy.FRACTIONAL]),
        quantity=_pick(rng, [1.0, 3.0, 7.0, 20.0]) * lot,
        risk=_pick(rng, [0.005, 0.02, 0.1]),
        notional=_pick(rng, [0.1, 0.5, 1.0]),
        fraction=_pick(rng, [0.25, 1.0]),
        max_risk=_rarely(rng, [0.01, 0.05], NONE),
        max_notional=_rarely(rng, [0.1, 0.5], NONE),
        reserve=_pick(rng, [0.0, 0.005, 0.1]),
    )


def _execution(rng: Random) -> ExecutionRules:
    """At most 4 rungs: an entry and an exit ladder together then fit the position's working orders."""
    return ExecutionRules(
        entry=_pick(rng, list(Style)),
        exit=_pick(rng, list(Style)),
        slices=_pick(rng, [1, 2, 3, 4]),
        every=_pick(rng, [1, 1, 2, 3]),
        rungs=_pick(rng, [1, 2, 3, 4]),
        step=_pick(rng, [0.005, 0.02, 0.05]),
        weights=_pick(rng, list(RungWeights)),
        ladder_bars=_pick(rng, [1, 2, 4, 8]),
    )


def _rules(rng: Random, strategies: tuple[StrategyRules, ...], lot: float) -> DeskRules:
    fills = FillRules(
        tie=_pick(rng, list(Tie)),
        limit_fill=_pick(rng, list(LimitFill)),
        targets_on_entry_bar=rng.random() < 0.3,
        participation=_pick(rng, [0.0, 0.0, 0.1, 0.5]),
    )
    risk = RiskRules(
        max_position=_rarely(rng, [4 * lot, 15 * lot], NONE),
        max_gross=_rarely(rng, [0.3, 1.0, 2.0], NONE),
        max_daily_loss=_rarely(rng, [0.001, 0.01], NONE),
        max_drawdown=_rarely(rng, [0.002, 0.02], NONE),
        long_only=rng.random() < 0.15,
        day_begins=_rarely(rng, [6 * 3600 * 10**9], 0),
    )
    return DeskRules(strategies, fills, risk, cash=_pick(rng, [300.0, 2_000.0, 20_000.0]))
