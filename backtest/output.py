"""A result as JSON: complete, strict (NaN is null), and on disk wholly or not at all."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.tables import columns, rows
from market.errors import ConfigError
from report.learning import Learned

if TYPE_CHECKING:
    from backtest.result import Result

PARTS = ("trades", "orders", "fills", "equity", "decisions")


def result_to_json(result: "Result", include: Sequence[str] = ()) -> dict[str, Any]:
    """manifest, assumptions, summary, benchmark, unfiltered, filters, learning, costs, months, account,
    timing, and ``include``."""
    plan, run = result.plan, result.run
    found: dict[str, Any] = {
        "manifest": {"id": plan.manifest.id, **asdict(plan.manifest), "profile": plan.profile},
        "assumptions": _assumptions(result.assumptions),
        "summary": result.summary,
        "benchmark": result.benchmark,
        "unfiltered": result.unfiltered,
        "filters": [asdict(card) for card in result.cards],
        "learning": [_learned(each) for each in result.learned],
        "costs": [asdict(row) for row in result.costs],
        "months": dict(result.months),
        "account": run.account,
        "timing": result.timing,
    }
    for name in PARTS:
        if name not in include:
            continue
        if name == "equity":
            times = plan.panel.ts.astype("datetime64[ns]").astype("datetime64[s]").astype(str).tolist()
            found[name] = {"time": times, "value": run.equity.tolist()}
        else:
            found[name] = rows(columns(getattr(run, name), plan.panel, plan.strategy_names))
    plain: dict[str, Any] = to_plain(found)
    return plain


def _assumptions(lines: Sequence[tuple[str, str]]) -> dict[str, str]:
    """By what they are about; several lines about one thing, such as costs, become one."""
    found: dict[str, str] = {}
    for what, said in lines:
        found[what] = f"{found[what]}; {said}" if what in found else said
    return found


def _learned(each: Learned) -> dict[str, Any]:
    stages = [{"time": f"{np.datetime64(ts, 'ns').astype('datetime64[s]')}Z", "stage": stage}
              for ts, stage in each.stages]  # fmt: skip
    return {**asdict(each), "stages": stages}


def to_plain(value: Any) -> Any:
    """Only what JSON knows: NaN and infinities become None, records and arrays mappings and lists."""
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): to_plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, np.generic):
        return to_plain(value.item())
    return value


def write_json(value: Any, out: str) -> None:
    """To a file, or to standard output for "-". An interrupted write leaves the old file, or none."""
    text = json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, indent=2)
    if out == "-":
        sys.stdout.write(text + "\n")
        return
    write_whole(Path(out), text + "\n")


def check_output(out: str | None) -> None:
    """Refuse a place that can't be written before any work is done for it."""
    if out is None or out == "-":
        return
    path = Path(out)
    if path.is_dir():
        raise ConfigError(f"{path} is a folder. Give the path of a file, such as {path / 'result.json'}.")
    if not path.parent.is_dir():
        raise ConfigError(
            f"{path}: the folder {path.parent} doesn't exist. Create it, or choose another path."
        )
    if not os.access(path.parent, os.W_OK):
        raise ConfigError(f"{path}: the folder {path.parent} can't be written. Choose another path.")


def write_whole(path: Path, text: str) -> None:
    """Write beside ``path``, then take its place in one step."""
    check_output(str(path))
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        Path(beside).unlink(missing_ok=True)  # gone already when all went well


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(f"{path}: can't be written ({error.strerror}). Choose another path.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
