"""A law of the broker contract, and which adapters it can be asked of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.brokers.stages import Adapter

Scene = Callable[[Adapter], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """needs: capabilities' names, or "wire"."""

    scene: Scene
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.scene.__name__

    def lacking(self, adapter: Adapter) -> str:
        """The first thing needed that the adapter doesn't declare; "" when it has all."""
        has = {"wire": adapter.wire, "retry_after": adapter.retry_after, "withdraws": adapter.withdraws}
        return next((need for need in self.needs if not has.get(need, _declared(adapter, need))), "")


def _declared(adapter: Adapter, need: str) -> bool:
    return bool(getattr(adapter.capabilities, need, False))


CASES: list[Case] = []


def case(*needs: str) -> Callable[[Scene], Scene]:
    def kept(scene: Scene) -> Scene:
        CASES.append(Case(scene, needs))
        return scene

    return kept
