"""``make chaos``: kill a bot hundreds of times under every fault, print what became of its orders."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.checking import Tally, as_json
from tests.chaos.faults import faults_of
from tests.chaos.harness import chaos
from tests.chaos.worlds import SPOT, WORLDS, World

BUILD = Path(__file__).resolve().parents[2] / "build"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=324)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--venue", choices=[*WORLDS], default=SPOT.name)
    parser.add_argument("--fault", action="append", choices=[*faults_of(SPOT)], help="only these")
    asked = parser.parse_args()
    world = WORLDS[asked.venue]
    print(f"{'fault':<28}{'kills':>6}{'power':>6}{'orders':>7}{'lost':>6}{'doubled':>8}", end="")
    print(f"{'drift':>6}{'again':>6}{'denied':>7}{'unfit':>6}{'asked':>6}", flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "account"
        folder.mkdir()
        found = chaos(folder, asked.kills, asked.seed, say, asked.fault or (), world)
        died = Path(place) / "died.txt"
        if died.exists():
            print("Lives that ended by themselves:\n" + died.read_text())
    path = written(found, world)
    print(f"{sum(each.kills for each in found)} kills at {world.name}; in {path}.")
    if not found[-1].orders:
        print("No order reached the venue, so nothing was shown.")
        return 1
    return 0 if all(each.clean for each in found) else 1


def say(tally: Tally) -> None:
    counts = f"{tally.kills:>6}{tally.power_cuts:>6}{tally.orders:>7}{tally.lost:>6}{tally.doubled:>8}"
    more = f"{tally.drift:>6}{tally.again:>6}{tally.denied:>7}{tally.unfit:>6}{tally.asked:>6}"
    print(f"{tally.fault:<28}{counts}{more}", flush=True)
    for trouble in tally.troubles[:5]:
        print(f"    {trouble}", flush=True)


def written(found: Sequence[Tally], world: World) -> Path:
    """The table as JSON, whole or not at all."""
    path = BUILD / ("chaos.json" if world is SPOT else f"chaos-{world.name}.json")
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(as_json(found), indent=1) + "\n")
    part.replace(path)
    return path


if __name__ == "__main__":
    sys.exit(main())
