"""What a second child process is asked beside the cuts of the whole history: every bar, and other futures."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from maemae.verify.every_bar import check_every_bar
from maemae.verify.lookahead import NAME, Progress, Subject
from maemae.verify.other_futures import check_other_futures
from maemae.verify.report import Check, Count
from maemae.verify.spec import PipelineSpec
from maemae.verify.witness import Witness

Judge = Callable[[str, Callable[[], Check]], Check]


def look_bar_by_bar(
    subject: Subject,
    spec: PipelineSpec,
    witness: Witness,
    stranger: Callable[[], Witness],
    seconds: tuple[float, float],
    judge: Judge,
    progress: Progress,
) -> list[Check]:
    """Cuts after every bar, then other futures. seconds: for either. stranger: starts one more child."""

    @contextmanager
    def built() -> Iterator[Witness]:
        with stranger() as one:
            one.build(spec, subject.panel)
            yield one
            witness.refusals += one.refusals

    def every_bar() -> Check:
        witness.build(spec, subject.panel)
        return check_every_bar(subject, witness, seconds[0], progress)

    def other_futures() -> Check:
        witness.show(len(subject.panel))
        return check_other_futures(subject, witness, built, seconds[1])

    return [judge(NAME, every_bar), judge(NAME, other_futures)]


def together(checks: Sequence[Check]) -> Check:
    """One verdict: the first that fails speaks for all, then those that couldn't be reached."""
    counts: dict[str, Count] = {}
    for check in checks:
        counts |= check.counts
    for verdict in (False, None):
        for check in checks:
            if check.ok is verdict:
                return Check(NAME, verdict, check.lines, counts)
    return Check(NAME, True, tuple(line for check in checks for line in check.lines), counts)
