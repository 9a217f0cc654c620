"""A process that does what an engine owes its supervisor: holds the account, answers, obeys.

Run it as ``python -m tests.live.supervisor.fake_engine FOLDER``. FOLDER/behave says how it lives: "" well;
"exit N" ends with that code at once; "mute" never serves; "freeze" answers once, then blocks its loop.
"""

import asyncio
import contextlib
import signal
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from live.control.answers import Code, Done, Health
from live.control.events import EventLog, Kind, Said
from live.control.places import Places
from live.control.server import serving
from records.lock import hold_account
from tests.live.telegram.strict_bot import FILL, StrictBot


@dataclass
class FakeEngine(StrictBot):
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    beat: int = 0

    async def health(self) -> Health:
        self.beat += 1
        return replace(await StrictBot.health(self), beat=self.beat, ok=True)

    async def stop(self, by: str) -> Done:
        asyncio.get_running_loop().call_later(0.05, self.ended.set)
        return Done(Code.STOPPING)


async def live(places: Places, behaves: str) -> None:
    starts = (places.folder / "starts").read_text().count("\n")
    engine = FakeEngine(log=EventLog(f"run-{starts}"))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, engine.ended.set)
    engine.log.publish(Kind.FILL, FILL, 1, "fill|run-7|t1")  # every run says it again, as a journal would
    engine.log.publish(Kind.ERROR, Said("HELLO", f"run {starts}"), 2)
    if behaves == "mute":
        await engine.ended.wait()
    async with serving(engine, places.socket):
        while behaves == "freeze":
            await asyncio.sleep(0.05)
            if engine.beat:
                time.sleep(60)
        await engine.ended.wait()


def main(folder: Path) -> int:
    places = Places(folder)
    with open(folder / "starts", "a") as file:
        file.write("started\n")
    behaves = ""
    with contextlib.suppress(FileNotFoundError):
        behaves = (folder / "behave").read_text().strip()
    if behaves.startswith("exit"):
        return int(behaves.split()[1])
    with hold_account(places.lock, "demo", wait_s=5.0):
        asyncio.run(live(places, behaves))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
