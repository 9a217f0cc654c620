"""What the commands do. Imported when a command runs, never before."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout

from backtest.files import check_output
from backtest.output import write_json
from backtest.result import Result
from backtest.run import backtest
from maemae.asked import Asked
from maemae.compose import compose, demo_plans, gather
from maemae.progress import Progress
from market.errors import ConfigError


def run_backtest(asked: Asked, out: str | None, include: Sequence[str]) -> int:
    """One profile through history; JSON where asked, else the report."""
    if include and out is None:
        raise ConfigError(
            f"--{include[0]} adds to the JSON, which was not asked for; add --json FILE or --json -."
        )
    check_output(out)
    with Progress(language=language_of(asked)) as stage, _stdout_for_json(out):
        stage("Reading data")
        plan = compose(asked)
        result = backtest(plan, stage)
    if out is not None:
        write_json(result.to_json(include), out)
    if out != "-":
        _print(result, str(plan.profile["language"]))
    return 0


def language_of(asked: Asked) -> str:
    """The profile's or the command line's, before anything vouches for them."""
    return str(gather(asked)[0].get("language", "en"))


def run_demo(out: str | None, language: str) -> int:
    """The same strategy three times over the same stocks, side by side, then the learning run's report."""
    check_output(out)
    with Progress(language=language) as stage:
        stage("Reading data")
        results = [(name, backtest(plan, stage)) for name, plan in demo_plans()]
    if out is not None:
        write_json({name: result.to_json() for name, result in results}, out)
    if out != "-":
        _print_demo(results, language)
    return 0


def _print_demo(results: Sequence[tuple[str, Result]], language: str) -> None:
    from report.terminal import print_comparison, print_text
    from report.words import DEMO

    learning = results[-1][1]
    stocks = ", ".join(each.symbol for each in learning.plan.panel.instruments)
    print_text(DEMO[language].format(strategy=learning.plan.strategy_names[0], stocks=stocks))
    summaries = [(name, result.summary) for name, result in results]
    columns = [*summaries, ("buy and hold", learning.benchmark)]
    print_comparison(columns, learning.learned, language, calendar=learning.plan.calendar)
    _print(learning, language)


def run_verify(asked: Asked, out: str | None) -> int:
    """0 when everything holds, 1 when something doesn't or couldn't be judged."""
    from maemae.verify import run

    check_output(out)
    with Progress(language=language_of(asked)) as stage, _stdout_for_json(out):
        stage("Reading data")
        plan = compose(asked)
        stage("Verifying")
        report = run(
            plan,
            progress=lambda done, of: stage(f"Verifying: {done:,} of {of:,} bars cut"),
            traded=lambda done, of: stage(f"Verifying: {done:,} of {of:,} bars traded live, on paper"),
        )
    if out is not None:
        write_json(report.to_json(), out)
    if out != "-":
        for line in report.lines:
            print(line)
    return 0 if report.ok else 1


def run_version(out: str | None) -> int:
    """Versions of Maemae, of Python and of what computes."""
    check_output(out)
    import platform
    from importlib.metadata import version

    from records.manifest import LIBRARIES, cpu_kind

    found = {
        **{name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "cpu": cpu_kind(),
    }
    if out is not None:
        write_json(found, out)
    if out != "-":
        for name, said in found.items():
            print(f"{name} {said}")
    return 0


@contextmanager
def _stdout_for_json(out: str | None) -> Iterator[None]:
    """What a strategy prints goes to standard error where standard output is for JSON alone."""
    if out != "-":
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


def _print(result: Result, language: str) -> None:
    from report.terminal import print_report

    print_report(result.report(language), language)
