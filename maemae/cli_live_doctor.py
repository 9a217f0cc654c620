"""What ``maemae doctor`` does. Imported when it runs, never before."""

import asyncio
import time
from pathlib import Path

from rich.cells import cell_len

from backtest.files import check_output
from backtest.output import write_json
from maemae.cli_words import retell, tell
from maemae.compose_krx import calendar_in
from maemae.doctor import Finding, examine
from maemae.live_bots import read_bot

WORDS = {True: "ok", False: "FAILED", None: "not judged"}
MARK_WIDTH = 10  # columns


def run_doctor(profile: Path, out: str | None, language: str | None = None) -> int:
    """0 when everything is well, 1 when something isn't."""
    check_output(out)
    bot = read_bot(profile)
    return _told(asyncio.run(examine(bot)), out, language or bot.profile.language)


def run_doctor_ls(url: str, profile: Path | None, out: str | None, language: str | None = None) -> int:
    """The same of an app key of LS, whose names are LS_APP_KEY and LS_APP_SECRET. url: of a simulator.
    profile: whose [krx] holds."""
    from brokers.ls.access import LsAccess
    from maemae.doctor_ls import examine_ls

    check_output(out)
    access, days = LsAccess(url=url), calendar_in(profile)
    return _told(asyncio.run(examine_ls(access, time.time_ns, days)), out, language or "en")


def _told(found: list[Finding], out: str | None, language: str) -> int:
    if out is not None:
        write_json({"ok": _well(found), "checks": [vars(each) for each in found]}, out)
    if out != "-":
        for each in found:
            print(_line(each, language))
    return 0 if _well(found) else 1


def _line(found: Finding, language: str) -> str:
    mark = tell(WORDS[found.ok], language)
    space = " " * max(MARK_WIDTH - cell_len(mark), 0)
    return f"{space}{mark}  {retell(found.name, language)}: {retell(found.detail, language)}"


def _well(found: list[Finding]) -> bool:
    return all(each.ok is not False for each in found)
