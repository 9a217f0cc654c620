"""Telegram as a receiver of alerts, with buttons under orders that wait for a person."""

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from live.alerts.delivery import Flooded, Unreachable, Unwanted
from live.alerts.outbox import Alert
from live.alerts.webhooks import told
from live.control.answers import ApprovalRequest
from live.messages.voice import Voice
from live.telegram.chat import APPROVE, REJECT
from live.telegram.courier import LONGEST_DATA, Button, Courier, Reply, seconds_of


class TelegramSink:
    """One chat."""

    name = "telegram"

    def __init__(self, courier: Courier, chat: int, voice: Voice) -> None:
        self._courier, self._chat, self._voice = courier, chat, voice

    async def send(self, alerts: list[Alert]) -> None:
        """Raises as ``live.alerts.delivery.Sink`` says."""
        first = alerts[0]
        reply = Reply(told(alerts, self._voice), first.picture, self._buttons(first))
        try:
            await self._courier.send(self._chat, reply, silent=first.silent)
        except RetryAfter as error:
            raise Flooded(seconds_of(error)) from None
        except ChatMigrated as error:
            self._chat = error.new_chat_id
            raise Unreachable("the group has moved") from None
        except (BadRequest, Forbidden) as error:
            raise Unwanted(str(error)) from None
        except InvalidToken:
            raise Unreachable("the token was refused") from None
        except TelegramError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from None

    def _buttons(self, alert: Alert) -> tuple[tuple[Button, ...], ...]:
        """None where the request's name is too long for one: /approve takes it."""
        request = alert.event.body
        if not isinstance(request, ApprovalRequest):
            return ()
        if len((APPROVE + request.id).encode()) > LONGEST_DATA:
            return ()
        say = self._voice.say
        return ((Button(say("Approve"), APPROVE + request.id), Button(say("Reject"), REJECT + request.id)),)
