"""What a bot is doing, and everything that keeps it from entering."""

from desk.records import State
from live.control.answers import Activity
from live.engine import Engine
from live.guard import Guard
from live.settling import undecided


def activity_of(engine: Engine, guard: Guard, stopping: bool, trading: bool) -> Activity:
    """trading: it has subscribed once."""
    if guard.latch is not None and guard.latch.read() is not None:
        return Activity.KILLED
    if stopping:
        return Activity.STOPPING
    if not trading:
        return Activity.STARTING
    state = State(int(engine.session.trader.desk.book.account["state"][0]))
    if state is State.ACTIVE:
        return Activity.PAUSED if guard.paused else Activity.RUNNING
    return Activity.HALTED if state is State.HALTED else Activity.REDUCING


def hindrances(engine: Engine, guard: Guard, stopping: str) -> list[str]:
    """All that keeps entries from being sent, as far as the account alone says. stopping: why it is."""
    latched = guard.latch.read() if guard.latch is not None else None
    found = [str(latched)] if latched is not None else []
    found += [text for text in (stopping, guard.paused) if text]
    memory = guard.gate.memory
    found += [" ".join(part for part in key if part) for key in sorted(memory.told | memory.disabled)]
    found += [f"{name or 'account'}: {text}" for name, text in engine.drifting.items()]
    several = engine.sending.naming.several
    return found + [undecided(name, numbers) for name, numbers in several.items()]
