"""Output is a whole file or goes straight to who listens; links, FIFOs and devices stay what they are."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from backtest.files import check_output, is_stream
from backtest.output import write_json
from market.errors import ConfigError


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    write_json({"a": 1}, str(out))
    with pytest.raises(TypeError):
        write_json({"a": object()}, str(out))
    assert json.loads(out.read_text()) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_a_write_that_is_interrupted_or_fails_leaves_the_file_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "result.json"
    write_json({"a": 1}, str(out))
    for raised, seen in ((KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space"), ConfigError)):

        def fail(*arguments: object, raised: BaseException = raised) -> None:
            raise raised

        monkeypatch.setattr("os.replace", fail)
        with pytest.raises(seen):
            write_json({"a": 2}, str(out))
        assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
    assert json.loads(out.read_text()) == {"a": 1}


def test_a_link_stays_and_its_file_is_replaced_whole(tmp_path: Path) -> None:
    real, link, further = tmp_path / "real", tmp_path / "link.json", tmp_path / "further.json"
    real.mkdir()
    link.symlink_to(real / "result.json")
    further.symlink_to("link.json")
    for number, out in enumerate((link, further)):  # the first time there is nothing at its end
        write_json({"a": number}, str(out))
        assert link.is_symlink() and further.is_symlink()
        assert json.loads((real / "result.json").read_text()) == {"a": number}
    assert [path.name for path in real.iterdir()] == ["result.json"]


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    out.write_text("{}")
    out.chmod(0o640)
    write_json({}, str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_a_fifo_is_written_into_and_stays_one(tmp_path: Path) -> None:
    fifo, link = tmp_path / "fifo", tmp_path / "link"
    os.mkfifo(fifo)
    link.symlink_to(fifo)
    for out in (fifo, link):
        heard: list[str] = []
        reader = threading.Thread(target=lambda heard=heard: heard.append(fifo.read_text()))
        reader.start()
        write_json({"a": 1}, str(out))
        reader.join(timeout=10)
        assert json.loads(heard[0]) == {"a": 1}
    assert stat.S_ISFIFO(fifo.lstat().st_mode) and link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fifo", "link"]


def test_what_a_process_holds_open_is_written_into(tmp_path: Path) -> None:
    """As /dev/stderr is when it is redirected: the path leads into /proc to a file."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("there is no /proc here")
    held, link = tmp_path / "held.txt", tmp_path / "link"
    with held.open("w") as file:
        link.symlink_to(f"/proc/self/fd/{file.fileno()}")
        assert is_stream(link) and not is_stream(held)
        inode = held.stat().st_ino
        write_json({"a": 1}, str(link))
        assert held.stat().st_ino == inode and json.loads(held.read_text()) == {"a": 1}


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_devices_are_streams(kind: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Device:
        st_mode = kind | 0o666

    monkeypatch.setattr("backtest.files.os.stat", lambda path: Device)
    assert is_stream(tmp_path / "device")


def test_an_output_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "gone" / "result.json")
    folder = tmp_path / "folder"
    folder.symlink_to(tmp_path)
    for out, said in (
        (tmp_path / "no" / "such.json", "doesn't exist"), (dangling, "gone doesn't exist"),
        (tmp_path, "is a folder"), (folder, "is a folder"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=said):
            check_output(str(out))
        with pytest.raises(ConfigError, match=said):
            write_json({}, str(out))
