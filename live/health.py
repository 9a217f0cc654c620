"""A loopback port for monitors: ``/health`` as JSON, ``/metrics`` as Prometheus reads it.

Both are written from one snapshot, a plain mapping; nothing can be steered here, and no secret is in it.
"""

import ipaddress
import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from market.errors import ConfigError

Series = float | Mapping[tuple[str, ...], float]  # one number, or numbers by label values
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Metric:
    """kind: gauge or counter. labels: names of what the keys of its series are."""

    help: str
    kind: str = "gauge"
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """ok: all is well. checks: name to "ok" or what is wrong. values: by a name of ``METRICS``."""

    ok: bool
    checks: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Series] = field(default_factory=dict)


METRICS: Mapping[str, Metric] = {
    "equity": Metric("Equity of the account, in its currency."),
    "cash": Metric("Cash of the account, in its currency."),
    "day_pnl": Metric("Profit and loss since the day began, account currency."),
    "position": Metric("Signed units held.", labels=("instrument", "strategy")),
    "working_orders": Metric("Orders that may still fill."),
    "orders_total": Metric("What happened to orders.", "counter", ("event",)),
    "fills_total": Metric("Executions.", "counter"),
    "decisions_total": Metric("Decisions on signals.", "counter", ("action",)),
    "risk_total": Metric("Orders that a risk control reduced or denied.", "counter", ("code",)),
    "unknown_orders": Metric("Orders whose outcome at the venue isn't known."),
    "halted_instruments": Metric("Instruments in which nothing new is sent."),
    "paused": Metric("1 while a person has paused entries."),
    "killed": Metric("1 while the kill latch is set."),
    "link_up": Metric("1 while a stream is up.", labels=("feed",)),
    "link_losses_total": Metric("Times a stream was lost.", "counter", ("feed",)),
    "bar_age_seconds": Metric("Since the close of the newest bar."),
    "clock_skew_seconds": Metric("Our clock less the venue's."),
    "loop_lag_seconds": Metric("How late the event loop is."),
    "order_latency_seconds": Metric("From a bar's arrival to the order's bytes.", labels=("quantile",)),
    "journal_entries": Metric("Number of the newest entry of the journal."),
    "alerts_waiting": Metric("Alerts not delivered yet.", labels=("sink",)),
    "resident_bytes": Metric("Memory of the process."),
    "uptime_seconds": Metric("Since the process began."),
}


def prometheus(snapshot: Snapshot, metrics: Mapping[str, Metric] = METRICS) -> str:
    """The snapshot in Prometheus' text format, sorted, under the prefix ``maemae_``.

    Raises ConfigError for a value that ``metrics`` doesn't describe.
    """
    lines = _described("up", Metric("1 while every check is well."), float(snapshot.ok))
    for name in sorted(snapshot.values):
        if name not in metrics or not _NAME.fullmatch(name):
            raise ConfigError(f"'{name}' is no metric. Describe it in live.health.METRICS.")
        lines += _described(name, metrics[name], snapshot.values[name])
    return "\n".join(lines) + "\n"


def _described(name: str, metric: Metric, series: Series) -> list[str]:
    full = f"maemae_{name}"
    head = [f"# HELP {full} {_escaped(metric.help, quotes=False)}", f"# TYPE {full} {metric.kind}"]
    if not isinstance(series, Mapping):
        return [*head, f"{full} {_number(series)}"]
    return head + [f"{full}{{{_pairs(full, metric, key)}}} {_number(series[key])}" for key in sorted(series)]


def _pairs(name: str, metric: Metric, values: tuple[str, ...]) -> str:
    if len(values) != len(metric.labels):
        raise ConfigError(f"{name}: {values} are not values of its labels {metric.labels}.")
    pairs = zip(metric.labels, values, strict=True)
    return ",".join(f'{label}="{_escaped(value)}"' for label, value in pairs)


def _escaped(text: str, quotes: bool = True) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quotes else text


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value)).removesuffix(".0")


@asynccontextmanager
async def serving_health(
    snapshot: Callable[[], Snapshot], port: int, host: str = "127.0.0.1"
) -> AsyncIterator[int]:
    """Serve inside the block; gives the port (0 asks the system for a free one).

    Raises ConfigError for an address that others could reach, or a port that is taken.
    """
    if not ipaddress.ip_address(host).is_loopback:
        raise ConfigError(f"health address {host}: expected a loopback one, such as 127.0.0.1.")
    runner = web.AppRunner(
        _application(snapshot), handle_signals=False, access_log=None, shutdown_timeout=1.0
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise ConfigError(
                f"health port {port}: can't be opened ({error.strerror}). Choose another, or leave it out."
            ) from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _application(snapshot: Callable[[], Snapshot]) -> web.Application:
    async def health(request: web.Request) -> web.Response:
        now = snapshot()
        return web.json_response({"ok": now.ok, "checks": dict(now.checks)}, status=200 if now.ok else 503)

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=prometheus(snapshot()).encode(), headers={"Content-Type": TEXT})

    app = web.Application(middlewares=[_only_local])
    app.router.add_get("/health", health)
    app.router.add_get("/metrics", metrics)
    return app


@web.middleware
async def _only_local(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A web page that makes its own name point here must not read the account."""
    name = request.host.rpartition(":")[0] or request.host
    if name.strip("[]") not in ("127.0.0.1", "localhost", "::1"):
        raise web.HTTPForbidden(text="ask for 127.0.0.1")
    return await handler(request)
