"""What goes wrong at a venue while a bot is killed there, row by row of the table."""

from tests.chaos.worlds import World

Fault = tuple[str, str, float, float | None]  # kind, where, probability, value
RETRY_AFTER_S = 1.0
AHEAD_MS, FAR_AHEAD_MS = 3_000.0, 10_000.0  # entries are forbidden; a signed request is refused


def faults_of(world: World) -> dict[str, tuple[Fault, ...]]:
    """By the row's name."""
    return {"none": ()} | _requests(world) | _streams(world) | _market(world) | {"all at once": _all(world)}


def _requests(world: World) -> dict[str, tuple[Fault, ...]]:
    place, cancel = world.place, world.cancel
    return {
        "429 with Retry-After": (
            ("THROTTLED", place, 0.3, RETRY_AFTER_S),
            ("THROTTLED", cancel, 0.3, RETRY_AFTER_S),
        ),
        "5xx before acceptance": (("ERROR", place, 0.4, 503.0),),
        "5xx after acceptance": (("ERROR_ACCEPTED", place, 0.4, 502.0),),
        "timeout before acceptance": (("SILENT", place, 0.3, None),),
        "timeout after acceptance": (
            ("SILENT_ACCEPTED", place, 0.3, None),
            ("SILENT_ACCEPTED", cancel, 0.3, None),
        ),
        "dropped mid-reply": (
            ("DROPPED_ACCEPTED", place, 0.3, None),
            ("DROPPED_ACCEPTED", cancel, 0.3, None),
        ),
        "connection dropped": (("DROPPED", place, 0.3, None),),
    }


def _streams(world: World) -> dict[str, tuple[Fault, ...]]:
    return {
        "stream: lost": (("LOST", world.account, 0.3, None), (world.failing, world.bars, 0.1, world.slow)),
        "stream: duplicated": (("DUPLICATED", "*", 0.3, None),),
        "stream: reordered": (("REORDERED", "*", 0.3, None),),
        "stream: disconnected": (("DISCONNECTED", "*", 0.02, None),),
    }


def _market(world: World) -> dict[str, tuple[Fault, ...]]:
    """Bars are lost too where prices grow old: else each close would be a fresh one."""
    old: tuple[Fault, ...] = (("LOST", world.trades, 1.0, None), (world.failing, world.bars, 0.7, world.slow))
    skew: list[Fault] = [("SKEW", world.time, 0.5, AHEAD_MS)]
    if world.asked:
        skew += [("SKEW", world.place, 0.3, FAR_AHEAD_MS), ("SKEW", world.asked, 0.03, FAR_AHEAD_MS)]
    return {
        "partial and late fills": (("PARTIAL", "*", 0.5, 0.5), ("LATE_FILL", "*", 0.5, 0.5)),
        "stream: quotes stop": (("LOST", world.quotes, 1.0, None), *old),
        "stale books": (("STALE_BOOK", "*", 0.95, None), *old),
        "crossed books": (("CROSSED_BOOK", "*", 0.5, None),),
        "clock skew": tuple(skew),
    }


def _all(world: World) -> tuple[Fault, ...]:
    return (
        ("ERROR_ACCEPTED", world.place, 0.1, 502.0),
        ("SILENT_ACCEPTED", world.place, 0.1, None),
        ("DROPPED_ACCEPTED", world.place, 0.1, None),
        ("DROPPED", world.cancel, 0.1, None),
        ("LOST", world.account, 0.1, None),
        ("DUPLICATED", "*", 0.1, None),
        ("LATE_FILL", "*", 0.2, 0.5),
        ("STALE_BOOK", "*", 0.1, None),
        ("CROSSED_BOOK", "*", 0.1, None),
    )
