"""Only what lasts is said."""

import time

import pytest

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
