"""What the controls say: in both languages, with the same values, keys and codes."""

import inspect
import re
from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest

from live.risk import (
    codes,
    connection,
    exposure,
    options,
    posttrade,
    prices,
    reducing,
    size,
    states,
    static,
    throttles,
    watch,
)
from live.risk.codes import Code
from live.risk.gate import ENTRY, EXIT
from live.risk.limits import RiskLimits, key
from live.risk.words import WORDS
from tests.live.risk.world import BTC, exit_of, facts, gate, holding, judged, order, tight

MODULES = (connection, exposure, options, posttrade, prices, reducing, size, states, static, throttles)
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "risk.md").read_text(encoding="utf-8")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("say", sorted(WORDS))
def test_both_languages_take_the_same_values(say: str) -> None:
    english, korean = WORDS[say]
    assert places(english) == places(korean)
    assert re.search("[가-힣]", korean) and not re.search("[가-힣]", english)


def test_what_a_control_may_say_has_words() -> None:
    sources = "".join(inspect.getsource(each) for each in (*MODULES, watch))
    said = set(re.findall(r'Bound\(\s*[\w.]+, \w+, "(\w+)"', sources))
    said |= set(re.findall(r'Level\.\w+, "(\w+)"', sources))
    assert len(said) > 35 and said <= WORDS.keys()


def test_a_denial_in_korean_has_the_values_of_the_english_one() -> None:
    said = judged(tight(max_order_notional=50.0), order(), facts())
    assert said.reason == (
        "R07 ORDER_NOTIONAL BTCUSDT@test: worth 100 at 100, above risk.controls.max_order_notional = 50; "
        "nothing was sent."
    )
    assert said.told("ko") == (
        "R07 ORDER_NOTIONAL BTCUSDT@test: 100 기준 주문 금액 100이 "
        "risk.controls.max_order_notional = 50 한도를 넘습니다; 보내지 않았습니다."
    )


def test_a_reduction_and_a_wait_say_so_in_both_languages() -> None:
    reduced = judged(tight(max_position=0.5), order(), facts())
    assert reduced.reason.endswith("; 0.500 of 1 go.") and reduced.told("ko").endswith(
        "; 1 중 0.500만 보냅니다."
    )
    waits = judged(tight(), exit_of(), facts(here=holding("1"), killed="by ann"))
    assert waits.reason.endswith("nothing was sent, it waits.")
    assert waits.told("ko").endswith("보내지 않고 기다립니다.")
    assert gate().judge(order(), facts()).reason == f"R00 ALLOWED {BTC.id}: every control passed."


def test_every_one_of_the_thirty_has_a_code_a_control_and_a_line_in_the_page() -> None:
    numbers = {code.value[:3] for code in Code}
    assert numbers == {f"R{number:02}" for number in range(31)}
    for code in Code:
        name = f"Code.{code.name}"
        assert code is Code.ALLOWED or name in "".join(inspect.getsource(each) for each in (*MODULES, watch))
        assert code.value in PAGE, code.value
    assert len({*ENTRY, *EXIT}) == len(ENTRY) + 2  # exits have two of their own
    assert set(Code) >= codes.LATCHING


def test_every_limit_stands_in_the_page_with_its_key() -> None:
    for field in fields(RiskLimits):
        name = "risk.controls.instruments" if field.name == "instruments" else key(field.name)
        assert f"`{name.removeprefix('risk.')}`" in PAGE, name
