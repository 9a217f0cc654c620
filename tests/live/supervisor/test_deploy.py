"""Units, image and pages say what is so."""

import configparser
import re
from pathlib import Path

import pytest

from live.alerts.settings import AlertSettings
from live.control.events import Kind
from live.telegram.commands import COMMANDS
from live.telegram.settings import Role
from tests.conftest import ROOT

UNITS = ("maemae-engine@.service", "maemae-supervisor@.service")
HARD = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "CapabilityBoundingSet": "", "RestrictSUIDSGID": "yes", "Type": "notify",
    "UMask": "0077", "User": "maemae", "RestartPreventExitStatus": "2",
}  # fmt: skip


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string((ROOT / "deploy" / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_hardened_watched_and_unprivileged(name: str) -> None:
    service = unit(name)["Service"]
    assert {key: service[key] for key in HARD} == HARD
    assert float(service["WatchdogSec"]) > 0 and service["EnvironmentFile"].startswith("-/etc/maemae/")
    assert "MemoryDenyWriteExecute" not in service  # compiled code needs it


def test_an_engine_that_is_killed_or_refused_stays_down_and_a_supervisor_comes_back() -> None:
    assert unit(UNITS[0])["Service"]["Restart"] == "on-failure"
    assert unit(UNITS[1])["Service"]["Restart"] == "always"


def test_the_image_has_every_package_and_runs_unprivileged() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    folders = {path.parent.name for path in ROOT.glob("*/py.typed")}
    copied = set(re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE))
    assert folders <= copied, folders - copied
    assert re.search(r"^USER 10001", text, re.MULTILINE) and "secret" not in text.lower()


def test_the_page_has_every_command_under_its_role() -> None:
    page = (ROOT / "docs" / "telegram.md").read_text(encoding="utf-8")
    rows = {
        role: next(line for line in page.splitlines() if line.startswith(f"| {role.name.lower()} |"))
        for role in Role
    }
    for command in COMMANDS:
        usage = f" {command.usage}" if command.usage else ""
        assert f"`/{command.name}{usage}`".replace("|", "\\|") in rows[command.role], command.name


def test_the_page_has_every_kind_of_alert() -> None:
    page = (ROOT / "docs" / "telegram.md").read_text(encoding="utf-8")
    for kind in Kind:
        assert f"`{kind.value}`" in page
        assert AlertSettings(levels={kind.value: "off"}).level(kind) == (
            "silent" if kind in (Kind.KILL, Kind.ENGINE, Kind.APPROVAL) else "off"
        )


def test_the_page_has_every_code_the_supervisor_says() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    source = (ROOT / "live" / "supervisor" / "supervisor.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'"([A-Z]{4,}(?:_[A-Z]+)*)"', source))
    assert len(codes) >= 9
    assert not {code for code in codes if f"`{code}`" not in page}


def test_places_are_where_the_page_says(tmp_path: Path) -> None:
    from live.control.places import Places
    from market.errors import ConfigError

    alone = Places.of("k200", environment={"MAEMAE_STATE": str(tmp_path)}).make()
    assert alone.folder == tmp_path / "bots" / "k200" and alone.folder.stat().st_mode & 0o077 == 0
    shared = Places.of("k200", "acct-1", {"XDG_STATE_HOME": str(tmp_path)})
    assert shared.lock == tmp_path / "maemae" / "accounts" / "acct-1" / "account.lock"
    assert shared.socket == tmp_path / "maemae" / "bots" / "k200" / "control.sock"
    for name in ("../x", "", "a/b", ".hidden"):
        with pytest.raises(ConfigError, match="can't name a folder"):
            Places.of(name)
