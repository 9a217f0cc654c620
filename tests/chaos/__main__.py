"""``make chaos``: kill a bot hundreds of times under every fault, print what became of its orders."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.chaos.harness import FAULTS, Tally, as_json, chaos

OUT = Path(__file__).resolve().parents[2] / "build" / "chaos.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=308)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault", action="append", choices=[*FAULTS], help="only these")
    asked = parser.parse_args()
    print(
        f"{'fault':<28}{'kills':>6}{'power':>6}{'orders':>7}{'lost':>6}{'doubled':>8}{'drift':>6}{'again':>6}"
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "account"
        folder.mkdir()
        found = chaos(folder, asked.kills, asked.seed, say, asked.fault or tuple(FAULTS))
        died = Path(place) / "died.txt"
        if died.exists():
            print("Lives that ended by themselves:\n" + died.read_text())
    OUT.parent.mkdir(exist_ok=True)
    part = OUT.with_name(f"{OUT.name}.{os.getpid()}.part")
    part.write_text(json.dumps(as_json(found), indent=1) + "\n")
    part.replace(OUT)
    print(f"{sum(each.kills for each in found)} kills; in {OUT}.")
    return 0 if all(each.clean for each in found) else 1


def say(tally: Tally) -> None:
    counts = f"{tally.kills:>6}{tally.power_cuts:>6}{tally.orders:>7}{tally.lost:>6}{tally.doubled:>8}"
    print(f"{tally.fault:<28}{counts}{tally.drift:>6}{tally.again:>6}", flush=True)
    for trouble in tally.troubles[:5]:
        print(f"    {trouble}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
