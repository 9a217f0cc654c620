"""Contracts that end while they are held: what the venue settles in cash is booked without anybody's help."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from brokers.ls.broker import LsBroker
from brokers.simulators import Account, LsSim, contract_of
from live.control.events import Kind
from live.messages.retold import retell
from maemae.settings import Profile
from market.errors import ConfigError
from market.krx.clock import ns_of
from market.timeframes import MINUTE
from tests.live.ls_desk import CROSSES, Desk, bars_of, joined, living, profile_of, run

LAST_DAY, NEXT_DAY = date(2026, 12, 10), date(2026, 12, 11)
BARS, BEGUN = 40, 25  # of the last day from 14:40 on, and those before the bot
ENDING, NEXT = "A016C000@ls", "A0173000@ls"
CHANGE = CROSSES | {
    "market": {"instruments": [ENDING, NEXT], "timeframe": "1m"},
    "sizing": {"use": "fixed", "quantity": 1},
}


@asynccontextmanager
async def last_day() -> AsyncIterator[tuple[LsSim, Profile]]:
    """The one contract rises to its end at 15:20; the next one does so the morning after."""
    checked = profile_of("kospi200-daynight", CHANGE)
    rising = [1000.0] * (BEGUN + 2) + [1000.0 + 0.5 * k for k in range(BARS - BEGUN - 2)]
    morning = [1002.0] * 5 + [1002.0 + 0.5 * k for k in range(40)]
    played = {
        "A016C000": bars_of("A016C000", LAST_DAY, 14 * 60 + 40, rising, MINUTE, 0.1),
        "A0173000": joined(
            bars_of("A0173000", LAST_DAY, 14 * 60 + 40, [1002.0] * (BARS + 25), MINUTE, 0.1),
            bars_of("A0173000", NEXT_DAY, 8 * 60 + 45, morning, MINUTE, 0.1),
        ),
    }
    money = Account.funded({"KRW": int(checked.cash)}, key="key", secret="secret")
    contracts = [contract_of(code) for code in played]
    async with LsSim(played, contracts=contracts, account=money, history=BEGUN, rates=False) as sim:
        yield sim, checked


def booked(desk: Desk) -> list[int]:
    lots: list[int] = desk.hosted.bot.engine.session.trader.desk.book.positions["lots"].tolist()
    return lots


async def told(desk: Desk) -> list[str]:
    """What people have heard of expiries."""
    page = await desk.hosted.bot.events("", 0, 0.0)
    found = [event.body for event in page.events if event.kind is Kind.ERROR]
    said = [body for body in found if getattr(body, "code", "") == "EXPIRED"]
    assert all(body.korean == retell(body.text, "ko") != body.text for body in said)  # type: ignore[union-attr]
    return [body.text for body in said]  # type: ignore[union-attr]


async def held(desk: Desk) -> None:
    await desk.play(8)
    assert desk.lots() == {"A016C000": 1, "A0173000": 0} and booked(desk) == [1, 0]


async def enters_the_next(desk: Desk) -> None:
    """The morning after, once its token is renewed."""
    history = desk.hosted.bot.engine.session.reader.history
    while history.ts(len(history) - 1) < ns_of(NEXT_DAY, 0):
        await desk.play(1)
    await desk.until(lambda: any(name.startswith("O01") for name in desk.sim.streams.heard_by()))
    for _ in range(20):
        if not desk.lots()["A0173000"]:
            await desk.play(1)


async def goes_on_in_the_next(desk: Desk) -> None:
    """Nothing keeps the next contract from being entered."""
    await enters_the_next(desk)
    assert booked(desk) == [0, 1] and desk.lots() == {"A016C000": 0, "A0173000": 1}
    assert not desk.hosted.bot.engine.drifting


def test_what_is_held_through_its_expiry_is_booked_as_settled_once(tmp_path: Path) -> None:
    async def scene() -> None:
        async with last_day() as (sim, checked):
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                await held(desk)
                sent = len(sim.ledger.entries)
                await desk.play(BARS - BEGUN - 8 + 2)
                engine = desk.hosted.bot.engine
                for _ in range(2):  # the second comparison has nothing to book
                    await engine.reconcile()
                    assert booked(desk) == [0, 0] and not engine.drifting
                    [trade] = desk.hosted.bot.views.results.trades
                    last = float(engine.session.trader.desk.book.instruments["last"][0])
                    assert trade.exit == last > 1005.0 and trade.quantity == 1
                    [text] = await told(desk)
                    assert ENDING in text and f"booked as closed at {last:g}, the last price" in text
                assert len(sim.ledger.entries) == sent
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:  # on the same day
                assert booked(desk) == [0, 0] and len(desk.hosted.bot.views.results.trades) == 1
                await goes_on_in_the_next(desk)

    run(scene())


@pytest.mark.parametrize("days_later", [0, 1])
def test_what_expired_while_nobody_was_there_is_booked_at_the_next_start(
    days_later: int, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with last_day() as (sim, checked):
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                await held(desk)
            await sim.advance(BARS - BEGUN - 8 + 3 + 25 * days_later)
            sent = len(sim.ledger.entries)
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                assert booked(desk) == [0, 0] and not desk.hosted.bot.engine.drifting
                assert len(await told(desk)) == 1 and len(sim.ledger.entries) == sent
                await goes_on_in_the_next(desk)

    run(scene())


def test_what_the_venue_has_not_settled_yet_is_asked_for_again_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        async with last_day() as (sim, checked):
            late: list[tuple[object, ...]] = []
            expire = sim.exchange.money.expire
            monkeypatch.setattr(sim.exchange.money, "expire", lambda *asked: late.append(asked))
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                await held(desk)
            await sim.advance(BARS - BEGUN - 8 + 3)
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                engine = desk.hosted.bot.engine
                assert booked(desk) == [1, 0] and not engine.drifting
                await engine.reconcile()
                [text] = await told(desk)
                assert "still shows 1" in text
                await enters_the_next(desk)  # without a price of what has expired
                assert booked(desk) == [1, 1]
                [asked] = late
                expire(*asked)  # type: ignore[arg-type]
                await engine.reconcile()
                assert booked(desk) == [0, 1] and not engine.drifting and len(await told(desk)) == 2

    run(scene())


def test_the_next_contract_joins_while_one_is_held_and_the_expired_one_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[LsBroker] = []
    close = LsBroker.close

    async def counted(broker: LsBroker) -> None:
        closed.append(broker)
        await close(broker)

    def trading(*names: str) -> Profile:
        return profile_of(
            "kospi200-daynight", CHANGE | {"market": {**CHANGE["market"], "instruments": [*names]}}
        )

    async def scene() -> None:
        async with last_day() as (sim, _):
            async with living("kospi200-daynight", trading(ENDING), tmp_path, sim) as desk:
                await desk.play(8)
                assert booked(desk) == [1]
            sent = len(sim.ledger.entries)
            monkeypatch.setattr(LsBroker, "close", counted)
            with pytest.raises(ConfigError, match=f"{ENDING}: the bot holds .1 lots.*Put it back"):
                async with living("kospi200-daynight", trading(NEXT), tmp_path, sim):
                    pass
            assert len(closed) == 1 and len(sim.ledger.entries) == sent
            async with living("kospi200-daynight", trading(NEXT, ENDING), tmp_path, sim) as desk:
                assert booked(desk) == [0, 1] and not desk.hosted.bot.engine.drifting
                assert not np.isnan(desk.hosted.bot.reader.history.panel.close[-20:, 0]).any()
                await desk.play(BARS - BEGUN - 8 + 2)
                await desk.hosted.bot.engine.reconcile()
                assert booked(desk) == [0, 0] and len(await told(desk)) == 1
                assert len(sim.ledger.entries) == sent
            async with living("kospi200-daynight", trading(NEXT), tmp_path, sim) as desk:
                [trade] = await desk.hosted.bot.trades(5)
                assert trade.instrument == ENDING and trade.quantity == 1
                await enters_the_next(desk)
                assert booked(desk) == [1] and not desk.hosted.bot.engine.drifting

    run(scene())


def test_a_paper_account_settles_as_a_venue_does(tmp_path: Path) -> None:
    checked = profile_of("kospi200-daynight", CHANGE | {"mode": "paper"})

    async def scene() -> None:
        async with last_day() as (sim, _):
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                await desk.play(8)
                assert booked(desk) == [1, 0]
                await desk.play(BARS - BEGUN - 8 + 2)
                engine = desk.hosted.bot.engine
                await engine.reconcile()
                assert booked(desk) == [0, 0] and not engine.drifting and len(await told(desk)) == 1
                account = await engine.broker.account()
                assert float(account.total["KRW"]) == float(engine.session.cash_at_venue())
                assert not any(engine.session.orders.open())
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                assert booked(desk) == [0, 0] and not desk.hosted.bot.engine.drifting

    run(scene())
