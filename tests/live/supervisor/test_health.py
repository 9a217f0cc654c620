"""The monitors' port: loopback only, in the formats they read."""

import re

import aiohttp
import pytest

from live.health import METRICS, TEXT, Metric, Snapshot, prometheus, serving_health
from market.errors import ConfigError

pytestmark = pytest.mark.asyncio
SNAPSHOT = Snapshot(
    True,
    {"clock": "ok"},
    {
        "equity": 10_250.5,
        "fills_total": 12,
        "bar_age_seconds": float("nan"),
        "orders_total": {("sent",): 3, ("canceled",): 1},
        "position": {('BTC/"USDT"\\@x\n', "sma"): -0.5},
    },
)
LINE = re.compile(r'maemae_[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? (NaN|[+-]Inf|-?[\d.e+-]+)')


async def test_the_text_is_what_prometheus_reads() -> None:
    lines = prometheus(SNAPSHOT).splitlines()
    for line in lines:
        assert line.startswith(("# HELP maemae_", "# TYPE maemae_")) or LINE.fullmatch(line), line
    assert "maemae_equity 10250.5" in lines and "maemae_fills_total 12" in lines and "maemae_up 1" in lines
    assert 'maemae_orders_total{event="sent"} 3' in lines and "# TYPE maemae_orders_total counter" in lines
    assert 'maemae_position{instrument="BTC/\\"USDT\\"\\\\@x\\n",strategy="sma"} -0.5' in lines
    assert "maemae_bar_age_seconds NaN" in lines


async def test_a_value_nobody_described_and_wrong_labels_are_refused() -> None:
    with pytest.raises(ConfigError, match="'secret' is no metric"):
        prometheus(Snapshot(True, {}, {"secret": 1.0}))
    with pytest.raises(ConfigError, match="labels"):
        prometheus(Snapshot(True, {}, {"position": {("only one",): 1.0}}))


async def test_every_metric_follows_the_naming_rules() -> None:
    for name, metric in METRICS.items():
        assert re.fullmatch(r"[a-z][a-z_]*", name) and metric.help.endswith(".")
        assert (metric.kind == "counter") == name.endswith("_total"), name
        assert isinstance(metric, Metric)


async def test_monitors_get_health_and_metrics_and_nothing_else() -> None:
    state = [SNAPSHOT]
    async with serving_health(lambda: state[0], 0) as port, aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{port}"
        async with session.get(f"{base}/health") as reply:
            assert reply.status == 200 and (await reply.json()) == {"ok": True, "checks": {"clock": "ok"}}
        async with session.get(f"{base}/metrics") as reply:
            assert reply.headers["Content-Type"] == TEXT and "maemae_equity" in await reply.text()
        state[0] = Snapshot(False, {"clock": "10 s off"})
        async with session.get(f"{base}/health") as reply:
            assert reply.status == 503 and (await reply.json())["checks"]["clock"] == "10 s off"
        async with session.get(f"{base}/v1/pause") as reply:
            assert reply.status == 404
        async with session.get(f"{base}/metrics", headers={"Host": "evil.example"}) as reply:
            assert reply.status == 403
        with pytest.raises(ConfigError, match="can't be opened"):
            async with serving_health(lambda: SNAPSHOT, port):
                raise AssertionError


async def test_an_address_that_others_reach_is_refused() -> None:
    with pytest.raises(ConfigError, match="loopback"):
        async with serving_health(lambda: SNAPSHOT, 0, "0.0.0.0"):
            raise AssertionError
