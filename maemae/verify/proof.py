"""Where proofs are kept: one file per manifest, under the user's state folder."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from maemae.verify.report import Report
from market.errors import ConfigError


def proofs_folder() -> Path:
    """$MAEMAE_STATE/proofs, else the XDG state folder's."""
    home = os.environ.get("MAEMAE_STATE")
    if home:
        return Path(home).expanduser() / "proofs"
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state).expanduser() if state else Path.home() / ".local" / "state") / "maemae" / "proofs"


def proof_path(manifest: str) -> Path:
    """Where the proof of a manifest's hash is."""
    if not manifest.isalnum():
        raise ConfigError(f"manifest hash '{manifest}': expected letters and digits only.")
    return proofs_folder() / f"{manifest}.json"


def store(report: Report) -> Path | None:
    """Keep the proof of a report that is ok; drop an earlier one when it isn't. Returns where it is kept."""
    path = proof_path(report.manifest)
    if not report.ok:
        path.unlink(missing_ok=True)
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.")
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(report.to_json(), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def load(manifest: str) -> dict[str, Any] | None:
    """The proof of a manifest's hash, None when there is none or it can't be read."""
    try:
        found = json.loads(proof_path(manifest).read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("ok") is True else None
