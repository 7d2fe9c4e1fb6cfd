"""What staff do with a broadcast: write, try, ask, approve, send, hold, stop.  Every act asks for the right first."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.care.broadcasts.audience import Audience
from bot.care.broadcasts.content import Content, Illustration, find_faults, tidy
from bot.pictures import PictureFile
from handlers.access import Right, has_right
from handlers.broadcasts import audience, telling
from handlers.broadcasts.names import read_id
from handlers.world import World
from storage import outbox
from storage.broadcasts import pictures, recipients, records
from storage.broadcasts.recipients import Fate
from storage.broadcasts.records import UNSENT, Broadcast, State
from storage.team import approvals
from storage.team.approvals import Answer, Kind
from storage.team.staffing import StaffMember
from storage.trail import audit
from storage.trail.audit import Deed, actor_of
from storage.transaction import Work

#: How far ahead a start may lie.
FARTHEST: Final = timedelta(days=30)


class Result(StrEnum):
    """What became of a wish of staff."""

    DONE = "done"
    GONE = "gone"  # unknown, not allowed, or not in a state in which this can be done
    CHANGED = "changed"  # somebody has written since, or it is not what was approved
    OWN = "own"  # whoever wrote it cannot approve it
    FAULTY = "faulty"  # its faults have to be mended first
    UNTRIED = "untried"  # a dry run of exactly this has to come first
    TOO_SMALL = "too_small"
    TOO_CLOSE = "too_close"  # differs by too few from what was sent in the last day
    NO_TIME = "no_time"  # the start lies in the past or too far ahead


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody writes.

    `revision`: of what they saw, 0 for a new draft.  `file`: a picture they add; None to leave the one there is, which
    the content names by its digest, or to go without.
    """

    revision: int
    content: Content
    audience: Audience
    file: PictureFile | None = None


def draft(work: Work, member: StaffMember, written: Written) -> str | None:
    """Begin a draft and return its id; None without the right to write."""
    if not has_right(member, Right.BROADCAST):
        return None
    added = records.add(work, member.id, tidy(_illustrate(written, None)), written.audience)
    _keep_picture(work, added, written.file)
    audit.record(work, actor_of(member.id), Deed.BROADCAST_DRAFTED, added.id)
    return added.id.hex()


def edit(work: Work, member: StaffMember, broadcast_id: str, written: Written) -> Result:
    """Change what has not begun to be sent; whatever was asked or approved before holds no more."""
    found = find_own(work, member, broadcast_id, UNSENT)
    if found is None:
        return Result.GONE
    if found.revision != written.revision:
        return Result.CHANGED
    _take_back_wish(work, member, found)
    content = tidy(_illustrate(written, found))
    paper = replace(found.paper, content=content, audience=written.audience, approval="", approved="", returned="")
    changed = records.save(work, replace(found, state=State.DRAFT, start_at=None, end_by=None, paper=paper))
    _keep_picture(work, changed, written.file)
    return Result.DONE


def dry_run(work: Work, world: World, member: StaffMember, broadcast_id: str) -> Result:
    """Send one's own draft to one's own chats as it arrives, and note what exactly was tried."""
    found = find_own(work, member, broadcast_id, {State.DRAFT})
    if found is None:
        return Result.GONE
    if is_faulty(world, found):
        return Result.FAULTY
    tried = records.save(work, replace(found, paper=replace(found.paper, tried=records.hash_of(found))))
    telling.send_dry_run(work, world, member, tried)
    audit.record(work, actor_of(member.id), Deed.BROADCAST_TRIED, found.id)
    return Result.DONE


async def ask(world: World, member: StaffMember, broadcast_id: str) -> Result:
    """Ask for a second person, once the audience has been counted off the event loop."""
    found = await world.database.read(lambda work: find_own(work, member, broadcast_id, {State.DRAFT}, lock=False))
    if found is None:
        return Result.GONE
    if is_faulty(world, found):
        return Result.FAULTY
    if found.paper.tried != records.hash_of(found):
        return Result.UNTRIED
    counted = await audience.count(world, member, found.paper.audience)
    if counted is None or not counted.may_be_sent:
        return Result.TOO_CLOSE if counted is not None and counted.is_too_close else Result.TOO_SMALL
    return await world.database.write(lambda work: _request(work, world, member, found))


def decide(work: Work, world: World, member: StaffMember, broadcast_id: str, decision: tuple[str, bool]) -> Result:
    """Approve or refuse what another wrote, bound to the hash that was seen; the author may only take it back."""
    seen_hash, agrees = decision
    found = _find(work, member, broadcast_id, {State.ASKED})
    if found is None or not (has_right(member, Right.APPROVE_BROADCAST) or found.author_id == member.id):
        return Result.GONE
    if records.hash_of(found) != seen_hash:
        return Result.CHANGED
    answer = approvals.decide(work, member, read_id(found.paper.approval), bytes.fromhex(seen_hash), agrees=agrees)
    match answer:
        case Answer.DONE if agrees:
            records.save(work, replace(found, state=State.APPROVED))
        case Answer.DONE:
            _return(work, found, "" if found.author_id == member.id else "refused")
        case _:
            return Result(answer.value)
    if found.author_id != member.id:
        telling.tell_author(work, world, found, "siaran_approved" if agrees else "siaran_refused")
    return Result.DONE


def send(work: Work, world: World, member: StaffMember, broadcast_id: str, at: datetime | None) -> Result:
    """Use the approval up and begin now, or at a time."""
    found = find_own(work, member, broadcast_id, {State.APPROVED})
    if found is None:
        return Result.GONE
    if at is not None and not work.now - timedelta(minutes=1) <= at <= work.now + FARTHEST:
        return Result.NO_TIME
    used = approvals.use_approval(
        work, member, read_id(found.paper.approval), Kind.BROADCAST, records.write_content(found)
    )
    if used is not Answer.DONE:
        return Result(used.value)
    start = max(at or work.now, work.now)
    end_by = start + timedelta(hours=world.config.broadcast.lasts_hours)
    paper = replace(found.paper, approved=records.hash_of(found))
    records.save(work, replace(found, state=State.SCHEDULED, start_at=start, end_by=end_by, paper=paper))
    audit.record(work, actor_of(member.id), Deed.BROADCAST_SENT, found.id)
    return Result.DONE


def pause(work: Work, world: World, member: StaffMember, broadcast_id: str) -> Result:
    """Hold what is being sent; letters that no platform has yet wait again with their recipients."""
    found = _find(work, member, broadcast_id, {State.RUNNING})
    if found is None:
        return Result.GONE
    recipients.put_back(work, found.id, outbox.drop_broadcast(work, found.id), Fate.WAITING)
    return _move_on(work, world, member, found, (State.PAUSED, Deed.BROADCAST_PAUSED))


def resume(work: Work, world: World, member: StaffMember, broadcast_id: str) -> Result:
    """Go on where it was."""
    found = _find(work, member, broadcast_id, {State.PAUSED})
    return (
        Result.GONE if found is None else _move_on(work, world, member, found, (State.RUNNING, Deed.BROADCAST_RESUMED))
    )


def stop(work: Work, world: World, member: StaffMember, broadcast_id: str) -> Result:
    """End it for good; whoever has not got it never does, and whoever has not opened it cannot any more."""
    found = _find(work, member, broadcast_id, {State.SCHEDULED, State.RUNNING, State.PAUSED})
    if found is None:
        return Result.GONE
    recipients.put_back(work, found.id, outbox.drop_broadcast(work, found.id), Fate.SKIPPED)
    recipients.give_up(work, found.id, Fate.WAITING, Fate.SKIPPED)
    return _move_on(work, world, member, found, (State.STOPPED, Deed.BROADCAST_STOPPED))


def discard(work: Work, member: StaffMember, broadcast_id: str) -> Result:
    """Delete what has not begun to be sent."""
    found = find_own(work, member, broadcast_id, UNSENT)
    if found is None:
        return Result.GONE
    _take_back_wish(work, member, found)
    records.remove(work, found.id)
    audit.record(work, actor_of(member.id), Deed.BROADCAST_DELETED, found.id)
    return Result.DONE


def find_own(
    work: Work, member: StaffMember, broadcast_id: str, states: Collection[State], *, lock: bool = True
) -> Broadcast | None:
    """Find a broadcast of somebody's own that is in one of these states.  `lock`: False in a reading step."""
    found = _find(work, member, broadcast_id, states, lock=lock)
    is_own = found is not None and found.author_id == member.id and has_right(member, Right.BROADCAST)
    return found if is_own else None


def is_faulty(world: World, broadcast: Broadcast) -> bool:
    """Tell whether something about words or audience has to be mended."""
    faults = find_faults(broadcast.paper.content, world.script.default, world.plainness.avoided)
    return any(True for _ in faults) or not audience.is_fit(world, broadcast.paper.audience)


def return_expired(work: Work, world: World) -> None:
    """Make drafts of what nobody approved or sent in time."""
    for waiting in records.list_in(work, (State.ASKED, State.APPROVED)):
        if approvals.load_approval(work, read_id(waiting.paper.approval)) is None:
            present = records.load(work, waiting.id, lock=True)
            if present is not None and present.revision == waiting.revision:
                _return(work, present, "expired")
                telling.tell_author(work, world, present, "siaran_expired")


def return_unsent(work: Work, world: World, broadcast: Broadcast, reason: Result) -> None:
    """Make a draft of what could not begin, and tell its author why."""
    _return(work, replace(broadcast, start_at=None, end_by=None), reason.value)
    telling.tell_author(work, world, broadcast, f"siaran_{reason}")


def _find(
    work: Work, member: StaffMember, broadcast_id: str, states: Collection[State], *, lock: bool = True
) -> Broadcast | None:
    known = read_id(broadcast_id)
    found = records.load(work, known, lock=lock) if known and audience.may_see(member) else None
    return found if found is not None and found.state in states else None


def _illustrate(written: Written, before: Broadcast | None) -> Content:
    """Let the content name the picture that is added, or the one that was there before, and no other."""
    content, kept = written.content, before.paper.content.picture if before is not None else None
    if written.file is not None:
        descriptions = content.picture.descriptions if content.picture is not None else {}
        return replace(content, picture=Illustration(written.file.digest, descriptions))
    is_kept = content.picture is not None and kept is not None and content.picture.digest == kept.digest
    return content if is_kept else replace(content, picture=None)


def _keep_picture(work: Work, broadcast: Broadcast, file: PictureFile | None) -> None:
    if file is not None:
        pictures.keep(work, broadcast.id, file)
    elif broadcast.paper.content.picture is None:
        pictures.drop(work, broadcast.id)


def _request(work: Work, world: World, member: StaffMember, seen: Broadcast) -> Result:
    found = find_own(work, member, seen.id.hex(), {State.DRAFT})
    if found is None or found.revision != seen.revision:
        return Result.CHANGED
    wish = approvals.request_approval(work, member, Kind.BROADCAST, records.write_content(found))
    paper = replace(found.paper, approval=wish.hex(), returned="")
    asked = records.save(work, replace(found, state=State.ASKED, paper=paper))
    telling.tell_approvers(work, world, member, asked)
    return Result.DONE


def _return(work: Work, broadcast: Broadcast, reason: str) -> None:
    paper = replace(broadcast.paper, approval="", approved="", returned=reason)
    records.save(work, replace(broadcast, state=State.DRAFT, paper=paper))


def _take_back_wish(work: Work, member: StaffMember, broadcast: Broadcast) -> None:
    if broadcast.state is State.ASKED:
        seen = bytes.fromhex(records.hash_of(broadcast))
        approvals.decide(work, member, read_id(broadcast.paper.approval), seen, agrees=False)


def _move_on(work: Work, world: World, member: StaffMember, found: Broadcast, to: tuple[State, Deed]) -> Result:
    state, deed = to
    moved = records.save(work, replace(found, state=state))
    audit.record(work, actor_of(member.id), deed, found.id)
    if found.author_id != member.id or state is State.STOPPED:
        telling.tell_author(work, world, moved, f"siaran_{state}_told")
    work.after_commit(world.signals.outbox.set)
    return Result.DONE
