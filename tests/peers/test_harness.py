"""The benchmark's own laws: a wrong result fails, a slow one is only said, and what is written is whole."""

import json
import math
from pathlib import Path

import pytest

from benchmarks.__main__ import main, report
from benchmarks.answers import Answer, all_agree
from benchmarks.measure import Cost, Side, cost_of, interleaved, ratio
from benchmarks.table import Row


def row(ratio: float, agree: bool) -> Row:
    return Row("W1", "a peer", 0.02, 0.1, ratio, 5.0, agree)


def test_a_wrong_result_fails_however_fast(tmp_path: Path) -> None:
    assert report([row(9.0, True), row(9.0, False)], tmp_path / "bench.json") == 1


def test_a_missed_figure_is_said_and_does_not_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report([row(2.0, True)], tmp_path / "bench.json") == 0
    assert "MISSED" in capsys.readouterr().out


def test_rows_are_written_whole_and_in_strict_json(tmp_path: Path) -> None:
    out = tmp_path / "build" / "bench.json"
    report([row(6.0, True)], out)
    (written,) = json.loads(out.read_text(), parse_constant=lambda name: pytest.fail(f"{name} isn't JSON"))
    assert (written["workload"], written["peer"], written["ratio"]) == ("W1", "a peer", 6.0)
    assert written["peak_mb"] is None and written["agree"] is True and written["met"] is True
    assert [path.name for path in out.parent.iterdir()] == ["bench.json"]


def test_a_run_of_some_names_replaces_its_own_rows_and_no_others(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    one, other = row(6.0, True), Row("W4", "a peer", 0.02, 0.1, 7.0, 5.0, True)
    report([one, other], out)
    report([row(8.0, True), Row("W1", "another", 0.02, 0.1, 9.0, 5.0, True)], out)
    written = [(kept["workload"], kept["peer"], kept["ratio"]) for kept in json.loads(out.read_text())]
    assert written == [("W1", "a peer", 8.0), ("W4", "a peer", 7.0), ("W1", "another", 9.0)]
    report([one], out, keep=False)
    assert len(json.loads(out.read_text())) == 1


def test_a_broken_file_of_rows_is_refused_and_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    out.write_text("[{")
    with pytest.raises(SystemExit, match=r"bench\.json.*Delete it"):
        report([row(6.0, True)], out)
    assert [path.name for path in tmp_path.iterdir()] == ["bench.json"] and out.read_text() == "[{"


def test_an_unknown_name_is_refused_with_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["w2"]) == 2
    assert "'w2'" in capsys.readouterr().out


def test_answers_agree_within_a_billionth_and_in_every_fill() -> None:
    one = Answer(1_000_000.0, 10)
    assert all_agree(one, Answer(1_000_000.0 * (1 + 5e-10), 10))
    assert not all_agree(one, Answer(1_000_000.0 * (1 + 2e-9), 10))
    assert not all_agree(one, one, Answer(1_000_000.0, 11))


def test_the_ratio_is_the_median_over_rounds_of_user_time() -> None:
    ours = Side(None, tuple(Cost(user, 9.0) for user in (1.0, 2.0, 4.0)))
    peer = Side(None, tuple(Cost(user, 0.0) for user in (10.0, 10.0, 10.0)))
    assert ratio(ours, peer) == 5.0


def test_sides_take_turns_and_short_work_is_repeated() -> None:
    heard: list[str] = []
    sides = interleaved({"a": lambda: heard.append("a"), "b": lambda: heard.append("b")}, rounds=1)
    assert heard[:2] == ["a", "b"] and heard.index("b", 2) > heard.index("a", 2)
    assert len(heard) > 100 and set(sides) == {"a", "b"}
    assert math.isfinite(cost_of(lambda: None, least_s=0.01).total_s)
