"""What a venue didn't do is asked of it again where something is at risk: exits and cancellations."""

import asyncio
from pathlib import Path

import pytest

from brokers.contract import Broker
from desk.orders import Order, OrderStatus
from live.orders import Known
from live.sending import EXIT_TRIES
from market.errors import ConfigError, DataError, MaemaeError, OutcomeUnknown, VenueDown
from tests.live.lives import Life, life, walk

AWAY = VenueDown("the venue wants to be left alone. Nothing was sent.")


class Deaf:
    """In front of a venue that does nothing with the first so many of what it is asked. says: why not."""

    def __init__(
        self, broker: Broker, exits: int = 0, entries: int = 0, cancels: int = 0, says: MaemaeError = AWAY
    ) -> None:
        self.left = {True: exits, False: entries}
        self.says = says
        self.cancels = cancels
        self.sent: list[Order] = []
        self.asked = 0
        self._submit, self._cancel = broker.submit, broker.cancel
        broker.submit, broker.cancel = self.submit, self.cancel  # type: ignore[method-assign]

    async def submit(self, order: Order) -> None:
        self.sent.append(order)
        if self.left[order.reduces] > 0:
            self.left[order.reduces] -= 1
            raise self.says
        await self._submit(order)

    async def cancel(self, order: Order) -> None:
        self.asked += 1
        if self.asked <= self.cancels:
            raise OutcomeUnknown(f"cancel of order {order.client_id}: no answer.")
        await self._cancel(order)


def _fast(one: Life) -> None:
    one.bot.engine.sending.settle_every_s = 0.02


async def _first(one: Life, reduces: bool) -> Known:
    """Bar by bar until the desk has meant such an order, and all was carried out."""

    def found() -> list[Known]:
        known = one.bot.engine.session.orders.known.values()
        return [each for each in known if each.order.reduces is reduces and each.order.trigger is None]

    await one.until(found)
    return found()[0]


@pytest.mark.parametrize("refused", [1, EXIT_TRIES - 1])
def test_an_exit_is_sent_until_it_is_taken(refused: int, tmp_path: Path) -> None:
    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            _fast(one)
            deaf = Deaf(one.bot.engine.broker, exits=refused)
            known = await _first(one, reduces=True)
            assert [each.client_id for each in deaf.sent].count(known.order.client_id) == refused + 1
            await one.step()
            assert known.view.status is OrderStatus.FILLED
            await one.bot.engine.reconcile()
            assert not one.bot.engine.drifting and not one.bot.engine.sending.in_flight

    asyncio.run(lived())


def test_an_exit_that_is_never_taken_is_refused_in_the_end(tmp_path: Path) -> None:
    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            _fast(one)
            deaf = Deaf(one.bot.engine.broker, exits=EXIT_TRIES)
            known = await _first(one, reduces=True)
            assert [each.client_id for each in deaf.sent].count(known.order.client_id) == EXIT_TRIES
            assert known.view.status is OrderStatus.REJECTED

    asyncio.run(lived())


def test_an_exit_is_not_sent_again_once_the_kill_latch_is_set(tmp_path: Path) -> None:
    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            _fast(one)
            sending = one.bot.engine.sending
            deaf = Deaf(one.bot.engine.broker, exits=EXIT_TRIES)
            sending.halted = lambda: "killed" if any(each.reduces for each in deaf.sent) else ""
            known = await _first(one, reduces=True)
            assert [each.client_id for each in deaf.sent].count(known.order.client_id) == 1
            assert known.view.status is OrderStatus.REJECTED

    asyncio.run(lived())


@pytest.mark.parametrize("reduces", [False, True])
@pytest.mark.parametrize("kind", [DataError, ConfigError, MaemaeError])
def test_whatever_a_broker_says_before_it_sends_the_engine_lives_and_the_order_is_refused(
    kind: type[MaemaeError], reduces: bool, tmp_path: Path
) -> None:
    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            _fast(one)
            deaf = Deaf(one.bot.engine.broker, exits=reduces, entries=not reduces, says=kind("no such day."))
            known = await _first(one, reduces)
            assert [each.client_id for each in deaf.sent].count(known.order.client_id) == 1
            assert known.view.status is OrderStatus.REJECTED and "no such day." in str(known.events)
            assert not one.bot.engine.sending.in_flight
            await one.step()
            assert one.bot.trading

    asyncio.run(lived())


def test_an_entry_is_sent_once(tmp_path: Path) -> None:
    """By the time the venue takes orders again its reason may be gone."""

    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            deaf = Deaf(one.bot.engine.broker, entries=1)
            known = await _first(one, reduces=False)
            assert [each.client_id for each in deaf.sent].count(known.order.client_id) == 1
            assert known.view.status is OrderStatus.REJECTED and not one.bot.engine.sending.in_flight

    asyncio.run(lived())


def test_an_exit_between_two_attempts_is_neither_doubted_nor_sent_after_its_cancellation(
    tmp_path: Path,
) -> None:
    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            engine, sending = one.bot.engine, one.bot.engine.sending
            sending.settle_every_s = 0.4
            deaf = Deaf(engine.broker, exits=1)
            while deaf.left[True]:
                one.go.put_nowait(None)
                await asyncio.sleep(0.005)
            known = engine.session.orders[deaf.sent[-1].client_id]
            await engine.reconcile()
            assert not sending.in_flight[known.order.client_id].lost
            await sending.cancel(known.order)
            async with asyncio.timeout(20):
                while not known.view.closed:
                    await asyncio.sleep(0.01)
            await sending.settled()
            assert known.view.status is OrderStatus.REJECTED
            assert [each.client_id for each in deaf.sent].count(known.order.client_id) == 1

    asyncio.run(lived())


@pytest.mark.parametrize("unheard", [1, 3])
def test_what_still_rests_is_cancelled_again(unheard: int, tmp_path: Path) -> None:
    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            _fast(one)
            engine = one.bot.engine
            await one.until(lambda: [*engine.session.orders.open()])
            known = next(engine.session.orders.open())  # fills at the next bar, if it isn't cancelled
            deaf = Deaf(engine.broker, cancels=unheard)
            await engine.sending.cancel(known.order)
            async with asyncio.timeout(20):
                while deaf.asked <= unheard:
                    await asyncio.sleep(0.01)
            await engine.sending.settled()
            await one.step()
            assert known.view.status is OrderStatus.CANCELED and deaf.asked == unheard + 1

    asyncio.run(lived())
