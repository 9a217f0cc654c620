"""Whether there was anything to verify: of a strategy that says nothing, nothing was proved."""

from maemae.verify.lookahead import Subject
from maemae.verify.made_up import Tried, made_up
from maemae.verify.report import Check, counted

NAME = "signals"
OUTSIDE = (
    "which entries come from outside (a broker's search, a person), and when, can't be replayed: nothing is "
    "proved of that choice, only of what becomes of an entry."
)


def check_spoken(subject: Subject) -> Check:
    """Not judged when some strategy says nothing on the whole panel."""
    rows, n_bars = subject.full.signals.rows, len(subject.panel)
    said = {name: int((rows["strategy"] == k).sum()) for k, name in enumerate(subject.names.strategies)}
    silent = [name for name, count in said.items() if not count]
    if silent:
        lines = tuple(
            f"strategy '{name}' says nothing on {counted(n_bars, 'bar')}, so nothing was proved of it. "
            "Verify on data on which it trades."
            for name in silent
        )
        return Check(NAME, None, lines, {"signals": len(rows)})
    line = f"{', '.join(f'{name} {count:,}' for name, count in said.items())} on {counted(n_bars, 'bar')}."
    waiting = tuple(_waiting(subject, name) for name, each in subject.pipeline.strategies if _waits(each))
    return Check(NAME, True, (line, *waiting), {"signals": len(rows)}, (OUTSIDE,) if waiting else ())


def _waits(strategy: object) -> bool:
    return isinstance(strategy, Tried)


def _waiting(subject: Subject, name: str) -> str:
    made = counted(len(made_up(subject.panel)), "made-up signal")
    return (
        f"strategy '{name}' says nothing of itself and waits for entries from outside. {made} stood in for "
        "them, so that filters, rules, sizing, orders and exits were tried."
    )
