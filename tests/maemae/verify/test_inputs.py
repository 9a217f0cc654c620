"""Files that strategies declare are cut with the bars; who waits for entries gets made-up ones."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from desk.pipeline import Pipeline
from maemae.compose import plan_of
from maemae.compose_live_run import check_proof
from maemae.profile import check_profile, read_tables
from maemae.verify import run as verify
from maemae.verify.gate import Effort, verify_pipeline
from maemae.verify.made_up import made_up, tried
from maemae.verify.report import Check, Report
from maemae.verify.spec import PipelineSpec
from maemae.verify.witness import Witness
from market import krx
from market.bars import Panel
from market.errors import ConfigError, DataError
from strategies.condition_hits import ConditionHits
from strategies.inputs import inputs_of, read_stamped
from tests.maemae.verify.worlds import HOUR, LEAKS, market, pipeline, user

CONFIG = Path(__file__).resolve().parents[3] / "config"
PANEL = market(n_bars=600)
QUICK = Effort(every_bar_s=1.0, futures_s=0.3, most_cuts=48, engine_bars=300)


def iso(ns: int) -> str:
    return datetime.fromtimestamp(ns / 1e9, UTC).isoformat()


def table(folder: Path, times: list[int], rows: str = "005930,N") -> Path:
    path = folder / "hits.csv"
    path.write_text("".join(["time,code,change\n", *(f"{iso(at)},{rows}\n" for at in times)]))
    return path


def stocks(panel: Panel = PANEL) -> Panel:
    return replace(panel, instruments=(krx.instrument("005930"),))


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Lines all over the panel, and one beyond it."""
    inside = [int(PANEL.ts[bar]) + HOUR // 3 for bar in range(5, len(PANEL), 29)]
    return table(tmp_path, [*inside, int(PANEL.ts[-1]) + 3 * HOUR])


def verified(mine: Pipeline, panel: Panel = PANEL) -> Report:
    return verify_pipeline(mine, panel, "manifest", QUICK)


def of(report: Report, name: str) -> Check:
    return next(check for check in report.checks if check.name == name)


def with_hits(hits: str) -> Pipeline:
    return replace(pipeline("honest_cross"), strategies=(("condition_hits", ConditionHits(hits)),))


def test_a_strategy_that_reads_its_declared_input_as_it_comes_is_proved(record: Path) -> None:
    report = verified(pipeline("reads_input", path=str(record)))
    assert report.ok, report.lines
    files = of(report, "no undeclared files")
    assert str(record) in files.lines[1] and "taken as true" in files.warnings[0]


def test_what_condition_hits_reads_of_a_record_is_proved(record: Path) -> None:
    report = verified(with_hits(str(record)), stocks())
    assert report.ok, report.lines
    assert int(of(report, "signals").counts["signals"]) > 15


def test_a_declared_input_that_is_read_ahead_fails(record: Path) -> None:
    report = verified(pipeline("input_ahead", path=str(record)))
    assert of(report, "no undeclared files").ok and of(report, "no lookahead").ok is False, report.lines


def test_what_isnt_declared_is_refused_beside_what_is(record: Path, tmp_path: Path) -> None:
    other = tmp_path / "closes"
    other.with_suffix(".csv").write_text("close\n" + "1.0\n" * len(PANEL))
    leak = pipeline("reads_file", path=str(other), reader="builtin_open", forgiving=True)
    both = replace(
        leak,
        strategies=(("reads_input", user("reads_input", path=str(record))), *leak.strategies),
        rules=replace(leak.rules, strategies=leak.rules.strategies * 2),
    )
    files = of(verified(both), "no undeclared files")
    assert files.ok is False and f"'reads_file' uses the file '{other}.csv'" in files.lines[0]


def test_the_whole_file_isnt_the_childs_to_read(record: Path) -> None:
    leak = pipeline("reads_file", path=str(record.with_suffix("")), reader="builtin_open", forgiving=True)
    assert of(verified(leak), "no undeclared files").ok is False


@pytest.mark.parametrize("n_bars", [1, 60, 61, 300, 600])
def test_the_childs_copy_ends_at_the_last_bars_close(record: Path, n_bars: int) -> None:
    mine = pipeline("reads_input", path=str(record))
    with Witness(map(str, LEAKS.glob("*.py")), hash_seed=1) as child:
        child.build(PipelineSpec.of(mine), PANEL)
        child.show(len(PANEL))
        child.read(n_bars)
        (copy,) = Path(child._scraps.name).glob("*hits.csv")
        known = read_stamped(record).known(int(PANEL.ts[n_bars - 1]) + HOUR)
        assert copy.read_text().splitlines() == record.read_text().splitlines()[: known + 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("when,code\n", "column 'time'"),
        ("time,code\n2026-10-12T09:05:30,005930\n", "line 2"),
        ("time,code\n2026-10-12T09:05:30+09:00,1\n2026-10-12T09:05:29+09:00,1\n", "line 3.*earlier"),
    ],
)
def test_an_input_whose_times_cant_be_followed_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "input.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_stamped(path)


def test_an_input_is_a_field_that_holds_a_path() -> None:
    class Wrong:
        inputs = ("hits",)

    with pytest.raises(ConfigError, match="'hits'"):
        inputs_of(Wrong(), "strategy 'wrong'")
    assert inputs_of(ConditionHits(), "strategy 'condition_hits'") == {}


def test_another_record_is_another_run(record: Path) -> None:
    tables = {"strategy": [{"use": "condition_hits", "hits": str(record)}]}
    first = plan_of(check_profile(tables, "p.toml"), stocks()).manifest
    table(record.parent, [int(PANEL.ts[7])])
    second = plan_of(check_profile(tables, "p.toml"), stocks()).manifest
    assert first.config == second.config and first.id != second.id


# --- entries from outside


def test_the_shipped_profile_is_proved_and_may_trade_real_money(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path))
    path = CONFIG / "krx-condition.toml"
    tables = read_tables(path)
    tables["market"] = {**tables["market"], "instruments": ["005930@ls"], "timeframe": "1h"}
    profile, live = (check_profile({**tables, "mode": mode}, str(path)) for mode in ("paper", "live"))
    with pytest.raises(ConfigError, match="nothing was proved"):
        check_proof(live, path)
    report = verify(plan_of(profile, stocks(market(4_000))), QUICK)  # the filters remember 3,000 bars
    assert report.ok, "\n".join(report.lines)
    check_proof(live, path)
    other = check_profile({**tables, "mode": "live", "condition": {"name": "x", "user": "y"}}, str(path))
    with pytest.raises(ConfigError, match="other settings"):
        check_proof(other, path)


def test_what_waits_for_entries_from_outside_is_proved_on_made_up_ones_and_says_so() -> None:
    report = verified(with_hits(""), stocks())
    assert report.ok, report.lines
    signals, engine = of(report, "signals"), report.checks[-1]
    assert "says nothing of itself" in signals.lines[1] and "can't be replayed" in signals.warnings[0]
    assert signals.counts["signals"] == len(made_up(PANEL)) and int(engine.counts["fills"]) > 5


def test_a_users_file_that_says_it_waits_is_not_judged() -> None:
    report = verified(pipeline("waits"))
    assert of(report, "signals").ok is None and not report.ok


def test_a_strategy_with_a_record_gets_no_made_up_entries(record: Path) -> None:
    assert tried(with_hits(str(record))).strategies == with_hits(str(record)).strategies


def test_made_up_entries_know_their_bar_alone() -> None:
    panel = market(3_000, 3, gaps=True)
    whole = made_up(panel).rows
    assert 3_000 / 48 < len(whole) / 3 < 3_000 / 12
    assert not np.isnan(panel.close[whole["bar"], whole["instrument"]]).any()
    for n_bars in (1, 77, 1_500):
        cut = made_up(panel.head(n_bars)).rows
        assert cut.tobytes() == whole[whole["bar"] < n_bars].tobytes()
    later = made_up(panel.rows(1_000, 3_000)).rows
    later["bar"] += 1_000
    assert later.tobytes() == whole[whole["bar"] >= 1_000].tobytes()
