"""A bot at a venue that doesn't know our ids: what it knows of its orders, and what it asks a person."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desk.orders import Order, OrderStatus
from live.control.answers import Code
from live.control.events import Said
from live.messages.alerts import said_text
from live.messages.voice import Voice
from live.orders import NOT_THERE, Known
from live.risk.codes import Code as RiskCode
from records.inputs import EXTERNAL
from tests.live.lives import Life, life, walk
from tests.live.nameless_paper import ACCEPTED, NOT_ACCEPTED, NamelessPaper

PANEL = walk(300, seed=5)
TWICE = [{"use": "sma_cross", "fast": 3, "slow": 8}] * 2


def lived(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    then: Callable[[Life, NamelessPaper], Awaitable[None]],
    **changes: Any,
) -> None:
    """One life there."""
    monkeypatch.setattr("maemae.compose_live_market.PaperBroker", NamelessPaper)

    async def scene() -> None:
        async with life(folder, PANEL, **changes) as one:
            broker = one.bot.engine.broker
            assert isinstance(broker, NamelessPaper)
            await then(one, broker)

    asyncio.run(scene())


def orders(one: Life) -> list[Known]:
    return list(one.bot.engine.session.orders.known.values())


def waiting(one: Life) -> list[Order]:
    """What was meant and hasn't left."""
    return [each.order for each in orders(one) if not each.sent and not each.view.closed]


def unknown(one: Life) -> list[str]:
    return [name for name, each in one.bot.engine.sending.in_flight.items() if each.lost]


async def lost(one: Life, broker: NamelessPaper, how: str) -> Known:
    """An order whose answer is lost."""
    broker.lose.append(how)
    await one.until(lambda: not broker.lose)
    return one.bot.engine.session.orders[broker.sent[-1].client_id]


async def when(what: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not what():
            await asyncio.sleep(0.005)


async def agrees(one: Life) -> None:
    await one.bot.engine.reconcile()
    assert not one.bot.engine.drifting


def test_a_life_without_trouble_agrees_at_every_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def then(one: Life, broker: NamelessPaper) -> None:
        for _ in range(120):
            await one.step()
            await agrees(one)
        filled = [each for each in orders(one) if each.view.status is OrderStatus.FILLED]
        assert len(filled) > 5 and all(each.venue_id for each in filled)
        assert not unknown(one) and len(broker.sent) == len({each.client_id for each in broker.sent})

    lived(tmp_path, monkeypatch, then)


def test_an_order_whose_answer_is_lost_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def then(one: Life, broker: NamelessPaper) -> None:
        for _ in range(4):
            known = await lost(one, broker, ACCEPTED)
            await when(lambda known=known: known.venue_id and not unknown(one))
            assert (known.order.client_id, known.venue_id) in broker.nameless.claims
            await one.step()
            assert known.view.status is OrderStatus.FILLED
            await agrees(one)

    lived(tmp_path, monkeypatch, then)


def test_an_order_that_never_came_is_known_not_to_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def then(one: Life, broker: NamelessPaper) -> None:
        known = await lost(one, broker, NOT_ACCEPTED)
        await when(lambda: not unknown(one))
        assert known.view.status is OrderStatus.REJECTED and not known.venue_id
        assert any(getattr(each, "reason", "") == NOT_THERE for each in known.events)
        await one.step(2)
        await agrees(one)

    lived(tmp_path, monkeypatch, then)


@pytest.mark.parametrize("filled", [False, True])
def test_what_rests_for_others_is_told_of_and_what_has_filled_is_not(
    filled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def then(one: Life, broker: NamelessPaper) -> None:
        await one.step(40)
        order = replace(broker.sent[0], quantity=Decimal(3))
        broker.stranger(order, "7001", later=3600 * 10**9)
        if filled:
            broker.strangers[-1] = replace(broker.strangers[-1], filled=order.quantity)
        await one.bot.engine.reconcile()
        assert ("venue:7001" in one.bot.engine.session.orders) is not filled

    lived(tmp_path, monkeypatch, then)


def told(one: Life) -> list[Said]:
    return [event.body for event in one.bot.views.publisher.log._kept if isinstance(event.body, Said)]


async def undecided(one: Life, broker: NamelessPaper, how: str = ACCEPTED) -> Known:
    """One answer lost, while somebody else sent the same."""
    original = broker.submit

    async def submit(order: Any) -> None:
        broker.submit = original  # type: ignore[method-assign]
        broker.stranger(order, "9001", later=10**9)
        if how == NOT_ACCEPTED:
            broker.stranger(order, "9002", later=2 * 10**9)
        await original(order)

    broker.lose.append(how)
    broker.submit = submit  # type: ignore[method-assign]
    await one.until(lambda: not broker.lose)
    known = one.bot.engine.session.orders[broker.sent[-1].client_id]
    await when(lambda: known.order.client_id in one.bot.engine.sending.naming.several)
    return known


def ours(one: Life, broker: NamelessPaper, known: Known) -> str:
    """The venue's number for it, which only the venue knows."""
    names = {name: str(number) for name, number in broker.venue._names.items()}
    return names[known.order.client_id]


def test_of_several_that_fit_none_is_chosen_until_a_person_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def then(one: Life, broker: NamelessPaper) -> None:
        known = await undecided(one, broker)
        name, instrument = known.order.client_id, known.order.instrument
        number = ours(one, broker, known)
        await when(lambda: any(each.code == "UNDECIDED" for each in told(one)))
        said = next(each for each in told(one) if each.code == "UNDECIDED")
        assert said.instrument == instrument and name in said.text and "9001" in said.text
        korean = said_text(said, Voice("ko"))
        assert "응답을 받지 못했고" in korean and "9001" in korean and name in korean
        entry = Order("t-1", instrument, 1, known.order.quantity)
        assert one.bot.guard.judge(entry).code is RiskCode.UNRESOLVED
        await one.step(3)
        assert not known.venue_id and not known.view.closed and unknown(one) == [name]
        assert any(name in each for each in (await one.bot.status()).reasons)
        assert not one.bot.guard.judge(entry).passes
        wrong = await one.bot.settle(name, "77", "kim")
        assert wrong.code is Code.REFUSED and "9001" in wrong.detail
        assert (await one.bot.settle("run-0", number, "kim")).code is Code.UNKNOWN
        assert (await one.bot.settle(name, f"000{number}", "kim")).code is Code.SETTLED
        await when(lambda: not unknown(one))
        assert known.venue_id == number and known.view.status is OrderStatus.FILLED
        await agrees(one)
        assert one.bot.engine.session.orders["venue:9001"].reason == EXTERNAL
        assert not one.bot.engine.sending.naming.several

    lived(tmp_path, monkeypatch, then)


def test_a_person_may_say_that_it_never_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def then(one: Life, broker: NamelessPaper) -> None:
        known = await undecided(one, broker, NOT_ACCEPTED)
        done = await one.bot.settle(known.order.client_id, "none", "kim")
        assert done.code is Code.SETTLED
        await when(lambda: not unknown(one))
        assert known.view.status is OrderStatus.REJECTED
        await agrees(one)
        assert {"venue:9001", "venue:9002"} <= set(one.bot.engine.session.orders.known)

    lived(tmp_path, monkeypatch, then)


def test_a_number_that_a_list_lacks_later_is_still_one_that_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists can be short, and begin anew with the day: what is left then isn't ours for that."""

    async def then(one: Life, broker: NamelessPaper) -> None:
        known = await undecided(one, broker)
        naming, name = one.bot.engine.sending.naming, known.order.client_id
        numbers = naming.several[name]
        broker.strangers.clear()
        for _ in range(3):
            await one.bot.engine.reconcile()
        assert naming.several[name] == numbers and not known.venue_id and name in unknown(one)
        assert (await one.bot.settle(name, ours(one, broker, known), "kim")).code is Code.SETTLED
        await when(lambda: not unknown(one))
        assert known.venue_id == ours(one, broker, known)
        await one.step()
        await agrees(one)

    lived(tmp_path, monkeypatch, then)


def test_what_is_cancelled_meanwhile_is_cancelled_once_it_has_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def then(one: Life, broker: NamelessPaper) -> None:
        known = await undecided(one, broker)
        name = known.order.client_id
        assert (await one.bot.cancel(name, "kim")).code is Code.CANCELING
        await one.bot.engine.sending.idle()
        assert not known.view.closed
        assert (await one.bot.settle(name, ours(one, broker, known), "kim")).code is Code.SETTLED
        await when(lambda: not unknown(one) and not one.bot.engine.sending._beside)
        await one.step()
        assert known.view.status is OrderStatus.CANCELED
        await agrees(one)

    lived(tmp_path, monkeypatch, then)


def test_two_orders_that_look_the_same_never_wait_for_numbers_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def then(one: Life, broker: NamelessPaper) -> None:
        naming, send = one.bot.engine.sending.naming, broker.submit

        async def submit(order: Any) -> None:
            assert not naming.twin(order)
            await send(order)

        broker.submit = submit  # type: ignore[method-assign]
        waited = False
        for _ in range(120):
            await one.step()
            waited |= bool(waiting(one))
            await when(lambda: all(naming.twin(each) for each in waiting(one)))
            await one.bot.engine.sending.idle()
        await one.step(2)
        await agrees(one)
        assert waited and len({each.order.strategy for each in orders(one) if each.view.filled}) == 2

    lived(tmp_path, monkeypatch, then, strategy=TWICE)
