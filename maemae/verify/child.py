"""The child process of verification: builds the pipeline itself and answers from the bars it was given.

Started as ``python child.py``. It knows no bar before the parent has sent it, and reads no file but code.
"""

import os
import sys
from time import process_time
from typing import Any, BinaryIO

import numpy as np

from maemae.verify.audit import Guard
from maemae.verify.codec import decode
from maemae.verify.sandbox import protect
from maemae.verify.wire import Arrays, Fields, receive, send

PRICES = ("open", "high", "low", "close", "volume")


class Session:
    """One pipeline and the bars received so far."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.columns: dict[str, Any] = {}
        self.n_bars = 0

    def build(self, fields: Fields, arrays: Arrays) -> tuple[Fields, Arrays]:
        """Forget all bars and build the pipeline of ``spec``."""
        from maemae.verify.inputs import Copy
        from maemae.verify.spec import PipelineSpec, load_file
        from maemae.verify.watched import watched

        self.columns, self.n_bars = {}, 0
        self.copies = [Copy(**each) for each in fields["copies"]]
        for copy in self.copies:
            copy.cut(0)
        self.instruments = decode(fields["instruments"], load_file)
        self.timeframe = fields["timeframe"]
        spec = PipelineSpec.from_json(fields["spec"])
        self.pipeline = spec.build(lambda who, make: watched(who, make, self.guard))
        return {}, {}

    def append(self, fields: Fields, arrays: Arrays) -> tuple[Fields, Arrays]:
        """Add bars, and lines of inputs, after the ones there are.

        Columns grow by doubling; what isn't filled holds zeros.
        """
        until = self.n_bars + len(arrays["ts"])
        for name, new in arrays.items():
            held = self.columns.get(name)
            if held is None or len(held) < until:
                grown = np.zeros((max(until, 2 * self.n_bars), *new.shape[1:]), new.dtype)
                if held is not None:
                    grown[: self.n_bars] = held[: self.n_bars]
                held = self.columns[name] = grown
            held[self.n_bars : until] = new
        self.n_bars = until
        for copy, news in zip(self.copies, fields["inputs"], strict=True):
            copy.append(**news)
        return {}, {}

    def panel(self, fields: Fields, after: Arrays | None = None) -> Any:
        """A copy of rows [start, stop), and of ``after``: a strategy that writes into it harms nobody.

        Inputs end where row ``stop`` begins.
        """
        from market.bars import Panel

        start, stop = fields.get("start", 0), fields.get("stop", self.n_bars)
        for copy in self.copies:
            copy.cut(int(self.columns["ts"][stop - 1]) + self.timeframe if stop else 0)
        rows = {name: held[start:stop].copy() for name, held in self.columns.items()}
        for name, more in (after or {}).items():
            rows[name] = np.concatenate([rows[name], more])
        return Panel(self.instruments, self.timeframe, **rows)

    def read(self, fields: Fields, arrays: Arrays) -> tuple[Fields, Arrays]:
        """Everything before the decision on rows [start, stop) and those in ``arrays`` after them."""
        reading = self.pipeline.read(self.panel(fields, arrays))
        found = {
            "signals": reading.signals.rows,
            "p": reading.opinions.p,
            "status": reading.opinions.status,
            "labels": reading.labels,
        }
        return {}, found

    def signals(self, fields: Fields, arrays: Arrays) -> tuple[Fields, Arrays]:
        """What one strategy says on rows [start, stop)."""
        from maemae.verify.watched import alone

        found = alone(self.pipeline, fields["place"]).signals(self.panel(fields))
        return {}, {"signals": found.rows}

    def prefixes(self, fields: Fields, arrays: Arrays) -> tuple[Fields, Arrays]:
        """What one strategy says on rows [start, stop) for each stop in [first, last]."""
        from maemae.verify.watched import alone

        one = alone(self.pipeline, fields["place"])
        found = [
            one.signals(self.panel({**fields, "stop": stop})).rows
            for stop in range(fields["first"], fields["last"] + 1)
        ]
        return {}, {"signals": np.concatenate(found), "counts": np.array([len(rows) for rows in found])}

    def altered(self, fields: Fields, arrays: Arrays) -> tuple[Fields, Arrays]:
        """What one strategy, or with ``place`` None the pipeline, says at ``ends`` of other futures."""
        from maemae.verify.futures import alter
        from maemae.verify.watched import alone

        panel = alter(self.panel(fields), arrays["ends"], arrays["kinds"], fields["ahead"])
        there = np.zeros(len(panel), np.bool_)
        there[arrays["ends"]] = True
        if fields["place"] is not None:
            rows = alone(self.pipeline, fields["place"]).signals(panel).rows
            return {}, {"signals": rows[there[rows["bar"]]]}
        reading = self.pipeline.read(panel)
        mine = there[reading.signals.rows["bar"]]
        opinions = reading.opinions
        found = {
            "signals": reading.signals.rows[mine],
            "p": opinions.p[mine],
            "status": opinions.status[mine],
        }
        return {}, found

    def assess(self, fields: Fields, arrays: Arrays) -> tuple[Fields, Arrays]:
        """What one filter thinks of the given signals on rows [start, stop)."""
        from strategies.signals import Signals

        agent = self.pipeline.filters[fields["place"]]
        opinion = agent.assess(Signals(arrays["signals"]), self.panel(fields))
        return {}, {"p": opinion.p, "status": opinion.status}

    def digests(self, fields: Fields, arrays: Arrays) -> tuple[Fields, Arrays]:
        """A digest of everything the pipeline and the desk say on all bars."""
        from maemae.verify.digest import digests

        panel = self.panel(fields)
        return {"digests": digests(self.pipeline, panel, self.pipeline.read(panel))}, {}


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer until the parent closes the pipe."""
    hello = receive(requests)
    if hello is None:
        return
    guard, protection = protect(hello[0]["files"], hello[0]["scraps"], hello[0]["use_kernel"])
    session = Session(guard)
    send(replies, {"protection": protection})
    operations = {
        "build": session.build,
        "append": session.append,
        "read": session.read,
        "signals": session.signals,
        "prefixes": session.prefixes,
        "altered": session.altered,
        "assess": session.assess,
        "digests": session.digests,
    }
    while (message := receive(requests)) is not None:
        fields, arrays = message
        began = process_time()
        try:
            answer, found = operations[fields["do"]](fields, arrays)
        except (Exception, SystemExit) as error:
            said = error.__cause__ or error  # what the piece itself raised
            guard.note_kernel_refusal(said)
            answer, found = {"error": {"who": guard.failed, "text": f"{type(said).__name__}: {said}"}}, {}
        guard.failed = ""
        send(replies, {**answer, "seconds": process_time() - began, "refused": guard.take_refusals()}, found)


def main() -> None:
    """Keep the pipes to ourselves: what a strategy prints goes to the error stream."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    serve(requests, replies)


if __name__ == "__main__":
    main()
