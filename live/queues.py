"""One queue an instrument, each with a worker of its own: what is given is done in the order it was given."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import cached_property

from live.trader import Intent

PAUSE_S = 0.05  # the shortest wait before what must wait is looked at again
Work = Callable[[], Coroutine[None, None, None]]


@dataclass(frozen=True)
class Job:
    """Work of the instrument's own queue that isn't the desk's: a protective stop, a target reached."""

    instrument: str
    work: Work


@dataclass(eq=False)
class Queues:
    """Who inherits says what carrying out an intent is."""

    _queues: dict[str, "asyncio.Queue[Intent | Job]"] = field(init=False, default_factory=dict)
    _workers: list["asyncio.Task[None]"] = field(init=False, default_factory=list)
    _beside: set["asyncio.Task[None]"] = field(init=False, default_factory=set)

    @cached_property
    def failed(self) -> "asyncio.Future[None]":
        """Done when a worker died; ends the engine."""
        return asyncio.get_running_loop().create_future()

    def put(self, intents: list[Intent]) -> None:
        """Carry these out, after those given before for the same instrument."""
        for intent in intents:
            self._queue(intent.order.instrument).put_nowait(intent)

    def do(self, job: Job) -> None:
        """Do this after what was given before for the same instrument."""
        self._queue(job.instrument).put_nowait(job)

    def later(self, waits: Callable[[], bool], then: Callable[[], None]) -> None:
        """Do this once nothing stands in its way; what is given meanwhile passes it by."""

        async def waiting() -> None:
            while waits():
                await asyncio.sleep(PAUSE_S)
            then()

        self.beside(waiting())

    def beside(self, work: Coroutine[None, None, None]) -> None:
        """Begin work that holds up no queue."""
        task = self._watched(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def carry_out(self, intent: Intent) -> None:
        raise NotImplementedError

    async def idle(self) -> None:
        """Wait until everything given was carried out. Raises what a worker died of."""
        for queue in list(self._queues.values()):
            done = asyncio.ensure_future(queue.join())
            await asyncio.wait({done, self.failed}, return_when=asyncio.FIRST_COMPLETED)
            done.cancel()
            if self.failed.done():
                self.failed.result()

    async def settled(self) -> None:
        """Wait until nothing is unknown and nothing waits any more."""
        while self._beside:
            await asyncio.wait({*self._beside, self.failed}, return_when=asyncio.FIRST_COMPLETED)
            if self.failed.done():
                self.failed.result()

    async def close(self) -> None:
        """Stop; what was given and not sent yet stays unsent."""
        for task in (*self._workers, *self._beside):
            task.cancel()
        await asyncio.gather(*self._workers, *self._beside, return_exceptions=True)

    def _queue(self, instrument: str) -> "asyncio.Queue[Intent | Job]":
        if instrument not in self._queues:
            self._queues[instrument] = asyncio.Queue()
            self._workers.append(self._watched(self._work(self._queues[instrument])))
        return self._queues[instrument]

    def _watched(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """A task whose death is everyone's: orders that nobody sends any more must not go unnoticed."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error and not self.failed.done():
            self.failed.set_exception(error)

    async def _work(self, queue: "asyncio.Queue[Intent | Job]") -> None:
        while True:
            intent = await queue.get()
            try:
                if isinstance(intent, Job):
                    await intent.work()
                else:
                    await self.carry_out(intent)
            finally:
                queue.task_done()
