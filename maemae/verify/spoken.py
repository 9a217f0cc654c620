"""Whether there was anything to verify: of a strategy that says nothing, nothing was proved."""

from maemae.verify.lookahead import Subject
from maemae.verify.report import Check, counted

NAME = "signals"


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
    return Check(NAME, True, (line,), {"signals": len(rows)})
