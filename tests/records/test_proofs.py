"""Real money asks for a proof of this code under these settings; what was tampered with is none."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from market.errors import ConfigError
from records.manifest import CODE_FOLDERS, HOUSE, RunManifest
from records.proofs import (
    Proof,
    proof_for,
    proof_of,
    proof_path,
    proofs_folder,
    require_proof,
    settings_hash,
    store,
)

COMMAND = "maemae verify trend.toml"
VERSIONS = {"python": "3.11.7", "numba": "0.60"}
MANIFEST = RunManifest("c" * 64, "f" * 64, "d" * 64, 0, VERSIONS, "a processor")
PROFILE: dict[str, Any] = {
    "name": "trend",
    "mode": "paper",
    "language": "en",
    "cash": 1000.0,
    "venue": {"use": "paper"},
    "market": {"data": "bars.parquet", "instruments": ["BTCUSDT@binance"], "since": None},
    "strategy": [{"use": "sma_cross", "fast": 20}],
}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path))
    return tmp_path


def report(ok: bool | None = True) -> dict[str, Any]:
    checks = [
        {"name": "no lookahead", "ok": ok, "lines": ["…"], "counts": {"cuts": 24}},
        {"name": "engine parity", "ok": True, "lines": ["…"], "counts": {"bars": 20_000}},
    ]
    return {"ok": ok is True, "protection": "Landlock", "checks": checks}


def kept(
    manifest: RunManifest = MANIFEST, profile: Any = PROFILE, ok: bool | None = True, at: int = 1
) -> Proof:
    proof = proof_of(manifest, profile, report(ok), at * 10**18)
    store(proof)
    return proof


def test_what_was_found_is_kept_whole_and_read_again() -> None:
    proof = kept()
    assert proof_for(MANIFEST.id) == proof
    assert [path.name for path in proofs_folder().iterdir()] == [f"{MANIFEST.id}.json"]
    found = json.loads(proof_path(MANIFEST.id).read_text())
    assert (found["code"], found["config"], found["data"]) == ("c" * 64, "f" * 64, "d" * 64)
    assert found["checks"][1]["counts"] == {"bars": 20_000} and len(found["digest"]) == 64
    assert proof_for("0" * 12) is None


def test_other_data_and_another_processor_are_proved_too() -> None:
    proof = kept()
    live = replace(MANIFEST, data="e" * 64, cpu="another", config="a" * 64)
    assert live.id != MANIFEST.id
    assert require_proof(live, PROFILE, COMMAND) == proof


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "live"},
        {"language": "ko"},
        {"name": "other"},
        {"venue": {"use": "binance"}},
        {"market": {**PROFILE["market"], "data": None, "since": "2024-01-01"}},
    ],
)
def test_where_bars_come_from_and_whose_money_it_is_change_nothing(change: dict[str, Any]) -> None:
    proof = kept()
    assert require_proof(MANIFEST, {**PROFILE, **change}, COMMAND) == proof


@pytest.mark.parametrize(
    "change",
    [
        {"strategy": [{"use": "sma_cross", "fast": 21}]},
        {"cash": 2000.0},
        {"risk": {"max_gross": 1.0}},
        {"market": {**PROFILE["market"], "instruments": ["ETHUSDT@binance"]}},
        {"market": {**PROFILE["market"], "timeframe": "1h"}},
    ],
)
def test_other_settings_are_not(change: dict[str, Any]) -> None:
    kept()
    with pytest.raises(ConfigError, match=rf"are of other settings.* Nothing was started. Run: {COMMAND}$"):
        require_proof(MANIFEST, {**PROFILE, **change}, COMMAND)


def test_other_code_is_not_and_neither_are_other_libraries() -> None:
    kept()
    with pytest.raises(
        ConfigError, match=r"of 2001-09-09 .* is of other code .cccccccccccc, now bbbbbbbbbbbb."
    ):
        require_proof(replace(MANIFEST, code="b" * 64), PROFILE, COMMAND)
    newer = replace(MANIFEST, versions={**VERSIONS, "numba": "0.61"})
    with pytest.raises(ConfigError, match=r"other versions .numba 0.60, now 0.61."):
        require_proof(newer, PROFILE, COMMAND)


def test_nothing_proved_yet_names_the_command() -> None:
    with pytest.raises(ConfigError, match=rf"nothing was proved of this profile yet.*Run: {COMMAND}$"):
        require_proof(MANIFEST, PROFILE, COMMAND)


def test_the_newest_passing_one_counts() -> None:
    kept(at=1)
    newer = kept(replace(MANIFEST, data="9" * 64), at=2)
    assert require_proof(MANIFEST, PROFILE, COMMAND) == newer


def test_one_counterexample_refutes_what_others_support() -> None:
    kept(at=2)
    other = replace(MANIFEST, data="9" * 64)
    kept(other, ok=False, at=1)
    with pytest.raises(
        ConfigError, match=rf"failed verification on .*: no lookahead .*remove .*{other.id}.json"
    ):
        require_proof(MANIFEST, PROFILE, COMMAND)
    kept(other, ok=True, at=3)
    assert require_proof(MANIFEST, PROFILE, COMMAND).verified == 3 * 10**18


def test_what_could_not_be_judged_proves_and_refutes_nothing() -> None:
    other = replace(MANIFEST, data="9" * 64)
    kept(other, ok=None)
    with pytest.raises(ConfigError, match="couldn't be judged: no lookahead"):
        require_proof(MANIFEST, PROFILE, COMMAND)
    proof = kept(at=2)
    assert require_proof(MANIFEST, PROFILE, COMMAND) == proof


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"ok": true}', '{"digest": "0"}'])
def test_what_is_no_proof_is_said_to_be_none(text: str) -> None:
    proofs_folder().mkdir()
    proof_path("abc").write_text(text)
    with pytest.raises(ConfigError, match="isn't a proof as it was written"):
        proof_for("abc")
    with pytest.raises(ConfigError, match=r"no proof: .*abc.json.*Run: maemae verify"):
        require_proof(MANIFEST, PROFILE, COMMAND)


@pytest.mark.parametrize("field", ["code", "settings", "ok", "verified", "checks"])
def test_a_file_that_was_changed_is_no_proof(field: str) -> None:
    kept(ok=field != "ok")
    found = json.loads(proof_path(MANIFEST.id).read_text())
    found[field] = {"ok": True, "verified": 5, "checks": []}.get(field, "b" * 64)
    proof_path(MANIFEST.id).write_text(json.dumps(found))
    with pytest.raises(ConfigError, match="its hash differs"):
        proof_for(MANIFEST.id)
    with pytest.raises(ConfigError, match="its hash differs"):
        require_proof(MANIFEST, PROFILE, COMMAND)


def test_a_proof_under_another_manifests_name_is_none() -> None:
    kept()
    proof_path(MANIFEST.id).rename(proof_path("other"))
    with pytest.raises(ConfigError, match="another name"):
        proof_for("other")


def test_a_damaged_file_beside_a_passing_proof_harms_nobody() -> None:
    proof = kept()
    proof_path("abc").write_text("{")
    assert require_proof(MANIFEST, PROFILE, COMMAND) == proof


def test_a_manifest_hash_cannot_name_a_file_elsewhere() -> None:
    with pytest.raises(ConfigError, match="letters and digits"):
        proof_path("../../x")


def test_a_folder_that_cannot_be_written_is_said(state: Path) -> None:
    (state / "proofs").write_text("a file")
    with pytest.raises(ConfigError, match=r"can't be kept .* MAEMAE_STATE"):
        kept()


def test_settings_do_not_depend_on_the_order_of_keys() -> None:
    assert settings_hash(PROFILE) == settings_hash(dict(reversed(PROFILE.items())))


def test_code_is_all_that_the_product_runs_on() -> None:
    """The live engine and the brokers are part of what was proved."""
    packages = {path.parent.name for path in HOUSE.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages <= set(CODE_FOLDERS)
