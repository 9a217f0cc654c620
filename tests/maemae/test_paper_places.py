"""A paper account is the bot's own, whatever account of a venue its profile names for later."""

from pathlib import Path

import pytest

from maemae.compose_live_market import instruments_of
from maemae.live_bots import read_bot
from maemae.profile import check_profile
from market.errors import ConfigError

PROFILE = """
name = "{name}"
mode = "{mode}"
[venue]
use = "ls"
account = "ls-futures"
margin = 0.1
[market]
instruments = ["A016C000@ls"]
timeframe = "5m"
[[strategy]]
use = "sma_cross"
[live]
local_stops = true
"""


def _journal(folder: Path, name: str, mode: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(PROFILE.format(name=name, mode=mode), encoding="utf-8")
    return read_bot(path).journal


def test_bots_on_paper_do_not_share_a_journal_with_each_other_or_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "state"))
    journals = [
        _journal(tmp_path, name, mode) for name in ("trend", "daynight") for mode in ("paper", "live")
    ]
    bots, account = tmp_path / "state" / "bots", tmp_path / "state" / "accounts" / "ls-futures"
    assert journals[::2] == [bots / name / "journal.db" for name in ("trend", "daynight")]
    assert journals[1::2] == [account / "journal.db"] * 2


@pytest.mark.parametrize("twice", [["A016C000@ls", "A016C000@ls"], ["A016C000", "A016C000@ls"]])
def test_an_instrument_named_twice_is_refused_before_anything_is_asked(twice: list[str]) -> None:
    settings = {"name": "p", "venue": {"use": "ls"}, "market": {"instruments": twice, "timeframe": "1m"}}
    with pytest.raises(ConfigError, match="Name every instrument once"):
        instruments_of(check_profile({**settings, "strategy": [{"use": "sma_cross"}]}, "p"))
