"""What the command line asked for, before it meets the profile. Imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """None or empty = not said. set: "key=value" texts. sizing: "fixed:1". symbols: as in the data."""

    profile: Path | None = None
    strategy: str | None = None
    data: str | None = None
    symbols: tuple[str, ...] = ()
    timeframe: str | None = None
    timezone: str | None = None
    since: str | None = None
    until: str | None = None
    cash: float | None = None
    set: tuple[str, ...] = ()
    sizing: str | None = None
    fee_bps: float | None = None
    slippage_bps: float | None = None
    no_filters: bool = False
    language: str | None = None
