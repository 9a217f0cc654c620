"""What ``maemae doctor`` does. Imported when it runs, never before."""

import asyncio
from pathlib import Path

from backtest.files import check_output
from backtest.output import write_json
from maemae.doctor import Finding, examine
from maemae.live_bots import read_bot

WORDS = {True: "ok", False: "FAILED", None: "not judged"}


def run_doctor(profile: Path, out: str | None) -> int:
    """0 when everything is well, 1 when something isn't."""
    check_output(out)
    found = asyncio.run(examine(read_bot(profile)))
    if out is not None:
        write_json({"ok": _well(found), "checks": [vars(each) for each in found]}, out)
    if out != "-":
        for each in found:
            print(f"{WORDS[each.ok]:>10}  {each.name}: {each.detail}")
    return 0 if _well(found) else 1


def _well(found: list[Finding]) -> bool:
    return all(each.ok is not False for each in found)
