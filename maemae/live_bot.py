"""Which bot a profile means, before anything of it is built. Imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path

from live.control.places import Places
from maemae.settings import Profile

PAPER = "paper"


@dataclass(frozen=True)
class LiveBot:
    """What is to run. text: the profile as it stands in its file. pace_s: between rows of a replay."""

    profile: Profile
    path: Path
    text: str
    places: Places
    pace_s: float = 0.0

    @property
    def real(self) -> bool:
        """Whether it trades money."""
        return self.profile.mode == "live"

    @property
    def replays(self) -> bool:
        return self.profile.venue.use == PAPER

    @property
    def mode(self) -> str:
        return "live" if self.real else PAPER

    @property
    def account(self) -> str:
        """What people call the account."""
        return account_of(self.profile)

    @property
    def journal(self) -> Path:
        return self.places.journal


def account_of(profile: Profile) -> str:
    """The account's name: the profile's own, or one made of venue and key."""
    venue = profile.venue
    if profile.mode != "live":
        return f"{PAPER}-{profile.name}"
    return venue.account or "-".join(part for part in (venue.use, venue.key_env.lower()) if part)
