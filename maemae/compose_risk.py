"""The profile's [risk] as the live gate's limits."""

from collections.abc import Sequence
from math import inf

from live.risk.limits import InstrumentLimits, RiskLimits, key
from live.risk.words import span
from maemae.settings import InstrumentRisk, RiskControls, RiskSettings
from market.errors import ConfigError, nearest

_SHARED = ("max_position", "max_gross", "max_daily_loss", "max_drawdown")  # the desk obeys them too


def risk_limits(settings: RiskSettings, instruments: Sequence[str]) -> RiskLimits:
    """What the profile sets, over the defaults. instruments: ids that are traded.

    Raises ConfigError for limits of an instrument that isn't, and for times that contradict each other.
    """
    controls = settings.controls
    for each in controls.instruments:
        if each not in instruments:
            path = f"risk.controls.instruments.{each}"
            raise ConfigError(f"'{path}': not among the instruments. {nearest(each, instruments)}")
    plain = controls.model_dump(exclude={"restricted", "instruments"}, exclude_none=True)
    shared = {name: getattr(settings, name) for name in _SHARED if getattr(settings, name) is not None}
    limits = RiskLimits(
        restricted=_restricted(controls),
        long_only=settings.long_only,
        instruments={each: _own(limit) for each, limit in controls.instruments.items()},
        **plain,
        **shared,
    )
    if limits.heartbeat_cancel < limits.heartbeat_block:
        raise ConfigError(
            f"{key('heartbeat_cancel')} = {span(limits.heartbeat_cancel)}: expected at least "
            f"{key('heartbeat_block')} = {span(limits.heartbeat_block)}."
        )
    return limits


def _restricted(controls: RiskControls) -> frozenset[tuple[str, int]]:
    pairs: set[tuple[str, int]] = set()
    for each in controls.restricted:
        instrument, _, side = each.partition(" ")
        pairs |= {(instrument, sign) for sign, name in ((1, "buy"), (-1, "sell")) if side in ("", name)}
    return frozenset(pairs)


def _own(limit: InstrumentRisk) -> InstrumentLimits:
    return InstrumentLimits(**{name: inf if value is None else value for name, value in limit})
