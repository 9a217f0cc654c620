"""Commands about the conversation itself."""

from live.messages.markup import b, esc
from live.telegram.call import Answer, Call, Command, Misused
from live.telegram.courier import Reply

ENGLISH, KOREAN = ("en", "english", "영어"), ("ko", "kr", "korean", "한국어")


async def language(call: Call) -> Answer:
    """/language ko, for this person only."""
    wanted = call.word(0).lower()
    if wanted not in (*ENGLISH, *KOREAN):
        raise Misused(call.voice.say("Use: {usage}", usage="/language ko|en"))
    voice = call.voice.speaking("ko" if wanted in KOREAN else "en")
    call.memory.languages[str(call.user)] = voice.language
    call.memory.save()
    return Reply(voice.say("Language: English."))


def help_text(call: Call, commands: tuple[Command, ...]) -> str:
    """What this person may ask."""
    say = call.voice.say
    lines = [
        f"/{each.name}{' ' + esc(each.usage) if each.usage else ''} – {esc(say(each.does))}"
        for each in commands
        if call.role >= each.role
    ]
    return "\n".join([b(say(call.role.name.lower())), *lines])
