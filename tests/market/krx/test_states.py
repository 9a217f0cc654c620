"""What the market's status messages add up to."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from market import krx
from market.krx.states import DERIVATIVES, KOSDAQ, KOSPI, WATCHED, MarketState, States

CODES = st.tuples(st.sampled_from([*WATCHED, "9", "C"]), st.integers(0, 99).map(lambda n: f"{n:02d}"))


def fed(*messages: tuple[str, str]) -> States:
    """The states after messages from an open market on."""
    return reduce(lambda states, message: states.after(*message), messages, OPEN)


OPEN = States().after(KOSPI, "21").after(KOSDAQ, "21").after(DERIVATIVES, "21")


def test_a_circuit_breaker_stops_shares_and_derivatives_until_each_is_told() -> None:
    struck = fed((KOSPI, "61"))
    assert struck.kospi.halted and struck.derivatives.halted and not struck.kosdaq.halted
    assert struck.kospi.breaker == struck.derivatives.breaker == 1
    lifted = struck.after(KOSPI, "62").after(DERIVATIVES, "62")
    assert lifted.kospi.gathering and not lifted.kospi.halted and not lifted.kospi.continuous
    assert lifted.derivatives.gathering
    over = lifted.after(KOSPI, "63")
    assert over.kospi.continuous and not over.derivatives.continuous
    assert over.after(DERIVATIVES, "63").derivatives.continuous


def test_the_second_and_third_stage() -> None:
    second = fed((KOSPI, "68"))
    assert second.kospi.breaker == 2 and second.derivatives.halted
    assert second.after(KOSPI, "70").kospi.gathering
    assert second.after(KOSPI, "70").after(KOSPI, "71").kospi.continuous
    third = fed((KOSPI, "69"))
    assert third.kospi.over and third.derivatives.over
    assert not third.after(KOSPI, "62").after(KOSPI, "63").kospi.continuous


def test_the_same_number_means_another_thing_in_derivatives() -> None:
    assert fed((DERIVATIVES, "61")).derivatives.over
    assert not fed((DERIVATIVES, "61")).kospi.over
    assert fed((DERIVATIVES, "70")).derivatives.up_soon == 2
    assert fed((KOSPI, "70")).derivatives.up_soon == 0


def test_limits_are_announced_then_widen_and_never_narrow_within_the_day() -> None:
    said = fed((DERIVATIVES, "71"))
    assert (said.derivatives.down, said.derivatives.down_soon) == (1, 2)
    wide = said.after(DERIVATIVES, "75")
    assert (wide.derivatives.down, wide.derivatives.down_soon, wide.derivatives.up) == (2, 0, 1)
    widest = wide.after(DERIVATIVES, "73").after(DERIVATIVES, "77").after(DERIVATIVES, "75")
    assert (widest.derivatives.down, widest.derivatives.up) == (3, 1)
    assert widest.after(DERIVATIVES, "11").derivatives == MarketState(phase="auction")


def test_sidecars_hold_programmes_of_their_side() -> None:
    assert fed((KOSPI, "64")).kospi.sell_sidecar
    assert not fed((KOSPI, "64"), (KOSPI, "65")).kospi.sell_sidecar
    both = fed((KOSDAQ, "66"), (KOSDAQ, "64"), (KOSDAQ, "67")).kosdaq
    assert (both.sell_sidecar, both.buy_sidecar) == (True, False)
    assert both.continuous


def test_a_day_passes_through_its_phases() -> None:
    state, seen = MarketState(), []
    for status in ("25", "11", "22", "21", "44", "31", "42", "41"):
        state = state.after(DERIVATIVES, status)
        seen.append((state.phase, state.continuous))
    assert seen == [
        ("", True), ("auction", False), ("auction", False), ("open", True), ("open", True),
        ("closing", False), ("closing", False), ("closed", False),
    ]  # fmt: skip


@given(st.lists(CODES, max_size=40))
def test_no_messages_make_a_market_that_is_over_trade_again_the_same_day(
    messages: list[tuple[str, str]],
) -> None:
    states = fed((KOSPI, "69"), *(message for message in messages if message[1] != "11"))
    assert states.kospi.over and states.derivatives.over
    assert not states.derivatives.continuous


@given(st.lists(CODES, max_size=40), CODES)
def test_a_message_touches_its_own_market_and_kospis_breakers_derivatives(
    messages: list[tuple[str, str]], last: tuple[str, str]
) -> None:
    before = fed(*messages)
    after = before.after(*last)
    names = {"1": "kospi", "2": "kosdaq", "5": "derivatives", "6": "nxt", "8": "night"}
    touched = {name for name in names.values() if getattr(before, name) != getattr(after, name)}
    assert touched <= {names.get(last[0], ""), "derivatives" if last[0] == KOSPI else ""}
    for name in names.values():
        state = getattr(after, name)
        assert 1 <= state.up <= 3 and 1 <= state.down <= 3 and 0 <= state.breaker <= 3
        assert not (state.halted and state.gathering)


def test_interruptions_of_a_share() -> None:
    struck = krx.Interruption().after("1", reference=10_000.0, trigger=11_000.0)
    assert struck.active and struck.static and not struck.dynamic
    assert struck.after("3").dynamic
    assert struck.after("0") == krx.Interruption()


def test_an_orders_market_is_that_of_its_board_and_session() -> None:
    states = fed((KOSPI, "61"))
    assert states.of(krx.Board.DERIVATIVES).halted and states.of(krx.Board.STOCKS).halted
    assert not states.of(krx.Board.DERIVATIVES, night=True).halted
    assert not states.of(krx.Board.STOCKS, kosdaq=True).halted
