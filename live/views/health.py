"""What must be well in a running engine, one line each."""

from collections.abc import Iterator
from pathlib import Path

from live.control.answers import Check
from live.engine import Engine
from live.guard import Guard
from live.risk.words import span
from market.timeframes import SECOND

BARS_LATE = 60 * SECOND  # a close whose bar isn't there


def checks_of(engine: Engine, guard: Guard, stopping: bool) -> Iterator[Check]:
    """All ok while it trades as it should."""
    now, limits = engine.clock(), guard.gate.limits
    silent = now - guard.heartbeat if guard.heartbeat is not None else None
    heard = "nothing was heard yet" if silent is None else f"heard {span(max(silent, 0))} ago"
    yield Check("venue", silent is not None and silent <= limits.heartbeat_block, heard)
    deaf = now - guard.deaf_since if guard.deaf_since is not None else None
    text = "up" if deaf is None else f"the account's stream is down for {span(max(deaf, 0))}"
    yield Check("stream", deaf is None, text)
    missing = now - guard.bars_until if guard.bars_until is not None else 0
    late = missing > BARS_LATE
    yield Check("bars", not late, f"none for {span(missing)}" if late else "as they close")
    compared = None if guard.reconciled is None else now - guard.reconciled
    said = "never compared" if compared is None else f"compared {span(max(compared, 0))} ago"
    yield Check("reconciled", compared is not None and compared <= limits.max_reconcile_age, said)
    yield _clock(guard.clock_offset, limits.max_clock_offset)
    late_s = guard.alerting.late_s()
    told = late_s * 1e9 <= limits.max_alert_delay
    yield Check("alerts", told, "delivered" if told else f"not delivered for {span(late_s * 1e9)}")
    drift = "; ".join(f"{name}: {text}" for name, text in engine.drifting.items())
    yield Check("book", not drift, drift or "as at the venue")
    unknown = [name for name, flying in engine.sending.in_flight.items() if flying.lost]
    yield Check("orders", not unknown, f"outcome unknown: {', '.join(unknown)}" if unknown else "all known")
    latched = guard.latch.read() if guard.latch is not None else None
    yield Check("latch", latched is None, str(latched) if latched is not None else "not set")
    if stopping:
        yield Check("stopping", True, "on its way out")


def _clock(offset: int | None, limit: int) -> Check:
    """offset: ours less the venue's, ns."""
    if offset is None:
        return Check("clock", False, "the venue's time isn't known")
    return Check("clock", abs(offset) <= limit, f"{span(abs(offset))} from the venue's")


def memory_mb() -> float:
    """Resident memory of this process."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        from resource import RUSAGE_SELF, getrusage

        return getrusage(RUSAGE_SELF).ru_maxrss / 1024
    return pages * 4096 / 1e6
