"""One long life of a whole bot, in a process of its own: every day it says how it is.

A line of JSON on standard output each day, and one at the end.
"""

import argparse
import asyncio
import gc
import hashlib
import json
import logging
import sqlite3
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from brokers.paper import PaperBroker
from brokers.replay import Replay
from live.control.places import Places
from live.host import Hosted, host
from live.redaction import Redactor
from maemae.compose_live import Outside, assemble
from maemae.compose_live_market import replayed
from maemae.live_bot import LiveBot
from maemae.profile import check_profile
from records.journal import Journal
from tests.soak.market import DAY, market

PROFILE: dict[str, Any] = {
    "name": "soak",
    "mode": "paper",
    "cash": 10_000_000.0,
    "strategy": [{"use": "sma_cross", "fast": 50, "slow": 200}],
    "filters": [{"use": "technical", "act": "learn"}, {"use": "regime", "act": "learn"}],
    "sizing": {"use": "fractional", "risk": "0.2%"},
    "monitor": {"stop": "1%", "target": "2%", "horizon": 240},
    "execution": {"entry": "twap", "slices": 3},
    "risk": {"controls": {"max_losses_in_row": 1_000_000, "max_executions": 1_000_000}},
}


@dataclass
class Troubles:
    """What nobody caught: of the loop, of threads and finalisers, and what was logged as an error."""

    said: list[str] = field(default_factory=list)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.set_exception_handler(lambda _, context: self.said.append(repr(context)))
        sys.unraisablehook = lambda args: self.said.append(f"unraisable: {args.exc_value!r}")
        handler = logging.Handler(logging.ERROR)
        handler.emit = lambda record: self.said.append(record.getMessage())  # type: ignore[method-assign]
        logging.getLogger().addHandler(handler)


@dataclass(frozen=True)
class Sample:
    """At a day's end. resident: bytes. objects: that the garbage collector knows. rows_per_s: of the day."""

    day: int
    resident: int
    tasks: int
    objects: int
    entries: int
    rows_per_s: float


@dataclass(eq=False)
class Diary:
    """Notes every day of the replay, between two rows."""

    hosted: Hosted
    journal: Journal
    replay: Replay
    rows: int = 0
    since: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.wait, self.replay.pace = self.replay.pace, self.pace

    async def pace(self) -> None:
        await self.wait()
        self.rows += 1
        if self.rows % DAY == 0:
            gc.collect()
            print(json.dumps(asdict(self.sample())), flush=True)
            self.since = time.monotonic()

    def sample(self) -> Sample:
        return Sample(
            self.rows // DAY,
            _resident(),
            len(asyncio.all_tasks()),
            len(gc.get_objects()),
            self.journal.last,
            DAY / (time.monotonic() - self.since),
        )


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


async def live(folder: Path, days: int, symbols: int, seed: int) -> dict[str, Any]:
    """A life from the first row to the last; returns what is known at its end."""
    troubles = Troubles()
    troubles.watch(asyncio.get_running_loop())
    profile = check_profile(PROFILE, "soak")
    bot = LiveBot(profile, folder / "profile.toml", 'name = "soak"', Places(folder).make())
    before = len(asyncio.all_tasks())
    with Journal.open(bot.journal, bot.account) as journal:
        hosted = assemble(bot, replayed(profile, market(days, symbols, seed)), journal, Outside(Redactor()))
        broker = hosted.bot.engine.broker
        assert isinstance(broker, PaperBroker) and isinstance(broker.source, Replay)
        Diary(hosted, journal, broker.source)
        why = await host(hosted)
        equity = float(hosted.bot.engine.session.trader.desk.book.account["equity"][0])
    await asyncio.sleep(0)
    left = len(asyncio.all_tasks()) - before
    return {
        "why": why,
        "troubles": troubles.said,
        "tasks_left": left,
        "equity": equity,
        **digest(bot.journal),
    }


def digest(path: Path) -> dict[str, Any]:
    """Of every byte of every entry, in order; and how many of each kind there are."""
    found, kinds = hashlib.sha256(), dict[str, int]()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        for row in db.execute("SELECT number, ts, kind, key, body, chain FROM entries ORDER BY number"):
            found.update(repr(row).encode())
            kinds[row[2]] = kinds.get(row[2], 0) + 1
    return {"digest": found.hexdigest(), "kinds": kinds}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.life", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--symbols", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    asked = parser.parse_args()
    print(json.dumps(asyncio.run(live(asked.folder, asked.days, asked.symbols, asked.seed))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
