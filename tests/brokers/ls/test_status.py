"""Market statuses and interruptions of shares."""

from pathlib import Path

import pytest

from brokers.contract import Feed, Link, LinkEvent
from brokers.keys import Keys
from brokers.ls.access import LsAccess
from brokers.ls.broker import LsBroker
from brokers.ls.status import COMMON, FUTURES, MARKETS, SHARES, STREAM, Interruptions, Status, after, status
from market import krx
from market.errors import DataError
from tests.brokers.ls.asking import examples
from tests.brokers.simulators.ls_scenes import FUTURE, market, plain, settled, until
from tests.brokers.simulators.scenes import run

DAY_OVER = {"jangubun": "5", "jstatus": "61"}


def test_what_the_market_says_becomes_a_state() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(STREAM)
            sim.status("1", "61")
            sim.status("1", "62")
            states = krx.States()
            strike, gather = await settled(sim, client, 2, "JIF")
            states = after(states, strike)
            assert states.kospi.halted and states.derivatives.halted and not states.kosdaq.halted
            states = after(states, gather)
            assert states.kospi.gathering and states.derivatives.halted

    run(scene())


def test_one_number_means_different_things_per_market() -> None:
    assert after(krx.States(), DAY_OVER).derivatives.over
    assert not after(krx.States(), DAY_OVER | {"jangubun": "1"}).kospi.over
    assert Status("1", "61").words != Status("5", "61").words


def test_markets_abroad_change_and_say_nothing(real_data: Path) -> None:
    (example,) = examples(real_data, "JIF")
    assert status(example["body"]).words == ("", "")
    assert after(krx.States(), example["body"]) == krx.States()


@pytest.mark.parametrize("market", MARKETS)
def test_whatever_changes_a_state_has_words_in_both_languages(market: str) -> None:
    for code in {*COMMON, *SHARES, *FUTURES}:
        words = Status(market, code).words
        assert all(words) or krx.States().after(market, code) == krx.States()


@pytest.mark.parametrize("body", [{}, {"jangubun": "1"}, {"jangubun": "1", "jstatus": " "}])
def test_a_status_that_cant_be_read_is_named(body: dict[str, str]) -> None:
    with pytest.raises(DataError, match="can't be read"):
        status(body)


def test_an_interruption_comes_and_goes(real_data: Path) -> None:
    (example,) = examples(real_data, "VI_")
    found, body = Interruptions(), example["body"]
    struck = body | {"vi_gubun": "2", "svi_recprice": "900", "dvi_recprice": "1000", "vi_trgprice": "1060"}
    code, state = found.hear(struck)
    assert code == "145270" and state == krx.Interruption(False, True, 1_000.0, 1_060.0)
    assert found.of("A145270").active and not found.of("005930").active
    assert found.hear(body) == ("145270", krx.Interruption()) and not found.of("145270").active


@pytest.mark.parametrize("wrong", [{"vi_gubun": "9"}, {"shcode": ""}, {"vi_trgprice": "x"}])
def test_an_interruption_that_cant_be_read_changes_nothing(wrong: dict[str, str]) -> None:
    found, body = Interruptions(), {"shcode": "145270", "vi_gubun": "1"}
    found.hear(body)
    with pytest.raises(DataError):
        found.hear(body | wrong)
    assert found.of("145270").static
    found.forget()
    assert not found.of("145270").active


def test_a_status_that_cant_be_read_ends_no_stream() -> None:
    async def scene() -> None:
        async with market() as sim:
            access = LsAccess(
                "KEY", "SECRET", margin=0.1, url=sim.rest_url,
                socket_url=sim.socket_url.removesuffix("/websocket"),
            )  # fmt: skip
            keys = Keys(sim.account.key, sim.account.secret)
            broker = LsBroker(
                access, keys, (f"{FUTURE}@ls",), clock=lambda: sim.clock.now() * 10**6, haste=1_000.0
            )
            await broker.connect()
            try:
                await broker.subscribe((f"{FUTURE}@ls",), {Feed.ORDERS})
                async for event in broker.events():
                    if isinstance(event, LinkEvent) and event.link is Link.UP:
                        break
                sim.streams.push("JIF", "0", {"jangubun": "5"})
                sim.status("5", "61")
                await sim.flush()
                await until(lambda: broker._orders.gate.states.derivatives.over)
                socket = broker._streams and broker._streams.socket
                assert socket is not None and socket.unread == 1
            finally:
                await broker.close()

    run(scene())
