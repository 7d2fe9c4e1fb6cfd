"""What staff read about broadcasts in their chats: the draft with its buttons, the wish to approve, the progress."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final

from bot.care.broadcasts.audience import Audience
from bot.care.broadcasts.content import Fault, Flaw, find_faults
from bot.care.broadcasts.report import Progress
from bot.dialogue.effects import Button, Message
from handlers.broadcasts import audience, wording
from handlers.broadcasts.audience import Count
from handlers.broadcasts.names import button
from handlers.broadcasts.showing import Act, Entry, list_acts
from handlers.office.deskviews import zone_of
from handlers.world import World
from storage.broadcasts import records
from storage.broadcasts.records import Broadcast
from storage.team.staffing import StaffMember

#: Choices of staff besides those named like an `Act`.
NEW, SHOW, COUNT, SCHEDULE, STOP_SURELY = "new", "show", "count", "schedule", "stop_surely"
#: Before the hash that was seen.
AGREE, DISAGREE = "agree", "disagr"
#: Before the part of a draft that is to be written or chosen next.
WRITE, GROUP, TOPIC, STAGE, REGION = "write", "group", "topic", "stage", "region"
#: Parts that are written; the languages are others.
LINK, CHOICES, PLACE, START = "link", "choices", "place", "start"
#: How much of a hash a button carries.  Random ids in what is hashed keep anybody from finding two alike.
_HASH_CHARS: Final = 15
_SECONDS_A_MINUTE: Final = 60
#: How much of the words stands on a button of the list.
_BEGINS_CHARS: Final = 24
_MOST_LISTED: Final = 10
#: How day and time are written to staff in chats, and how staff write them.
TIME: Final = "%Y-%m-%d %H.%M"


def list_card(world: World, entries: list[Entry], *, can_write: bool) -> Message:
    """Show the broadcasts somebody may see, the newest first, and the way to a new one."""
    shown = [button(bytes.fromhex(one.id), SHOW, _line(world, one)) for one in entries[:_MOST_LISTED]]
    new = [button(bytes(16), NEW, _say(world, "siaran_new"))] if can_write else []
    return Message(_say(world, "siaran_list"), (*new, *shown))


def card(world: World, member: StaffMember, broadcast: Broadcast, progress: Progress | None) -> Message:
    """Show a broadcast as it stands, with everything this person can do."""
    lines = [_say(world, "siaran_card", state=_state(world, broadcast.state)), ""]
    for language in broadcast.paper.content.words:
        lines += [f"{language.upper()}:", _written(world, broadcast, language), ""]
    lines.append(_say(world, "siaran_for", audience=say_audience(world, broadcast.paper.audience)))
    if broadcast.start_at is not None and progress is None:
        lines.append(say_start(world, broadcast.start_at, clock_of(world, member)))
    lines += [f"⚠ {fault}" for fault in _faults(world, broadcast)]
    lines += progress_lines(world, broadcast, progress) if progress is not None else []
    return Message("\n".join(lines), tuple(_buttons(world, member, broadcast)))


def approval_cards(world: World, broadcast: Broadcast, author: str) -> tuple[Message, ...]:
    """Show exactly what is to be approved, then ask; the buttons are bound to its hash."""
    languages = broadcast.paper.content.words
    shown = (
        Message(
            f"{language.upper()}:\n{_written(world, broadcast, language)}",
            picture=wording.picture_of(world, broadcast, language),
        )
        for language in languages
    )
    seen = hash_on_button(broadcast)
    asked = Message(
        _say(world, "siaran_approve", author=author, audience=say_audience(world, broadcast.paper.audience)),
        (
            button(broadcast.id, f"{AGREE}={seen}", _say(world, "siaran_agree")),
            button(broadcast.id, f"{DISAGREE}={seen}", _say(world, "siaran_disagree")),
        ),
    )
    return (*shown, asked)


def with_way_in(world: World, broadcast: Broadcast, said: str) -> Message:
    """Put a button under a sentence that leads to the broadcast."""
    return Message(said, (button(broadcast.id, SHOW, _say(world, "siaran_show")),))


def stop_card(world: World, broadcast: Broadcast) -> Message:
    """Ask once more before it is ended for good."""
    buttons = (
        button(broadcast.id, STOP_SURELY, _say(world, "siaran_stop_surely")),
        button(broadcast.id, SHOW, _say(world, "siaran_show")),
    )
    return Message(_say(world, "siaran_stop_ask"), buttons)


def pick_card(world: World, broadcast: Broadcast, what: str, options: list[tuple[str, str]]) -> Message:
    """Ask for one part of the audience.  `options`: (what stands on the button, label)."""
    buttons = tuple(button(broadcast.id, f"{what}={chosen}", label) for chosen, label in options)
    return Message(_say(world, f"siaran_pick_{what}"), buttons)


def say_count(world: World, counted: Count) -> str:
    """Say how many an audience reaches, or why it may not be written to."""
    if counted.is_too_small:
        return _say(world, "siaran_too_small", least=world.config.broadcast.smallest_group)
    told = _say(world, "siaran_counted", people=counted.people)
    return f"{told}\n{_say(world, 'siaran_too_close')}" if counted.is_too_close else told


def say_audience(world: World, chosen: Audience) -> str:
    """Describe an audience in words."""
    parts = [_say(world, f"siaran_group_{chosen.group}")]
    parts += [_say(world, f"topic_{chosen.topic}")] if chosen.topic is not None else []
    parts += [_say(world, f"siaran_stage_{chosen.stage}")] if chosen.stage is not None else []
    regions = "; ".join(audience.name_region(world, code) for code in chosen.regions)
    return ", ".join((*parts, regions or _say(world, "siaran_everywhere")))


def clock_of(world: World, member: StaffMember) -> tzinfo:
    """Return the zone in which somebody writes times: of their unit, else of the house."""
    return zone_of(world, member.unit_id or "")


def say_start(world: World, start_at: datetime, zone: tzinfo) -> str:
    """Say when it begins, in the zone in which somebody writes times, and which zone that is."""
    return _say(world, "siaran_starts", time=start_at.astimezone(zone).strftime(TIME), zone=zone.tzname(None))


def progress_lines(world: World, broadcast: Broadcast, progress: Progress) -> list[str]:
    """Write out how far a broadcast has come."""
    lines = [
        f"{_say(world, f'siaran_{name}')}: {number}"
        for name, number in (
            ("total", progress.total),
            ("sent", progress.sent),
            ("opened", progress.opened),
            ("waiting", progress.waiting),
            ("blocked", progress.blocked),
            ("failed", progress.failed),
            ("uncertain", progress.uncertain),
            ("skipped", progress.skipped),
            ("refused_topic", progress.refused),
        )
    ]
    default = world.script.default
    labels = broadcast.paper.content.in_language(default, default).choices
    lines += [f"[ {label} ]: {taps}" for label, taps in zip(labels, progress.answers, strict=True)]
    if progress.seconds_left:
        minutes = -(-progress.seconds_left // _SECONDS_A_MINUTE)
        lines.append(_say(world, "siaran_left", minutes=minutes))
    return lines


def hash_on_button(broadcast: Broadcast) -> str:
    """Return the part of the hash that a button carries."""
    return records.hash_of(broadcast)[:_HASH_CHARS]


def _written(world: World, broadcast: Broadcast, language: str) -> str:
    content = broadcast.paper.content
    described = content.describe(language, world.script.default)
    picture = f"🖼 {described}" if content.picture is not None else ""
    labels = (f"[ {label} ]" for label in content.words[language].choices)
    return "\n".join(part for part in (picture, content.words[language].text, content.link, *labels) if part)


def _faults(world: World, broadcast: Broadcast) -> Iterator[str]:
    for fault in find_faults(broadcast.paper.content, world.script.default, world.plainness.avoided):
        yield _say_fault(world, fault)
    if not audience.is_fit(world, broadcast.paper.audience):
        yield _say(world, "siaran_flaw_audience")


def _say_fault(world: World, fault: Fault) -> str:
    words = {"said": fault.said, "instead": fault.instead} if fault.flaw is Flaw.AVOIDED else {}
    where = f"{fault.language.upper()}: " if fault.language else ""
    return where + _say(world, f"siaran_flaw_{fault.flaw}", **words)


def _buttons(world: World, member: StaffMember, broadcast: Broadcast) -> Iterator[Button]:
    may = list_acts(member, broadcast, can_ask=broadcast.paper.tried == records.hash_of(broadcast))
    choices: list[str] = []
    if Act.EDIT in may:
        parts = (*world.script.languages, LINK, CHOICES)
        choices += [f"{WRITE}={part}" for part in parts] + [GROUP, COUNT]
    offered = (Act.DRY_RUN, Act.ASK, Act.TAKE_BACK, Act.SEND, Act.PAUSE, Act.RESUME, Act.STOP, Act.DISCARD)
    choices += [act for act in offered if act in may]
    choices += [SCHEDULE] if Act.SEND in may else []
    for choice in choices:
        yield button(broadcast.id, choice, _say(world, f"siaran_do_{choice.replace('=', '_')}"))
    if broadcast.started_at is not None:
        yield button(broadcast.id, SHOW, _say(world, "siaran_refresh"))


def _line(world: World, entry: Entry) -> str:
    return f"{_state(world, entry.state)}: {entry.begins[:_BEGINS_CHARS] or '-'}"


def _state(world: World, state: str) -> str:
    return _say(world, f"siaran_state_{state}")


def _say(world: World, phrase: str, **words: object) -> str:
    return world.script.say(phrase, world.script.default, **words)
