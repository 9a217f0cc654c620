"""What ``maemae doctor`` does. Imported when it runs, never before."""

import asyncio
from pathlib import Path

from rich.cells import cell_len

from backtest.files import check_output
from backtest.output import write_json
from maemae.cli_words import retell, tell
from maemae.doctor import Finding, examine
from maemae.live_bots import read_bot

WORDS = {True: "ok", False: "FAILED", None: "not judged"}
MARK_WIDTH = 10  # columns


def run_doctor(profile: Path, out: str | None, language: str | None = None) -> int:
    """0 when everything is well, 1 when something isn't."""
    check_output(out)
    bot = read_bot(profile)
    spoken = language or bot.profile.language
    found = asyncio.run(examine(bot))
    if out is not None:
        write_json({"ok": _well(found), "checks": [vars(each) for each in found]}, out)
    if out != "-":
        for each in found:
            print(_line(each, spoken))
    return 0 if _well(found) else 1


def _line(found: Finding, language: str) -> str:
    mark = tell(WORDS[found.ok], language)
    space = " " * max(MARK_WIDTH - cell_len(mark), 0)
    return f"{space}{mark}  {retell(found.name, language)}: {retell(found.detail, language)}"


def _well(found: list[Finding]) -> bool:
    return all(each.ok is not False for each in found)
