"""What every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("MAEMAE_TEST_DATA", ROOT.parent / "shared" / "data"))

# No test asserts how long something takes: the first call of a compiled function compiles it.
settings.register_profile("maemae", deadline=None)
settings.load_profile("maemae")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real market data; tests that need it are skipped where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip("real market data is absent (set MAEMAE_TEST_DATA to its folder)")
    return REAL_DATA
