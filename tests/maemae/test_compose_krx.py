"""Days that the profile knows and the package doesn't: all who ask KRX's calendar are told of them."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brokers.ls.broker import LsBroker
from maemae.asked import Asked
from maemae.cli_live_doctor import run_doctor_ls
from maemae.compose import compose, load_strategies
from maemae.compose_krx import calendar_in, calendar_of, doubt
from maemae.compose_live_market import venue_of
from maemae.doctor import days_known
from maemae.doctor_ls import session_text
from maemae.profile import check_profile
from maemae.settings import Profile
from maemae.verify.spec import PipelineSpec
from market import krx
from market.bars import Bars
from market.errors import ConfigError
from market.krx.clock import ns_of
from market.timeframes import MINUTE
from strategies.base import BarStrategy
from strategies.korean_sessions import session_bars
from strategies.load import load_strategy
from strategies.signals import Signals
from tests.strategies.test_korean import sessions

EXAM = date(2027, 11, 18)
TABLE = {"closed": [date(2027, 5, 6)], "opened": ["2027-05-05"], "exams": [EXAM]}
DAYS = krx.calendar([date(2027, 5, 6)], [date(2027, 5, 5)], [EXAM])
FILE = """
[[strategy]]
use = "session_breakout"

[krx]
closed = [2027-05-06]
opened = [2027-05-05]
exams = [2027-11-18]
"""


def profile(use: str = "session_breakout", **tables: Any) -> Profile:
    return check_profile({"strategy": [{"use": use}], "krx": TABLE, **tables}, "p.toml")


@dataclass(frozen=True)
class Mine(BarStrategy):
    """A strategy of somebody's, which asks for the days under a name of its own."""

    korean: krx.Calendar = field(default_factory=krx.calendar)
    fast: int = 3

    def signals(self, bars: Bars) -> Signals:
        return Signals.of(enter=bars.close > 0)


@pytest.mark.parametrize("use", ["session_breakout", "futures_trend", f"{__file__}:Mine"])
def test_every_strategy_that_has_a_calendar_is_given_the_profiles(use: str) -> None:
    [strategy] = load_strategies(profile(use))
    held = [value for value in vars(strategy).values() if isinstance(value, krx.Calendar)]
    assert held == [DAYS]
    [plain] = load_strategies(profile(use, krx={}))
    assert krx.calendar() in vars(plain).values()


def test_the_broker_of_the_profile_has_its_days() -> None:
    asked = profile(venue={"use": "ls"}, market={"instruments": ["A017B000@ls"], "timeframe": "1m"})
    venue = venue_of(asked, signed=False)
    assert isinstance(venue, LsBroker) and venue.days == DAYS
    other = profile(venue={"use": "upbit"}, market={"instruments": ["KRW-BTC@upbit"], "timeframe": "1m"})
    assert venue_of(other, signed=False).venue == "upbit"


def test_two_profiles_in_one_process_keep_their_days_apart() -> None:
    mine, others = (load_strategies(each)[0] for each in (profile(), profile(krx={})))
    assert (mine.days, others.days) == (DAYS, krx.calendar())  # type: ignore[attr-defined]


def test_a_backtest_and_the_child_processes_of_verify_know_them(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(FILE)
    plan = compose(Asked(profile=file), sessions())
    assert plan.pipeline.strategies[0][1].days == DAYS  # type: ignore[attr-defined]
    again = PipelineSpec.from_json(PipelineSpec.of(plan.pipeline).to_json()).build(lambda who, make: make())
    assert again.strategies[0][1] == plan.pipeline.strategies[0][1]
    assert plan.profile["krx"]["exams"] == ["2027-11-18"]
    assert calendar_in(file) == DAYS and calendar_in(None) == krx.calendar()


def test_the_late_hours_of_an_examination_that_was_named_are_a_strategys() -> None:
    """15:36 to 16:29 is traded then, and on a day that may be one it is too late for anything."""
    future = krx.instrument("A017C000", margin=0.1)
    ts = ns_of(EXAM, 15 * 60 + 36) + MINUTE * np.arange(50)
    assert not session_bars(future, ts, MINUTE, 60.0, DAYS).late.any()
    assert session_bars(future, ts, MINUTE, 60.0, krx.calendar()).late.all()


def test_a_calendar_is_no_parameter_of_a_strategy() -> None:
    with pytest.raises(ConfigError, match="no parameter 'days'"):
        load_strategy("session_breakout", {"days": "2027-11-18"})


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"exams": ["soon"]}, "a day such as 2024-01-31"),
        ({"exam": []}, "Did you mean 'exams'"),
        ({"closed": [EXAM], "exams": [EXAM]}, "2027-11-18 is closed, and opened or an examination's"),
    ],
)
def test_a_day_that_cant_be_is_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        profile(krx=table)


def test_the_doctor_says_which_days_may_be_an_examinations() -> None:
    now = ns_of(date(2027, 11, 1), 600)
    found = days_known(krx.calendar(), now)
    assert found.ok is None and found.detail.startswith("2027-11-11, 2027-11-18, 2027-11-25 may be")
    assert days_known(calendar_of(profile().krx), now).ok and not doubt(DAYS, date(2027, 11, 1))
    hour = ns_of(EXAM, 16 * 60)
    assert "may have ended" in session_text(hour, krx.Board.DERIVATIVES, krx.calendar())
    assert session_text(hour, krx.Board.DERIVATIVES, DAYS).startswith("day, continuous trading")


def test_the_doctor_of_a_key_refuses_a_profile_that_isnt_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such profile"):
        run_doctor_ls("", tmp_path / "none.toml", None)
