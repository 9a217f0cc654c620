"""The running bot as one snapshot for monitors."""

from collections import Counter
from typing import TYPE_CHECKING

from live.health import Snapshot
from live.views.health import checks_of, memory_mb
from records.outcomes import Verdict

if TYPE_CHECKING:
    from live.bot import RunningBot


def snapshot(bot: "RunningBot") -> Snapshot:
    """Figures under the names of ``live.health.METRICS``."""
    engine, guard, views = bot.engine, bot.guard, bot.views
    account = engine.session.trader.desk.book.account[0]
    checks = tuple(checks_of(engine, guard, bool(bot.stopping)))
    last = views.results.last
    risks = Counter(
        check.code for told in views.orders.known.values() for check in told.checks
        if check.verdict != Verdict.ALLOW.value
    )  # fmt: skip
    actions = Counter(made.action for made in views.decisions.made.values())
    positions = bot.account_view().positions()
    return Snapshot(
        ok=all(check.ok for check in checks),
        checks={check.name: "ok" if check.ok else check.detail for check in checks},
        values={
            "equity": float(account["equity"]),
            "cash": float(engine.session.cash_at_venue()),
            "day_pnl": views.results.day_pnl(),
            "position": {
                (each.instrument, each.strategy): each.side * float(each.quantity) for each in positions
            },
            "working_orders": float(sum(1 for _ in engine.session.orders.open())),
            "fills_total": float(sum(len(told.fills) for told in views.orders.known.values())),
            "decisions_total": {(action,): float(count) for action, count in actions.items()},
            "risk_total": {(code,): float(count) for code, count in risks.items()},
            "unknown_orders": float(sum(each.lost for each in engine.sending.in_flight.values())),
            "halted_instruments": float(len(engine.drifting)),
            "paused": float(bool(guard.paused)),
            "killed": float(guard.latch is not None and guard.latch.read() is not None),
            "bar_age_seconds": (engine.clock() - last) / 1e9 if last else float("nan"),
            "clock_skew_seconds": (guard.clock_offset or 0) / 1e9,
            "loop_lag_seconds": bot.pulse.lag_s,
            "journal_entries": float(engine.session.journal.last),
            "resident_bytes": memory_mb() * 1e6,
            "uptime_seconds": bot.pulse.uptime_s,
        },
    )
