"""Commands that change something. Whatever can hurt waits for a button."""

import time
from collections.abc import Awaitable
from functools import partial

from live.control.answers import Done
from live.control.keeper import KillReport
from live.messages.alerts import request_text
from live.messages.answers import done_text
from live.messages.markup import b, esc
from live.messages.voice import Voice
from live.settling import NONE, VENUE
from live.telegram.call import Answer, Call, Misused, Question
from live.telegram.courier import Reply
from live.telegram.settings import Role

LONG, SHORT = ("long", "buy", "매수", "롱"), ("short", "sell", "매도", "숏")
FLATTEN = ("flatten", "all", "청산")


async def start(call: Call) -> Answer:
    """Telegram itself sends /start when a chat is opened: it greets, and starts nothing without a button."""
    role = call.voice.say(call.role.name.lower())
    hello = "Maemae, bot '{profile}'. You are {role}. /help lists what you can ask."
    text = call.voice.say(hello, profile=call.keeper.profile, role=role)
    if call.keeper.running() or call.role < Role.TRADER:
        return Reply(esc(text))
    latched = call.keeper.latched()
    if latched is not None:
        sentence = "The kill switch is set: {reason}. Release it on the machine first."
        refusal = call.voice.say(sentence, reason=latched)
        return Reply(f"{esc(text)}\n\n{esc(refusal)}")
    return call.confirm(
        f"{text}\n\n{call.voice.say('Start the engine?')}", lambda: _done(call, call.keeper.start(call.by))
    )


async def stop(call: Call) -> Answer:
    if not call.keeper.running():
        return Reply(call.voice.say("The engine is not running."))
    return call.confirm(call.voice.say("Stop the engine?"), lambda: _done(call, call.keeper.stop(call.by)))


async def pause(call: Call) -> Answer:
    return await _done(call, call.bot.pause(call.by))


async def resume(call: Call) -> Answer:
    return await _done(call, call.bot.resume(call.by))


async def reload(call: Call) -> Answer:
    question = call.voice.say("Read the profile again?")
    return call.confirm(question, lambda: _done(call, call.bot.reload(call.by)))


async def forceexit(call: Call) -> Answer:
    wanted = call.word(0)
    if not wanted:
        return await _choose_exit(call)
    if wanted.lower() == "all":
        return call.confirm(
            call.voice.say("Close everything that is held at the market?"), partial(_exit, call, "all")
        )
    held = [each.instrument for each in await call.bot.positions()]
    instrument = next((each for each in held if _meant(wanted, each)), wanted)
    sentence = call.voice.say("Close {instrument} at the market?", instrument=instrument)
    return call.confirm(sentence, partial(_exit, call, instrument))


async def _choose_exit(call: Call) -> Answer:
    held = list(dict.fromkeys(each.instrument for each in await call.bot.positions()))
    if not held:
        return Reply(call.voice.say("No open positions."))
    choices = [(each, partial(_exit, call, each)) for each in held[:20]]
    everything = call.voice.say("all"), partial(_exit, call, "all")
    return Question(esc(call.voice.say("Which one?")), (*choices, everything))


async def _exit(call: Call, instrument: str) -> Reply:
    return await _done(call, call.bot.force_exit(instrument, call.by))


async def forceenter(call: Call) -> Answer:
    instrument, side = call.word(0), call.word(1).lower()
    if not instrument or side not in (*LONG, *SHORT):
        raise Misused(call.voice.say("Use: {usage}", usage="/forceenter BTC/USDT@binance long|short"))
    signed = 1 if side in LONG else -1
    sentence = "{side} {instrument} now? The desk decides the size and every check applies."
    text = call.voice.say(sentence, side=call.voice.side(signed), instrument=instrument)
    return call.confirm(text, lambda: _done(call, call.bot.force_enter(instrument, signed, call.by)))


async def cancel(call: Call) -> Answer:
    order = _needed(call, "/cancel ORDER")
    text = call.voice.say("Cancel order {order}?", order=order)
    return call.confirm(text, lambda: _done(call, call.bot.cancel(order, call.by)))


async def settle(call: Call) -> Answer:
    """/settle ORDER NUMBER, /settle ORDER none, or /settle INSTRUMENT venue."""
    usage = "/settle ORDER NUMBER|none, /settle INSTRUMENT venue"
    order, number = _needed(call, usage), call.word(1)
    if not number:
        raise Misused(call.voice.say("Use: {usage}", usage=usage))
    gone = "What the book holds of {order} and the venue doesn't counts as closed? This can't be taken back."
    is_it = "Order {order} is the venue's {number}? This can't be taken back."
    never = "Order {order} never reached the venue? This can't be taken back."
    sentence = {NONE: never, VENUE: gone}.get(number.lower(), is_it)
    text = call.voice.say(sentence, order=order, number=number)
    return call.confirm(text, lambda: _done(call, call.bot.settle(order, number, call.by)))


async def approve(call: Call) -> Answer:
    request = call.word(0)
    if not request:
        return await _waiting(call)
    text = call.voice.say("Let order {request} go?", request=request)
    return call.confirm(text, lambda: _done(call, call.bot.approve(request, call.by)))


async def reject(call: Call) -> Answer:
    if not call.word(0):
        return await _waiting(call)
    return await _done(call, call.bot.reject(call.word(0), call.by))


async def _waiting(call: Call) -> Answer:
    """Orders that wait, each with the name that /approve and /reject take."""
    requests = await call.bot.requests()
    if not requests:
        return Reply(call.voice.say("No order waits for a person."))
    now = time.time_ns()
    return Reply("\n\n".join(request_text(each, now, call.voice) for each in requests[:10]))


async def kill(call: Call) -> Answer:
    """/kill, or /kill flatten."""
    word = call.word(0).lower()
    if word and word not in FLATTEN:
        raise Misused(call.voice.say("Use: {usage}", usage="/kill [flatten]"))
    flatten = bool(word)
    question = (
        "Kill, and close every position at the market? Only the machine's operator can undo it."
        if flatten
        else "Kill: cancel all orders, also stops, and end for good? Only the machine's operator can undo it."
    )
    return call.confirm(call.voice.say(question), partial(_kill, call, flatten))


async def _kill(call: Call, flatten: bool) -> Reply:
    report = await call.keeper.kill(call.by, "/kill in Telegram", flatten)
    return Reply(kill_text(report, call.voice))


def kill_text(report: KillReport, voice: Voice) -> str:
    """What a kill came to; what is not well stands first."""
    incomplete = "The kill is NOT complete: {reason}"
    problems = [b(voice.say(incomplete, reason=reason)) for reason in report.problems]
    sentence = "Killed. {cancelled} orders cancelled, {closed} positions closed."
    done = voice.say(sentence, cancelled=len(report.cancelled), closed=len(report.closing))
    left = [esc(voice.say("Still held: {left}", left=", ".join(report.left)))] if report.left else []
    return "\n".join([*problems, done, *left])


def _needed(call: Call, usage: str) -> str:
    """The id that must follow. Raises Misused."""
    if not call.word(0):
        raise Misused(call.voice.say("Use: {usage}", usage=usage))
    return call.word(0)


def _meant(word: str, instrument: str) -> bool:
    return word.lower() in (instrument.lower(), instrument.partition("@")[0].lower())


async def _done(call: Call, doing: Awaitable[Done]) -> Reply:
    return Reply(done_text(await doing, call.voice))
