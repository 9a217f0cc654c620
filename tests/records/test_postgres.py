"""The server that tests use is real, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tests.records.postgres import new_database, postgres_server

ROOT = Path(__file__).resolve().parents[2]
START = """
import time
from tests.records.postgres import postgres_server
with postgres_server() as folder:
    print(folder, (folder / "data" / "postmaster.pid").read_text().split()[0], flush=True)
    time.sleep(60)
"""


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_it_is_a_server_of_its_own_that_stops() -> None:
    with postgres_server() as folder:
        with new_database(folder) as url, psycopg.connect(url) as connection:
            assert "PostgreSQL" in str(connection.execute("SELECT version()").fetchone())
        assert folder.is_dir()
    assert not folder.exists()


def test_it_dies_with_the_process_that_started_it() -> None:
    child = subprocess.Popen([sys.executable, "-c", START], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    folder, server = child.stdout.readline().split()
    assert is_alive(int(server))
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    deadline = time.monotonic() + 20
    while is_alive(int(server)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(int(server))
    subprocess.run(["rm", "-r", folder], check=True)
