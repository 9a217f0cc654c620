"""What ``maemae verify`` found, kept: one file per manifest in the state folder, whole or not there.

Real money asks for a proof of the same code under the same settings. What must be the same, and why:

- ``code``: what was proved is what those lines do, ours and the user's own.
- ``settings``: the profile, but for what says where bars come from, how it is told, and whose money it is
  (``NOT_PROVED``). Another parameter is another strategy.
- ``versions``: indicators and compiled arithmetic come from these libraries.

What may differ: ``data`` (live sees other bars than any history; what was proved holds for all of them or was
refuted on some), ``cpu`` (the last bit of a float), ``config`` (the whole profile's hash, for tracing).
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from market.errors import ConfigError
from records import durable
from records.manifest import RunManifest

FORMAT = 1
# Keys of the profile that what is proved doesn't depend on.
NOT_PROVED = (
    ("name",), ("mode",), ("language",), ("venue",), ("live",), ("approvals",), ("alerts",), ("telegram",),
    ("market", "data"), ("market", "catalog"), ("market", "since"), ("market", "until"),
)  # fmt: skip


@dataclass(frozen=True)
class Proof:
    """One verification. manifest: its id. settings: ``settings_hash`` of the profile. verified: ns UTC.

    checks: name, ok (None = couldn't be judged), lines and counts of each. versions: of what computed.
    """

    manifest: str
    code: str
    settings: str
    config: str
    data: str
    seed: int
    cpu: str
    versions: Mapping[str, str]
    verified: int
    ok: bool
    protection: str = ""
    checks: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def refutes(self) -> bool:
        """Whether a check failed, rather than not being judged."""
        return any(check.get("ok") is False for check in self.checks)

    @property
    def failures(self) -> str:
        """The names of the checks that don't hold."""
        return ", ".join(str(check.get("name")) for check in self.checks if check.get("ok") is not True)

    @property
    def day(self) -> str:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self.verified // 10**9))


def proof_of(
    manifest: RunManifest, profile: Mapping[str, Any], report: Mapping[str, Any], now: int | None = None
) -> Proof:
    """What a report in plain values (ok, checks, protection) proves of a manifest's run."""
    return Proof(
        manifest=manifest.id,
        code=manifest.code,
        settings=settings_hash(profile),
        config=manifest.config,
        data=manifest.data,
        seed=manifest.seed,
        cpu=manifest.cpu,
        versions=dict(manifest.versions),
        verified=time.time_ns() if now is None else now,
        ok=bool(report["ok"]),
        protection=str(report.get("protection", "")),
        checks=tuple(report["checks"]),
    )


def settings_hash(profile: Mapping[str, Any]) -> str:
    """sha256 over the settings that what is proved depends on. profile: plain values, as the manifest's."""
    kept: dict[str, Any] = json.loads(_canonical(profile))
    for *tables, key in NOT_PROVED:
        place: Any = kept
        for name in tables:
            place = place.get(name)
            if not isinstance(place, dict):
                break
        else:
            place.pop(key, None)
    return hashlib.sha256(_canonical(kept)).hexdigest()


def proofs_folder() -> Path:
    """$MAEMAE_STATE/proofs, else the XDG state folder's."""
    home = os.environ.get("MAEMAE_STATE")
    if home:
        return Path(home).expanduser() / "proofs"
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state).expanduser() if state else Path.home() / ".local" / "state") / "maemae" / "proofs"


def proof_path(manifest: str) -> Path:
    """Where the proof of a manifest's id is."""
    if not manifest.isalnum():
        raise ConfigError(f"manifest hash '{manifest}': expected letters and digits only.")
    return proofs_folder() / f"{manifest}.json"


def store(proof: Proof) -> Path:
    """Keep a verification, whatever it found, in the place of the manifest's earlier one."""
    path = proof_path(proof.manifest)
    body = json.loads(_canonical({"format": FORMAT, **asdict(proof)}))
    text = json.dumps({**body, "digest": _digest(body)}, indent=1, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.place(path, text.encode())
    except OSError as error:
        raise ConfigError(
            f"{path}: the proof can't be kept ({error.strerror}). Make the folder writable, or set "
            "MAEMAE_STATE to another."
        ) from None
    return path


def proof_for(manifest: str) -> Proof | None:
    """What was found of exactly this run; None when nothing is kept.

    Raises ConfigError for a file that isn't what was written.
    """
    path = proof_path(manifest)
    return _read(path) if path.is_file() else None


def require_proof(manifest: RunManifest, profile: Mapping[str, Any], command: str) -> Proof:
    """The newest passing proof of the same code, settings and versions. command: what makes one.

    Raises ConfigError, which says what differs and what to run, when there is none; also when a check failed
    on any data, for one counterexample refutes what others support.
    """
    kept, damaged = _kept()
    wanted = settings_hash(profile)
    same = [each for each in kept if _same(each, manifest, wanted)]
    refuted = next((each for each in same if each.refutes), None)
    if refuted:
        raise ConfigError(
            f"this code with these settings failed verification on {refuted.day}: {refuted.failures} "
            f"(data {refuted.data[:12]}). Nothing was started. Mend it and run: {command}. If only the data "
            f"were wrong, verify on the corrected ones and remove {proof_path(refuted.manifest)}."
        )
    passing = [each for each in same if each.ok]
    if passing:
        return max(passing, key=lambda each: each.verified)
    raise ConfigError(
        f"{_why_none(kept, same, damaged, manifest, wanted)} Nothing was started. Run: {command}"
    )


def _same(proof: Proof, manifest: RunManifest, settings: str) -> bool:
    return (
        proof.code == manifest.code
        and proof.settings == settings
        and dict(proof.versions) == dict(manifest.versions)
    )


def _why_none(
    kept: Sequence[Proof], same: Sequence[Proof], damaged: Sequence[str], manifest: RunManifest, settings: str
) -> str:
    """One sentence: what there is instead."""
    if damaged:
        return f"no proof: {damaged[0]}"
    if same:
        return f"the verification of {same[-1].day} couldn't be judged: {same[-1].failures}."
    alike = sorted((each for each in kept if each.ok), key=lambda each: each.verified)
    for each in reversed([each for each in alike if each.settings == settings]):
        if each.code != manifest.code:
            return f"the proof of {each.day} is of other code ({each.code[:12]}, now {manifest.code[:12]})."
        changed = ", ".join(_changed(each.versions, manifest.versions))
        return f"the proof of {each.day} was made with other versions ({changed})."
    if any(each.code == manifest.code for each in alike):
        return (
            "the proofs of this code are of other settings: what is proved of one profile isn't of another."
        )
    return "nothing was proved of this profile yet."


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name} {old.get(name, 'none')}, now {new.get(name, 'none')}"


def _kept() -> tuple[list[Proof], list[str]]:
    """Every proof that is kept, and what is wrong with the files that hold none."""
    folder = proofs_folder()
    found: list[Proof] = []
    damaged: list[str] = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            found.append(_read(path))
        except ConfigError as error:
            damaged.append(str(error))
    return found, damaged


def _read(path: Path) -> Proof:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        digest = found.pop("digest")
        if digest != _digest(found):
            raise ValueError("its hash differs")
        if found.pop("format") != FORMAT or path.stem != found["manifest"]:
            raise ValueError("another format, or another name than its manifest's")
        return Proof(**{**found, "checks": tuple(found["checks"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path}: isn't a proof as it was written ({error}). Remove it, and verify again."
        ) from None


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, default=_plain, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else str(value)
