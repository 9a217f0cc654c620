"""``maemae data download`` as a process, against a simulator in this one, and kill -9 at any time."""

import asyncio
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from brokers.simulators import Kind
from market.bars import PRICES, Bars
from market.catalog import Catalog
from market.instruments import Instrument
from tests.brokers.stages import BINANCE, MINUTE, START, account, bars, simulator

ROOT = Path(__file__).resolve().parents[2]
COUNT = 8_000
SHARES = tuple(1.0 + 0.001 * (number % 11) for number in range(COUNT))
SINCE, UNTIL = "2023-11-15T00:30", "2023-11-20T13:50"  # all of them


@contextmanager
def serving(slow_s: float = 0.0) -> Iterator[str]:
    """A simulated Binance in a thread; its address. slow_s: what every page of candles takes."""
    ready, done = threading.Event(), threading.Event()
    url = ""

    async def serve() -> None:
        nonlocal url
        async with simulator(BINANCE, SHARES, account(BINANCE), COUNT) as sim:
            if slow_s:
                sim.faults.add(Kind.SLOW, "GET /api/v3/klines", times=None, value=slow_s)
            url = f"http://{sim.url}"
            ready.set()
            while not done.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield url
    finally:
        done.set()
        thread.join()


def whole() -> Bars:
    return bars(BINANCE, Instrument("BTCUSDT@binance"), SHARES)


def equal(found: Bars, expected: Bars, first: int = 0) -> None:
    for name in ("ts", *PRICES):
        assert np.array_equal(getattr(found, name), getattr(expected, name)[first : first + len(found)]), name


def command(url: str, folder: Path, *more: str) -> list[str]:
    words = ["data", "download", "BTCUSDT", "--venue", "binance", "--since", SINCE]
    return [sys.executable, "-m", "maemae", *words, "--catalog", str(folder), "--url", url, *more]


def test_the_command_stores_a_history_and_says_what_it_did(tmp_path: Path) -> None:
    with serving() as url:
        done = subprocess.run(
            command(url, tmp_path, "--until", UNTIL, "--json", "-"), capture_output=True, text=True, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr
        [change] = json.loads(done.stdout)["changes"]
        assert change["added"] == COUNT
        equal(Catalog(tmp_path).load().bars(0)[0], whole())
        again = subprocess.run(command(url, tmp_path), capture_output=True, text=True, cwd=ROOT)
        assert again.returncode == 0 and "BTCUSDT@binance" in again.stdout
        wrong = subprocess.run(
            [word.replace("BTCUSDT", "BTCUSDX") for word in command(url, tmp_path)],
            capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
        assert wrong.returncode == 2 and "Did you mean 'BTCUSDT'?" in wrong.stderr
        assert "Traceback" not in wrong.stderr


def test_an_unknown_venue_names_the_nearest(tmp_path: Path) -> None:
    words = [word.replace("binance", "binanse") for word in command("", tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2 and "Did you mean 'binance'?" in done.stderr


@pytest.mark.parametrize("seed", range(1))
def test_a_process_killed_at_any_time_leaves_no_hole_and_the_next_goes_on(seed: int, tmp_path: Path) -> None:
    chance, kills, expected = random.Random(seed), 0, whole()
    with serving(slow_s=0.08) as url:
        middle, end = START + 4000 * MINUTE, START + COUNT * MINUTE
        for since in (middle, START):  # it grows forwards, then backwards
            while True:
                words = [url, str(tmp_path), str(since), str(end), "700"]
                child = subprocess.Popen(
                    [sys.executable, "-m", "tests.brokers.downloading", *words], cwd=ROOT
                )
                patience = 30.0 if kills >= 5 else chance.uniform(0.7, 2.2)
                began = time.monotonic()
                while child.poll() is None and time.monotonic() - began < patience:
                    time.sleep(0.005)
                if child.poll() is not None:
                    assert child.returncode == 0
                    break
                child.kill()
                child.wait()
                kills += 1
                if list(tmp_path.glob("*/*/*.parquet")):
                    found = Catalog(tmp_path).load().bars(0)[0]
                    equal(found, expected, int((found.ts[0] - START) // MINUTE))
        equal(Catalog(tmp_path).load().bars(0)[0], expected)
        assert len(Catalog(tmp_path).load()) == COUNT and kills > 0
