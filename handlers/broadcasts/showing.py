"""Show broadcasts to staff: what is written, how it arrives, how far it has come, and what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.care.broadcasts.audience import Audience
from bot.care.broadcasts.content import Content, Fault, find_faults
from bot.care.broadcasts.report import Progress, reckon_left
from bot.dialogue.effects import Message
from handlers.access import Right, has_right
from handlers.broadcasts import audience, wording
from handlers.broadcasts.names import read_id
from handlers.world import World
from storage.broadcasts import recipients, records
from storage.broadcasts.recipients import REFUSED, Fate
from storage.broadcasts.records import ENDED, UNDER_WAY, Broadcast, State
from storage.team import staffing
from storage.team.staffing import StaffMember
from storage.transaction import Work

#: How many a second are reckoned with where no channel says its own limit.
_PER_SECOND: Final = 30.0
_SETTLED: Final = frozenset(Fate) - {Fate.WAITING, Fate.QUEUED}


class Act(StrEnum):
    """What can be done with a broadcast."""

    EDIT = "edit"
    DRY_RUN = "dry_run"
    ASK = "ask"
    DECIDE = "decide"
    TAKE_BACK = "take_back"  # one's own wish for approval: `decide` with agrees=False
    SEND = "send"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list.  `begins`: the first words in the default language.  `author`: empty once gone."""

    id: str
    state: State
    begins: str
    author: str
    is_own: bool
    start_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recipient gets in a language: messages in order, the knock first where there is one."""

    language: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One broadcast for one member of staff.

    `faults`: of the words.  `is_audience_fit`: everything is said that has to be.  `is_tried`: exactly this was sent
    to its author's chats.  `content_hash`: to be sent back with a decision.  `returned`: why it was given back as a
    draft (a value of `Result`, "refused" or "expired"), else empty.  `may`: what this person can do now.  `progress`:
    None before its recipients are frozen.
    """

    id: str
    state: State
    revision: int
    author: str
    is_own: bool
    content: Content
    audience: Audience
    faults: tuple[Fault, ...]
    is_audience_fit: bool
    is_tried: bool
    content_hash: str
    returned: str
    previews: tuple[Preview, ...]
    start_at: datetime | None
    end_by: datetime | None
    may: frozenset[Act]
    progress: Progress | None


_OWN_ACTS: Final[Mapping[State, frozenset[Act]]] = MappingProxyType(
    {
        State.DRAFT: frozenset({Act.EDIT, Act.DRY_RUN, Act.DISCARD}),
        State.ASKED: frozenset({Act.EDIT, Act.TAKE_BACK, Act.DISCARD}),
        State.APPROVED: frozenset({Act.EDIT, Act.SEND, Act.DISCARD}),
        State.SCHEDULED: frozenset({Act.EDIT, Act.DISCARD}),
    }
)
_ANYBODYS_ACTS: Final[Mapping[State, frozenset[Act]]] = MappingProxyType(
    {
        State.SCHEDULED: frozenset({Act.STOP}),
        State.RUNNING: frozenset({Act.PAUSE, Act.STOP}),
        State.PAUSED: frozenset({Act.RESUME, Act.STOP}),
    }
)


def list_entries(work: Work, member: StaffMember) -> list[Entry]:
    """List the broadcasts somebody may see, the newest first; nothing without a right."""
    if not audience.may_see(member):
        return []
    people: dict[bytes, str] = {one.id: one.alias for one in staffing.list_staff(work)}
    seen = [one for one in records.list_in(work, State) if _is_shown(member, one)]
    seen.sort(key=lambda one: (one.state in ENDED, -one.start_at.timestamp() if one.start_at else 0.0))
    return [_entry(one, member, people) for one in seen]


def view(work: Work, world: World, member: StaffMember, broadcast_id: str) -> View | None:
    """Show one broadcast; None if there is none that this person may see."""
    found = load_seen(work, member, broadcast_id)
    if found is None:
        return None
    paper = found.paper
    author = staffing.load_staff(work, found.author_id) if found.author_id is not None else None
    faults = tuple(find_faults(paper.content, world.script.default, world.plainness.avoided))
    is_fit, is_tried = audience.is_fit(world, paper.audience), paper.tried == records.hash_of(found)
    languages = world.script.languages
    return View(
        found.id.hex(),
        found.state,
        found.revision,
        "" if author is None else author.alias,
        found.author_id == member.id,
        paper.content,
        paper.audience,
        faults,
        is_fit,
        is_tried,
        records.hash_of(found),
        paper.returned,
        tuple(Preview(one, wording.list_previews(world, found, one)) for one in languages),
        found.start_at,
        found.end_by,
        list_acts(member, found, can_ask=is_tried and is_fit and not faults),
        progress_of(work, world, found),
    )


def load_seen(work: Work, member: StaffMember, broadcast_id: str) -> Broadcast | None:
    """Load a broadcast somebody may see: a draft only by its author."""
    known = read_id(broadcast_id)
    found = records.load(work, known) if known and audience.may_see(member) else None
    return found if found is not None and _is_shown(member, found) else None


def list_acts(member: StaffMember, broadcast: Broadcast, *, can_ask: bool) -> frozenset[Act]:
    """List what somebody may do with a broadcast now.  `can_ask`: it was tried as it is and has no fault."""
    acts = set(_ANYBODYS_ACTS.get(broadcast.state, frozenset()))
    is_own = broadcast.author_id == member.id and has_right(member, Right.BROADCAST)
    if is_own:
        acts |= _OWN_ACTS.get(broadcast.state, frozenset())
        acts |= {Act.ASK} if can_ask and broadcast.state is State.DRAFT else set()
    elif broadcast.state is State.ASKED and has_right(member, Right.APPROVE_BROADCAST):
        acts.add(Act.DECIDE)
    return frozenset(acts)


def progress_of(work: Work, world: World, broadcast: Broadcast) -> Progress | None:
    """Count how far a broadcast has come; None before its recipients are frozen."""
    if broadcast.state not in UNDER_WAY | ENDED or broadcast.started_at is None:
        return None
    fates = recipients.count_fates(work, broadcast.id)
    taps = recipients.count_taps(work, broadcast.id)
    default = world.script.default
    words = broadcast.paper.content.in_language(default, default)
    left = fates.get(Fate.WAITING, 0) + fates.get(Fate.QUEUED, 0)
    return Progress(
        sum(fates.values()),
        left,
        fates.get(Fate.SENT, 0),
        recipients.count_opened(work, broadcast.id),
        fates.get(Fate.BLOCKED, 0),
        fates.get(Fate.FAILED, 0),
        fates.get(Fate.UNCERTAIN, 0),
        fates.get(Fate.SKIPPED, 0),
        tuple(taps.get(place, 0) for place in range(len(words.choices))),
        taps.get(REFUSED, 0),
        reckon_left(left, _rate(work, world, broadcast, fates)) if broadcast.state is State.RUNNING else None,
    )


def _rate(work: Work, world: World, broadcast: Broadcast, fates: Mapping[Fate, int]) -> float:
    """Reckon with what it has done so far, once that tells anything, else with what the platforms take."""
    done = sum(count for fate, count in fates.items() if fate in _SETTLED)
    since = work.now - (broadcast.started_at or work.now)
    if since > timedelta(minutes=1) and done:
        return done / since.total_seconds()
    return min((channel.limits.per_second or _PER_SECOND for channel in world.channels.values()), default=_PER_SECOND)


def _is_shown(member: StaffMember, broadcast: Broadcast) -> bool:
    return broadcast.state is not State.DRAFT or broadcast.author_id == member.id


def _entry(one: Broadcast, member: StaffMember, people: Mapping[bytes, str]) -> Entry:
    said = next(iter(one.paper.content.words.values()), None)
    begins = said.text.partition("\n")[0][:60] if said is not None else ""
    author = people.get(one.author_id or b"", "")
    return Entry(one.id.hex(), one.state, begins, author, one.author_id == member.id, one.start_at)
