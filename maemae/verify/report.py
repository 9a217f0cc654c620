"""What verification found, as sentences for people and as JSON for the proof."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Count = int | float | str | bool


@dataclass(frozen=True)
class Check:
    """One thing that was checked. ok: True = holds, False = fails, None = couldn't be judged.

    lines: what holds and over how much, or what fails where and why. counts: the numbers behind the lines.
    warnings: what a verdict of ok is worth less for.
    """

    name: str
    ok: bool | None
    lines: tuple[str, ...]
    counts: Mapping[str, Count] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def counted(number: int, noun: str) -> str:
    """ "1 signal", "2,000 signals"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@dataclass(frozen=True)
class Report:
    """All checks of one plan. manifest: the hash the proof is stored under."""

    manifest: str
    checks: tuple[Check, ...]
    protection: str
    versions: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return all(check.ok is True for check in self.checks)

    @property
    def lines(self) -> tuple[str, ...]:
        """One sentence or more per check, led by its verdict, and its warnings."""
        words = {True: "ok", False: "FAILED", None: "not judged"}
        found: list[str] = []
        for check in self.checks:
            found += [f"{words[check.ok]}: {check.name}: {line}" for line in check.lines]
            found += [f"WARNING: {check.name}: {line}" for line in check.warnings]
        return (*found, f"protection: {self.protection}.")

    def to_json(self) -> dict[str, object]:
        """Plain JSON values only."""
        return {
            "ok": self.ok,
            "manifest": self.manifest,
            "protection": self.protection,
            "versions": dict(self.versions),
            "checks": [
                {
                    "name": check.name,
                    "ok": check.ok,
                    "lines": list(check.lines),
                    "warnings": list(check.warnings),
                    "counts": dict(check.counts),
                }
                for check in self.checks
            ],
        }
