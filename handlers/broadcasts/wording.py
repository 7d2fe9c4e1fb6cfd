"""How a broadcast is worded: the neutral knock people get, what they read after it, and what staff get at once."""

from bot.care.broadcasts.audience import PEOPLE
from bot.care.broadcasts.content import Words, write_out
from bot.care.privacy.discretion import Discretion
from bot.dialogue.effects import Button, Message, Picture
from handlers.broadcasts.names import OPEN, REFUSE, answer, button
from handlers.discreet.knocking import neutral_sentence
from handlers.world import World
from storage.broadcasts.records import Broadcast


def knock(world: World, broadcast: Broadcast, wishes: Discretion, language: str) -> Message:
    """Make the message that comes unasked: it says only that there is something to read."""
    buttons = (
        button(broadcast.id, OPEN, world.script.say("news_open", language)),
        button(broadcast.id, REFUSE, world.script.say("news_refuse", language)),
    )
    return Message(neutral_sentence(world, wishes, language, "news_knock"), buttons)


def content(world: World, broadcast: Broadcast, language: str) -> Message:
    """Make what somebody reads who has opened it."""
    refuse = button(broadcast.id, REFUSE, world.script.say("news_refuse", language))
    buttons = (*_answers(world, broadcast, language), refuse)
    return Message(_text(world, broadcast, language), buttons, picture=picture_of(world, broadcast, language))


def for_staff(world: World, broadcast: Broadcast, language: str) -> Message:
    """Make what somebody gets who works here: no knock, and nothing to refuse."""
    head = world.script.say("siaran_head", language)
    said, buttons = f"{head}\n\n{_text(world, broadcast, language)}", _answers(world, broadcast, language)
    return Message(said, buttons, picture=picture_of(world, broadcast, language))


def list_previews(world: World, broadcast: Broadcast, language: str) -> tuple[Message, ...]:
    """List the messages a recipient gets in a language, in order: the knock, then what it opens."""
    if not words_of(world, broadcast, language).text:
        return ()
    if broadcast.paper.audience.group in PEOPLE:
        return (
            knock(world, broadcast, Discretion(), language),
            content(world, broadcast, language),
        )
    return (for_staff(world, broadcast, language),)


def words_of(world: World, broadcast: Broadcast, language: str) -> Words:
    """Return what is said in a language, else in the default one; nothing for an empty draft."""
    default = world.script.default
    known = broadcast.paper.content
    return known.in_language(language, default) if default in known.words else Words("")


def picture_of(world: World, broadcast: Broadcast, language: str) -> Picture | None:
    """Return the picture with what is said of it in a language; None for a broadcast without one."""
    shown = broadcast.paper.content
    if shown.picture is None:
        return None
    return Picture(broadcast.id.hex(), shown.describe(language, world.script.default))


def _text(world: World, broadcast: Broadcast, language: str) -> str:
    return write_out(broadcast.paper.content, language, world.script.default)


def _answers(world: World, broadcast: Broadcast, language: str) -> tuple[Button, ...]:
    labels = words_of(world, broadcast, language).choices
    return tuple(button(broadcast.id, answer(place), label) for place, label in enumerate(labels))
