"""A key of which a new token ends the one before: nobody takes it from a bot that trades with it."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from brokers.keys import Keys
from brokers.ls.access import LsAccess
from brokers.simulators import Account, LsSim, contract_of
from live.compare import compare
from maemae.app_key import check_unused, lock_of
from maemae.cli_compare_run import Wanted, _asked, subject_of
from maemae.cli_data_download_run import _download
from maemae.doctor_ls import examine_ls
from maemae.live_bot import LiveBot
from market import krx
from market.catalog import Catalog
from market.errors import ConfigError
from market.timeframes import MINUTE
from records.journal_view import JournalView
from records.lock import hold_account
from tests.live.ls_desk import CROSSES, SWINGS, bars_of, profile_of, trading

TOKENS = "POST /oauth2/token"


def test_a_free_key_is_nobodys_and_a_held_one_names_its_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path))
    keys = Keys("PSabc", "secret")
    check_unused(keys)
    with hold_account(lock_of(keys.key), "kospi"):
        check_unused(Keys("PSother", "secret"))
        with pytest.raises(ConfigError, match=r"profile 'kospi'.*Stop it first") as caught:
            check_unused(keys)
        assert "PSabc" not in str(caught.value)
    check_unused(keys)


def test_doctor_and_download_ask_nothing_with_a_bots_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path))
    monkeypatch.setenv("LS_APP_KEY", "key")
    monkeypatch.setenv("LS_APP_SECRET", "secret")
    bars = bars_of("A016C000", date(2026, 10, 14), 8 * 60 + 45, [1000.0] * 30, MINUTE, 0.1)
    money = Account.funded({"KRW": 10**9}, key="key", secret="secret")

    async def scene() -> None:
        async with LsSim(
            {"A016C000": bars}, contracts=[contract_of("A016C000")], account=money, history=25, rates=False
        ) as sim:
            access = LsAccess(url=sim.rest_url, margin=0.1)
            with hold_account(lock_of("key"), "kospi"):
                [found] = await examine_ls(access, sim.clock.now, krx.calendar())
                assert not found.ok and "profile 'kospi'" in found.detail
                with pytest.raises(ConfigError, match="a bot trades with this app key"):
                    given = {"url": sim.rest_url, "margin": 0.1}
                    catalog = Catalog(tmp_path / "catalog")
                    await _download(
                        ["A016C000@ls"],
                        "ls",
                        given,
                        krx.calendar(),
                        MINUTE,
                        0,
                        None,
                        catalog,
                        lambda text: None,
                    )
            assert TOKENS not in sim.requests

    asyncio.run(scene())


def test_a_bot_that_runs_is_compared_on_its_own_terms(tmp_path: Path) -> None:
    """It is asked, and its venue isn't: a token of ours would end its."""
    checked = profile_of("kospi200-daynight", CROSSES)
    bars = bars_of("A016C000", date(2026, 10, 14), 8 * 60 + 45, [*SWINGS, *[SWINGS[-1]] * 60], MINUTE, 0.1)

    async def scene() -> None:
        async with trading("kospi200-daynight", tmp_path, {"A016C000": bars}, 25, CROSSES) as desk:
            while desk.lots()["A016C000"] < 2:
                await desk.play(1)
            await desk.play(2)
            bot = LiveBot(checked, tmp_path / "p.toml", "", desk.hosted.places)
            tokens = desk.sim.requests[TOKENS]
            market = await _asked(bot)
            assert desk.sim.requests[TOKENS] == tokens
            session: Any = desk.hosted.bot.engine.session
            assert list(market.instruments) == list(session.trader.instruments)
            assert market.rules == session.trader.rules
            with JournalView.read(bot.journal) as journal:
                found = compare(journal.entries(), subject_of(checked, market, Wanted(bot.path)), None)
            assert found.explained

    asyncio.run(asyncio.wait_for(scene(), 60))
