"""Figures of whole processes: CPU, wall time and peak memory of a command started fresh."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A process's peak counts what it shared with its parent before it became another program, so a small
# launcher stands between this (large) process and the command.
LAUNCHER = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
wall = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
figures = [done.returncode, wall, used.ru_utime, used.ru_stime, used.ru_maxrss]
print(json.dumps([*figures, done.stdout, done.stderr]))
"""


@dataclass(frozen=True)
class Finished:
    """wall_s, user_s, system_s: seconds. peak_mb: most resident memory, in 2**20 bytes."""

    wall_s: float
    user_s: float
    system_s: float
    peak_mb: float
    output: str

    @property
    def cpu_s(self) -> float:
        return self.user_s + self.system_s


def launch(command: Sequence[str], env: Mapping[str, str] | None = None) -> Finished:
    """Run ``command`` to its end; raise with its own words when it fails."""
    launcher = [sys.executable, "-S", "-E", "-c", LAUNCHER, *command]
    done = subprocess.run(
        launcher, capture_output=True, text=True, check=True, env=os.environ | dict(env or {}), cwd=ROOT
    )
    code, wall, user, system, peak, output, errors = json.loads(done.stdout)
    if code != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{errors}")
    per_mb = 2**20 if sys.platform == "darwin" else 2**10
    return Finished(wall, user, system, peak / per_mb, output)


def python(program: str, env: Mapping[str, str] | None = None) -> Finished:
    """Run a few lines of Python in a process of their own."""
    return launch([sys.executable, "-c", program], env)


def peak_mb(program: str) -> float:
    return python(program).peak_mb


def maemae() -> str:
    """The command as users have it."""
    path = Path(sysconfig.get_path("scripts")) / "maemae"
    if not path.exists():
        raise FileNotFoundError(f"{path} is absent: install the project first (make bench does).")
    return str(path)
