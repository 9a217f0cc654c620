"""All checks of one plan, in the order that makes each failure speak for itself."""

import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from tempfile import TemporaryDirectory

import numpy as np

from desk.pipeline import Pipeline
from maemae.verify.audit import Refusal
from maemae.verify.bar_by_bar import look_bar_by_bar, together
from maemae.verify.cuts import Cut, choose_cuts
from maemae.verify.determinism import NAME as determinism_name
from maemae.verify.determinism import check_determinism
from maemae.verify.digest import digests
from maemae.verify.engine_parity import WANTED, check_engine
from maemae.verify.inputs import reading_copies
from maemae.verify.lookahead import NAME as lookahead_name
from maemae.verify.lookahead import Progress, Subject, check_lookahead
from maemae.verify.made_up import tried
from maemae.verify.parity import check_parity
from maemae.verify.reference import read_here
from maemae.verify.report import Check, Report, counted
from maemae.verify.spec import PipelineSpec
from maemae.verify.spoken import check_spoken
from maemae.verify.warmup import NAME as warmup_name
from maemae.verify.warmup import check_warmup
from maemae.verify.witness import Witness, WitnessError
from market.bars import Panel

LIBRARIES = ("numpy", "numba", "pandas", "pyarrow", "TA-Lib")
FILES = "no undeclared files"
TRUSTED = "the times in a declared input are taken as true: a line dated before it was known isn't seen."


@dataclass(frozen=True)
class Effort:
    """How much is tried. budget_s: seconds for the cuts of the whole history, which sets their number between
    the two bounds. every_bar_s, futures_s: processor seconds for cuts at every bar, and other futures.

    left_cuts: per strategy and filter. hash_seeds: one child process each, at least two.
    parity_bars: stepped at most. engine_bars: traded at most by the live engine. use_kernel: False does
    without Landlock, as on systems that lack it.
    """

    budget_s: float = 8.0
    every_bar_s: float = 20.0
    futures_s: float = 10.0
    least_cuts: int = 24
    most_cuts: int = 200
    left_cuts: int = 24
    hash_seeds: tuple[int, ...] = (1, 2)
    parity_bars: int = 100_000
    engine_bars: int = WANTED
    seed: int = 0
    use_kernel: bool = True


def verify_pipeline(
    pipeline: Pipeline,
    panel: Panel,
    manifest: str,
    effort: Effort | None = None,
    progress: Progress = lambda done, of: None,
    traded: Progress = lambda done, of: None,
) -> Report:
    """Prove what can be proved of a pipeline on a panel; nothing is stored.

    progress: bars cut, of how many. traded: bars the live engine has traded, of how many.
    """
    effort = effort or Effort()
    pipeline = tried(pipeline)
    spec = PipelineSpec.of(pipeline)
    with ExitStack() as stack:
        witnesses = [
            stack.enter_context(Witness(spec.files, seed, effort.use_kernel)) for seed in effort.hash_seeds
        ]
        folder = stack.enter_context(TemporaryDirectory(prefix="maemae-inputs-"))
        subject, changed, seconds = read_here(reading_copies(pipeline, spec.inputs, folder, panel), panel)
        told = (progress, traded)
        checks = (changed,) if changed else _checks(subject, spec, witnesses, effort, seconds, *told)
        return Report(manifest, checks, witnesses[0].protection or "no child process was asked", _versions())


def _checks(
    subject: Subject,
    spec: PipelineSpec,
    witnesses: list[Witness],
    effort: Effort,
    seconds: float,
    progress: Progress,
    traded: Progress,
) -> tuple[Check, ...]:
    panel, first, others = subject.panel, witnesses[0], witnesses[1:]
    wanted = int(effort.budget_s / max(seconds, 1e-3))
    n_cuts = min(max(wanted, effort.least_cuts), effort.most_cuts)
    cuts = choose_cuts(panel, subject.full.signals.rows, subject.warmup, n_cuts, _random(effort, 0))
    n_steps = min(len(panel), effort.parity_bars)
    with ThreadPoolExecutor(len(witnesses)) as pool:
        try:
            told = [pool.submit(_tell_all, witness, spec, panel) for witness in others[1:]]
            ahead = pool.submit(_look_ahead, subject, spec, first, cuts)
            bars = pool.submit(_bar_by_bar, subject, spec, others[0], effort, progress)
            here = digests(subject.pipeline, panel, subject.full)
            parity = check_parity(subject, n_steps)
            engine = check_engine(subject, effort.engine_bars, traded)
            lookahead = together([_judge(lookahead_name, ahead.result), *bars.result()])
        except BaseException:
            for witness in witnesses:
                witness.kill()  # or the pool would wait for them
            raise

    def determinism() -> Check:
        for future in told:
            future.result()
        for witness in witnesses:
            witness.show(len(panel))
        return check_determinism(subject, here, witnesses, effort.hash_seeds)

    same_everywhere = _judge(determinism_name, determinism)
    if same_everywhere.ok is False and lookahead.ok is False:
        lookahead = _not_judged(
            lookahead_name, "what is said already differs between two processes on the same bars"
        )
    if False in (same_everywhere.ok, lookahead.ok):
        enough = _not_judged(
            warmup_name, "what is said depends on more than the bars so far; mend that first"
        )
    else:
        random = _random(effort, 1)
        enough = _judge(warmup_name, lambda: check_warmup(subject, first, effort.left_cuts, random))
    files = _files([refusal for witness in witnesses for refusal in witness.refusals], spec)
    return (files, check_spoken(subject), same_everywhere, lookahead, enough, parity, engine)


def _random(effort: Effort, check: int) -> np.random.Generator:
    """A check's own random numbers: how many another took must not change its cuts."""
    return np.random.default_rng((effort.seed, check))


def _look_ahead(subject: Subject, spec: PipelineSpec, witness: Witness, cuts: list[Cut]) -> Check:
    witness.build(spec, subject.panel)
    return check_lookahead(subject, witness, cuts)


def _bar_by_bar(
    subject: Subject, spec: PipelineSpec, witness: Witness, effort: Effort, progress: Progress
) -> list[Check]:
    def stranger() -> Witness:
        return Witness(spec.files, effort.hash_seeds[0], effort.use_kernel)

    seconds = effort.every_bar_s, effort.futures_s
    return look_bar_by_bar(subject, spec, witness, stranger, seconds, _judge, progress)


def _tell_all(witness: Witness, spec: PipelineSpec, panel: Panel) -> None:
    witness.build(spec, panel)
    witness.show(len(panel))


def _judge(name: str, check: Callable[[], Check]) -> Check:
    """The check's verdict, or that it couldn't be reached."""
    try:
        return check()
    except WitnessError as error:
        return _not_judged(name, f"in the child process, {error}")


def _not_judged(name: str, why: str) -> Check:
    return Check(name, None, (f"{why}.",))


def _files(refusals: list[Refusal], spec: PipelineSpec) -> Check:
    if not refusals:
        own = f" and {counted(len(spec.files), 'file')} of your own code" if spec.files else ""
        line = f"strategies and filters used nothing but the panel, installed packages{own}."
        lines = [
            f"{one.who} declares its input '{one.path}' ({counted(len(one.table.lines), 'line')}): at "
            "each bar it was given what the file said by then."
            for one in spec.inputs
        ]
        counts = {"refused": 0, "inputs": len(spec.inputs)}
        return Check(FILES, True, (line, *lines), counts, (TRUSTED,) if lines else ())
    verbs = {"file": "uses the file", "network": "uses the network", "program": "starts", "library": "loads"}
    lines = [
        f"{refusal.who} {verbs[refusal.what]} '{refusal.name}'. What isn't in the panel can hold the future "
        "and is missing live; bring such data in as a column or an instrument of the panel."
        for refusal in dict.fromkeys(refusals)
    ]
    return Check(FILES, False, tuple(lines), {"refused": len(refusals)})


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
