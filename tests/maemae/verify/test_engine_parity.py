"""The live engine on paper, driven input by input, is the backtest; what isn't is found and named."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from brokers.paper_venue import PaperVenue
from desk.pipeline import Reading
from desk.records import Reason
from desk.rules import DeskRules
from live.reading import Reader
from maemae.verify import engine_parity
from maemae.verify.engine_parity import check_engine, feedable
from maemae.verify.lookahead import Subject
from maemae.verify.parity import OUTPUTS, prefix
from maemae.verify.reference import read_here
from market.bars import PRICES, Panel
from tests.desk.markets import World
from tests.desk.markets import market as world_of
from tests.live.bots import Foretold, Silent, unbroken
from tests.maemae.verify.worlds import market, pipeline

BARRIERS = [Reason.STOP, Reason.TRAIL, Reason.TARGET]


class Written(Foretold):
    """A world's foretold signals, with the names that a pipeline has."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.rules = world.rules
        self.strategies = tuple((f"s{k}", Silent()) for k in range(len(world.rules.strategies)))
        self.filters = tuple(SimpleNamespace(name=f"f{k}", warmup=0) for k in range(world.p.shape[1]))


def subject(n_bars: int, n_instruments: int = 1, gaps: bool = False) -> Subject:
    filters = () if gaps else ("honest_filter",)
    return read_here(pipeline(filters=filters), market(n_bars, n_instruments, gaps))[0]


class Sliced(Foretold):
    """What a pipeline said of all bars, given bar by bar: that it would say so is another check's to prove,
    and asking it anew at each of 20,000 closes takes a minute."""

    def __init__(self, one: Subject) -> None:
        self.full, self.rules = one.full, one.pipeline.rules
        self.filters = one.pipeline.filters
        self.strategies = tuple((name, Silent()) for name, _ in one.pipeline.strategies)  # forgets nothing

    def read(self, panel: Panel) -> Reading:
        return prefix(self.full, len(panel))


def test_twenty_thousand_bars_through_the_live_engine_are_the_backtest() -> None:
    told: list[tuple[int, int]] = []
    one = read_here(pipeline(filters=("honest_filter",)), market(20_000))[0]
    sliced: Any = Sliced(one)
    found = check_engine(replace(one, pipeline=sliced), 20_000, lambda done, of: told.append((done, of)))
    assert found.ok is True, found.lines
    assert found.counts["bars"] == 20_000 and "over 20,000 bars, with its" in found.lines[0]
    assert min(int(found.counts[name]) for name in OUTPUTS) > 500
    assert told[0] == (250, 20_000) and told[-1] == (20_000, 20_000)


def test_a_learning_filter_learns_the_same() -> None:
    found = check_engine(subject(2_000), 2_000)
    assert found.ok is True, found.lines
    assert "over 2,000 bars, which are all there are" in found.lines[0]


@pytest.mark.parametrize("block", range(3))
def test_any_world_is_traded_alike_fees_taxes_ladders_and_limits_included(block: int) -> None:
    traded = 0
    for seed in range(40 * block, 40 * (block + 1)):
        world = world_of(seed)
        if not unbroken(world):
            continue
        written: Any = Written(world)
        found = check_engine(Subject(written, world.panel, written.read(world.panel)), len(world.panel))
        assert found.ok is True, (seed, found.lines)
        traded += int(found.counts["fills"])
    assert traded > 50


def test_rows_in_which_nothing_has_a_bar_are_none_for_a_feed() -> None:
    panel = market(1_500, 2, gaps=True)
    for name in PRICES:
        getattr(panel, name)[[100, 101, 700]] = np.nan
    empty = int(np.isnan(panel.close).all(axis=1).sum())
    assert empty >= 3 and len(feedable(panel)) == len(panel) - empty
    found = check_engine(read_here(pipeline(), panel)[0], 1_500)
    assert found.ok is True, found.lines
    assert found.counts["empty_rows"] == empty and found.lines[0].endswith(
        f"{empty:,} rows without any bar are none for a feed."
    )
    assert feedable(market(50)).close.shape == (50, 1)


def test_a_strategy_that_repaints_is_refused_by_the_engine_itself() -> None:
    found = check_engine(read_here(pipeline("next_bar"), market(400))[0], 400)
    assert found.ok is False and "it repaints" in found.lines[0]


def test_a_venue_that_fills_elsewhere_is_found_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(PaperVenue):
        def __init__(self, instruments: Any, rules: DeskRules) -> None:
            super().__init__([replace(one, slippage=0.001) for one in instruments], rules)

    monkeypatch.setattr(engine_parity, "PaperVenue", Other)
    found = check_engine(subject(800), 800)
    assert found.ok is False
    assert any(line.startswith("fills, row 0, bar ") and ", price: " in line for line in found.lines)
    assert any(line.startswith("equity at bar ") and " live." in line for line in found.lines)


def test_what_the_journal_lacks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    read = engine_parity._read

    def forgetful(journal: Any, panel: Panel) -> engine_parity.Journaled:
        whole = read(journal, panel)
        return engine_parity.Journaled(whole.orders[:-1], [*whole.equity[:-1], 1.0])

    monkeypatch.setattr(engine_parity, "_read", forgetful)
    found = check_engine(subject(800), 800)
    assert found.ok is False and len(found.lines) == 2
    assert "journaled." in found.lines[0] and found.lines[1].startswith("equity: the journal's")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name for path in Path("/dev/shm").glob("maemae-*")} if Path("/dev/shm").is_dir() else set()

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Reader, "bar", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check_engine(subject(300), 300)
    after = {path.name for path in Path("/dev/shm").glob("maemae-*")} if Path("/dev/shm").is_dir() else set()
    assert after <= before
