"""Whatever the live commands print in English they print in Korean too."""

import ast
import re
import string
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from desk.records import OrderKind
from live.control.answers import OrderLine
from live.messages.answers import order_text
from live.messages.retold import engine_forms
from live.messages.retold import retell as retold_by_telegram
from live.messages.voice import Voice
from live.messages.words import KOREAN
from live.risk.codes import Code
from live.risk.words import WORDS, english_or_korean, tail
from maemae.cli_words import FINISHED, SENTENCES, retell, tell
from maemae.demo_live import FAULTS
from report.words import KOREAN as REPORT

ROOT = Path(__file__).resolve().parents[2]
SPEAKING = (
    "cli_live_ask", "cli_live_run", "cli_live_doctor", "cli_live_backup", "cli_data_download_run",
    "cli_demo_run", "demo_live_screen",
)  # fmt: skip
FINISHING = (
    ROOT / "maemae" / "doctor.py",
    ROOT / "live" / "views" / "health.py",
    ROOT / "live" / "supervisor" / "kill.py",
    ROOT / "live" / "supervisor" / "venue.py",
)
HANGUL, ENGLISH = re.compile("[가-힣]"), re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")


def tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST, names: dict[str, list[ast.AST]]) -> Iterator[str]:
    """The texts that an expression may be, names of the module looked up."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body, names), *texts(node.orelse, names))
    elif isinstance(node, ast.Name):
        for value in names.get(node.id, []):
            yield from texts(value, {})


def named(module: ast.AST) -> dict[str, list[ast.AST]]:
    """Everything that a name is given somewhere in a module."""
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for one, value in zip(target.elts, node.value.elts, strict=True):
                        if isinstance(one, ast.Name):
                            found.setdefault(one.id, []).append(value)
    return found


def calls(module: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
            yield node


def told() -> set[str]:
    found: set[str] = set()
    for name in SPEAKING:
        module = tree(ROOT / "maemae" / f"{name}.py")
        for call in calls(module, "tell", "_say"):
            for argument in call.args[:3]:
                found |= {each for each in texts(argument, named(module)) if " " in each or "{" in each}
    return found


def test_every_sentence_that_is_told_exists_in_korean() -> None:
    found = told() | {each.words for each in FAULTS}
    assert len(found) > 40
    assert not found - SENTENCES.keys() - KOREAN.keys() - REPORT.keys()


def test_nothing_is_printed_past_tell() -> None:
    """An f-string in a print carries no words of its own."""
    for name in SPEAKING:
        for call in calls(tree(ROOT / "maemae" / f"{name}.py"), "print", "input"):
            for node in (part for argument in call.args for part in ast.walk(argument)):
                if isinstance(node, ast.JoinedStr):
                    own = "".join(each.value for each in node.values if isinstance(each, ast.Constant))
                    assert not re.search("[a-z]{2}", own.replace("maemae: ", "")), (name, own)


def test_both_languages_fill_the_same_places() -> None:
    for english, korean in {**SENTENCES, **FINISHED, **engine_forms()}.items():
        assert places(english) == places(korean), english
        assert HANGUL.search(korean) or not re.search("[a-z]{2}", re.sub("{.*?}", "", english)), english


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def finished() -> Iterator[str]:
    """What doctor, health and kill say, a value in each place."""
    for path in FINISHING:
        module = tree(path)
        names = named(module)
        for call in calls(module, "Finding", "ConfigError", "Check", "append"):
            for argument in call.args:
                yield from filled(argument, names)
        for node in ast.walk(module):
            if isinstance(node, ast.Return) and node.value is not None and path.name == "doctor.py":
                yield from filled(node.value, names)


def filled(node: ast.AST, names: dict[str, list[ast.AST]]) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        parts = [str(each.value) if isinstance(each, ast.Constant) else "7s" for each in node.values]
        yield "".join(parts)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*filled(node.body, names), *filled(node.orelse, names))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from filled(value, names)
    elif isinstance(node, ast.BinOp):
        for left in filled(node.left, names):
            yield from (left + right for right in filled(node.right, names))
    elif isinstance(node, ast.Name):
        for value in names.get(node.id, []):
            yield from filled(value, {})


def test_every_finding_check_and_problem_is_known_by_its_form() -> None:
    found = {each.strip() for each in finished() if re.search("[a-z]{2} [a-z]", each)}
    assert len(found) > 40
    for each in found:
        assert HANGUL.search(retell(each, "ko")), each
        assert not ENGLISH.search(retell(each, "ko")), (each, retell(each, "ko"))


@pytest.mark.parametrize("say", WORDS)
def test_what_the_controls_say_is_retold_with_its_values(say: str) -> None:
    values = tuple(f"{k}.5s" for k in range(len(places_of(WORDS[say][0]))))
    for outcome, waits in (("allow", False), ("reduce", False), ("deny", False), ("deny", True)):
        english, korean = (
            f"{Code.CLOCK} BTCUSDT@binance: {english_or_korean(say, values, language)}"
            f"{tail(outcome, waits, language).format('1', '2')}"
            for language in ("en", "ko")
        )
        assert retold_by_telegram(english, "ko") == korean
        assert retold_by_telegram(english, "en") == english


def places_of(clause: str) -> set[str]:
    return places(clause)


def test_a_reason_within_a_reason_is_retold_too() -> None:
    said = "R28 STATE: entries are paused: paused by kim at 2026-01-01T00:00:00+00:00."
    assert retold_by_telegram(said, "ko") == (
        "R28 STATE: 진입이 일시 중지되었습니다: kim 님이 2026-01-01T00:00:00+00:00에 일시 정지."
    )
    assert retell("something that nobody knows", "ko") == "something that nobody knows"
    assert tell("long", "ko") == "매수 포지션" and tell("long", "en") == "long"


def test_a_limit_order_is_not_an_exceeded_limit() -> None:
    order = OrderLine(
        "a", "BTC", "s", 1, OrderKind.LIMIT.name, Decimal(1), Decimal(0), "accepted", "ENTRY", 1, Decimal(5)
    )
    assert "지정가" in order_text(order, Voice("ko")) and "한도" not in order_text(order, Voice("ko"))


@pytest.mark.parametrize("who", ["kim", "somebody at the command line", "kim at the desk at home"])
def test_who_killed_is_whole(who: str) -> None:
    """Names may hold what stands between the places of a sentence."""
    said = retold_by_telegram(f"killed by {who} at 2026-11-27T02:47:16+00:00: asked for", "ko")
    assert said.endswith(" 님이 2026-11-27T02:47:16+00:00에 비상 정지: 요청")
    assert said.startswith((who, "명령줄의 누군가")) and "the command line" not in said
