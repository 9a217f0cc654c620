"""Updates from Telegram, each to the command, button or silence it deserves."""

import logging
import time
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import cast

from telegram import CallbackQuery, Message, MessageEntity, Update
from telegram.error import TelegramError

from live.control.answers import Done
from live.control.bot import Bot
from live.control.errors import EngineDown
from live.control.keeper import Keeper
from live.control.memory import Memory
from live.messages.answers import done_text
from live.messages.markup import b, esc
from live.messages.voice import Language, Voice
from live.telegram.call import Answer, Call, Command, Misused, Question
from live.telegram.commands import BY_NAME
from live.telegram.confirm import Confirmations, Press
from live.telegram.courier import Button, Courier, Reply
from live.telegram.settings import Role, TelegramSettings
from live.telegram.strangers import Strangers
from market.errors import MaemaeError

YES, NO, APPROVE, REJECT = "y:", "n:", "a:", "r:"
_LOG = logging.getLogger(__name__)


@dataclass
class Chat:
    """me: the bot's own name, by which groups address it. Nothing here raises."""

    settings: TelegramSettings
    courier: Courier
    bot: Bot
    keeper: Keeper
    memory: Memory
    voice: Voice
    me: str = ""
    strangers: Strangers = field(default_factory=Strangers)
    buttons: Confirmations[Reply] = field(init=False)

    def __post_init__(self) -> None:
        self.buttons = Confirmations(self.settings.confirm_s)

    async def handle(self, update: Update) -> None:
        """One update. A stranger's costs a dictionary look-up."""
        user = update.effective_user
        if user is None:
            return
        role = self.settings.role(user.id)
        if role is None:
            self.strangers.knock(user.id, user.full_name, time.monotonic())
            return
        try:
            if update.callback_query is not None:
                await self._pressed(update.callback_query, role)
            elif update.message is not None and update.message.text:
                await self._said(update.message, role)
        except Exception:
            _LOG.exception("telegram: update %d failed", update.update_id)

    async def _said(self, message: Message, role: Role) -> None:
        name, words = self._parsed(message)
        if not name:
            return
        call = self._call(message, role, name, words)
        age_s = time.time() - message.date.timestamp()
        if age_s > self.settings.commands_s:
            _LOG.warning("telegram: /%s of %s refused: %.0f s old", name, call.by, age_s)
            sentence = "/{command} was sent {age} ago and was not done. Send it again if you still mean it."
            text = call.voice.say(sentence, command=name, age=call.voice.span(age_s))
            await self.courier.answer(call.chat, Reply(esc(text)))
            return
        await self._obey(call)

    async def _obey(self, call: Call) -> None:
        command = BY_NAME.get(call.command)
        if command is None:
            await self.courier.answer(call.chat, Reply(_unknown(call)))
            return
        if call.role < command.role:
            await self.courier.answer(call.chat, Reply(_not_allowed(call, command)))
            return
        if command.role > Role.VIEWER:
            _LOG.info("telegram: %s: /%s %s", call.by, call.command, " ".join(call.words))
        answer = await self._run(call, command)
        reply = self._asked(call, command, answer) if isinstance(answer, Question) else answer
        await self.courier.answer(call.chat, reply)

    async def _run(self, call: Call, command: Command) -> Answer:
        try:
            return await command.run(call)
        except Misused as error:
            return Reply(esc(error))
        except Exception as error:
            return Reply(failure_text(error, call.voice))

    def _asked(self, call: Call, command: Command, question: Question) -> Reply:
        """The question with its buttons, each bound to its action and this person."""
        group = self.buttons.group()
        rows = []
        for label, act in question.choices:
            token = self.buttons.add(call.user, call.chat, command.role, act, group)
            rows.append((Button(label, YES + token),))
        rows.append((Button(call.voice.say("No"), NO + token),))
        note = call.voice.say(
            "This button works once, for you, for {seconds} s.", seconds=round(self.buttons.holds_s)
        )
        two = len(rows) == 2
        return Reply(
            f"{question.text}\n\n<i>{esc(note)}</i>", None, ((*rows[0], *rows[1]),) if two else tuple(rows)
        )

    async def _pressed(self, query: CallbackQuery, role: Role) -> None:
        if query.message is None or not query.data:
            return
        voice = self._voice(query.from_user.id)
        chat, message, data = query.message.chat.id, query.message.message_id, query.data
        if data.startswith((APPROVE, REJECT)):
            await self._judged(query, chat, message, role, voice)
            return
        found = self.buttons.press(data[len(YES) :], query.from_user.id, chat)
        if isinstance(found, Press):
            await self._notice(query, voice.say(_REFUSALS[found]))
            if found is Press.EXPIRED:
                await self.courier.edit(chat, message, esc(voice.say(_REFUSALS[found])))
            return
        await self._notice(query, "")
        if data.startswith(NO) or role < found.role:
            await self.courier.edit(chat, message, esc(voice.say("Left as it is.")))
            return
        _LOG.info("telegram: %d confirmed", query.from_user.id)
        await self.courier.edit(chat, message, esc(voice.say("Working on it …")))
        try:
            reply = await found.act()
        except Exception as error:
            reply = Reply(failure_text(error, voice))
        await self.courier.edit(chat, message, reply.text)

    async def _judged(self, query: CallbackQuery, chat: int, message: int, role: Role, voice: Voice) -> None:
        """The buttons under an order that waits: they belong to every trader, and the first press counts."""
        if role < Role.TRADER:
            await self._notice(query, voice.say("This button belongs to somebody else."))
            return
        await self._notice(query, "")
        data = cast(str, query.data)
        request, by = data[len(APPROVE) :], f"telegram:{query.from_user.id} {query.from_user.full_name}"
        _LOG.info("telegram: %s: %s %s", by, "approve" if data.startswith(APPROVE) else "reject", request)
        answer = self.bot.approve if data.startswith(APPROVE) else self.bot.reject
        try:
            done: Done = await answer(request, by)
            text = done_text(done, voice)
        except Exception as error:
            text = failure_text(error, voice)
            await self.courier.answer(chat, Reply(text))  # the buttons stay: it can be tried again
            return
        before = query.message.text_html if isinstance(query.message, Message) and query.message.text else ""
        who = voice.say("answered by {who}", who=query.from_user.full_name)
        await self.courier.edit(chat, message, f"{before}\n\n{b(who)}: {text}".strip())

    async def _notice(self, query: CallbackQuery, text: str) -> None:
        """Ends the spinner on the button. Failing to is no harm."""
        try:
            await self.courier.bot.answer_callback_query(query.id, text[:190] or None)
        except TelegramError as error:
            _LOG.info("telegram: a press was not answered: %s", error)

    def _call(self, message: Message, role: Role, name: str, words: tuple[str, ...]) -> Call:
        user = message.from_user
        assert user is not None
        return Call(
            user.id, user.full_name, role, message.chat.id, name, words, self._voice(user.id),
            self.bot, self.keeper, self.memory,
        )  # fmt: skip

    def _voice(self, user: int) -> Voice:
        chosen = self.memory.languages.get(str(user))
        return self.voice.speaking(cast(Language, chosen)) if chosen in ("en", "ko") else self.voice

    def _parsed(self, message: Message) -> tuple[str, tuple[str, ...]]:
        """The command and its words; "" when it is none, or another bot's."""
        first = message.entities[0] if message.entities else None
        if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
            return "", ()
        command, _, addressed = message.parse_entity(first)[1:].partition("@")
        if addressed and self.me and addressed.lower() != self.me.lower():
            return "", ()
        words = (message.text or "")[first.length :].split()
        return command.lower(), tuple(words[:20])


def failure_text(error: Exception, voice: Voice) -> str:
    """Why it failed, and whether it may have been done."""
    if isinstance(error, EngineDown):
        text = esc(voice.say("The engine does not answer: {reason}", reason=error))
        doubt = "It may have been done: look at /status and /orders before you repeat it."
        return f"{text}\n{esc(voice.say(doubt))}" if error.asked else text
    if not isinstance(error, MaemaeError):
        _LOG.error("telegram: a command failed", exc_info=error)
    reason = str(error) if isinstance(error, MaemaeError) else type(error).__name__
    return esc(voice.say("That failed: {reason}", reason=reason))


def _unknown(call: Call) -> str:
    close = get_close_matches(call.command, BY_NAME, n=1, cutoff=0.6)
    say = call.voice.say
    hint = say("Did you mean /{command}?", command=close[0]) if close else say("/help lists what there is.")
    return esc(say("I don't know /{command}. {hint}", command=call.command[:40], hint=hint))


def _not_allowed(call: Call, command: Command) -> str:
    say = call.voice.say
    needed, yours = say(command.role.name.lower()), say(call.role.name.lower())
    sentence = "/{command} needs the role {role}; yours is {yours}."
    return esc(say(sentence, command=command.name, role=needed, yours=yours))


_REFUSALS = {
    Press.EXPIRED: "This button has expired. Send the command again.",
    Press.OTHERS: "This button belongs to somebody else.",
}
