"""A life against its backtest: what was planted is what is named, and the money adds up."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brokers.contract import FundingReport, TransferReport
from desk.orders import Fill, Order
from live.compare import Comparison
from live.compare_findings import Cause
from live.risk.codes import Code
from live.risk.judgement import Judgement
from live.session import Session
from market.errors import DataError
from records.inputs import Owned, Start, Transfer
from records.outcomes import Verdict
from tests.desk.markets import market as world_of
from tests.live.bots import unbroken
from tests.live.planted import (
    HOUR,
    Faults,
    Life,
    compared,
    crossing,
    manifest,
    nth_entry,
    ticks_worse,
    trending,
)
from tests.maemae.verify.test_engine_parity import Written


def lived(
    folder: Path, faults: Faults | None = None, slices: int = 1, n: int = 1, stop: float = np.nan
) -> Life:
    return Life(crossing(stop=stop, slices=slices), trending(n=n), folder, faults or Faults()).lived()


def adds_up(found: Comparison) -> None:
    """Every trade's money is its findings', and all trades' money is what equity differs by."""
    for line in found.lines:
        assert sum(f.money for f in line.findings) == pytest.approx(line.difference, abs=1e-6)
    assert found.elsewhere == pytest.approx(0.0, abs=1e-6)
    assert sum(found.causes.values()) + found.same == len(found.lines)


def only(found: Comparison, cause: Cause) -> None:
    """Everything is explained by one cause and what follows from it, and adds up."""
    assert found.explained and set(found.causes) <= {cause, Cause.FOLLOWS} and found.causes[cause]
    adds_up(found)


def test_an_undisturbed_life_is_its_backtest(tmp_path: Path) -> None:
    found = compared(lived(tmp_path))
    assert len(found.lines) > 5 and found.same == len(found.lines)
    assert found.explained and found.causes == {} and found.equity[0] == found.equity[1] != 0.0
    adds_up(found)


def test_so_is_one_of_several_instruments_stops_and_slices(tmp_path: Path) -> None:
    found = compared(lived(tmp_path, slices=3, n=3, stop=0.01))
    assert len(found.lines) > 20 and found.same == len(found.lines)
    assert {line.instrument for line in found.lines} == {"S0@test", "S1@test", "S2@test"}
    adds_up(found)


def test_a_venue_that_fills_two_ticks_worse(tmp_path: Path) -> None:
    found = compared(lived(tmp_path, Faults(fill=lambda order, fill: ticks_worse(order, fill, 2))))
    only(found, Cause.PRICE)
    assert found.causes == {Cause.PRICE: len(found.lines)}
    ticks = [f.ticks for line in found.lines for f in line.findings]
    assert ticks == pytest.approx([2.0] * len(ticks), abs=1e-6)
    closed = [line for line in found.lines if line.live and not line.live.open]
    assert [len(line.findings) for line in closed] == [2] * len(closed)
    first = closed[0].findings[0]
    assert first.why.say == "entered {ticks} ticks {way}: {live}, {back} in the backtest".replace(
        "{way}", "worse"
    )
    assert first.money == pytest.approx(-0.2, rel=0.01)  # 2 ticks of 0.01 on 10 units, and their fee


def test_a_venue_that_charges_more(tmp_path: Path) -> None:
    found = compared(lived(tmp_path, Faults(fill=lambda order, fill: replace(fill, fee=3 * fill.fee))))
    only(found, Cause.FEES)
    assert found.causes == {Cause.FEES: len(found.lines)} and found.money(Cause.FEES) < -1.0


def gate(code: Code, when: int, verdict: Verdict = Verdict.DENY, quantity: int = 0):  # type: ignore[no-untyped-def]
    """A gate that speaks of the n-th entry."""
    mine = nth_entry(when)

    def judge(order: Order) -> Judgement:
        if not mine(order):
            return Judgement(Verdict.ALLOW, order.quantity, Code.ALLOWED, order, "sma_cross", "allowed")
        return Judgement(
            verdict,
            Decimal(quantity),
            code,
            order,
            "sma_cross",
            "restricted",
            ("S0@test", "5", "4", "risk.x"),
        )

    return judge


@pytest.mark.parametrize(
    ("code", "cause"),
    [(Code.POSITION, Cause.RISK), (Code.STATE, Cause.PAUSED), (Code.KILLED, Cause.KILLED)],
)
def test_an_order_that_the_gate_denied_is_named_with_its_code(
    tmp_path: Path, code: Code, cause: Cause
) -> None:
    found = compared(lived(tmp_path, Faults(judge=gate(code, 2))))
    only(found, cause)
    assert found.causes == {cause: 1}
    (line,) = [line for line in found.lines if not line.same]
    assert line.live is None and line.back is not None
    (finding,) = line.findings
    assert finding.why.values["code"] == code.value and finding.why.say == "not sent: {reason}"
    assert finding.money == pytest.approx(-line.back.pnl)


def test_an_order_that_the_gate_made_smaller(tmp_path: Path) -> None:
    found = compared(lived(tmp_path, Faults(judge=gate(Code.EXPOSURE, 2, Verdict.REDUCE, 4))))
    only(found, Cause.RISK)
    (line,) = [line for line in found.lines if not line.same]
    assert (
        line.live is not None
        and line.live.lots == 4
        and line.findings[0].why.values["code"] == "R13 EXPOSURE"
    )


def test_a_missed_fill(tmp_path: Path) -> None:
    found = compared(lived(tmp_path, Faults(lost=nth_entry(2))))
    only(found, Cause.MISSED)
    (line,) = [line for line in found.lines if not line.same]
    assert line.live is None and line.findings[0].why.values["status"] == "canceled"


def test_an_order_that_the_venue_refused(tmp_path: Path) -> None:
    found = compared(lived(tmp_path, Faults(refused=nth_entry(2))))
    only(found, Cause.REFUSED)
    (line,) = [line for line in found.lines if not line.same]
    assert line.findings[0].why.values["reason"] == "the venue's own reasons"


def test_a_slice_that_filled_only_in_part(tmp_path: Path) -> None:
    second = nth_entry(1)

    faults = Faults(cut=lambda order: Decimal(1) if second(order) else None)
    found = compared(lived(tmp_path, faults, slices=3))
    only(found, Cause.PARTIAL)
    (line,) = [line for line in found.lines if line.cause is Cause.PARTIAL]
    assert line.live is not None and line.live.lots < line.back.lots  # type: ignore[union-attr]
    assert line.findings[0].why.values["filled"] == "1"
    adds_up(found)


def test_a_restart_that_missed_bars(tmp_path: Path) -> None:
    """Entries of the gap are stale; an exit of the gap is sent late."""
    whole = compared(lived(tmp_path / "whole"))
    entered = whole.lines[2].row
    found = compared(lived(tmp_path / "gap", Faults(gap=range(entered - 1, entered + 3))))
    only(found, Cause.STALE)
    late, missed = [line for line in found.lines if not line.same]
    assert missed.live is None and missed.row == entered
    assert missed.findings[0].why.say == "not sent: its moment passed while the bot was down"
    assert late.live is not None and late.back is not None and late.live.exit_bar > late.back.exit_bar
    assert late.findings[0].why.values == {"seconds": "7,200"} and late.findings[0].ticks > 0


def test_a_bar_that_came_late(tmp_path: Path) -> None:
    whole = compared(lived(tmp_path / "whole"))
    row, third = whole.lines[2].row, nth_entry(2)

    def worse(order: Order | None, fill: Fill) -> Fill:
        return ticks_worse(order, fill, 5) if third(order) else fill

    faults = Faults(late={row: HOUR}, fill=worse)
    found = compared(lived(tmp_path / "late", faults))
    only(found, Cause.LATE)
    (line,) = [line for line in found.lines if line.cause is Cause.LATE]
    assert line.row == row and line.findings[0].why.values["seconds"] == "3,600"
    assert line.findings[0].ticks == pytest.approx(5.0, abs=1e-6)


def test_other_settings_than_those_it_ran_with(tmp_path: Path) -> None:
    life = Life(
        crossing(quantity=7.0), trending(), tmp_path, Faults(manifest=manifest(config="others"))
    ).lived()
    life.pipeline = crossing(quantity=10.0)
    found = compared(life)
    assert found.explained and found.causes == {Cause.CHANGED: len(found.lines)}
    assert found.lines[0].findings[0].why.values == {"what": "settings"}
    adds_up(found)


def test_the_same_without_a_changed_manifest_is_unexplained(tmp_path: Path) -> None:
    life = Life(crossing(quantity=7.0), trending(), tmp_path, Faults()).lived()
    life.pipeline = crossing(quantity=10.0)
    found = compared(life)
    assert not found.explained and found.causes == {Cause.UNEXPLAINED: len(found.lines)}


def test_other_code_that_says_something_else(tmp_path: Path) -> None:
    from dataclasses import replace as changed

    from strategies.load import load_strategy

    life = Life(crossing(), trending(), tmp_path, Faults(manifest=manifest(code="older"))).lived()
    other = (("sma_cross", load_strategy("sma_cross", {"fast": 3, "slow": 12})),)
    life.pipeline = changed(life.pipeline, strategies=other)
    found = compared(life)
    assert found.explained and set(found.causes) <= {Cause.CHANGED, Cause.FOLLOWS}
    assert any(f.why.values == {"what": "code"} for line in found.lines for f in line.findings)


def test_a_size_that_follows_from_what_was_earned_before(tmp_path: Path) -> None:
    """Sized by equity, a first loss makes all later positions smaller: each names what it follows from."""
    from desk.rules import SizeBy, SizingRules

    pipeline = crossing()
    rules = pipeline.rules
    sized = replace(rules.strategies[0], sizing=SizingRules(by=SizeBy.FRACTIONAL, notional=0.9))
    pipeline = replace(pipeline, rules=replace(rules, strategies=(sized,)))
    panel = trending()
    panel = replace(panel, instruments=tuple(replace(one, lot=0.001) for one in panel.instruments))
    first = nth_entry(0)

    def worse(order: Order | None, fill: Fill) -> Fill:
        return ticks_worse(order, fill, 50) if first(order) else fill

    found = compared(Life(pipeline, panel, tmp_path, Faults(fill=worse)).lived())
    only(found, Cause.PRICE)
    assert found.causes == {Cause.FOLLOWS: len(found.lines) - 1, Cause.PRICE: 1}
    why = found.lines[1].findings[0].why
    assert why.values["number"] == "1" and why.values["live"].startswith("BUY ")
    adds_up(found)


def test_bars_that_history_has_otherwise(tmp_path: Path) -> None:
    life = lived(tmp_path)
    assert compared(life, trending()).data is not None
    clean = compared(life, trending()).data
    assert clean is not None and clean.bars == [] and all(line.same for line in clean.lines)
    row = next(line.row for line in compared(life).lines) + 1
    history = trending()
    history.open[row] += 0.03
    data = compared(life, history).data
    assert data is not None and [bar.cause for bar in data.bars] == [Cause.CHANGED_BAR]
    (line,) = [line for line in data.lines if not line.same]
    assert line.cause is Cause.CHANGED_BAR and line.findings[0].why.values["what"] == "open"
    assert data.final[0] != data.final[1]


def test_bars_that_the_bot_never_saw_and_those_that_only_it_saw(tmp_path: Path) -> None:
    panel = trending()
    kept = np.arange(len(panel)) != 100
    rows: dict[str, Any] = {name: np.ascontiguousarray(getattr(panel, name)[kept]) for name in COLUMNS}
    seen = replace(panel, **rows)
    found = compared(Life(crossing(), seen, tmp_path, Faults()).lived(), panel)
    assert found.data is not None and found.explained
    assert [bar.cause for bar in found.data.bars] == [Cause.MISSING_BAR]
    assert {line.cause for line in found.data.lines} <= {None, Cause.MISSING_BAR}
    (tmp_path / "more").mkdir()
    found = compared(Life(crossing(), panel, tmp_path / "more", Faults()).lived(), seen)
    assert found.data is not None and [bar.cause for bar in found.data.bars] == [Cause.EXTRA_BAR]


COLUMNS = ("ts", "open", "high", "low", "close", "volume")


def test_history_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    life = lived(tmp_path)
    with pytest.raises(DataError, match="3600 s long, the data's 60 s"):
        compared(life, replace(trending(), timeframe=60_000_000_000))
    other = replace(
        trending(), instruments=tuple(replace(one, id="X@test") for one in trending().instruments)
    )
    with pytest.raises(DataError, match="S0@test was traded and isn't in the data, which have X@test"):
        compared(life, other)
    with pytest.raises(DataError, match="no bar of the time"):
        compared(life, replace(trending(), ts=trending().ts + 10**9 * HOUR // HOUR * 3600 * 10_000))


def test_only_trades_of_the_period_count(tmp_path: Path) -> None:
    life = lived(tmp_path, Faults(fill=lambda order, fill: ticks_worse(order, fill, 2)))
    whole = compared(life)
    third = whole.lines[2]
    ts = life.panel.ts
    part = compared(life, since=int(ts[third.live.entry_bar]), until=int(ts[third.live.entry_bar]) + HOUR)  # type: ignore[union-attr]
    assert [line.number for line in part.lines] == [2, 3]  # one ends where the other begins
    assert compared(life, since=int(ts[-1]) + HOUR).lines == []


def test_transfers_and_conditions_are_told(tmp_path: Path) -> None:
    def told(session: Session, row: int, now: int) -> None:
        if row == 50:
            session.tell(Transfer("t1", "USD", Decimal(500), now), now)

    found = compared(lived(tmp_path, Faults(before=told)))
    assert [transfer.amount for _, transfer in found.lived.transfers] == [500] and found.explained


def test_money_that_came_is_no_difference_of_what_was_made(tmp_path: Path) -> None:
    def told(session: Session, row: int, now: int) -> None:
        if row == 0:
            session.own(Owned({}, settled=(), ts=now))
        elif row in (50, 80):
            amount = Decimal(500 if row == 50 else -300)
            assert session.money(TransferReport(f"t{row}", "USD", amount, now), now)

    found = compared(lived(tmp_path, Faults(before=told)))
    assert [transfer.booked for _, transfer in found.lived.transfers] == [500, -300]
    assert found.explained and not found.causes and found.equity[0] == pytest.approx(found.equity[1])
    adds_up(found)


def test_funding_is_told_apart_from_fees(tmp_path: Path) -> None:
    def told(session: Session, row: int, now: int) -> None:
        if row == 0:
            session.own(Owned({}, settled=(), ts=now))
        held = session.trader.desk.book.positions["lots"][0]
        if held:
            amount = Decimal(-1 if held > 0 else 1)
            assert session.money(FundingReport(f"f{row}", "S0@test", "USD", amount, now), now)

    found = compared(lived(tmp_path, Faults(before=told)))
    only(found, Cause.FUNDING)
    assert found.causes == {Cause.FUNDING: len(found.lines)}
    assert found.money(Cause.FUNDING) == pytest.approx(sum(each for *_, each in found.lived.payments))


def test_a_journal_without_bars_is_refused(tmp_path: Path) -> None:
    life = Life(crossing(), trending(), tmp_path, Faults())
    life.session.tell(Start("test", "paper", manifest()), 1)
    life.journal.close()
    with pytest.raises(DataError, match="holds no bar yet"):
        compared(life)


class Chance:
    """Faults at random, all kinds at once."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.drawn: dict[tuple[str, str], bool] = {}

    def hits(self, what: str, name: str, chance: float) -> bool:
        return self.drawn.setdefault((what, name), bool(self.rng.random() < chance))

    def entry(self, what: str, order: Order, chance: float) -> bool:
        return not order.reduces and self.hits(what, order.client_id, chance)

    def fill(self, order: Order | None, fill: Fill) -> Fill:
        if self.hits("worse", fill.trade_id, 0.2):
            fill = ticks_worse(order, fill, int(self.rng.integers(-1, 4)))
        return replace(fill, fee=2 * fill.fee) if self.hits("fee", fill.trade_id, 0.1) else fill

    def judge(self, order: Order) -> Judgement:
        allowed = Judgement(Verdict.ALLOW, order.quantity, Code.ALLOWED, order, "sma_cross", "allowed")
        if not self.entry("denied", order, 0.1):
            return allowed
        words = ("restricted", ("S0@test", "5", "4", "risk.x"))
        return Judgement(Verdict.DENY, Decimal(0), Code.POSITION, order, "sma_cross", *words)

    def faults(self) -> Faults:
        start = int(self.rng.integers(50, 300))
        return Faults(
            fill=self.fill,
            lost=lambda order: self.entry("lost", order, 0.1),
            refused=lambda order: self.entry("refused", order, 0.05),
            cut=lambda order: Decimal(1) if self.entry("cut", order, 0.1) else None,
            judge=self.judge,
            gap=range(start, start + int(self.rng.integers(0, 8))),
        )


@pytest.mark.parametrize("seed", range(16))
def test_whatever_goes_wrong_is_explained_and_adds_up(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    stop = float(rng.choice([np.nan, 0.01, 0.03]))
    n, slices = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    life = Life(crossing(stop=stop, slices=slices), trending(seed=seed, n=n), tmp_path, Chance(seed).faults())
    found = compared(life.lived())
    told = [(line, f) for line in found.lines for f in line.findings if f.why.cause is Cause.UNEXPLAINED]
    assert found.explained, told
    assert found.same < len(found.lines)
    adds_up(found)


@pytest.mark.parametrize("block", range(4))
def test_any_undisturbed_world_is_its_backtest(tmp_path: Path, block: int) -> None:
    """Fees in any currency, ladders, several strategies, filters that learn, limits that halt."""
    rounds = 0
    for seed in range(30 * block, 30 * (block + 1)):
        world = world_of(seed)
        if not unbroken(world):
            continue
        folder = tmp_path / str(seed)
        folder.mkdir()
        written: Any = Written(world)
        found = compared(Life(written, world.panel, folder, Faults()).lived())
        differ = [(line, line.findings) for line in found.lines if not line.same]
        assert not differ and found.explained, (seed, differ)
        assert found.equity[0] == pytest.approx(found.equity[1], abs=1e-9)
        rounds += len(found.lines)
    assert rounds > 10
