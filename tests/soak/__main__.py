"""``make soak``: two equal lives of a bot over weeks of minute bars: neither grows, leaks or differs."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.verdict import Verdict, judge

BUILD = Path(__file__).resolve().parents[2] / "build"
LIVES = ("first", "second")


@dataclass(eq=False)
class Lived:
    """What a life said: a sample a day, and its end; ``died`` when there was none."""

    samples: list[dict[str, Any]] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    died: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--symbols", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    try:
        lives = asyncio.run(soak(asked.days, asked.symbols, asked.seed))
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130
    verdict = judge(lives)
    path = written({"days": asked.days, "symbols": asked.symbols, "seed": asked.seed}, lives, verdict)
    print(f"{verdict}\nIn {path}.")
    return 0 if verdict.clean else 1


async def soak(days: int, symbols: int, seed: int) -> list[Lived]:
    """Both lives side by side, each in a process and a folder of its own."""
    print(f"{days} days of minute bars of {symbols} instruments, twice.")
    print(
        f"{'life':<8}{'day':>5}{'MB':>8}{'tasks':>7}{'objects':>10}{'entries':>10}{'bars/s':>8}", flush=True
    )
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        folders = [Path(place) / name for name in LIVES]
        for folder in folders:
            folder.mkdir()
        return list(await asyncio.gather(*(_live(each, days, symbols, seed) for each in folders)))


async def _live(folder: Path, days: int, symbols: int, seed: int) -> Lived:
    given = [str(folder), f"--days={days}", f"--symbols={symbols}", f"--seed={seed}"]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.soak.life", *given, stdout=PIPE, stderr=PIPE, limit=2**24
    )
    assert child.stdout is not None and child.stderr is not None
    lived, complaints = Lived(), asyncio.ensure_future(child.stderr.read())
    try:
        async for line in child.stdout:
            said = json.loads(line)
            if "day" in said:
                lived.samples.append(said)
                _show(folder.name, said)
            else:
                lived.end = said
        if await child.wait() or not lived.end:
            lived.died = (await complaints).decode(errors="replace")[-2000:] or f"ended by {child.returncode}"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return lived


def _show(name: str, said: dict[str, Any]) -> None:
    memory = f"{said['resident'] / 2**20:>8.0f}{said['tasks']:>7}{said['objects']:>10,}"
    print(f"{name:<8}{said['day']:>5}{memory}{said['entries']:>10,}{said['rows_per_s']:>8.0f}", flush=True)


def written(asked: dict[str, int], lives: Sequence[Lived], verdict: Verdict) -> Path:
    """Everything as JSON, whole or not at all."""
    path = BUILD / "soak.json"
    path.parent.mkdir(exist_ok=True)
    told = [{"samples": each.samples, **each.end, "died": each.died} for each in lives]
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps({**asked, **verdict.as_json(), "lives": told}, indent=1) + "\n")
    part.replace(path)
    return path


if __name__ == "__main__":
    sys.exit(main())
