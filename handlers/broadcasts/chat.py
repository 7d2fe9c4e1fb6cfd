"""Write, approve and watch broadcasts in a private chat of staff: /siarkan."""

from bot.dialogue.effects import Message
from bot.dialogue.events import Picked
from handlers.access import Right, has_right
from handlers.broadcasts import acts, audience, cards, showing, writing
from handlers.broadcasts.acts import Result
from handlers.broadcasts.names import read_answer, read_key
from handlers.broadcasts.showing import Act
from handlers.speak import to_staff
from handlers.world import World
from storage.broadcasts import recipients, records
from storage.broadcasts.records import Broadcast
from storage.team import staffing
from storage.team.staffing import StaffAddress, StaffMember
from storage.transaction import Work

_COMMAND = frozenset({"/siarkan", "siarkan", "/siaran", "siaran"})


def hear(work: Work, world: World, member: StaffMember, text: str) -> list[Message] | None:
    """Hear words of somebody who may broadcast; None if they are not about a broadcast."""
    if not audience.may_see(member):
        return None
    if text.strip().casefold().partition("@")[0] in _COMMAND:
        staffing.speak_in(work, member, None)
        can_write = has_right(member, Right.BROADCAST)
        return [cards.list_card(world, showing.list_entries(work, member), can_write=can_write)]
    return writing.take_words(work, world, member, text)


def hear_picture(work: Work, world: World, member: StaffMember) -> list[Message] | None:
    """Hear of a picture or file that was sent; None if it is not about a broadcast.  It was never fetched."""
    return writing.take_picture(work, world, member)


def tap(work: Work, world: World, member: StaffMember, where: StaffAddress, tapped: Picked) -> list[Message]:
    """Do what a button of a broadcast says, for somebody who manages it or got it."""
    broadcast_id = read_key(tapped.key)
    found = showing.load_seen(work, member, broadcast_id.hex()) if broadcast_id else None
    if tapped.choice == cards.NEW:
        return writing.begin(work, world, member)
    answered = _answer(work, world, member, broadcast_id, tapped.choice)
    if answered is not None:
        return [answered]
    if found is None:
        return [say_result(world, Result.GONE)]
    return _act(work, world, member, where, found, tapped.choice)


def _answer(work: Work, world: World, member: StaffMember, broadcast_id: bytes, choice: str) -> Message | None:
    """Count what a member of staff answers who got a broadcast; None if it is no answer."""
    if not broadcast_id or not recipients.is_among(work, broadcast_id, member.id):
        return None
    sent = records.load(work, broadcast_id)
    default = world.script.default
    answers = len(sent.paper.content.in_language(default, default).choices) if sent is not None else 0
    place = read_answer(choice, answers)
    if place is None:
        return None
    is_first = recipients.note_answered(work, broadcast_id, member.id, place)
    return _say(world, "news_thanks" if is_first else "news_thanked")


def _act(
    work: Work, world: World, member: StaffMember, where: StaffAddress, found: Broadcast, choice: str
) -> list[Message]:
    what, _, chosen = choice.partition("=")
    match what:
        case cards.SHOW:
            return [_show(work, world, member, found)]
        case cards.AGREE | cards.DISAGREE | Act.TAKE_BACK:
            return _decide(work, world, member, found, (what, chosen))
        case Act.STOP:
            return [cards.stop_card(world, found)]
        case cards.COUNT | Act.ASK:
            doing = _count if what == cards.COUNT else _ask
            work.after_commit(lambda: world.later.start(doing(world, member, where, found.id.hex())))
            return []
        case Act.DRY_RUN | Act.SEND | Act.PAUSE | Act.RESUME | cards.STOP_SURELY | Act.DISCARD:
            return _do(work, world, member, found, what)
        case _:
            return writing.choose(work, world, member, found, (what, chosen))


def _do(work: Work, world: World, member: StaffMember, found: Broadcast, what: str) -> list[Message]:
    broadcast_id = found.id.hex()
    match what:
        case Act.DRY_RUN:
            result = acts.dry_run(work, world, member, broadcast_id)
        case Act.SEND:
            result = acts.send(work, world, member, broadcast_id, None)
        case Act.PAUSE:
            result = acts.pause(work, world, member, broadcast_id)
        case Act.RESUME:
            result = acts.resume(work, world, member, broadcast_id)
        case Act.DISCARD:
            result = acts.discard(work, member, broadcast_id)
        case _:
            result = acts.stop(work, world, member, broadcast_id)
    return _after(work, world, member, found, (what, result))


def _decide(work: Work, world: World, member: StaffMember, found: Broadcast, how: tuple[str, str]) -> list[Message]:
    """Decide on what was shown: a button that was made for other words decides nothing."""
    what, seen = how
    if what != Act.TAKE_BACK and seen != cards.hash_on_button(found):
        return [say_result(world, Result.CHANGED)]
    decision = (records.hash_of(found), what == cards.AGREE)
    result = acts.decide(work, world, member, found.id.hex(), decision)
    return _after(work, world, member, found, (what, result))


def _after(work: Work, world: World, member: StaffMember, found: Broadcast, done: tuple[str, Result]) -> list[Message]:
    """Say what became of a wish, and show the broadcast as it is now."""
    what, result = done
    if result is not Result.DONE:
        return [say_result(world, result)]
    said = _say(world, f"siaran_done_{what}")
    present = records.load(work, found.id)
    return [said] if present is None else [said, _show(work, world, member, present)]


def _show(work: Work, world: World, member: StaffMember, found: Broadcast) -> Message:
    return cards.card(world, member, found, showing.progress_of(work, world, found))


async def _count(world: World, member: StaffMember, where: StaffAddress, broadcast_id: str) -> None:
    """Count off the event loop and say so in the chat that asked."""
    found = await world.database.read(lambda work: showing.load_seen(work, member, broadcast_id))
    counted = None if found is None else await audience.count(world, member, found.paper.audience)
    said = _say(world, "siaran_flaw_audience") if counted is None else Message(cards.say_count(world, counted))
    await world.database.write(lambda work: to_staff(work, world, where, said))


async def _ask(world: World, member: StaffMember, where: StaffAddress, broadcast_id: str) -> None:
    result = await acts.ask(world, member, broadcast_id)
    said = _say(world, "siaran_done_ask") if result is Result.DONE else say_result(world, result)
    await world.database.write(lambda work: to_staff(work, world, where, said))


def say_result(world: World, result: Result) -> Message:
    """Say why something was not done."""
    return _say(world, f"siaran_{result}", least=world.config.broadcast.smallest_group)


def _say(world: World, phrase: str, **words: object) -> Message:
    return Message(world.script.say(phrase, world.script.default, **words))
