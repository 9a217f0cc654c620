"""``RunManifest``: what exactly ran, so that a result can be traced and repeated."""

import hashlib
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from market.bars import PRICES, Panel

HOUSE = Path(__file__).resolve().parent.parent
CODE_FOLDERS = (
    "market", "strategies", "filters", "desk", "brokers", "records", "report", "backtest", "live", "maemae",
)  # fmt: skip
LIBRARIES = ("maemae", "numpy", "numba", "TA-Lib")


@dataclass(frozen=True)
class RunManifest:
    """code, config, data: sha256, hex. versions: of Python and of what computes. cpu: model and machine."""

    code: str
    config: str
    data: str
    seed: int
    versions: Mapping[str, str]
    cpu: str

    @property
    def id(self) -> str:
        """12 hex digits that change when anything here does."""
        return hashlib.sha256(_canonical(asdict(self))).hexdigest()[:12]


def take_manifest(
    panel: Panel,
    config: Mapping[str, Any],
    seed: int = 0,
    files: Sequence[Path] = (),
    inputs: Sequence[Path] = (),
) -> RunManifest:
    """The manifest of a run over ``panel``. config: the profile, plain. files: the user's own code. inputs:
    files that strategies read besides bars."""
    return RunManifest(
        code=hash_code(files),
        config=hashlib.sha256(_canonical(config)).hexdigest(),
        data=_with_inputs(hash_panel(panel), inputs),
        seed=seed,
        versions={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        cpu=cpu_kind(),
    )


def hash_code(files: Sequence[Path] = ()) -> str:
    """sha256 over the names and bytes of our .py files, then of ``files``."""
    digest = hashlib.sha256()
    ours = [path for folder in CODE_FOLDERS for path in sorted((HOUSE / folder).rglob("*.py"))]
    for name, path in [(str(path.relative_to(HOUSE)), path) for path in ours] + [(f.name, f) for f in files]:
        source = path.read_bytes()
        digest.update(f"{name} {len(source)}\n".encode())
        digest.update(source)
    return digest.hexdigest()


def _with_inputs(data: str, inputs: Sequence[Path]) -> str:
    """sha256 over the hash of bars and the bytes of each input; that of bars where there is none."""
    if not inputs:
        return data
    digest = hashlib.sha256(data.encode())
    for path in inputs:
        content = path.expanduser().read_bytes()
        digest.update(f"{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def hash_panel(panel: Panel) -> str:
    """sha256 over what the panel says: instruments, times and every price."""
    digest = hashlib.sha256(repr((panel.instruments, panel.timeframe, panel.close.shape)).encode())
    for name in ("ts", *PRICES):
        digest.update(np.ascontiguousarray(getattr(panel, name)).data)
    return digest.hexdigest()


def cpu_kind() -> str:
    """The processor's model: floating point may differ in the last bit between kinds."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return f"{line.partition(':')[2].strip()} ({platform.machine()}, {sys.byteorder})"
    return f"{platform.processor() or 'unknown'} ({platform.machine()}, {sys.byteorder})"


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False).encode()
