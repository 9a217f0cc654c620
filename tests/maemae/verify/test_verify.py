"""The whole gate: an honest plan is proved and the proof kept; a dishonest one has none."""

from dataclasses import replace
from pathlib import Path

import pytest

from backtest.plan import Plan
from desk.pipeline import Pipeline
from maemae import verify
from maemae.verify.gate import Effort, verify_pipeline
from market.bars import Panel
from market.errors import ConfigError, DataError
from records.manifest import take_manifest
from records.proofs import proof_for, proof_of, require_proof, store
from tests.maemae.verify.worlds import market, pipeline

QUICK = Effort(budget_s=0.1, every_bar_s=0.5, futures_s=0.5, least_cuts=24, left_cuts=6, engine_bars=500)


def plan(pipeline: Pipeline, panel: Panel) -> Plan:
    return Plan("test", pipeline, panel, {}, take_manifest(panel, {}))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path))
    return tmp_path


def test_an_honest_plan_is_proved_and_the_proof_is_kept_under_its_manifest(state: Path) -> None:
    told: list[tuple[int, int]] = []
    honest = plan(pipeline(filters=("honest_filter",)), market(2_000))
    report = verify.run(honest, QUICK, progress=lambda done, of: told.append((done, of)))
    assert report.ok, report.lines
    assert [check.name for check in report.checks] == [
        "no undeclared files", "signals", "determinism", "no lookahead", "enough warm-up", "parity",
        "engine parity",
    ]  # fmt: skip
    assert told[-1] == (2_000, 2_000)
    kept = proof_for(honest.manifest.id)
    assert kept is not None and kept.ok and list(kept.checks) == report.to_json()["checks"]
    assert kept.versions["numba"] and kept.protection == report.protection
    assert require_proof(honest.manifest, honest.profile, "maemae verify") == kept
    assert sorted(path.name for path in (state / "proofs").iterdir()) == [f"{honest.manifest.id}.json"]


def test_a_plan_that_fails_is_kept_as_refuted_in_the_place_of_its_old_proof() -> None:
    dishonest = plan(pipeline("next_bar"), market(600))
    passing = {"ok": True, "checks": [{"name": "parity", "ok": True}]}
    store(proof_of(dishonest.manifest, dishonest.profile, passing))
    assert require_proof(dishonest.manifest, dishonest.profile, "maemae verify").ok
    report = verify.run(dishonest, QUICK)
    kept = proof_for(dishonest.manifest.id)
    assert not report.ok and kept is not None and not kept.ok and kept.refutes
    with pytest.raises(ConfigError, match=r"failed verification on .*: .*no lookahead"):
        require_proof(dishonest.manifest, dishonest.profile, "maemae verify")
    verdicts = {check.name: check.ok for check in report.checks}
    assert verdicts["no lookahead"] is False and verdicts["enough warm-up"] is None
    assert any(line.startswith("FAILED: no lookahead: strategy 'next_bar'") for line in report.lines)


def test_three_ways_of_looking_ahead_are_one_verdict_with_the_numbers_of_all() -> None:
    report = verify_pipeline(pipeline(), market(1_000), "abc", QUICK)
    (check,) = [each for each in report.checks if each.name == "no lookahead"]
    assert check.ok and len(check.lines) == 3
    assert {"cuts", "bars_cut", "bars_with_other_futures"} <= set(check.counts)


def test_what_only_the_second_process_finds_fails_the_whole() -> None:
    effort = replace(QUICK, every_bar_s=10.0)
    report = verify_pipeline(pipeline("suppresses", fall=0.02), market(6_000), "abc", effort)
    assert not report.ok
    assert any("(a cut at every bar)" in line for line in report.lines), report.lines


def test_of_a_strategy_that_says_nothing_nothing_is_proved() -> None:
    report = verify_pipeline(pipeline("next_bar", move=0.9), market(600), "abc", QUICK)
    assert not report.ok
    assert report.lines[1].startswith("not judged: signals: strategy 'next_bar' says nothing on 600 bars")
    assert {check.name for check in report.checks if check.ok is not True} == {"signals"}


def test_a_short_history_is_ok_with_a_warning() -> None:
    report = verify_pipeline(pipeline(), market(1_000), "abc", QUICK)
    (line,) = [line for line in report.lines if line.startswith("WARNING: ")]
    assert report.ok and line.startswith("WARNING: parity: 1,000 bars only; 20,000 and more")
    (parity,) = [check for check in report.to_json()["checks"] if check["name"] == "parity"]  # type: ignore[attr-defined]
    assert parity["ok"] is True and len(parity["warnings"]) == 1 and parity["counts"]["bars"] == 1_000


def test_compiled_strategies_are_compiled_and_cached_inside_the_sandbox_too() -> None:
    report = verify_pipeline(pipeline("honest_compiled"), market(1_000), "abc", QUICK)
    assert report.ok, report.lines


def test_without_landlock_the_report_says_what_holds_and_libraries_still_work() -> None:
    effort = replace(QUICK, use_kernel=False)
    report = verify_pipeline(pipeline("honest_compiled"), market(600), "abc", effort)
    assert report.ok, report.lines
    assert "the kernel offers no Landlock here" in report.lines[-1]


def test_prices_written_into_by_a_strategy_are_caught_and_left_whole() -> None:
    panel = market(300)
    before = panel.close.copy()
    report = verify_pipeline(pipeline("writes"), panel, "abc", QUICK)
    assert not report.ok and "strategy 'writes' writes into what it was given (close)" in report.lines[0]
    assert (panel.close == before).all()


def test_the_order_of_a_set_is_blamed_on_determinism_not_on_lookahead() -> None:
    # So many names, and seeds that nobody sets: this process doesn't order them as a witness does by chance.
    effort = replace(QUICK, hash_seeds=(4_001, 4_002))
    report = verify_pipeline(pipeline("hash_order"), market(600, 12), "abc", effort)
    verdicts = {check.name: check.ok for check in report.checks}
    assert verdicts["determinism"] is False and verdicts["no lookahead"] is None


def test_a_pipeline_that_does_not_run_is_refused_in_one_sentence() -> None:
    with pytest.raises(DataError, match="strategy 'raises_when_short' raised ValueError: need 300 bars"):
        verify_pipeline(pipeline("raises_when_short"), market(100), "abc", QUICK)


def test_a_child_that_dies_is_reported_with_its_exit_code() -> None:
    report = verify_pipeline(pipeline("leaves"), market(100), "abc", QUICK)
    assert not report.ok
    assert any("the verification process ended with code 7" in line for line in report.lines)
