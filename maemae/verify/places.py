"""Which folders hold code: ours, the interpreter's, the installed packages'; and what a child may read."""

import os
import site
import sys
import sysconfig
from functools import cache
from pathlib import Path

from market.compiled import cache_root

HOUSE = Path(__file__).resolve().parents[2]
_ROOMS = (
    "market", "pricing", "strategies", "filters", "desk", "brokers", "records", "report", "backtest",
    "research", "live", "maemae",
)  # fmt: skip
_SYSTEM = (
    "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib",
    "/usr/share/zoneinfo", "/usr/share/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/timezone", "/System/Library", "/proc", "/sys/devices/system", "/sys/fs/cgroup", "/dev/urandom",
    "/dev/random", "/dev/zero",
)  # fmt: skip


@cache
def code_folders() -> tuple[str, ...]:
    """Folders whose code may be read and run, resolved: standard library, packages, our own."""
    paths = sysconfig.get_paths()
    found = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += site.getsitepackages()
    found += [path for path in sys.path if path.rstrip("/").endswith(("site-packages", "dist-packages"))]
    found += [os.path.join(sys.base_prefix, "lib"), os.path.join(sys.prefix, "lib")]
    found += [str(HOUSE / room) for room in _ROOMS]
    found += [str(path) for path in HOUSE.glob("*.egg-info")]
    return tuple(dict.fromkeys(os.path.realpath(path) for path in found if os.path.exists(path)))


@cache
def system_places() -> tuple[str, ...]:
    """What libraries and the interpreter read of the system, resolved; never market data."""
    return tuple(dict.fromkeys(os.path.realpath(path) for path in _SYSTEM if os.path.exists(path)))


@cache
def compile_cache() -> str:
    """Where compiled code is kept, the one folder a child may write to; made when it is missing."""
    folder = cache_root() / "compiled"
    folder.mkdir(parents=True, exist_ok=True)
    return os.path.realpath(folder)


def is_importable(file: str) -> bool:
    """Whether a child process can import the file by its module's name."""
    return is_beneath(os.path.realpath(file), code_folders())


def is_beneath(path: str, folders: tuple[str, ...]) -> bool:
    """Whether a resolved path is one of the folders or inside one."""
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)
