"""What the bot says: every word in both languages, numbers as people write them, markup that holds."""

import ast
import re
import string
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.records import Action, Cap, Outcome, Reason, Why
from live.control.answers import Activity, Code, Period
from live.messages import answers, story
from live.messages.markup import LONGEST, b, code, esc, fit, plain, slack
from live.messages.voice import Voice, money, percent, price
from live.messages.words import KOREAN
from live.telegram.commands import COMMANDS
from report.words import KOREAN as REPORT
from tests.conftest import ROOT
from tests.live.telegram.scripted_api import markup_error
from tests.live.telegram.strict_bot import DECISION, NASTY, ORDER, TRADE

KO = Voice("ko", "Asia/Seoul")
FOLDERS = ("messages", "telegram", "alerts", "supervisor")


def said_in(path: Path) -> Iterator[str]:
    """Sentences that a file gives to ``say``, directly or by a name assigned in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name != "say":
            continue
        given = node.args[0]
        value = texts.get(given.id) if isinstance(given, ast.Name) else given
        for each in ast.walk(value) if value is not None else ():
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and len(each.value) > 1:
                yield each.value


def test_every_sentence_has_its_korean() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / "live" / folder).glob("*.py")]
    said = {sentence for path in files for sentence in said_in(path)}
    said |= {each.does for each in COMMANDS} | set(answers._DONE.values())
    said |= {each.value for kind in (Activity, Period) for each in kind}
    said |= {each.name for kind in (Action, Why, Cap, Reason) for each in kind} - {"NONE"}
    said |= {Outcome.STOP_LOSS.name, Outcome.TAKE_PROFIT.name, "viewer", "trader", "owner"}
    assert len(said) > 150
    assert not said - KOREAN.keys() - REPORT.keys()


def test_both_languages_fill_the_same_places() -> None:
    for english, korean in KOREAN.items():
        assert _places(english) == _places(korean), english
        assert re.search("[가-힣]", korean) or not re.search("[a-z]{2}", re.sub("{.*?}", "", english)), (
            english
        )


def _places(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_code_has_its_words() -> None:
    assert set(answers._DONE) == set(Code)


@given(st.text(max_size=300))
def test_outside_text_is_never_markup(text: str) -> None:
    assert markup_error(f"x{b(text)}{code(text)}", LONGEST) == ""
    assert not re.search(r"[<>]", esc(text))


@given(
    st.lists(st.sampled_from(["<b>", "</b>", "&lt;", "한글", "x" * 50, "\n"]), max_size=200),
    st.integers(60, 500),
)
def test_a_cut_text_is_whole_markup(parts: list[str], longest: int) -> None:
    text, open_tag = "", False
    for part in parts:
        if part in ("<b>", "</b>") and open_tag == (part == "<b>"):
            continue
        open_tag = part == "<b>" or (open_tag and part != "</b>")
        text += part
    text += "</b>" if open_tag else ""
    cut = fit(text, longest)
    assert len(cut) <= longest and (not cut.strip() or markup_error(cut + "x", 10**6) == "")


def test_markup_becomes_plain_and_slack() -> None:
    text = f"{b('a & b')} {code('<x>')}"
    assert plain(text) == "a & b <x>" and slack(text) == "*a &amp; b* `&lt;x&gt;`"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (money(1234567.891, "KRW"), "1,234,568 KRW"),
        (money(-3.14159, "USDT", signed=True), "-3.14 USDT"),
        (money(nan, "USDT"), "–"),
        (percent(1.234), "+1.23 %"),
        (percent(inf), "–"),
        (price(45000.10), "45,000.1"),
        (price(0.00001234), "0.00001234"),
        (price(Decimal("0.5000")), "0.5"),
        (price(Decimal("1E+3")), "1,000"),
        (price(None), "–"),
        (price(342.0), "342"),
        (KO.time(1_764_000_000 * 10**9), "11-25 01:00"),
        (KO.time(0), "–"),
        (KO.span(90_061), "1일 1시간"),
        (Voice().span(59), "59 s"),
        (Voice().span(3_700), "1 h 1 min"),
    ],
)
def test_numbers_and_times_look_as_people_write_them(said: str, expected: str) -> None:
    assert said == expected


def test_long_lists_say_how_much_is_left() -> None:
    text = answers.orders_text([ORDER] * 200, Voice())
    shown = text.count("run-7")
    assert f"… and {200 - shown} more." in text and markup_error(text, LONGEST) == ""


@pytest.mark.parametrize("voice", [Voice(), KO])
def test_a_decision_tells_its_opinions_and_numbers(voice: Voice) -> None:
    text = story.decision_text(DECISION, voice)
    for part in ("0.580", "0.550", "0.510", "0.610", "+0.40", esc(NASTY), voice.say("abstained")):
        assert part in text
    assert "<script>" not in text and not re.search(r"\bnan\b", text, re.IGNORECASE)


def test_a_trade_tells_how_it_ended() -> None:
    said = unescape(plain(answers.trade_text(TRADE, KO)))
    assert "익절" in said and "+448.20 (+1.99 %)" in said and "45,000 → 45,900" in said
