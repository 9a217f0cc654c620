"""Where a profile's bars come from."""

from pathlib import Path

from maemae.compose_panel import shaped
from maemae.settings import Profile
from market.bars import Panel
from market.errors import ConfigError
from market.loaders import load_panel


def read_panel(profile: Profile) -> tuple[Panel, str, bool]:
    """The panel, what its source is called, and whether its instruments are described (lots, volumes)."""
    if not profile.market.data:
        raise ConfigError('[market] names no data: give data = "FILE.parquet" or --data FILE.')
    path = Path(profile.market.data)
    return shaped(load_panel(path), profile), str(path), bool(profile.instruments)
