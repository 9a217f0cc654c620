"""A backtest from plan to result: the folds around it, its figures, frames and JSON."""

import json
from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest

from backtest.around import without_filters
from backtest.output import ACCOUNT, PARTS, to_plain
from backtest.result import Result
from backtest.run import backtest
from desk.rules import Act, Tie
from desk.run import run_desk
from tests.backtest.market import plan, walk, with_rules

SUMMARY_KEYS = {
    "bars", "trades", "fills", "final_equity", "return_pct", "cagr_pct", "sharpe", "sortino",
    "max_drawdown_pct", "win_rate_pct", "profit_factor", "exposure_pct", "fees", "taxes", "borrow",
    "slippage", "turnover", "ambiguity_band",
}  # fmt: skip


@pytest.fixture(scope="module")
def result() -> Result:
    return backtest(plan())


def test_the_base_fold_is_the_desk_on_the_pipelines_reading(result: Result) -> None:
    chosen = plan()
    again = run_desk(chosen.panel, chosen.pipeline.read(chosen.panel), chosen.pipeline.rules)
    np.testing.assert_array_equal(result.equity, again.equity)
    assert len(result.run.trades) > 20 and len(result.run.fills) > 60


def test_the_cost_row_at_one_is_the_run_and_more_cost_leaves_less(result: Result) -> None:
    assert [row.factor for row in result.costs] == [0.0, 1.0, 2.0, 3.0]
    assert result.costs[1].final_equity == result.summary["final_equity"]
    ends = [row.final_equity for row in result.costs]
    assert ends == sorted(ends, reverse=True) and result.costs[0].fees == 0.0
    doubled = plan(replace(walk(), instruments=tuple(
        replace(each, slippage=2 * each.slippage, fees=replace(each.fees, maker=0.001, taker=0.001))
        for each in walk().instruments
    )))  # fmt: skip
    assert backtest(doubled, variants=False).summary["final_equity"] == pytest.approx(ends[2], rel=1e-12)


def test_the_unfiltered_twin_is_the_same_strategy_run_without_filters(result: Result) -> None:
    bare = backtest(plan(filters=False))
    assert result.unfiltered is not None and bare.unfiltered is None
    assert result.unfiltered["final_equity"] == bare.summary["final_equity"]
    assert result.unfiltered["trades"] > result.summary["trades"]
    assert without_filters(plan().pipeline.rules) == plan(filters=False).pipeline.rules


def test_the_band_holds_both_readings_of_an_ambiguous_bar() -> None:
    wild = replace(walk(), high=walk().high * 1.05, low=walk().low * 0.95)
    chosen = plan(wild, filters=False, short=False)
    chosen = with_rules(chosen, fills=replace(chosen.pipeline.rules.fills, targets_on_entry_bar=True))
    found = backtest(chosen)
    best = with_rules(chosen, fills=replace(chosen.pipeline.rules.fills, tie=Tie.BEST))
    assert found.band is not None and found.band.ambiguous_bars > 5
    assert found.band.worst == found.summary["final_equity"]
    assert found.band.best == backtest(best, variants=False).summary["final_equity"]
    assert found.band.best > found.band.worst


def test_the_summary_has_exactly_the_promised_figures(result: Result) -> None:
    summary = result.to_json()["summary"]
    assert set(summary) == SUMMARY_KEYS
    assert set(summary["ambiguity_band"]) == {"worst", "best", "ambiguous_bars"}
    assert summary["bars"] == 600 and summary["fills"] == len(result.run.fills)
    assert summary["final_equity"] == result.equity[-1]
    traded = result.fills_frame
    assert summary["turnover"] == pytest.approx(float((traded["quantity"] * traded["price"]).sum()))
    assert summary["fees"] == pytest.approx(float(traded["fee"].sum()))


def test_timing_names_every_stage(result: Result) -> None:
    assert {"load_s", "compile_s", "signals_s", "filters_s", "desk_s", "report_s"} <= set(result.timing)
    assert all(seconds >= 0 for seconds in result.timing.values())


def test_json_is_strict_and_complete_on_request(result: Result) -> None:
    found = result.to_json(["trades", "orders", "fills", "equity", "decisions"])
    json.loads(json.dumps(found, allow_nan=False))
    assert {"manifest", "assumptions", "summary", "filters", "timing"} <= set(found)
    assert len(found["trades"]) == found["summary"]["trades"]
    assert len(found["fills"]) == found["summary"]["fills"]
    assert len(found["equity"]["value"]) == len(found["equity"]["time"]) == 600
    trade = found["trades"][0]
    assert trade["instrument"].endswith("@test") and trade["strategy"] == "cross"
    assert trade["outcome"] in {"stop_loss", "take_profit", "closed"} and trade["entry_time"].endswith("Z")
    assert "trades" not in result.to_json()
    assert found["filters"][0]["name"] == "coin" and found["filters"][0]["act"] == "rule"


def test_the_account_of_the_json_is_what_the_document_says_and_no_scratch(result: Result) -> None:
    account = result.to_json()["account"]
    assert set(account) == {*ACCOUNT, "open_positions", "state"} and account["state"] == "active"
    assert account["equity"] == pytest.approx(result.equity[-1])
    text = (Path(__file__).resolve().parents[2] / "docs" / "result.md").read_text(encoding="utf-8")
    keys = set(result.to_json(PARTS)) | set(account) | SUMMARY_KEYS
    assert not [key for key in keys if f"`{key}`" not in text]


def test_decisions_name_what_was_signalled_by_whom_and_every_filter_s_opinion(result: Result) -> None:
    decisions = result.to_json(["decisions"])["decisions"]
    assert len(decisions) == len(result.reading.signals)
    assert {each["signal"] for each in decisions} <= {"enter", "exit", "review"}
    assert {each["action"] for each in decisions} <= {"buy", "pass", "sell", "hold"}
    assert {each["instrument"] for each in decisions} == {"S0@test", "S1@test"}
    for row, each in enumerate(decisions):
        assert each["strategy"] == "cross" and each["time"].endswith("Z")
        (opinion,) = each["opinions"]
        assert set(opinion) == {"filter", "status", "p", "theta", "x"} and opinion["filter"] == "coin"
        assert opinion["status"] in {"answered", "abstained", "veto", "late", "down"}
        asked = each["signal"] == "enter"
        if asked and opinion["status"] == "answered":
            assert opinion["p"] == pytest.approx(float(result.reading.opinions.p[row, 0]))


def test_worst_trades_capacity_and_the_count_of_signals_are_in_the_json(result: Result) -> None:
    found = result.to_json()
    losses = [each["pnl"] for each in found["worst_trades"]]
    assert len(losses) == 5 and losses == sorted(losses) and losses[0] == result.run.trades["pnl"].min()
    assert found["worst_trades"][0]["entry_time"].endswith("Z") and found["worst_trades"][0]["entry_day"]
    assert 0.0 < found["capacity"] <= 0.1
    signals = found["signals"]
    assert signals["signals"] == len(result.reading.signals) and signals["reasons"] and signals["hints"] == []


def test_times_of_the_equity_are_written_as_all_others(result: Result) -> None:
    assert result.to_json(["equity"])["equity"]["time"][0] == "2020-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def taxed() -> Result:
    panel = walk()
    costly = tuple(
        replace(each, sell_taxes=(("2000-01-01", 0.002),), borrow=0.05) for each in panel.instruments
    )
    return backtest(plan(replace(panel, instruments=costly), filters=False))


def test_fees_are_without_taxes_and_taxes_without_fees_wherever_they_stand(taxed: Result) -> None:
    summary, fills, trades = taxed.summary, taxed.fills_frame, taxed.trades_frame
    assert summary["taxes"] == pytest.approx(float(fills["tax"].sum())) and summary["taxes"] > 0
    assert summary["fees"] == pytest.approx(float(fills["fee"].sum()))
    assert summary["slippage"] == pytest.approx(float(fills["slippage"].sum())) and summary["borrow"] > 0
    np.testing.assert_allclose(trades["fees"] + trades["taxes"], taxed.run.trades["fees"])
    sold = np.where(trades["side"] > 0, trades["exit"], trades["entry"]) * trades["quantity"]
    np.testing.assert_allclose(trades["taxes"], 0.002 * sold, rtol=1e-9)
    assert taxed.to_json(["trades"])["trades"][0]["taxes"] == pytest.approx(float(trades["taxes"][0]))


def test_every_cost_grows_with_its_factor_in_the_cost_rows(taxed: Result) -> None:
    for name in ("fees", "taxes", "borrow", "slippage"):
        found = [getattr(row, name) for row in taxed.costs]
        assert found[0] == 0.0 and found == sorted(found) and found[1] == taxed.summary[name] > 0.0


def test_a_market_s_days_date_its_trades_and_months() -> None:
    panel = walk(width=1)
    seoul = replace(
        panel,
        ts=panel.ts - 9 * 3600 * 10**9,
        instruments=(replace(panel.instruments[0], timezone="Asia/Seoul"),),
    )
    ours, theirs = backtest(plan(seoul, filters=False)), backtest(plan(panel, filters=False))
    assert [each.entry_day for each in ours.worst] == [each.entry_day for each in theirs.worst]
    assert ours.months == theirs.months and ours.report().calendar.zone == "Asia/Seoul"
    assert [each.exit_day for each in ours.worst] == [each.exit_day for each in theirs.worst]


def test_every_line_of_the_assumptions_reaches_the_json() -> None:
    panel = walk()
    dear = replace(panel.instruments[1], slippage=0.007)
    found = backtest(plan(replace(panel, instruments=(panel.instruments[0], dear))), variants=False)
    costs = found.to_json()["assumptions"]["costs"]
    assert "S0: " in costs and "S1: " in costs and "70 bps" in costs


def test_what_comes_next_is_said_and_a_first_compilation_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    backtest(plan(), said.append)
    assert said[0] == "Opening the desk" and said[-1] == "Folding history through the desk"
    monkeypatch.setattr("backtest.run.is_compiled", lambda: False)
    said.clear()
    backtest(plan(), said.append, variants=False)
    assert said[0].startswith("Compiling for first use")


def test_the_manifest_hashes_code_config_and_data(result: Result) -> None:
    manifest = result.to_json()["manifest"]
    assert all(len(manifest[name]) == 64 for name in ("code", "config", "data"))
    other = plan(walk(seed=4)).manifest
    assert other.data != result.plan.manifest.data and other.code == result.plan.manifest.code
    assert other.id != result.plan.manifest.id == plan().manifest.id


def test_frames_speak_in_times_words_and_units(result: Result) -> None:
    trades, fills = result.trades_frame, result.fills_frame
    assert str(trades["entry_time"].dt.tz) == "UTC"
    assert set(fills["reason"]) <= {"entry", "stop", "signal", "reverse", "trail", "target", "time"}
    assert result.equity_series.index[0].isoformat() == "2020-01-01T00:00:00+00:00"
    assert result.equity_series.iloc[-1] == result.equity[-1]
    decisions = result.decisions_frame
    assert len(decisions) == len(result.reading.signals) and "p_coin" in decisions
    assert len(result.orders_frame) == len(result.run.orders)


def test_realised_profit_of_all_trades_and_the_open_rest_is_the_equity() -> None:
    found = backtest(plan(filters=False, short=False), variants=False)
    fills = found.fills_frame
    signed = np.where(fills["side"] > 0, 1.0, -1.0) * fills["quantity"]
    cash = 100_000.0 - float((signed * fills["price"]).sum() + fills["fee"].sum() + fills["tax"].sum())
    held = {each.id: 0.0 for each in found.plan.panel.instruments}
    for name, units in zip(fills["instrument"], signed, strict=True):
        held[name] += units
    last = dict(zip(held, found.plan.panel.close[-1], strict=True))
    assert cash + sum(held[name] * last[name] for name in held) == pytest.approx(found.equity[-1], rel=1e-12)


def test_a_learning_filter_shows_where_it_stands() -> None:
    (card,) = backtest(plan(act=Act.LEARN)).cards
    assert card.act == "learn" and card.standings[0].stage == "shadow"
    assert card.answered + card.abstained == card.signals


def test_a_report_needs_the_extra_folds() -> None:
    with pytest.raises(ValueError, match="variants=True"):
        backtest(plan(), variants=False).report()


def test_nothing_that_json_does_not_know_gets_through() -> None:
    assert to_plain({"a": nan, "b": [np.float64(2), np.int64(3)], 4: np.array([1.0, nan])}) == {
        "a": None, "b": [2.0, 3], "4": [1.0, None],
    }  # fmt: skip


def test_a_run_without_a_signal_has_figures_all_the_same() -> None:
    found = backtest(plan(walk(n_bars=12)))
    assert found.summary["trades"] == 0 and isnan(found.summary["win_rate_pct"])
    assert found.summary["final_equity"] == 100_000.0
    assert found.to_json(["trades"])["trades"] == []
