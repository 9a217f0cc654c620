"""Commands of the live bot where its packages aren't installed."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("arguments", [["demo", "live"], ["live", "config/sma-cross.toml"]], ids=" ".join)
def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(arguments: list[str]) -> None:
    without = (
        f"import sys; sys.modules['aiohttp'] = None; from maemae.cli import run; sys.exit(run({arguments}))"
    )
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "'aiohttp'" in line and "pip install -e '.[live]'" in line
