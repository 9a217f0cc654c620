"""The token's life: one issuer, its end at seven, and what happens when another process takes it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from brokers.keys import Keys
from brokers.ls.rest import Rest
from brokers.ls.tokens import EARLY, Tokens
from brokers.ls.wire import Wire
from brokers.simulators import LsSim
from brokers.simulators.ls_doubts import Doubts
from market.errors import ConfigError, VenueDown
from market.timeframes import SECOND
from tests.brokers.simulators.ls_scenes import market

MINUTE_MS = 60_000


@asynccontextmanager
async def asking(**more: Any) -> AsyncIterator[tuple[LsSim, Tokens, Rest]]:
    async with market(**more) as sim:
        wire = Wire(sim.rest_url, 5.0)
        tokens = Tokens(wire, Keys(sim.account.key, sim.account.secret), lambda: sim.clock.now() * 10**6)
        try:
            yield sim, tokens, Rest(wire, tokens, haste=1e4)
        finally:
            await wire.close()


def run(scene: Any) -> None:
    asyncio.run(asyncio.wait_for(scene, 20))


async def quote(rest: Rest) -> Any:
    return await rest.ask("t2111", {"t2111InBlock": {"focode": "101V3000"}})


def test_one_token_serves_all_and_is_taken_once() -> None:
    async def scene() -> None:
        async with asking() as (sim, _, rest):
            found = await asyncio.gather(*(quote(rest) for _ in range(5)))
            assert all(each.row("OutBlock")["hname"] for each in found)
            assert len(sim.tokens.issued) == 1

    run(scene())


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_token_that_was_taken_is_renewed_once_and_the_question_answered(status: int) -> None:
    async def scene() -> None:
        async with asking(doubts=Doubts(token_status=status)) as (sim, _, rest):
            await quote(rest)
            sim.steal_token()
            assert (await quote(rest)).row("OutBlock")
            assert len(sim.tokens.issued) == 3
            sim.steal_token()
            with pytest.raises(VenueDown, match="another process"):
                await quote(rest)
            sim.clock.set(sim.clock.now() + 2 * MINUTE_MS)  # type: ignore[attr-defined]
            assert (await quote(rest)).row("OutBlock")

    run(scene())


def test_it_is_renewed_before_seven_and_again_after() -> None:
    async def scene() -> None:
        async with asking() as (sim, tokens, rest):
            await tokens.current()
            first, ends = tokens._text, tokens.ends
            sim.clock.set((ends - EARLY // 2) // 10**6)  # type: ignore[attr-defined]
            assert await tokens.current() != first
            sim.clock.set(ends // 10**6 + 1_000)  # type: ignore[attr-defined]
            assert (await quote(rest)).row("OutBlock")
            assert tokens.ends - ends > 3600 * SECOND

    run(scene())


@pytest.mark.parametrize("shape", ["igw", "oauth"])
def test_a_wrong_key_is_a_setting_and_says_no_secret(shape: str) -> None:
    async def scene() -> None:
        async with asking(doubts=Doubts(oauth_shape=shape)) as (_, tokens, _):
            tokens.keys = Keys("nobody", "a-secret-that-is-wrong")
            with pytest.raises(ConfigError, match="app key") as caught:
                await tokens.current()
            assert "a-secret-that-is-wrong" not in str(caught.value) + repr(tokens) + repr(tokens.keys)

    run(scene())


def test_two_renewals_at_once_are_one() -> None:
    async def scene() -> None:
        async with asking() as (sim, tokens, _):
            old = await tokens.current()
            sim.steal_token()
            new = await asyncio.gather(*(tokens.refused(old) for _ in range(4)))
            assert len(set(new)) == 1 and new[0] != old

    run(scene())
