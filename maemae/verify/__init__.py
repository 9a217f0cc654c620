"""``maemae verify``: the gate between backtest and live. Proves one plan honest, and keeps the proof.

``run(plan)`` is the whole of it; the checks are a file each, ``gate.py`` says in which order.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtest.plan import Plan
    from maemae.verify.gate import Effort
    from maemae.verify.report import Report


def run(
    plan: "Plan",
    effort: "Effort | None" = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    traded: Callable[[int, int], None] = lambda done, of: None,
) -> "Report":
    """Check everything and keep what was found under the manifest's id: ``records.proofs`` says what it is
    good for.

    progress, traded: told how many bars of how many are cut, and traded by the live engine.
    Raises ConfigError when a piece can't be built anew in a child process, DataError when the plan can't run.
    """
    from maemae.verify.gate import verify_pipeline
    from records.proofs import proof_of, store

    report = verify_pipeline(plan.pipeline, plan.panel, plan.manifest.id, effort, progress, traded)
    store(proof_of(plan.manifest, plan.profile, report.to_json()))
    return report
