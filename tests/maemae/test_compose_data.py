"""Where bars come from: files, the catalog, the demo; and when shares of volume mean anything."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from maemae.asked import Asked
from maemae.compose import compose
from maemae.compose_data import read_panel
from maemae.profile import check_profile
from maemae.settings import Profile
from market.catalog import Catalog
from market.contracts import us_equity
from market.errors import ConfigError, DataError
from market.loaders import load_panel
from tests.maemae.bad_input import frame


def profile(market: dict[str, object], **tables: object) -> Profile:
    return check_profile({"strategy": [{"use": "sma_cross"}], "market": market, **tables}, "p.toml")


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """Two symbols in one file, the second ten days later."""
    later = frame(200).assign(time=pd.date_range("2020-01-11", periods=200, freq="D", tz="UTC"))
    both = pd.concat([frame().assign(symbol="AAA"), later.assign(symbol="BBB")])
    both.sort_values("time").to_csv(tmp_path / "both.csv", index=False)
    return tmp_path / "both.csv"


def test_symbols_of_one_file_become_columns_in_the_order_asked(several: Path) -> None:
    panel, source, described = read_panel(profile({"data": str(several), "instruments": ["BBB", "AAA"]}))
    assert [each.symbol for each in panel.instruments] == ["BBB", "AAA"] and source == str(several)
    assert panel.close.shape == (300, 2) and np.isnan(panel.close[:10, 0]).all() and not described
    assert read_panel(profile({"data": str(several)}))[0].close.shape == (300, 2)


def test_since_and_until_cut_the_bars_in_the_profile_s_zone(several: Path) -> None:
    market = {"data": str(several), "instruments": ["AAA"], "since": "2020-02-01", "until": "2020-03-01"}
    assert len(read_panel(profile(market))[0]) == 29
    seoul = read_panel(profile({**market, "timezone": "Asia/Seoul"}))[0]
    assert len(seoul) == 29 and seoul.ts[0] == read_panel(profile(market))[0].ts[0]  # the next UTC midnight


def test_a_folder_is_a_file_for_each_instrument(tmp_path: Path) -> None:
    for name in ("AAA", "BBB"):
        frame().to_csv(tmp_path / f"{name}.csv", index=False)
    panel, _, _ = read_panel(profile({"data": str(tmp_path)}))
    assert [each.symbol for each in panel.instruments] == ["AAA", "BBB"]


def test_without_data_the_catalog_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAEMAE_DATA", str(tmp_path))
    Catalog().import_file(frame(), instruments=[us_equity("AAA", "nasdaq")])
    panel, source, described = read_panel(profile({}))
    assert len(panel) == 300 and panel.instruments[0].id == "AAA@nasdaq"
    assert panel.instruments[0].ticks == us_equity("AAA").ticks
    assert described and source == f"catalog {tmp_path / 'bars'}"
    elsewhere = read_panel(profile({"catalog": str(tmp_path / "bars"), "instruments": ["AAA"]}))[0]
    np.testing.assert_array_equal(elsewhere.close, panel.close)
    with pytest.raises(DataError, match=r"symbol 'AAB' isn't in the catalog. Did you mean 'AAA'"):
        read_panel(profile({"instruments": ["AAB"]}))


def test_a_bare_file_imported_stays_undescribed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAEMAE_DATA", str(tmp_path))
    Catalog().import_file(frame(), symbol="AAA")
    assert not read_panel(profile({}))[2]
    assert read_panel(profile({}, instruments={"AAA": {"lot": 1}}))[2]


def test_the_demo_is_chosen_and_cut_like_any_data() -> None:
    pytest.importorskip("bokeh_sampledata")
    market = {"data": "demo", "instruments": ["MSFT", "AAPL"], "since": "2005-01-01", "until": "2006-01-01"}
    panel, source, described = read_panel(profile(market))
    assert [each.symbol for each in panel.instruments] == ["MSFT", "AAPL"]
    assert len(panel) == 252 and described and "public domain" in source
    with pytest.raises(ConfigError, match=r"timeframe = '1h': the demo's bars are 1d"):
        read_panel(profile({"data": "demo", "timeframe": "1h"}))
    assert len(read_panel(profile({"data": "demo", "timeframe": "1d"}))[0]) == 3270


def test_bars_in_memory_are_composed_like_bars_in_a_file(several: Path) -> None:
    panel = load_panel(pd.read_csv(several))
    plan = compose(Asked(strategy="sma_cross", symbols=("BBB",), since="2020-02-01"), panel)
    assert [each.symbol for each in plan.panel.instruments] == ["BBB"] and plan.source == "given bars"
    assert plan.panel.ts[0] == pd.Timestamp("2020-02-01", tz="UTC").value
    assert plan.panel.instruments[0].fees.taker == 0.0005 and plan.name == "sma_cross"
    with pytest.raises(ConfigError, match="expected one of them"):
        compose(Asked(strategy="sma_cross", data="demo"), panel)


def test_a_fill_takes_a_tenth_of_the_volume_where_instruments_are_described(several: Path) -> None:
    def share(*said: str) -> float:
        asked = Asked(strategy="sma_cross", data=str(several), symbols=("AAA",), set=said)
        return compose(asked).pipeline.rules.fills.participation

    assert share() == 0.0
    assert share("instruments.AAA.kind=equity") == 0.10
    assert share("fills.participation=0.02") == 0.02
    assert share("instruments.AAA.kind=equity", "fills.participation=0") == 0.0


def test_costs_are_on_unless_the_profile_takes_them_off(several: Path) -> None:
    (bare,) = read_panel(profile({"data": str(several), "instruments": ["AAA"]}))[0].instruments
    assert bare.fees.taker == 0.0005 and bare.slippage == 0.0001
    (free,) = read_panel(
        profile({"data": str(several), "instruments": ["AAA"]}, costs={"fee_bps": 0, "slippage_bps": 0})
    )[0].instruments
    assert free.fees.taker == free.slippage == 0.0


def test_the_users_own_files_are_part_of_the_manifest(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "AAA.csv", index=False)
    judge = tmp_path / "judge.py"
    text = (
        "import numpy as np\nfrom filters.opinions import Opinion\n\n\nclass Judge:\n    name = 'judge'\n"
        "    warmup = 0\n\n    def assess(self, signals, panel):\n"
        "        return Opinion.answer(np.full(len(signals), {p}))\n\n"
        "    def explain(self, row, signals, panel):\n        return {{}}\n"
    )
    (tmp_path / "p.toml").write_text(
        f"[market]\ndata = '{tmp_path / 'AAA.csv'}'\n[[strategy]]\nuse = 'sma_cross'\n"
        f"[[filters]]\nuse = '{judge}'\n"
    )
    judge.write_text(text.format(p=0.5))
    first = compose(Asked(profile=tmp_path / "p.toml")).manifest
    judge.write_text(text.format(p=0.6))
    assert compose(Asked(profile=tmp_path / "p.toml")).manifest.code != first.code
