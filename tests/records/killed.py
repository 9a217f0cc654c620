"""A writer killed at random instants, again and again; prints what was acknowledged and what was kept.

``python -m tests.records.killed FOLDER KILLS SEED`` forks a child that appends, and kills it.
"""

import json
import os
import random
import select
import signal
import sys
import time
from itertools import count
from pathlib import Path

from records.chain import Draft
from records.journal import Journal
from records.journal_view import JournalView

LONGEST_S = 0.03


def write_for_ever(path: Path, acknowledge: int, seed: int) -> None:
    """Append batches of 1 to 5; after each, say the last number."""
    chance = random.Random(seed)
    with Journal.open(path, "a") as journal:
        for n in count():
            batch = [
                Draft(n, "note", {"text": "x" * chance.randrange(3000)}, f"{seed}-{n}-{k}") for k in range(5)
            ]
            numbers = journal.append(batch[: 1 + chance.randrange(5)])
            os.write(acknowledge, f"{numbers[-1].number}\n".encode())
            if n % 50 == 49:
                journal.tidy()


def kill_once(path: Path, chance: random.Random, seed: int) -> int:
    """Returns the last number that the child was told is on disk; 0 when it didn't get so far."""
    heard, acknowledge = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        write_for_ever(path, acknowledge, seed)
    os.close(acknowledge)
    if seed % 3:  # else it may die before it has written anything
        select.select([heard], [], [], 30)
    time.sleep(chance.random() * LONGEST_S)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(heard, "rb") as pipe:
        whole = [line for line in pipe.read().split(b"\n")[:-1] if line]
    return int(whole[-1]) if whole else 0


def main(folder: Path, kills: int, seed: int) -> None:
    chance, told = random.Random(seed), []
    for n in range(kills):
        path = folder / f"{n // 5}.db"  # every fifth time a new journal: killed while it is made, too
        acknowledged = kill_once(path, chance, n)
        kept = 0
        if path.exists():
            with Journal.open(path, "a") as journal:
                kept = journal.verify()[0]
            with JournalView.read(path) as view:
                assert view.last == kept
        told.append((acknowledged, kept))
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
