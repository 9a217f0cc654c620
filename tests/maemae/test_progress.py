"""Only what lasts is said."""

import io
import time

import pytest
import rich.status  # noqa: F401  (so that the spinner isn't waiting for its own import)

from maemae.progress import Progress


def test_what_is_quick_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(patience_s=5.0) as stage:
        stage("Reading data")
        stage("Folding")
    assert capsys.readouterr() == ("", "")


def test_what_lasts_is_said_once_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(patience_s=0.01) as stage:
        stage("Compiling the desk")
        time.sleep(0.2)
    assert capsys.readouterr() == ("", "Compiling the desk ...\n")


def test_it_is_said_in_the_reader_s_language(capsys: pytest.CaptureFixture[str]) -> None:
    for text, said in (
        ("Reading data", "데이터 읽는 중"), ("Verifying: 1,000 of 20,000 bars cut", "봉 20,000개 중 1,000개"),
        ("Check AAA@x (2 of 3)", "AAA@x 검사 중 (3개 중 2번째)"),
    ):  # fmt: skip
        with Progress(patience_s=0.01, language="ko") as stage:
            stage(text)
            time.sleep(0.1)
        assert said in capsys.readouterr().err


def test_many_short_stages_that_last_together_are_said_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress(patience_s=0.02) as stage:
        for each in range(100):
            stage(f"Checking {each}")
            time.sleep(0.003)
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 9 and all(line.startswith("Checking ") for line in lines)


def test_nothing_is_said_after_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(patience_s=0.05) as stage:
        stage("Reading data")
    time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_a_terminal_sees_a_spinner(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Progress(patience_s=0.01) as stage:
        stage("Reading data")
        time.sleep(0.2)
        stage("Folding")
        time.sleep(0.2)
    assert "Reading data" in terminal.getvalue() and "Folding" in terminal.getvalue()
