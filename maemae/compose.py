"""The only place that names concrete pieces: profile and command line in, a ``Plan`` out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from backtest.plan import Plan
from desk.pipeline import Pipeline
from filters.registry import load_filter
from maemae.asked import Asked
from maemae.compose_data import read_panel
from maemae.compose_krx import calendar_of
from maemae.compose_rules import desk_rules
from maemae.profile import Tables, check_profile, lay_over, read_tables, set_sizing, set_value
from maemae.settings import FilterSettings, Profile
from market.bars import Panel
from market.errors import ConfigError
from records.manifest import take_manifest
from strategies.base import Strategy
from strategies.inputs import inputs_of
from strategies.load import load_strategy

PARTICIPATION = 0.10  # of a bar's volume, where the instruments are described
DEMO = Path(__file__).resolve().parent.parent / "config" / "demo.toml"


def compose(asked: Asked, panel: Panel | None = None) -> Plan:
    """Everything checked and loaded; names and parameters before the data is read. panel: bars that are in
    memory already, such as ``load_panel(frame)``."""
    tables, source = gather(asked)
    return plan_of(check_profile(tables, source), panel)


def plan_of(profile: Profile, panel: Panel | None = None) -> Plan:
    """The profile's strategies, filters, data and rules as one plan."""
    strategies = tuple(zip(strategy_names(profile), load_strategies(profile), strict=True))
    filters = tuple(load_filter(each.use, each.parameters) for each in profile.filters)
    began = perf_counter()
    panel, source, described = read_panel(profile, panel)
    load_s = perf_counter() - began
    rules = desk_rules(profile, panel.timeframe, PARTICIPATION if described else 0.0)
    config = profile.model_dump(mode="json")
    inputs = [path for name, each in strategies for path in inputs_of(each, f"strategy '{name}'").values()]
    manifest = take_manifest(panel, config, profile.seed, user_files(profile), inputs)
    return Plan(profile.name, Pipeline(strategies, filters, rules), panel, config, manifest, source, load_s)


def gather(asked: Asked) -> tuple[Tables, str]:
    """The profile's tables with the command line laid over them, and what errors call them."""
    tables: Tables = read_tables(asked.profile) if asked.profile else {}
    source = str(asked.profile) if asked.profile else "command line"
    if asked.strategy:
        named = [each for each in tables.get("strategy", []) if each.get("use") == asked.strategy]
        tables["strategy"] = named or [{"use": asked.strategy}]
    if not tables:
        raise ConfigError(
            "nothing to run: give a profile, such as config/demo.toml, or --strategy and --data. See --help."
        )
    if asked.profile is None and asked.strategy:
        tables["name"] = name_of(asked.strategy) or asked.strategy
    for path, value in _said(asked):
        lay_over(tables, path, value)
    _silence_finer_costs(tables, asked)
    for assignment in asked.set:
        set_value(tables, assignment)
    if asked.sizing:
        set_sizing(tables, asked.sizing)
    if asked.no_filters:
        tables["filters"] = []
    return tables, source


def _said(asked: Asked) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Where in the profile each option belongs."""
    options: dict[tuple[str, ...], Any] = {
        ("market", "data"): asked.data,
        ("market", "instruments"): list(asked.symbols) or None,
        ("market", "timeframe"): asked.timeframe,
        ("market", "timezone"): asked.timezone,
        ("market", "since"): asked.since,
        ("market", "until"): asked.until,
        ("cash",): asked.cash,
        ("language",): asked.language,
        ("costs", "fee_bps"): asked.fee_bps,
        ("costs", "slippage_bps"): asked.slippage_bps,
    }
    yield from ((path, value) for path, value in options.items() if value is not None)


def _silence_finer_costs(tables: Tables, asked: Asked) -> None:
    """What the command line says of costs holds for every instrument, makers and takers alike."""
    own = tables.get("instruments")
    each = [table for table in own.values() if isinstance(table, dict)] if isinstance(own, dict) else []
    shared = [table for table in (tables.get("costs"),) if isinstance(table, dict)]
    finer = []
    if asked.fee_bps is not None:
        finer = [(table, name) for table in (*each, *shared) for name in ("maker_bps", "taker_bps")]
        finer += [(table, "fee_bps") for table in each]
    if asked.slippage_bps is not None:
        finer += [(table, "slippage_bps") for table in each]
    for table, name in finer:
        table.pop(name, None)


def load_strategies(profile: Profile) -> list[Strategy]:
    days = calendar_of(profile.krx)
    return [load_strategy(each.use, each.parameters, days) for each in profile.strategy]


def strategy_names(profile: Profile) -> list[str]:
    """What reports call them: the name or the file's, numbered where it would repeat."""
    plain = [name_of(each.use) for each in profile.strategy]
    return [name if plain.count(name) == 1 else f"{name}#{place + 1}" for place, name in enumerate(plain)]


def name_of(use: str) -> str:
    """A strategy's registered name, or that of its file."""
    return Path(use.partition(":")[0]).stem


def user_files(profile: Profile) -> list[Path]:
    """The user's own code files."""
    pieces = [each.use for each in (*profile.strategy, *profile.filters) if ".py" in each.use]
    return [Path(f"{use.rpartition('.py')[0]}.py") for use in dict.fromkeys(pieces)]


def demo_plans() -> list[tuple[str, Plan]]:
    """The demo's profile, whose filters are rules: without them, as it is, and with them learning."""
    profile = check_profile(read_tables(DEMO), str(DEMO))
    learning = [each.model_copy(update={"act": "learn", "min_p": None}) for each in profile.filters]
    base = plan_of(profile)
    return [
        ("without filters", _with_filters(base, profile, [])),
        ("filters as rules", base),
        ("learning", _with_filters(base, profile, learning)),
    ]


def _with_filters(base: Plan, profile: Profile, filters: list[FilterSettings]) -> Plan:
    """The plan with other filters, over the data that is already there."""
    chosen = profile.model_copy(update={"filters": filters})
    agents = tuple(load_filter(each.use, each.parameters) for each in filters)
    rules = desk_rules(chosen, base.panel.timeframe, base.pipeline.rules.fills.participation)
    config = chosen.model_dump(mode="json")
    return replace(
        base,
        pipeline=replace(base.pipeline, filters=agents, rules=rules),
        profile=config,
        manifest=take_manifest(base.panel, config, profile.seed, user_files(profile)),
    )
