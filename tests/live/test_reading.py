"""Read bar by bar, while history is let go of, a pipeline says what it says of the whole, to the bit."""

import numpy as np
import pytest

from desk.pipeline import Pipeline
from desk.rules import Act, DecisionRules, DeskRules, FilterRules, MonitorRules, StrategyRules
from filters.regime import MarketRegimeFilter
from filters.technical import TechnicalFilter
from live.reading import History, Reader
from market.bars import PRICES, Panel
from market.errors import DataError
from market.instruments import Instrument
from strategies.base import BarStrategy
from strategies.rsi_macd import RsiMacd
from strategies.signals import Signals
from strategies.sma_cross import SmaCross

MINUTE = 60_000_000_000
N_BARS = 4_000


def walk(n_instruments: int, gaps: bool, seed: int) -> Panel:
    """Prices that wander; with ``gaps`` a twentieth of the bars is missing, and one instrument is late."""
    random = np.random.default_rng(seed)
    shape = (N_BARS, n_instruments)
    close = 100.0 * np.exp(np.cumsum(0.002 * random.standard_normal(shape), axis=0))
    open_ = np.vstack([close[:1], close[:-1]])
    spread = 0.001 * close * random.random(shape)
    columns = {
        "open": open_,
        "high": np.maximum(open_, close) + spread,
        "low": np.minimum(open_, close) - spread,
        "close": close,
        "volume": 1.0 + random.random(shape),
    }
    if gaps:
        missing = random.random(shape) < 0.05
        missing[:300, -1] = True
        for column in columns.values():
            column[missing] = np.nan
    ts = np.arange(N_BARS, dtype=np.int64) * MINUTE
    instruments = tuple(Instrument(f"S{k}@test") for k in range(n_instruments))
    return Panel(instruments, MINUTE, ts, **columns)


def pipeline_of(*filters: object) -> Pipeline:
    monitor = MonitorRules(stop=0.01, target=0.015, horizon=90)
    decision = DecisionRules(filters=(FilterRules(Act.LEARN),) * len(filters))
    rules = StrategyRules(monitor=monitor, decision=decision)
    strategies = (("sma", SmaCross(5, 12, shorts=True)), ("rsi", RsiMacd()))
    return Pipeline(strategies, filters, DeskRules((rules, rules)))  # type: ignore[arg-type]


def forgetful(pipeline: Pipeline, panel: Panel) -> Reader:
    return Reader(pipeline, History(panel.instruments, panel.timeframe), least=16)


def prices_of(panel: Panel, row: int):  # type: ignore[no-untyped-def]
    return tuple(getattr(panel, name)[row] for name in PRICES)


@pytest.mark.parametrize("rests", [True, False])
@pytest.mark.parametrize("n_instruments, gaps", [(1, False), (1, True), (3, True)])
def test_bar_by_bar_is_the_whole(n_instruments: int, gaps: bool, rests: bool) -> None:
    panel = walk(n_instruments, gaps, seed=n_instruments)
    pipeline = pipeline_of(
        TechnicalFilter(), MarketRegimeFilter(memory=150, ranks=60, volatility=5, trend=20)
    )
    whole = pipeline.read(panel)
    reader, rows, judged, forgotten = forgetful(pipeline, panel), whole.signals.rows, 0, 0
    for t in range(N_BARS):
        said = reader.bar(int(panel.ts[t]), prices_of(panel, t))
        first, stop = np.searchsorted(rows["bar"], [t, t + 1])
        assert said.signals.tobytes() == rows[first:stop].tobytes()
        np.testing.assert_array_equal(said.p, whole.opinions.p[first:stop])
        np.testing.assert_array_equal(said.status, whole.opinions.status[first:stop])
        mine = whole.labels[whole.labels["matured_at"] == t]
        assert repr(said.labels.tolist()) == repr(mine.tolist())  # not the bytes between its fields
        judged += int(np.isfinite(said.p).sum())
        forgotten = max(forgotten, reader.history.first)
        if rests and t % 3:
            reader.rest()
    assert judged > 100 and forgotten > 1_000 and reader.counted == len(rows)


def test_a_history_that_was_filled_from_elsewhere_goes_on_the_same() -> None:
    panel = walk(2, gaps=True, seed=9)
    pipeline = pipeline_of(TechnicalFilter())
    one, other = forgetful(pipeline, panel), forgetful(pipeline, panel)
    for t in range(1_500):
        one.bar(int(panel.ts[t]), prices_of(panel, t))
        other.history.append(int(panel.ts[t]), prices_of(panel, t))
    other.resume()
    for t in range(1_500, 2_500):
        mine = one.bar(int(panel.ts[t]), prices_of(panel, t))
        theirs = other.bar(int(panel.ts[t]), prices_of(panel, t))
        for name in ("signals", "p", "status", "labels"):
            assert repr(getattr(mine, name).tolist()) == repr(getattr(theirs, name).tolist())


def test_an_entry_that_hasnt_ended_keeps_its_bars() -> None:
    """Without barriers an entry's label waits for the next opposite signal, however long that takes."""

    class Once(BarStrategy):
        def signals(self, bars):  # type: ignore[no-untyped-def]
            moments = (bars.ts == 700 * MINUTE, bars.ts == 3_000 * MINUTE)
            return Signals.of(enter=moments[0], exit=moments[1])

    panel = walk(1, gaps=False, seed=4)
    rules = StrategyRules(decision=DecisionRules(filters=(FilterRules(Act.LEARN),)))
    pipeline = Pipeline((("once", Once()),), (TechnicalFilter(),), DeskRules((rules,)))
    reader, known = forgetful(pipeline, panel), []
    for t in range(N_BARS):
        said = reader.bar(int(panel.ts[t]), prices_of(panel, t))
        known += [(t, int(label["seq"]), int(label["entry_bar"])) for label in said.labels]
    label = pipeline.read(panel).labels[0]
    assert known == [(int(label["matured_at"]), 0, 701)]
    assert reader.history.first > 2_000


class Seldom(BarStrategy):
    """Says something long after history began to be let go of, of one instrument at a time."""

    def signals(self, bars):  # type: ignore[no-untyped-def]
        rows = (1_900, 3_000) if bars.instrument.id == "S0@test" else (3_700,)
        return Signals.of(enter=np.isin(bars.ts, [row * MINUTE for row in rows]))


def test_indicators_begin_where_history_began_though_nobody_asked_for_long() -> None:
    panel = walk(2, gaps=True, seed=6)
    for name in PRICES:  # so that both have a bar there
        getattr(panel, name)[[1_900, 3_000, 3_700]] = getattr(panel, name)[1, 0]
    decision = DecisionRules(filters=(FilterRules(Act.LEARN),))
    rules = StrategyRules(monitor=MonitorRules(stop=0.01, target=0.01), decision=decision)
    pipeline = Pipeline((("seldom", Seldom()),), (TechnicalFilter(),), DeskRules((rules,)))
    whole, reader, p = pipeline.read(panel), forgetful(pipeline, panel), []
    for t in range(N_BARS):
        p += [*reader.bar(int(panel.ts[t]), prices_of(panel, t)).p]
    assert np.isfinite(p).all() and reader.history.first > 3_000
    np.testing.assert_array_equal(p, whole.opinions.p)


def test_a_strategy_that_changes_its_mind_is_refused_after_bars_were_forgotten() -> None:
    class Fickle(BarStrategy):
        def signals(self, bars):  # type: ignore[no-untyped-def]
            return Signals.of(enter=bars.close > np.median(bars.close[-50:]))

    panel = walk(1, gaps=False, seed=5)
    pipeline = Pipeline((("fickle", Fickle()),), (), DeskRules((StrategyRules(),)))
    reader = Reader(pipeline, History(panel.instruments, panel.timeframe), least=16)
    with pytest.raises(DataError, match="it repaints"):
        for t in range(200):
            reader.bar(int(panel.ts[t]), prices_of(panel, t))


def test_the_newest_volumes_are_the_panels_own() -> None:
    panel = walk(3, gaps=True, seed=6)
    history = History(panel.instruments, panel.timeframe)
    assert history.volumes(0, 5).shape == (0,)
    for t in range(200):
        history.append(int(panel.ts[t]), prices_of(panel, t))
        if t == 150:
            history.forget(140)
        for column in range(3):
            for most in (1, 5, 500):
                kept = history.panel.volume[-most:, column]
                np.testing.assert_array_equal(history.volumes(column, most), kept)
