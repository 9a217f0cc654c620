"""One command of one person, and what it may use."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from live.control.bot import Bot
from live.control.keeper import Keeper
from live.control.memory import Memory
from live.messages.markup import esc
from live.messages.voice import Voice
from live.telegram.courier import Reply
from live.telegram.settings import Role


@dataclass(frozen=True)
class Question:
    """Something dangerous that waits for a button. choices: label and what it does."""

    text: str
    choices: tuple[tuple[str, Callable[[], Awaitable[Reply]]], ...]


Answer = Reply | Question


@dataclass(frozen=True)
class Call:
    """words: what stood behind the command."""

    user: int
    name: str
    role: Role
    chat: int
    command: str
    words: tuple[str, ...]
    voice: Voice
    bot: Bot
    keeper: Keeper
    memory: Memory

    @property
    def by(self) -> str:
        """Who gives the order, for journal and log."""
        return f"telegram:{self.user} {self.name}"

    def word(self, place: int, default: str = "") -> str:
        return self.words[place] if len(self.words) > place else default

    def number(self, place: int, default: int, high: int) -> int:
        """A count from 1 to ``high``. Raises Misused."""
        text = self.word(place, str(default))
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= high:
            said = "{value} is not a number from {low} to {high}."
            raise Misused(self.voice.say(said, value=text[:40], low=1, high=high))
        return int(text)

    def confirm(self, text: str, act: Callable[[], Awaitable[Reply]]) -> Question:
        return Question(esc(text), ((self.voice.say("Yes"), act),))


class Misused(Exception):
    """A command with words it can't use; the message is for the person."""


@dataclass(frozen=True)
class Command:
    """does: a sentence of ``words``. usage: the words it takes."""

    name: str
    role: Role
    does: str
    run: Callable[[Call], Awaitable[Answer]]
    usage: str = ""
