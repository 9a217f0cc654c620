"""What two equal lives show: did memory grow, did a task stay, went something wrong, do journals differ."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

SETTLED = 8  # days until history is as long as anybody looks back, and is shortened for the first time
GROWTH = 0.10


class Lived(Protocol):
    samples: list[dict[str, Any]]
    end: dict[str, Any]
    died: str


@dataclass(frozen=True)
class Verdict:
    """growth: of the most memory in the last quarter over the most in the days around ``SETTLED``, None in a
    life too short to show it. tasks: more at the last day than at the first, or left after the end."""

    growth: float | None
    tasks: int
    troubles: tuple[str, ...]
    identical: bool

    @property
    def clean(self) -> bool:
        flat = self.growth is None or self.growth <= GROWTH
        return flat and not self.tasks and not self.troubles and self.identical

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "clean": self.clean}

    def __str__(self) -> str:
        grown = "too short to say" if self.growth is None else f"{self.growth:+.1%} (at most {GROWTH:+.0%})"
        said = [f"memory {grown}", f"{self.tasks} tasks leaked", f"{len(self.troubles)} unhandled"]
        said.append(f"journals {'identical' if self.identical else 'DIFFERENT'}")
        return "\n".join([", ".join(said) + ".", *(f"  {each}" for each in self.troubles[:10])])


def judge(lives: Sequence[Lived]) -> Verdict:
    """The worse of the lives."""
    died = tuple(f"died: {each.died}" for each in lives if each.died)
    troubles = died + tuple(said for each in lives for said in each.end.get("troubles", ()))
    grown = [growth(each.samples) for each in lives if each.samples]
    known = [each for each in grown if each is not None]
    return Verdict(
        growth=max(known) if known else None,
        tasks=max((_tasks(each) for each in lives if each.samples), default=0),
        troubles=troubles,
        identical=len({each.end.get("digest", each.died) for each in lives}) == 1 and not died,
    )


def growth(samples: Sequence[dict[str, Any]]) -> float | None:
    """By peaks: history is shortened every few days, and what is known of every order stays."""
    resident = [each["resident"] for each in samples]
    if len(resident) < 2 * SETTLED:
        return None
    late = resident[-len(resident) // 4 :]
    return float(max(late) / max(resident[SETTLED - 3 : SETTLED + 3]) - 1.0)


def _tasks(life: Lived) -> int:
    more = life.samples[-1]["tasks"] - life.samples[0]["tasks"]
    return int(max(more, life.end.get("tasks_left", 0), 0))
