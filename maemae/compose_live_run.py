"""What exactly runs, and how the orders of its account are called."""

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

from desk.pipeline import Pipeline
from maemae.compose import user_files
from maemae.compose_live_market import Market
from maemae.settings import Profile
from records.entries import draft
from records.journal import Journal
from records.manifest import LIBRARIES, RunManifest, cpu_kind, hash_code
from records.outcomes import Note
from records.proofs import require_proof

RUN = "run "  # begins the note that names an account's orders
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def run_name(journal: Journal, now: int) -> str:
    """What begins every client id of the account: chosen once, then the journal's for ever. now: ns."""
    first = next(journal.entries(kinds=("note",)), None)
    if first is not None:
        return str(first.value["text"]).removeprefix(RUN)
    name = f"m{_base36(now // 10**9)}"
    journal.append([draft(now, Note(f"{RUN}{name}"))])
    return name


def manifest_of(profile: Profile, market: Market, pipeline: Pipeline) -> RunManifest:
    """code: ours, the user's, and all that decisions depend on: with any other, the journal's facts are kept
    and its decisions aren't made anew."""
    said = (pipeline.strategies, pipeline.filters, market.rules, market.instruments, market.timeframe)
    return RunManifest(
        code=_sha(f"{hash_code(user_files(profile))} {said!r}"),
        config=_sha(profile.model_dump_json()),
        data=_sha(market.data),
        seed=profile.seed,
        versions=_versions(),
        cpu=cpu_kind(),
    )


def check_proof(profile: Profile, path: Path) -> None:
    """Real money asks for a proof of this code under these settings. Raises ConfigError without one."""
    plain = profile.model_dump(mode="json")
    code = hash_code(user_files(profile))
    manifest = RunManifest(code, _sha(profile.model_dump_json()), "", profile.seed, _versions(), cpu_kind())
    require_proof(manifest, plain, f"maemae verify {path}")


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _base36(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return text or "0"
