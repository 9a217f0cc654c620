"""The option board: typed rows per strike, by day with Greeks."""

from math import isnan
from pathlib import Path
from typing import Any

import pytest

from brokers.ls.board import MINI, MONDAYS, WEEKLY, board, board_of, weekly
from market.errors import ConfigError, DataError
from tests.brokers.ls.asking import Asking, Scripted, answered, examples
from tests.brokers.simulators.ls_scenes import CALL, FUTURE, PUT, market, plain
from tests.brokers.simulators.scenes import run


def sent(*codes: tuple[str, str]) -> dict[str, Any]:
    """A board of calls: code and strike."""
    rows = [{"optcode": code, "actprice": strike, "price": "1.00"} for code, strike in codes]
    return {"rsp_cd": "00000", "t2301OutBlock": {"gmprice": "345.00"}, "t2301OutBlock1": rows}


def test_a_month_has_calls_and_puts_with_greeks() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            found = await board(Asking(client), "202403")
            call, put = found.at("call", 345.0), found.at("put", 345.0)
            assert (call.code, put.code, found.future) == (CALL, PUT, FUTURE)
            assert 0 < call.delta < 1 and -1 < put.delta < 0 and call.gamma > 0
            assert 0.05 < call.volatility < 0.15 and call.moneyness == "at"
            assert call.bid < call.ask and found.days_left >= 0
            with pytest.raises(DataError, match="Nearest: 345"):
                found.at("call", 350.0)
            with pytest.raises(DataError, match="sent no option"):
                await board(Asking(client), "202404")

    run(scene())


def test_by_night_nothing_is_computed() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            call = (await board(Asking(client), "202403", night=True)).at("call", 345.0)
            assert isnan(call.delta) and isnan(call.volatility) and call.open_interest == -1

    run(scene())


@pytest.mark.parametrize("tr", ["t2301", "t8460"])
def test_the_guides_boards_are_read(real_data: Path, tr: str) -> None:
    for body in examples(real_data, tr):
        found, answer = board_of(answered(tr, body)), answered(tr, body)
        for side, block in ((found.calls, "OutBlock1"), (found.puts, "OutBlock2")):
            strikes = [row.strike for row in side]
            assert strikes == sorted(strikes) and len(side) == len(answer.rows(block))
        assert found.puts and found.future == answer.row("OutBlock")["gmshcode"]


def test_the_guides_put_in_full(real_data: Path) -> None:
    (body,) = examples(real_data, "t2301")
    (put,) = board_of(answered("t2301", body)).puts
    assert (put.strike, put.price, put.bid, put.ask, put.delta) == (520.0, 175.7, 175.5, 176.55, -1.0)
    assert put.volatility == pytest.approx(0.0001) and put.inner == 176.46 and put.open_interest == 471


def test_nobody_there_and_not_computed_are_no_numbers() -> None:
    (call,) = board_of(answered("t2301", sent((CALL, "345.00")))).calls
    assert all(isnan(each) for each in (call.bid, call.ask, call.delta, call.volatility))


def test_another_months_options_arent_taken() -> None:
    with pytest.raises(DataError, match=rf"202404 and sent {CALL}"):
        run(board(Scripted(sent((CALL, "345.00"))), "202404"))


def test_mondays_and_thursdays_are_told_apart_by_their_codes() -> None:
    both = sent(("BAFC0A57", "1140.00"), ("B09FEA57", "1140.00"))
    ask = Scripted(both, both)
    thursdays, mondays = run(weekly(ask, 1)), run(weekly(ask, 1, MONDAYS))
    assert [row.code for row in thursdays.calls] == ["B09FEA57"]
    assert [row.code for row in mondays.calls] == ["BAFC0A57"]
    assert ask.asked[0] == ("t2301", {"yyyymm": "W1    ", "gubun": WEEKLY})


def test_two_weeks_in_one_answer_are_refused() -> None:
    with pytest.raises(DataError, match="two series in one"):
        run(weekly(Scripted(sent(("B09FEA57", "1140.00"), ("B09FFA57", "1140.00"))), 1))


@pytest.mark.parametrize(("month", "kind"), [("2024", MINI), ("202413", MINI), ("202403", WEEKLY)])
def test_what_cant_be_asked_isnt(month: str, kind: str) -> None:
    ask = Scripted()
    with pytest.raises(ConfigError, match="expected YYYYMM"):
        run(board(ask, month, kind))
    assert not ask.asked


def test_a_put_among_calls_is_refused() -> None:
    with pytest.raises(DataError, match="among its board's calls"):
        board_of(answered("t2301", sent((PUT, "345.00"))))


def test_no_volatility_is_not_zero() -> None:
    assert isnan(board_of(answered("t2301", sent())).call_volatility)
