"""Our clock is measured against the venue's while the bot runs: too far off, entries stop, and come back."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brokers.simulators import Kind
from live.clock import AGAIN_S, EVERY_S, UNKNOWN_AFTER_S, ClockWatch
from live.control.answers import RiskLine
from live.control.client import ask
from live.control.places import Places
from live.guard import Guard
from live.risk.codes import Code
from market.errors import VenueDown
from tests.live.lives import life, walk
from tests.live.simulators import KEY, SECRET, simulated, within
from tests.live.test_bad_input import PROFILE, while_it_trades

S = 10**9


class World:
    """Clocks that stand still until a test moves them, and a venue that can be down."""

    def __init__(self) -> None:
        self.steady, self.apart, self.offset, self.asked, self.down = 1000.0, 0.0, 0, 0, False

    async def measure(self) -> int:
        self.asked += 1
        if self.down:
            raise VenueDown("the time: no answer. Ask again later.")
        return self.offset

    def watch(self, guard: Guard) -> ClockWatch:
        return ClockWatch(
            guard,
            self.measure,
            beat_s=0.001,
            wall=lambda: self.steady + self.apart,
            steady=lambda: self.steady,
        )


def watched(folder: Path, scene: Callable[[World, Guard, ClockWatch], Any]) -> None:
    async def whole() -> None:
        async with life(folder, walk(30)) as one:
            world = World()
            watch = world.watch(one.bot.guard)
            running = asyncio.create_task(watch.run())
            try:
                await asyncio.wait_for(scene(world, one.bot.guard, watch), 20)
            finally:
                running.cancel()

    asyncio.run(whole())


async def until(what: Callable[[], bool]) -> None:
    while not what():
        await asyncio.sleep(0.001)


def test_the_clock_is_measured_regularly_after_a_reconnect_and_when_it_is_set(tmp_path: Path) -> None:
    async def scene(world: World, guard: Guard, watch: ClockWatch) -> None:
        world.steady += EVERY_S - 1
        await asyncio.sleep(0.02)
        assert world.asked == 0
        world.offset = 5
        world.steady += 1
        await until(lambda: guard.clock_offset == 5)
        watch.wake()
        await until(lambda: world.asked == 2)
        world.apart += 30
        await until(lambda: world.asked == 3)

    watched(tmp_path, scene)


def test_a_clock_that_is_off_is_looked_at_sooner(tmp_path: Path) -> None:
    async def scene(world: World, guard: Guard, watch: ClockWatch) -> None:
        world.offset = -10 * S
        watch.wake()
        await until(lambda: guard.clock_offset == -10 * S)
        began = [notice for notice in guard.gate.tick(guard.facts()) if notice.code is Code.CLOCK]
        assert "our clock is -10s from the venue's" in began[0].told("en")
        world.offset = 0
        world.steady += AGAIN_S
        await until(lambda: guard.clock_offset == 0)
        assert not [each for each in guard.gate.tick(guard.facts()) if each.began and each.code is Code.CLOCK]

    watched(tmp_path, scene)


def test_a_venue_that_does_not_say_leaves_what_was_known_for_a_while(tmp_path: Path) -> None:
    async def scene(world: World, guard: Guard, watch: ClockWatch) -> None:
        world.down = True
        watch.wake()
        await until(lambda: world.asked == 1)
        assert guard.clock_offset == 0
        world.steady += UNKNOWN_AFTER_S + 1
        await until(lambda: guard.clock_offset is None)
        world.down = False
        world.steady += AGAIN_S
        await until(lambda: guard.clock_offset == 0)

    watched(tmp_path, scene)


def test_a_whole_bot_stops_entering_while_its_clock_is_ten_seconds_off_and_goes_on_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("TEST_KEY", KEY)
    monkeypatch.setenv("TEST_SECRET", SECRET)
    monkeypatch.setattr("maemae.live_engine.check_proof", lambda profile, path: None)
    path, socket = tmp_path / "bad.toml", Places.of("bad").socket

    def told() -> list[RiskLine]:
        page = ask(socket, lambda bot: bot.events("", 0, 0.0))
        return [each.body for each in page.events if isinstance(each.body, RiskLine)]

    def clock_is_well() -> bool:
        checks = ask(socket, lambda bot: bot.health()).checks
        return next(each.ok for each in checks if each.name == "clock")

    with simulated() as sim:
        text = PROFILE.format(url=sim.url).replace("warmup = 30", 'warmup = 30\nclock_every = "1s"')
        path.write_text(text, encoding="utf-8")

        def steer() -> None:
            assert clock_is_well()
            within(40, lambda: ask(socket, lambda bot: bot.positions()))
            sim.faults.add(Kind.SKEW, "*", times=None, value=10_000)
            within(20, lambda: not clock_is_well())
            said = within(20, lambda: [each for each in told() if each.code == Code.CLOCK])[0]
            assert said.verdict == "deny" and "from the venue's and risk.controls.max_clock_offset" in (
                said.detail
            )
            within(10, lambda: any("R10 CLOCK" in each for each in ask(socket, lambda b: b.status()).reasons))
            ask(socket, lambda bot: bot.force_exit("all", "kim"))  # signed by the venue's time
            within(20, lambda: not ask(socket, lambda bot: bot.positions()))
            sim.faults.clear()
            within(20, clock_is_well)
            within(20, lambda: not any("R10" in each for each in ask(socket, lambda b: b.status()).reasons))
            within(40, lambda: ask(socket, lambda bot: bot.positions()))

        while_it_trades(path, "bad", steer)
