"""Write a broadcast in a chat: the next words are for the part that was asked for, buttons choose the audience."""

from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from bot.care.broadcasts.audience import PEOPLE, Audience, Group, Stage, Topic
from bot.care.broadcasts.content import Content, Words
from bot.care.geography.gazetteer import PROVINCE, REGENCY, bare_name, level_of
from bot.dialogue.effects import Message
from handlers.access import Right, has_right
from handlers.broadcasts import acts, audience, cards
from handlers.broadcasts.acts import Result, Written
from handlers.world import World
from storage.broadcasts import records
from storage.broadcasts.records import UNSENT, Broadcast, State
from storage.team import staffing
from storage.team.staffing import StaffMember
from storage.transaction import Work

#: Begins what a member of staff is "speaking in" while the next words are for a broadcast; no case code looks so.
_WRITING: Final = "siar="
_TRANSLATED: Final = "|"
#: Where broadcasts are written at the desk.
_PAGES: Final = "/desk/broadcasts"
#: Stands for the whole country, or any stage.
_ALL: Final = "all"
_MOST_OFFERED: Final = 12


def begin(work: Work, world: World, member: StaffMember) -> list[Message]:
    """Begin a draft and ask for its words."""
    broadcast_id = acts.draft(work, member, Written(0, Content(), Audience(Group.CLIENTS, Topic.SERVICES)))
    found = None if broadcast_id is None else acts.find_own(work, member, broadcast_id, {State.DRAFT})
    if found is None:
        return [_say(world, f"siaran_{Result.GONE}")]
    return choose(work, world, member, found, (cards.WRITE, world.script.default))


def take_words(work: Work, world: World, member: StaffMember, text: str) -> list[Message] | None:
    """Take the words for the part of a broadcast that was asked for; None if none was."""
    if not (member.speaking_in or "").startswith(_WRITING):
        return None
    part, _, broadcast_id = (member.speaking_in or "").removeprefix(_WRITING).partition("=")
    found = acts.find_own(work, member, broadcast_id, UNSENT)
    if found is None:
        staffing.speak_in(work, member, None)
        return [_say(world, f"siaran_{Result.GONE}")]
    if part == cards.START:
        return _schedule(work, world, member, found, text)
    if part == cards.PLACE:
        return _place(work, world, member, found, text)
    staffing.speak_in(work, member, None)
    return _change(work, world, member, (found, _put(world, found.paper.content, part, text), found.paper.audience))


def take_picture(work: Work, world: World, member: StaffMember) -> list[Message] | None:
    """Say where a picture is added; None for somebody who is not writing a broadcast, nor to anybody else."""
    speaking_in = member.speaking_in or ""
    if not has_right(member, Right.BROADCAST) or not (speaking_in.startswith(_WRITING) or not speaking_in):
        return None
    _, _, broadcast_id = speaking_in.removeprefix(_WRITING).partition("=")
    found = acts.find_own(work, member, broadcast_id, UNSENT) if broadcast_id else None
    page = f"{_PAGES}/{broadcast_id}/edit" if found is not None else _PAGES
    said = world.script.say("siaran_picture", world.script.default, link=f"{world.config.server.url}{page}")
    return [Message(said)]


def choose(work: Work, world: World, member: StaffMember, found: Broadcast, chosen: tuple[str, str]) -> list[Message]:
    """Take one choice about a draft and ask for the next."""
    what, value = chosen
    match what:
        case cards.WRITE | cards.SCHEDULE:
            part = cards.START if what == cards.SCHEDULE else value
            staffing.speak_in(work, member, f"{_WRITING}{part}={found.id.hex()}")
            zone = {"zone": cards.clock_of(world, member).tzname(None)} if part == cards.START else {}
            return [Message(world.script.say(f"siaran_write_{part}", world.script.default, **zone))]
        case cards.GROUP if not value:
            return [_pick(world, found, cards.GROUP)]
        case cards.GROUP | cards.TOPIC | cards.STAGE | cards.REGION:
            changed = _choose_part(world, found.paper.audience, what, value)
            if changed is None:
                return [_say(world, f"siaran_{Result.GONE}")]
            shown = _change(work, world, member, (found, found.paper.content, changed))
            following = _following(what, changed)
            if following is None:
                staffing.speak_in(work, member, None)
                return shown
            if following == cards.REGION:
                staffing.speak_in(work, member, f"{_WRITING}{cards.PLACE}={found.id.hex()}")
            return [_pick(world, found, following)]
        case _:
            return [_say(world, f"siaran_{Result.GONE}")]


def _put(world: World, content: Content, part: str, text: str) -> Content:
    """Put words into one part of a content."""
    if part == cards.LINK:
        return replace(content, link="" if text.strip() == "-" else text)
    languages = world.script.languages
    if part == cards.CHOICES:
        lines = [] if text.strip() == "-" else [line.split(_TRANSLATED) for line in text.splitlines() if line.strip()]
        labels = {one: tuple(line[min(place, len(line) - 1)] for line in lines) for place, one in enumerate(languages)}
        return replace(content, words={one: replace(said, choices=labels[one]) for one, said in content.words.items()})
    before = content.words.get(part) or Words("", _choices(content))
    return replace(content, words={**content.words, part: replace(before, text="" if text.strip() == "-" else text)})


def _choices(content: Content) -> tuple[str, ...]:
    said = next(iter(content.words.values()), None)
    return () if said is None else said.choices


def _choose_part(world: World, before: Audience, what: str, value: str) -> Audience | None:
    match what:
        case cards.GROUP if value in list(Group):
            group = Group(value)
            topic = (before.topic or Topic.SERVICES) if group in PEOPLE else None
            return Audience(group, topic, before.regions)
        case cards.TOPIC if value in list(Topic):
            return replace(before, topic=Topic(value))
        case cards.STAGE if value == _ALL or value in _STAGES:
            return replace(before, stage=_STAGES.get(value))
        case cards.REGION if value == _ALL:
            return replace(before, regions=())
        case cards.REGION if audience.is_fit(world, replace(before, regions=(value,))):
            return replace(before, regions=(value,))
        case _:
            return None


def _following(what: str, chosen: Audience) -> str | None:
    """Name the part that is asked for after another."""
    if what == cards.GROUP and chosen.group in PEOPLE:
        return cards.TOPIC
    if what == cards.TOPIC and chosen.group is Group.CLIENTS:
        return cards.STAGE
    return None if what == cards.REGION else cards.REGION


def _pick(world: World, found: Broadcast, what: str) -> Message:
    match what:
        case cards.GROUP:
            options = [(one.value, _word(world, f"siaran_group_{one}")) for one in Group]
        case cards.TOPIC:
            options = [(one.value, _word(world, f"topic_{one}")) for one in Topic]
        case cards.STAGE:
            every_stage = (_ALL, _word(world, "siaran_every_stage"))
            options = [every_stage, *((name, _word(world, f"siaran_stage_{one}")) for name, one in _STAGES.items())]
        case _:
            options = [(_ALL, _word(world, "siaran_every_region"))]
    return cards.pick_card(world, found, what, options)


def _place(work: Work, world: World, member: StaffMember, found: Broadcast, text: str) -> list[Message]:
    """Take the typed name of a province, regency or city; of several the right one is tapped."""
    gazetteer = world.gazetteer
    typed = text.strip()
    names = {typed, *(bare_name(typed, level) for level in (PROVINCE, REGENCY))}
    codes = {str(code) for name in names for code in gazetteer.named(name) if level_of(code) in (PROVINCE, REGENCY)}
    if len(codes) == 1:
        return choose(work, world, member, found, (cards.REGION, codes.pop()))
    if not codes:
        return [_say(world, "siaran_no_place")]
    options = [(code, audience.name_region(world, code)) for code in sorted(codes)[:_MOST_OFFERED]]
    return [cards.pick_card(world, found, cards.REGION, options)]


def _schedule(work: Work, world: World, member: StaffMember, found: Broadcast, text: str) -> list[Message]:
    zone = cards.clock_of(world, member)
    at = _read_time(text, zone)
    result = Result.NO_TIME if at is None else acts.send(work, world, member, found.id.hex(), at)
    if at is None or result is not Result.DONE:
        return [_say(world, f"siaran_{result}")]
    staffing.speak_in(work, member, None)
    return [Message(f"{_word(world, 'siaran_done_schedule')} {cards.say_start(world, at, zone)}")]


def _read_time(text: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.strptime(" ".join(text.replace(":", ".").split()), cards.TIME).replace(tzinfo=zone)
    except ValueError:
        return None


def _change(
    work: Work, world: World, member: StaffMember, changed: tuple[Broadcast, Content, Audience]
) -> list[Message]:
    found, content, chosen = changed
    result = acts.edit(work, member, found.id.hex(), Written(found.revision, content, chosen))
    present = records.load(work, found.id)
    if result is not Result.DONE or present is None:
        return [_say(world, f"siaran_{result}")]
    return [cards.card(world, member, present, None)]


def _say(world: World, phrase: str) -> Message:
    return Message(_word(world, phrase))


def _word(world: World, phrase: str) -> str:
    return world.script.say(phrase, world.script.default)


#: Short names of stages, for a button carries few bytes.
_STAGES: Final = {
    "referred": Stage.REFERRED,
    "in": Stage.IN_REHABILITATION,
    "after": Stage.AFTER_REHABILITATION,
}
