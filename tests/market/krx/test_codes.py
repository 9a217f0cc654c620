"""What KRX's short codes say."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.errors import DataError
from market.krx import codes
from market.krx.codes import Form, parse
from market.krx.names import read_name
from tests.market.krx.real_day import DERIVATIVES, needs_data, table

MONTHS = st.tuples(st.integers(1996, 2055), st.integers(1, 12))
PRODUCTS = st.sampled_from(["01", "05", "06", "04", "11", "BT"])


@needs_data
def test_every_derivative_of_the_real_day_round_trips_and_agrees_with_its_name() -> None:
    seen = 0
    for name in DERIVATIVES:
        rows = table(name)
        for text, said in zip(rows["ISU_CD"], rows["ISU_NM"], strict=True):
            code, known = parse(text), read_name(said)
            assert str(code) == text
            assert codes.short(codes.isin(code)) == text
            assert known.form is code.form, said
            if code.form is Form.SPREAD or not known.week:
                assert (known.year, known.month) == (code.year, code.month), said
            assert known.far == code.far, said
            seen += 1
    print(f"\n{seen} derivatives of KRX's day read and written again")
    assert seen == 361 + 2724 + 2611 + 8358


@needs_data
def test_every_strike_that_a_code_holds_is_its_names() -> None:
    rows = table("options_index")
    held = 0
    for text, said in zip(rows["ISU_CD"], rows["ISU_NM"], strict=True):
        code = parse(text)
        if code.product in codes.STRIKES_IN_CODE:
            assert code.strike == read_name(said).strike
            held += 1
        else:
            with pytest.raises(DataError, match="number the strike"):
                _ = code.strike
    assert held == 764 + 1480 + 74 + 74


@given(PRODUCTS, MONTHS)
def test_a_future_is_read_as_it_was_written(product: str, month: tuple[int, int]) -> None:
    code = codes.future(product, *month)
    assert parse(str(code)) == code
    assert (code.year, code.month) == month


@given(PRODUCTS, MONTHS, st.integers(1, 200))
def test_a_spread_is_read_as_it_was_written(product: str, near: tuple[int, int], later: int) -> None:
    n = near[0] * 12 + near[1] - 1 + later
    if n // 12 > 2055:
        return
    far = (n // 12, n % 12 + 1)
    code = codes.spread(product, near, far, new_spreads=True)
    assert parse(str(code), new_spreads=True) == code
    first, second = codes.legs(code)
    assert ((first.year, first.month), (second.year, second.month)) == (near, far)


@given(st.sampled_from(["call", "put"]), st.sampled_from(["01", "05"]), MONTHS, st.integers(1, 399))
def test_an_option_below_1000_is_read_as_it_was_written(
    right: str, product: str, month: tuple[int, int], steps: int
) -> None:
    code = codes.option(right, product, *month, steps * 2.5)
    assert parse(str(code)) == code
    assert code.strike == steps * 2.5


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_any_code_is_read_whole_or_refused(text: str) -> None:
    try:
        code = parse(text, new_spreads=True)
    except DataError as error:
        assert text in str(error)
    else:
        assert str(code) == text


@given(st.text(max_size=12))
def test_no_text_surprises_the_reader(text: str) -> None:
    for read in (parse, read_name, codes.short):
        with suppress(DataError):
            read(text)


def test_codes_of_2026_are_read() -> None:
    assert parse("A016C000") == codes.future("01", 2026, 12)
    assert parse("A0173000") == codes.future("01", 2027, 3)
    call = parse("B016A745")
    assert (call.form, call.year, call.month, call.strike) == (Form.CALL, 2026, 10, 745.0)
    week = parse("B09FE745")
    assert (week.serial, week.year, week.strike) == ("FE", 0, 745.0)
    assert codes.isin("B016A745") == "KR4B016A7454"


@pytest.mark.parametrize("text", ["BAFC0A57", "B016AA40", "B056AA38"])
def test_a_strike_from_1000_on_is_refused_and_the_master_named(text: str) -> None:
    with pytest.raises(DataError, match=rf"{text}.*t8433/t8435 hname"):
        _ = parse(text).strike


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("101V3", "8 characters"),
        ("901V3000", "begins with '9'"),
        ("101V3001", "ends in 000"),
        ("401V3V6T", "ends in S"),
        ("101I3000", "year letter"),
        ("101VD000", "year letter"),
        ("D016C73S", "isn't confirmed"),
    ],
)
def test_a_bad_code_is_refused_by_its_value(text: str, why: str) -> None:
    with pytest.raises(DataError, match=why) as refused:
        parse(text)
    assert text in str(refused.value)


def test_a_spread_across_the_cycles_has_its_legs() -> None:
    near, far = codes.legs(parse("401V36CS"))
    assert (str(near), str(far)) == ("101V3000", "A016C000")


@pytest.mark.parametrize(
    "isin", ["KR4101T90003", "KR4401T9WCS9", "KR4201T71852", "KR4111T70004", "KR4B016A7454"]
)
def test_isins_of_the_guide_hold(isin: str) -> None:
    assert codes.isin(codes.short(isin)) == isin
    with pytest.raises(DataError, match="check digit"):
        codes.short(isin[:11] + str((int(isin[11]) + 1) % 10))


@pytest.mark.parametrize(
    ("text", "form", "year", "month", "week", "weekday", "strike"),
    [
        ("C 2610   745.0", Form.CALL, 2026, 10, 0, "", 745.0),
        ("C 2307 185.0", Form.CALL, 2023, 7, 0, "", 185.0),
        ("C 월 W1 1,140.0", Form.CALL, 0, 0, 1, "Monday", 1140.0),
        ("P 목 W4   392.5", Form.PUT, 0, 0, 4, "Thursday", 392.5),
        ("F 2309", Form.FUTURE, 2023, 9, 0, "", 0.0),
        ("KQF 2306", Form.FUTURE, 2023, 6, 0, "", 0.0),
        ("삼성전자   F 202307", Form.FUTURE, 2023, 7, 0, "", 0.0),
        ("코스피위클리M C 2401W2 310.0 (정규)", Form.CALL, 2024, 1, 2, "Monday", 310.0),
        ("F SP 09-2512", Form.SPREAD, 0, 9, 0, "", 0.0),
    ],
)
def test_names_of_the_masters_are_read(
    text: str, form: Form, year: int, month: int, week: int, weekday: str, strike: float
) -> None:
    name = read_name(text)
    assert (name.form, name.year, name.month, name.week, name.weekday, name.strike) == (
        form, year, month, week, weekday, strike,
    )  # fmt: skip
