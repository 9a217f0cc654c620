"""The parent's side of a child process: start it, give it bars, ask it what the pipeline says."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from numpy.typing import NDArray

from desk.pipeline import Reading
from filters.opinions import Opinions
from maemae.verify import wire
from maemae.verify.audit import Refusal
from maemae.verify.codec import encode
from maemae.verify.places import HOUSE
from maemae.verify.spec import PipelineSpec
from market.bars import PRICES, Panel
from market.compiled import cache_root
from market.errors import MaemaeError
from strategies.inputs import Stamped
from strategies.signals import Signals


class WitnessError(MaemaeError):
    """A strategy or filter raised in the child, or the child ended. who: the piece, "" = not known."""

    def __init__(self, who: str, text: str) -> None:
        super().__init__(f"{who}: {text}" if who else text)
        self.who, self.text = who, text


@dataclass(frozen=True, eq=False)
class Answer:
    """One reply: plain fields and arrays by name."""

    fields: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


class Witness:
    """A child process that knows only what it was sent.

    files: code files it may read. hash_seed: its PYTHONHASHSEED. use_kernel: False does without Landlock.
    """

    def __init__(self, files: Iterable[str], hash_seed: int, use_kernel: bool = True) -> None:
        self.refusals: list[Refusal] = []
        self.n_bars = 0
        self.seconds = 0.0  # of the processor, that answers took
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, closed with the witness
        self._scraps = tempfile.TemporaryDirectory(prefix="maemae-verify-", ignore_cleanup_errors=True)
        scraps = self._scraps.name
        environment = {
            **os.environ,
            "PYTHONHASHSEED": str(hash_seed),
            "PYTHONPATH": str(HOUSE),
            "MAEMAE_CACHE": str(cache_root().parent),
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "MPLCONFIGDIR"), scraps),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-B", str(Path(__file__).with_name("child.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=environment,
        )  # fmt: skip
        self._hello = {"files": list(files), "scraps": scraps, "use_kernel": use_kernel}
        self.protection = ""
        self._unbuilt: WitnessError | None = None

    def __enter__(self) -> "Witness":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.kill()
        self.close()

    def kill(self) -> None:
        """End the child at once, whatever it is doing; who waits for its answer gets a WitnessError."""
        self._process.kill()

    def close(self) -> None:
        """End the child."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # a child that died leaves bytes that can't be flushed
                assert pipe is not None
                pipe.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()
        self._scraps.cleanup()

    def build(self, spec: PipelineSpec, panel: Panel) -> None:
        """Build the pipeline in the child, for the panel's instruments; no bar is sent."""
        self.panel, self.n_bars, self._unbuilt = panel, 0, None
        self._inputs, folder = spec.inputs, os.path.realpath(self._scraps.name)
        copies = [{"path": one.copy_in(folder), "head": one.table.head} for one in spec.inputs]
        instruments = encode(panel.instruments, "instruments")
        try:
            self.ask(
                "build",
                spec=spec.reading_in(folder).to_json(),
                instruments=instruments,
                timeframe=panel.timeframe,
                copies=copies,
            )
        except WitnessError as error:
            self._unbuilt = error
            raise

    def show(self, n_bars: int) -> None:
        """Let the child know the panel's rows up to ``n_bars``, and what inputs say until these close."""
        if n_bars > self.n_bars:
            rows = slice(self.n_bars, n_bars)
            new = {name: getattr(self.panel, name)[rows] for name in ("ts", *PRICES)}
            self.ask("append", arrays=new, inputs=[self._news(one.table, n_bars) for one in self._inputs])
            self.n_bars = n_bars

    def _news(self, table: Stamped, n_bars: int) -> dict[str, Any]:
        """The lines of an input that become known with the rows up to ``n_bars``."""
        before, until = (
            table.known(int(self.panel.ts[rows - 1]) + self.panel.timeframe) if rows else 0
            for rows in (self.n_bars, n_bars)
        )
        return {"times": table.times[before:until], "lines": table.lines[before:until]}

    def read(self, n_bars: int, after: Panel | None = None) -> Reading:
        """What the pipeline says of the first ``n_bars`` bars, the child being told no more for it.

        after: rows, not the panel's own, that follow them.
        """
        self.show(n_bars)
        more = {} if after is None else {name: getattr(after, name) for name in ("ts", *PRICES)}
        found = self.ask("read", more, stop=n_bars).arrays
        opinions = Opinions((), found["p"], found["status"])
        return Reading(Signals(found["signals"]), opinions, found["labels"])

    def ask(self, do: str, arrays: Mapping[str, NDArray[Any]] | None = None, **fields: Any) -> Answer:
        """One request and its reply. Raises WitnessError when the child's code did."""
        if self._unbuilt is not None:
            raise self._unbuilt
        if not self.protection:
            self.protection = str(self._exchange(self._hello, {}).fields["protection"])
        answer = self._exchange({"do": do, **fields}, arrays or {})
        self.seconds += answer.fields["seconds"]
        self.refusals += [Refusal(**each) for each in answer.fields["refused"] if each["who"]]
        if "error" in answer.fields:
            raise WitnessError(answer.fields["error"]["who"], answer.fields["error"]["text"])
        return answer

    def _exchange(self, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Answer:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            wire.send(self._process.stdin, fields, arrays)  # type: ignore[arg-type]
            reply = wire.receive(self._process.stdout)  # type: ignore[arg-type]
        except (OSError, ValueError):
            reply = None
        if reply is None:
            raise WitnessError("", self._last_words())
        return Answer(*reply)

    def _last_words(self) -> str:
        code = self._process.wait()
        self._errors.seek(0)
        words = self._errors.read().decode(errors="replace").strip().splitlines()
        return f"the verification process ended with code {code}: {words[-1] if words else 'it said nothing'}"
