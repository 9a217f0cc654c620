"""The terminal report: assumptions first, 60 columns, no colour in a pipe, both languages."""

import io
import re
from dataclasses import replace
from math import inf, nan

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from report.cards import FilterCard, Standing
from report.days import Calendar
from report.decided import Decided, Hint
from report.layout import put
from report.learning import Learned
from report.run_report import Band, CostRow, RunReport, TradeLine
from report.terminal import print_comparison, print_report

SUMMARY = {
    "bars": 2500,
    "trades": 321,
    "fills": 642,
    "final_equity": 1_234_567.8,
    "return_pct": 23.45678,
    "cagr_pct": 4.3,
    "sharpe": 0.71,
    "sortino": nan,
    "max_drawdown_pct": 12.3,
    "win_rate_pct": 41.0,
    "profit_factor": inf,
    "exposure_pct": 63.2,
    "fees": 5432.1,
    "taxes": 765.4,
    "borrow": 21.09,
    "slippage": 2345.6,
    "turnover": 98_765_432.1,
}
CARD = FilterCard(
    name="technical", act="learn", min_p=nan, signals=321, answered=300, abstained=20, veto=1, late=0, down=0,
    scored=299, brier=0.2412, base_brier=0.2431, log_loss=0.6755, base_log_loss=0.6801, passed=200,
    rejected=121, net_all=0.0012, net_passed=0.0021, net_rejected=-0.0003, earned=0.0009,
    standings=(Standing("size", 0.123, 0.2, 1.71),),
)  # fmt: skip
BUY_AND_HOLD = {"final_equity": 1_500_000.0, "return_pct": 50.0, "sharpe": 0.9}
REPORT = RunReport(
    title="sma-cross",
    run="0123456789ab",
    calendar=Calendar("Asia/Seoul"),
    currency="USD",
    assumptions=[
        ("data", "stocks.parquet: AAPL@us, MSFT@us, 2,500 bars of 1d"),
        ("cash", "1,000,000.00 USD"),
    ],
    summary=SUMMARY,
    benchmark=BUY_AND_HOLD,
    unfiltered=SUMMARY | {"final_equity": 1_111_111.0},
    decided=Decided(700, 321, 30, 100, 249, [("below a filter's min_p", 20), ("not enough cash", 10)]),
    cards=[CARD],
    learned=[Learned("sma_cross", 310, 99, 0.345, [(0, "size"), (864 * 10**14, "block")], 17)],
    costs=[
        CostRow(
            float(k), 1_300_000.0 - 1e4 * k, 30.0 - k, 0.9, 321, 2716.0 * k, 383.0 * k, 11.0 * k, 1173.0 * k
        )
        for k in range(4)
    ],
    band=Band(1_234_567.8, 1_250_000.0, 7),
    months=[(f"{2000 + k // 12}-{k % 12 + 1:02}", 0.01) for k in range(18)],
    worst=[
        TradeLine(
            "AAPL@us",
            "sma_cross",
            "long",
            0,
            864 * 10**14,
            "1970-01-01",
            "1972-09-27",
            100.0,
            90.0,
            -1234.5,
            "stop",
            "stop_loss",
        )
    ],
    capacity=0.034,
    timing={"load_s": 0.1, "desk_s": 0.02},
)


def printed(report: RunReport = REPORT, language: str = "en", width: int = 60) -> str:
    file = io.StringIO()
    print_report(report, language, file, width)
    return file.getvalue()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal_or_ends_in_blanks(language: str, width: int) -> None:
    lines = printed(language=language, width=width).splitlines()
    assert max(cell_len(line) for line in lines) <= width
    assert not any("…" in line or line != line.rstrip() for line in lines)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_number_is_cut_at_any_width(language: str, width: int) -> None:
    """Every number that the widest terminal shows is whole at the others."""
    numbers = re.compile(r"[+-]?\d[\d,.:-]*\d|\d")
    whole = set(numbers.findall(printed(language=language, width=400)))
    found = set(numbers.findall(printed(language=language, width=width)))
    shared = {number for number in whole if len(number) > 3}
    assert shared <= found, shared - found


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [40, 60, 80])
def test_several_runs_side_by_side_are_never_cut(language: str, width: int) -> None:
    file = io.StringIO()
    names = ("without filters", "filters as rules", "learning", "buy and hold")
    print_comparison([(name, SUMMARY) for name in names], [], language, file, width)
    lines = file.getvalue().splitlines()
    assert max(cell_len(line) for line in lines) <= width and "…" not in file.getvalue()
    assert file.getvalue().count("1,234,568") == 4 and file.getvalue().count("98,765,432") == 4


def test_colours_of_a_terminal_do_not_hide_blanks_at_the_ends() -> None:
    file = io.StringIO()
    console = Console(file=file, width=60, force_terminal=True, color_system="standard")
    put(console, Text("bold   ", style="bold"), Text("plain"))
    assert file.getvalue() == "\x1b[1mbold\x1b[0m\nplain\n"


def test_a_pipe_gets_no_colour() -> None:
    assert "\x1b" not in printed()


def test_brackets_are_printed_as_they_stand() -> None:
    told = replace(REPORT, assumptions=[("volume", "fills of any size ([fills] participation) :smile:")])
    assert "([fills] participation) :smile:" in " ".join(printed(told, width=80).split())


def test_assumptions_stand_before_the_result() -> None:
    text = printed()
    assert (
        text.index("Assumptions")
        < text.index("Result")
        < text.index("technical")
        < text.index("Worst trades")
    )


def test_every_figure_of_the_summary_is_shown() -> None:
    text = printed()
    for said in ("1,234,568", "23.46 %", "12.30 %", "41.00 %", "∞", "98,765,432", "321", "642"):
        assert said in text, said


def test_costs_band_benchmark_and_capacity_are_shown() -> None:
    text = printed()
    for said in ("0x", "1x", "2x", "3x", "1,250,000", "1,500,000", "3.40 %", "1,111,111"):
        assert said in text, said


def test_months_of_a_year_compound() -> None:
    assert "12.7" in printed() and "6.2" in printed()  # 1.01^12 and 1.01^6


def test_a_card_says_what_following_it_earned_or_cost() -> None:
    assert "earned 9.0 bps a signal" in printed()
    assert "cost 9.0 bps a signal" in printed(replace(REPORT, cards=[replace(CARD, earned=-0.0009)]))


def test_the_report_speaks_korean() -> None:
    text = printed(language="ko")
    assert "가정" in text and "최종 자산" in text and "Assumptions" not in text


def test_a_run_without_trades_prints_as_well() -> None:
    empty = SUMMARY | {"trades": 0, "win_rate_pct": nan, "profit_factor": nan}
    text = printed(replace(REPORT, summary=empty, worst=[], unfiltered=None, cards=[], capacity=nan))
    assert "none" in text and "nan" not in text


def test_what_was_learned_and_when_trust_changed_is_shown() -> None:
    text = " ".join(printed().split())
    for said in ("matured 310", "won 31.94 %", "break-even 34.50 %", "size 1970-01-01, block 1972-09-27"):
        assert said in text, said
    nothing = Learned("sma_cross", 0, 0, nan, [], 0)
    assert "in shadow throughout" in " ".join(printed(replace(REPORT, learned=[nothing])).split())
    assert "Learning" not in printed(replace(REPORT, learned=[]))


def test_runs_stand_side_by_side() -> None:
    file = io.StringIO()
    names = ("without filters", "filters as rules", "learning")
    print_comparison([(name, SUMMARY) for name in names], file=file, width=60)
    head = file.getvalue().partition("─")[0]
    assert all(word in head for name in names for word in name.split())
    assert file.getvalue().count("1,234,568") == 3


def test_what_became_of_the_signals_is_told_in_one_line_and_what_kept_from_trading_below() -> None:
    why = "below a filter's min_p 20, not enough cash 10"
    assert f"700 signals: 321 bought, 30 passed ({why}), 100 held, 249 sold" in printed(width=200)
    idle = Decided(2, 0, 2, 0, 0, [("less than one lot", 2)], [Hint("{a} needs {b}.", {"a": "x", "b": 7})])
    assert "x needs 7." in printed(replace(REPORT, decided=idle))


def test_every_cost_stands_in_the_summary_and_in_the_cost_rows() -> None:
    lines = {line.split()[0]: line.split()[1:] for line in printed(width=80).splitlines() if line}
    assert lines["taxes"] == ["0.00", "383.00", "766.00", "1,149"]
    assert lines["slippage"] == ["0.00", "1,173", "2,346", "3,519"]
    summary = printed().partition("Costs")[0]
    assert all(said in summary for said in ("5,432", "765.40", "21.09", "2,346"))


def test_the_run_is_named_only_where_nothing_repeats() -> None:
    text = printed()
    assert text.count("0123456789ab") == 1 and "Run 0123456789ab. Seconds:" in text.splitlines()[-1]


def test_days_are_those_of_the_account_s_market() -> None:
    evening = replace(REPORT.learned[0], stages=[(54_000 * 10**9, "size")])  # 15:00 UTC is midnight in Seoul
    assert "size 1970-01-02" in printed(replace(REPORT, learned=[evening]), width=200)
