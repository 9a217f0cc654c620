"""Whatever a report says in English it says in Korean too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from desk.records import Cap, Reason, Stage, Why
from market.findings import ERRORS, WARNINGS, Finding
from market.loaders import examine
from report.decided import CAPS, REMEDIES, WHYS, reason
from report.sentences import FINISHED, SENTENCES
from report.terminal import COST_FIGURES, FIGURES
from report.words import KOREAN, retell, say
from tests.maemae.bad_input import frame

ROOT = Path(__file__).resolve().parents[2]
SPEAKING = [
    *sorted((ROOT / "report").glob("*.py")),
    *[ROOT / "maemae" / f"{name}.py" for name in ("cli", "cli_run", "cli_data_run")],
    ROOT / "backtest" / "run.py",
]
TELLERS = {"say", "tell", "Hint", "_title", "stage"}
PLACES = re.compile(r"\{(\w+)\}")
LATIN = re.compile(r"[A-Za-z]{2,}")


def texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))


def told() -> Iterator[str]:
    """Every text that stands first in a call of a teller."""
    for path in SPEAKING:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in TELLERS:
                    yield from texts(node.args[0])


def known(text: str) -> bool:
    return text in KOREAN or text in SENTENCES or text in FINISHED


def test_every_sentence_that_is_told_exists_in_korean() -> None:
    found = set(told())
    assert len(found) > 60
    assert not {text for text in found if text and not known(text)}


def test_words_that_stand_in_tables_exist_in_korean() -> None:
    words = [word for word, _, _ in (*FIGURES, *COST_FIGURES)]
    words += [each.name.lower() for code in (Reason, Stage) for each in code]
    words += [*WHYS.values(), *CAPS.values(), *REMEDIES.values(), *ERRORS, *WARNINGS]
    words += [
        "long",
        "short",
        "none",
        "instrument",
        "timeframe",
        "bars",
        "first",
        "last",
        "added",
        "replaced",
    ]
    assert not [word for word in words if not known(word)]


def test_every_reason_to_pass_has_words() -> None:
    for why in Why:
        for cap in Cap:
            assert reason(int(why), int(cap))


def test_a_translation_has_the_places_of_its_sentence() -> None:
    for english, korean in (SENTENCES | FINISHED).items():
        assert set(PLACES.findall(korean)) <= set(PLACES.findall(english)), english


def test_values_are_put_into_sentences_of_either_language() -> None:
    assert say("lot {lot}", "en", lot=5) == "lot 5" and say("lot {lot}", "ko", lot=5) == "최소 수량 단위 5"
    assert say("no such word", "ko") == "no such word"


def findings() -> Iterator[Finding]:
    """Every kind of finding there is."""
    changes: list[dict[str, object]] = [
        {"low": 0.0}, {"high": 1.0}, {"volume": -1.0}, {"close": 1000.0}, {"open": np.nan},
        {"open": np.nan, "high": np.nan, "low": np.nan, "close": np.nan},
        {"open": 0.0, "high": 0.0, "low": 0.0, "volume": 0.0}, {"volume": 0.0}, {"volume": np.nan},
    ]  # fmt: skip
    for change in changes:
        table = frame()
        table.loc[[7, 20], list(change)] = list(change.values())
        yield from examine(table)
    yield from examine(frame().assign(close=np.nan))
    yield from examine(frame().assign(volume=np.nan))
    yield from examine(frame().drop(index=range(100, 130)))
    yield from examine(frame().iloc[[0, 2, 1, *range(3, 300)]])
    yield from examine(frame().iloc[[0, 1, 1, *range(2, 300)]])
    other = frame().iloc[[0, 1, 1, *range(2, 300)]].reset_index(drop=True)
    other.loc[2, "volume"] = 5.0
    yield from examine(other)
    yield from examine(frame().iloc[::-1])
    slightly = frame()
    slightly.loc[7:9, "close"] = slightly.loc[7:9, "high"] * 1.001
    yield from examine(slightly)
    for ratio, days in ((0.5, 0), (2.0, 0), (0.37, 0), (0.37, 200)):
        jumped = frame()
        jumped.loc[150:, ["open", "high", "low", "close"]] *= (
            ratio * jumped["close"][149] / jumped["open"][150]
        )
        jumped.loc[150:, "time"] += np.timedelta64(days, "D")
        yield from examine(jumped)


def test_every_finding_is_told_in_korean() -> None:
    seen = set()
    for finding in findings():
        korean = retell(finding.message, "ko")
        seen.add(finding.kind)
        assert not LATIN.search(korean.replace("adjust_splits", "")), (finding.message, korean)
        assert set(re.findall(r"\d[\d.:-]*\d|\d", finding.message)) == set(
            re.findall(r"\d[\d.:-]*\d|\d", korean)
        )
    assert {"price", "high<low", "volume", "outside", "missing", "no bar", "halt", "zero volume", "no volume",
            "gap", "disorder", "duplicate", "newest first", "split", "jump", "reuse"} <= seen  # fmt: skip
