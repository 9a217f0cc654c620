"""What ``maemae data download`` asks of LS."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from brokers.simulators import Account, LsSim
from maemae.cli_data_download_run import _download
from market import krx
from market.bars import Bars
from market.catalog import Catalog
from market.errors import ConfigError
from market.instruments import Instrument
from market.timeframes import MINUTE
from tests.brokers.stages import LS, LS_STOCKS, RISES, START, bars


def downloaded(
    folder: Path, names: Sequence[str], played: dict[str, Bars], paper: bool, **settings: Any
) -> Catalog:
    catalog = Catalog(folder)

    async def scene() -> None:
        money = Account.funded({"KRW": 10**9}, key="key", secret="secret")
        async with LsSim(played, account=money, history=10, rates=False, paper=paper) as sim:
            given = {"url": sim.rest_url, "max_clock_offset_s": 1e12, **settings}
            await _download(
                names, "ls", given, krx.calendar(), MINUTE, START, START + 10 * MINUTE, catalog,
                lambda text: None,
            )  # fmt: skip

    asyncio.run(asyncio.wait_for(scene(), 60))
    return catalog


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LS_APP_KEY", "key")
    monkeypatch.setenv("LS_APP_SECRET", "secret")


def test_several_stocks_at_once(tmp_path: Path) -> None:
    names = ["005930@ls", "000660@ls"]
    played = {name.partition("@")[0]: bars(LS_STOCKS, Instrument(name), RISES) for name in names}
    catalog = downloaded(tmp_path, names, played, paper=False)
    assert sorted(each.instrument.id for each in catalog.entries()) == sorted(names)


def test_a_future_by_a_paper_key_needs_its_margin(tmp_path: Path) -> None:
    played = {"101TC000": bars(LS, Instrument("101TC000@ls"), RISES)}
    with pytest.raises(ConfigError, match="--margin"):
        downloaded(tmp_path / "none", ["101TC000@ls"], played, paper=True)
    catalog = downloaded(tmp_path / "some", ["101TC000@ls"], played, paper=True, margin=0.12)
    [found] = catalog.entries()
    assert found.instrument.long_margin == 0.12
