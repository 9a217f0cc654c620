"""Buttons for dangerous things: each for one action, one person, one press, a short time."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from live.telegram.settings import Role

MOST = 200  # buttons that wait; the oldest goes when one more comes
T = TypeVar("T")


class Press(Enum):
    """Why a press does nothing."""

    EXPIRED = "expired"  # too old, pressed before, or of an earlier run
    OTHERS = "others"


@dataclass(frozen=True)
class Waiting(Generic[T]):
    """role: what the person must still have when pressing. until: ``time.monotonic``. group: buttons of one
    question; a press uses up all of them."""

    user: int
    chat: int
    role: Role
    until: float
    group: str
    act: Callable[[], Awaitable[T]]


class Confirmations(Generic[T]):
    """Kept in memory only: after a restart every older button has expired."""

    def __init__(self, holds_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.holds_s = holds_s
        self._clock = clock
        self._waiting: OrderedDict[str, Waiting[T]] = OrderedDict()

    def group(self) -> str:
        """A name for the buttons of one question."""
        return secrets.token_urlsafe(6)

    def add(self, user: int, chat: int, role: Role, act: Callable[[], Awaitable[T]], group: str) -> str:
        """The token of a new button."""
        token = secrets.token_urlsafe(12)
        self._waiting[token] = Waiting(user, chat, role, self._clock() + self.holds_s, group, act)
        while len(self._waiting) > MOST:
            self._waiting.popitem(last=False)
        return token

    def press(self, token: str, user: int, chat: int) -> Waiting[T] | Press:
        """What the button does; it and those beside it won't do it again. Another's press changes nothing."""
        found = self._waiting.get(token)
        if found is None:
            return Press.EXPIRED
        if (found.user, found.chat) != (user, chat):
            return Press.OTHERS
        for each in [name for name, one in self._waiting.items() if one.group == found.group]:
            del self._waiting[each]
        return found if self._clock() < found.until else Press.EXPIRED
