"""Which paths a child process may open: code, a package's own settings, one folder for scraps."""

import os
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from maemae.verify.places import code_folders, compile_cache, is_beneath, system_places

TABLES = frozenset(
    [
        "csv",
        "tsv",
        "dat",
        "bin",
        "raw",
        "jsonl",
        "ndjson",
        "parquet",
        "pq",
        "feather",
        "arrow",
        "ipc",
        "orc",
        "avro",
        "msgpack",
        "npy",
        "npz",
        "mat",
        "pkl",
        "pickle",
        "joblib",
        "h5",
        "hdf",
        "hdf5",
        "nc",
        "xls",
        "xlsx",
        "db",
        "db3",
        "sqlite",
        "sqlite3",
        "duckdb",
    ]
)
SETTINGS = frozenset(("json", "txt", "xml", "yaml", "yml", "toml"))
_COMPILED = (".nbi", ".nbc")


@dataclass(frozen=True)
class Readable:
    """files: single files, resolved. scraps: the one folder in which everything is allowed."""

    files: frozenset[str]
    scraps: str

    def allows(self, path: str, writes: bool) -> bool:
        """Whether a path may be opened."""
        real = os.path.realpath(path)
        if real == os.devnull or is_beneath(real, (self.scraps,)):
            return True
        if is_beneath(real, (compile_cache(),)):
            return os.path.isdir(real) or any(ending in PurePath(real).name for ending in _COMPILED)
        if writes:
            return False
        if real in self.files or is_beneath(real, system_places()):
            return True
        if not os.path.lexists(real):
            return True  # it can't be read: libraries look for their settings, imports for modules
        return is_beneath(real, code_folders()) and (not _is_data(real) or _is_its_own(real))


def _is_data(path: str) -> bool:
    """Whether a file is data by its name; what describes an installed package isn't."""
    pure = PurePath(path)
    if any(part.endswith((".dist-info", ".egg-info")) for part in pure.parts[-3:-1]):
        return False
    return any(suffix.lower()[1:] in TABLES | SETTINGS for suffix in pure.suffixes)


def _is_its_own(path: str) -> bool:
    """Whether an installed package asks for its own settings: never a table, never on another's behalf."""
    if any(suffix.lower()[1:] in TABLES for suffix in PurePath(path).suffixes):
        return False
    return (package := _package(path)) is not None and package == _package(_asking())


def _package(path: str) -> str | None:
    """The top-level package in a folder of installed packages that a file belongs to."""
    for folder in _package_folders():
        if is_beneath(path, (folder,)) and path != folder:
            return path[len(folder) + 1 :].partition(os.sep)[0]
    return None


def _asking() -> str:
    """The file of the innermost code on the stack that is neither ours nor the standard library's."""
    frame = sys._getframe()
    ours = os.path.dirname(__file__) + os.sep
    while frame.f_back is not None:
        frame = frame.f_back
        file = frame.f_code.co_filename
        if not file.startswith(("<", ours)) and (_package(file) or not is_beneath(file, _standard())):
            return file
    return ""


@cache
def _package_folders() -> tuple[str, ...]:
    return tuple(folder for folder in code_folders() if folder.endswith(("site-packages", "dist-packages")))


@cache
def _standard() -> tuple[str, ...]:
    return (os.path.realpath(sysconfig.get_path("stdlib")), sysconfig.get_path("stdlib"))
