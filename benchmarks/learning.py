"""Learning on agents of known skill: losses, regret, promotion, calibration. Not about time.

Prints tables, and a row per law; a law that doesn't hold makes the row's result DIFFER.
"""

from collections.abc import Iterator
from math import nan

import numpy as np

from benchmarks.table import Row
from desk.rules import DeskRules
from tests.desk.agents import SEEDS, Floats, Scene, Variant, crowded, scene
from tests.desk.lessons import (
    ALIKE,
    DAILY,
    SAME_DAY,
    Calendar,
    against_the_desk,
    desk_rules,
    learned,
    promotions,
    waiting,
    watched,
)
from tests.desk.losses import SHARE, allowed, at_once, brier, day_losses, nats, over_the_best

WINDOWS = ((0, 100), (100, 500), (500, 1000), (1000, 2000), (1500, 2000))
VARIANTS: tuple[Variant, ...] = ("stationary", "drift", "turned", "no skill", "copies")
REGRET_SEEDS, GATE_SEEDS = range(16, 32), range(1000, 1100)
Losses = dict[str, Floats]


def rows() -> Iterator[Row]:
    table: dict[str, Losses] = {variant: losses(variant) for variant in VARIANTS}
    print_losses(table | {"overlapping": losses("stationary", ALIKE)})
    yield from loss_laws(table)
    yield regret_law()
    print_regret()
    print_adversary()
    yield from gate_laws()
    print_restarts()
    print_calibration()


def losses(variant: Variant, calendar: Calendar = DAILY) -> Losses:
    """Mean over seeds of each signal's Brier score, and its log loss above the base rate's."""
    found: list[Losses] = []
    for one in (scene(seed, variant) for seed in SEEDS):
        gated = learned(one, calendar).decisions
        whole = learned(one, calendar, desk_rules(everyone=True)).decisions
        base = gated["base_rate"]
        found.append(
            {
                "base rate only": brier(base, one.y),
                "promoted filters": brier(gated["p"], one.y),
                "all from the start": brier(whole["p"], one.y),
                "oracle": brier(one.oracle, one.y),
                "nats, promoted": nats(gated["p"], one.y) - nats(base, one.y),
                "nats, all": nats(whole["p"], one.y) - nats(base, one.y),
            }
        )
    return {name: np.mean([one[name] for one in found], axis=0) for name in found[0]}


def print_losses(table: dict[str, Losses]) -> None:
    print(
        f"Brier score of the decided p by signal, mean of {len(SEEDS)} seeds; nats: log loss above base rate"
    )
    head = "".join(f"{f'{a}-{b}':>11}" for a, b in WINDOWS)
    print(f"{'agents':<12}{'combiner':<20}{head}{'all':>11}")
    for variant, rows in table.items():
        for name, loss in rows.items():
            cells = "".join(f"{loss[a:b].mean():>11.4f}" for a, b in WINDOWS)
            print(f"{variant:<12}{name:<20}{cells}{loss.mean():>11.4f}")
    fresh = [fresh_brier(variant) for variant in ("drift", "turned")]
    print(
        f"a learner that begins at signal 1000, over 1500-2000: drift {fresh[0]:.4f}, turned {fresh[1]:.4f}"
    )


def fresh_brier(variant: Variant) -> float:
    late = [scene(seed, variant).since(1000) for seed in SEEDS]
    return float(np.mean([brier(learned(one).decisions["p"], one.y)[500:] for one in late]))


def law(name: str, against: str, ratio: float, note: str) -> Row:
    """ratio: what is allowed over what was measured; at least 1 where the law holds."""
    return Row(name, against, nan, nan, float(ratio), 1.0, bool(ratio >= 1.0), note=note)


def loss_laws(table: dict[str, Losses]) -> Iterator[Row]:
    skilled = {name: loss[100:].mean() for name, loss in table["stationary"].items()}
    gain = skilled["base rate only"] - skilled["promoted filters"]
    possible = skilled["base rate only"] - skilled["oracle"]
    yield law("learn: skill", "2/3 of what is possible", 1.5 * gain / possible, f"Brier lower by {gain:.4f}")
    late = {name: loss[1500:].mean() for name, loss in table["drift"].items()}
    excess = late["promoted filters"] - fresh_brier("drift")
    yield law("learn: drift", "a fresh learner + 0.002", bounded(0.002, excess), f"{excess:+.4f}")
    for name in ("promoted", "all"):
        cost = table["no skill"][f"nats, {name}"].mean()
        yield law("learn: no skill", f"base rate + 0.002, {name}", bounded(0.002, cost), f"{cost:+.4f} nats")


def bounded(limit: float, measured: float) -> float:
    return limit / max(measured, limit / 100)


def regret_law() -> Row:
    closest = np.inf
    for variant in VARIANTS[:4]:
        for mix, experts in regrets(variant, SAME_DAY):
            closest = min(closest, (allowed(len(mix)) - over_the_best(mix, experts)).min())
    note = f"closest to the bound on any day of any seed: {closest:.2f} nats"
    return law("learn: regret", "ln 4 + T ln(1/(1-share))", 1.0 if closest >= 0.0 else 0.0, note)


def regrets(variant: Variant, calendar: Calendar) -> Iterator[tuple[Floats, Floats]]:
    """Losses of the mix, shape (n_days,), and of its experts, shape (n_days, 4), per seed."""
    for one in (scene(seed, variant) for seed in REGRET_SEEDS):
        ran = watched(one, calendar, desk_rules())
        yield day_losses(ran.p, one.y), day_losses(ran.experts, one.y)


def print_regret() -> None:
    print(f"Regret after 2000 days against the best of four experts, nats, {len(REGRET_SEEDS)} seeds")
    columns = ("mean", "largest", "over bound", "delay cost", "largest")
    print(f"{'agents':<12}{'known after':<14}" + "".join(f"{name:>12}" for name in columns))
    calendars = {"same day": SAME_DAY} | {f"{days} d later": waiting(days) for days in (1, 5, 20, 60)}
    for variant in VARIANTS:
        for name, calendar in calendars.items():
            runs = list(regrets(variant, calendar))
            over = np.array([over_the_best(mix, experts) for mix, experts in runs])
            cost = [mix.sum() - at_once(experts).sum() for mix, experts in runs]
            cells = (
                over[:, -1].mean(),
                over.max(),
                (over - allowed(over.shape[1])).max(),
                np.mean(cost),
                max(cost),
            )
            print(f"{variant:<12}{name:<14}" + "".join(f"{cell:>12.2f}" for cell in cells))


def print_adversary(days: int = 2000) -> None:
    print(f"Outcomes chosen against the desk, {days} days, nats above the mixture told at once, over bounds")
    print(f"{'share':<12}{'known after':<14}{'cost':>12}{'one mixture':>12}{'two':>12}")
    for share in (SHARE, 1e-6):
        for late, name in enumerate(("same day", "1 d later")):
            mix, experts = against_the_desk(days, share, late)
            over = [over_the_best(mix, experts) - allowed(days, turns, share) for turns in (1, 2)]
            cells = (mix.sum() - at_once(experts, share).sum(), over[0].max(), over[1].max())
            print(f"{share:<12g}{name:<14}" + "".join(f"{cell:>12.2f}" for cell in cells))


def gate_laws() -> Iterator[Row]:
    print("Promotion of agents without skill (share ever at SIZE, at BLOCK), and days until half are there")
    share = ever("no skill, one a day", [scene(seed, "no skill") for seed in GATE_SEEDS], DAILY)
    crowds = [crowded(seed) for seed in GATE_SEEDS]
    ever("four a day, one market", crowds, Calendar(delay=1, per_bar=4, instruments=4))
    ever("the same, each its own day", crowds, Calendar(delay=4, instruments=4))
    for horizon in (2, 5, 20):
        lasting = [crowded(seed, horizon=horizon) for seed in GATE_SEEDS]
        calendar = Calendar(delay=horizon, per_bar=4, instruments=4)
        ever(f"labels of {horizon} days, lasting answers", lasting, calendar)
    for name, calendar in (("labels apart", DAILY), ("labels overlapping", ALIKE)):
        days = np.median(promotions([scene(seed) for seed in SEEDS], calendar), axis=0)[:3]
        told = ", ".join(f"{size:.0f} / {block:.0f}" for size, block in days)
        print(f"{'days to SIZE / BLOCK, ' + name:<40}  best, second, weak agent: {told}")
    for name, nominal, found in zip(("SIZE", "BLOCK"), (0.20, 0.05), share, strict=True):
        yield law("learn: gate", f"{nominal:.0%} ever at {name}", bounded(nominal, found), f"{found:.1%}")


def print_restarts() -> None:
    for days, seeds in ((2_000, GATE_SEEDS), (20_000, GATE_SEEDS[:50])):
        scenes = [scene(seed, "no skill", days) for seed in seeds]
        ever(f"one a day, {days:,} days", scenes, DAILY)
        ever("the same, E never returned to 1", scenes, DAILY, desk_rules(1, demote=1e300))


def ever(name: str, scenes: list[Scene], calendar: Calendar, rules: DeskRules | None = None) -> Floats:
    share: Floats = np.isfinite(promotions(scenes, calendar, rules)).mean(axis=(0, 1))
    print(f"{name:<40}{share[0]:>8.1%}{share[1]:>8.1%}")
    return share


def print_calibration() -> None:
    print("Calibration of the decided p from signal 500 on: signals, mean p - share of wins, by tenths of p")
    print(f"{'':<22}" + "".join(f"{f'{k / 10:.1f}-{(k + 1) / 10:.1f}':>14}" for k in range(10)))
    for variant in VARIANTS:
        for everyone in (False, True):
            scenes = [scene(seed, variant) for seed in SEEDS]
            rules = desk_rules(everyone=everyone)
            p = np.concatenate([learned(one, rules=rules).decisions["p"][500:] for one in scenes])
            y = np.concatenate([one.y[500:] for one in scenes])
            cells = [calibrated(p, y, k) for k in range(10)]
            print(f"{variant:<12}{'all' if everyone else 'promoted':<10}{''.join(cells)}")


def calibrated(p: Floats, y: np.ndarray[tuple[int], np.dtype[np.int8]], tenth: int) -> str:
    inside = (p * 10).astype(int) == tenth
    if not inside.any():
        return f"{'':>14}"
    return f"{inside.sum():>7}{p[inside].mean() - y[inside].mean():>+7.3f}"
