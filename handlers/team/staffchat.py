"""Hear staff in their private chats and in the groups of units."""

from bot.dialogue.buttons import read_any_token
from bot.dialogue.effects import Message
from bot.dialogue.events import Picked
from bot.ports import Blocked, Incoming, Moved, Other, Outgoing, Start, Tap, Text
from handlers.access import Action, may
from handlers.broadcasts import chat as broadcasting
from handlers.broadcasts.names import BROADCAST
from handlers.caring import casework
from handlers.caring.casework import Result
from handlers.conversing.lookup import unit_name
from handlers.danger import danger_calls
from handlers.speak import to_staff
from handlers.team import staffcopies, staffwords
from handlers.world import World
from storage import outbox
from storage.casework import cases, chats
from storage.casework.cases import Case, CaseId, Stage, Status
from storage.team import staffing
from storage.team.staffing import Purpose, StaffAddress, StaffMember
from storage.trail import audit
from storage.trail.audit import Deed, actor_of
from storage.transaction import Work

#: What a chat is told, and the case it shows the content of, so that erasing the case reaches it on its way.
Answer = tuple[Message, CaseId | None]


def link(work: Work, world: World, incoming: Incoming, token: str) -> bool:
    """Link a private chat to a staff member by a one-time token; False if the token is not one of ours."""
    used = staffing.use_invite(work, token, Purpose.LINK_CHAT)
    if used is None:
        return False
    member, _ = used
    index = world.address_index(incoming.channel, incoming.address)
    staffing.link_chat(work, member, index, incoming.channel, incoming.address)
    audit.record(work, actor_of(member.id), Deed.CHAT_LINKED, member.id)
    where = staffing.address_in(work, staffing.folder_of(member), incoming.channel)
    if where is not None:
        to_staff(work, world, where, _welcome(world, member))
        waiting = cases.queue_of(work, member.unit_id) if member.unit_id else []
        for case in (one for one in waiting if may(member, Action.TAKE, one)):
            to_staff(work, world, where, staffwords.offer_card(world, case), about=case.id)
    return True


def hear(work: Work, world: World, incoming: Incoming, member: StaffMember) -> None:
    """Hear a staff member in the private chat."""
    where = staffing.address_in(work, staffing.folder_of(member), incoming.channel)
    if where is None:
        return
    if isinstance(incoming.content, Blocked):
        staffing.unlink(work, where.folder, where.channel)
        return
    staffcopies.note_heard(work, world, incoming, where.folder)
    for message, about in _answers(work, world, incoming, member, where):
        to_staff(work, world, where, message, message_id=about, about=about)


def _answers(work: Work, world: World, incoming: Incoming, member: StaffMember, where: StaffAddress) -> list[Answer]:
    match incoming.content:
        case Tap(token):
            return _press(work, world, member, where, token)
        case Text(_, None) | Other("photo" | "file") as sent if (said := _write(work, world, member, sent)) is not None:
            return [(message, None) for message in said]
        case Text(text, reply_to):
            return [(message, None) for message in _speak(work, world, member, _mend(text), reply_to)]
        case Start(payload) if not payload or not link(work, world, incoming, payload):
            return [(_welcome(world, member), None)]
        case Other():
            return [_plainly(world, "staff_text_only")]
        case _:
            return []


def _write(work: Work, world: World, member: StaffMember, sent: Text | Other) -> list[Message] | None:
    """Take what was sent for a broadcast; None if it is for none."""
    if isinstance(sent, Other):
        return broadcasting.hear_picture(work, world, member)
    return broadcasting.hear(work, world, member, _mend(sent.text))


def _press(work: Work, world: World, member: StaffMember, where: StaffAddress, token: str) -> list[Answer]:
    tapped = read_any_token(world.keyring.signing_keys(work.now.date()), where.folder, token)
    if tapped is None:
        return [_plainly(world, "staff_gone")]
    if tapped.flow == BROADCAST:
        return [(message, None) for message in broadcasting.tap(work, world, member, where, tapped)]
    return _tap(work, world, member, tapped)


def hear_group(work: Work, world: World, incoming: Incoming) -> None:
    """Hear a group: only buttons and linking matter there; whatever people write is not read."""
    index = world.address_index(incoming.channel, incoming.address)
    group = staffing.find_group(work, index)
    match incoming.content:
        case Start(payload) if payload:
            _link_group(work, world, incoming, payload)
        case Start() if group is None:
            _refuse_group(work, world, incoming, "group_refused")
        case Moved(address) if group is not None:
            staffing.move_group(work, group, world.address_index(incoming.channel, address), address)
        case Tap(token) if group is not None:
            _tap_in_group(work, world, incoming, group, token)
        case Blocked() if group is not None:
            staffing.unlink(work, group.folder, group.channel)
        case _:
            pass


def _link_group(work: Work, world: World, incoming: Incoming, token: str) -> None:
    used = staffing.use_invite(work, token, Purpose.LINK_GROUP)
    unit = world.units.get(used[0].unit_id or "") if used else None
    if used is None or unit is None:
        _refuse_group(work, world, incoming, "staff_group_wrong")
    else:
        index = world.address_index(incoming.channel, incoming.address)
        staffing.link_group(work, unit.id, index, incoming.channel, incoming.address)
        audit.record(work, actor_of(used[0].id), Deed.GROUP_LINKED, used[0].id)
        group = staffing.find_group(work, index)
        if group is not None:
            to_staff(work, world, group, _say(world, "staff_group_linked", unit=unit.name))
    work.after_commit(world.signals.outbox.set)


def _refuse_group(work: Work, world: World, incoming: Incoming, phrase: str) -> None:
    """Refuse a group kindly, not each time somebody there asks for it."""
    if world.allowances.group_refusals.take((incoming.channel, incoming.address, phrase), work.now.timestamp()):
        outbox.put_farewell(work, incoming.channel, incoming.address, _plain(world, phrase))
        work.after_commit(world.signals.outbox.set)


def _tap_in_group(work: Work, world: World, incoming: Incoming, group: StaffAddress, token: str) -> None:
    """Take or decline from the group; everything after happens in the private chat."""
    tapped = read_any_token(world.keyring.signing_keys(work.now.date()), group.folder, token)
    member = staffing.find_staff(work, world.address_index(incoming.channel, incoming.group_sender or ""))
    if tapped is None or tapped.choice not in (staffwords.ACCEPT, staffwords.DECLINE, staffwords.SEEN):
        return
    if member is None:
        to_staff(work, world, group, _say(world, "staff_group_start_private"))
        return
    messages = _tap(work, world, member, tapped)
    case = cases.find_by_code(work, tapped.key)
    if case is not None and case.staff_id == member.id:
        taken = _say(world, "staff_group_taken", code=case.code, alias=member.alias)
        to_staff(work, world, group, taken, about=case.id)
    for chat in staffing.chats_of(work, member.id):
        for message, about in messages:
            to_staff(work, world, chat, message, message_id=about, about=about)


def _tap(work: Work, world: World, member: StaffMember, tapped: Picked) -> list[Answer]:
    """Do what a staff button says; every answer is a message."""
    code, (wish, _, what) = tapped.key, tapped.choice.partition("=")
    match wish:
        case staffwords.ACCEPT:
            return _accept(work, world, member, code)
        case staffwords.DECLINE:
            declined = casework.decline(work, world, member, code)
            return [_plainly(world, "staff_declined" if declined is Result.DONE else "staff_gone", code=code)]
        case staffwords.REPLY | staffwords.SEEN:
            begin = _start_speaking if wish == staffwords.REPLY else _note_seen
            return [begin(work, world, member, code)]
        case staffwords.CLOSE | staffwords.STAGE | staffwords.TRANSFER:
            case = _own(work, member, code)
            if case is None:
                return [_plainly(world, "staff_gone")]
            return [(_move(work, world, member, case, wish, what), None)]
        case _:
            return [_plainly(world, "staff_gone")]


def _accept(work: Work, world: World, member: StaffMember, code: str) -> list[Answer]:
    result, case = casework.accept(work, world, member, code)
    if case is not None:
        return [(staffwords.case_card(world, case), case.id)]
    return [_plainly(world, "staff_taken_other" if result is Result.TAKEN else "staff_gone", code=code)]


def _note_seen(work: Work, world: World, _member: StaffMember, about: str) -> Answer:
    was_first = danger_calls.note_seen(work, world, about)
    return _plainly(world, "staff_alarm_seen" if was_first else "staff_gone")


def _start_speaking(work: Work, world: World, member: StaffMember, code: str) -> Answer:
    is_open = _own(work, member, code) is not None
    if not is_open and casework.can_take_up(work, member, code) is None:
        return _plainly(world, "staff_gone")
    staffing.speak_in(work, member, code)
    return _plainly(world, "staff_speaking" if is_open else "staff_reopens", code=code)


def _move(work: Work, world: World, member: StaffMember, case: Case, wish: str, what: str) -> Message:
    """Close, transfer or set the stage; without the detail, ask for it."""
    match wish, what:
        case staffwords.CLOSE, outcome if casework.close(work, world, member, case.code, outcome) is Result.DONE:
            return _say(world, "staff_closed", code=case.code, outcome=_word(world, f"outcome_{outcome}"))
        case staffwords.CLOSE, _:
            return staffwords.pick_outcome(world, case, casework.OUTCOMES)
        case staffwords.STAGE, stage if stage in casework.STAGES:
            casework.set_stage(work, world, member, case.code, Stage(stage))
            return _say(world, "staff_stage_set", code=case.code, stage=_word(world, f"stage_{stage}"))
        case staffwords.TRANSFER, unit_id if casework.transfer(work, world, member, case.code, unit_id) is Result.DONE:
            return _say(world, "staff_transferred", code=case.code, unit=unit_name(world, unit_id))
        case staffwords.TRANSFER, _:
            return staffwords.pick_unit(world, case, casework.nearest_other_units(world, case))
        case _:
            return staffwords.pick_stage(world, case, casework.STAGES)


def _speak(work: Work, world: World, member: StaffMember, text: str, reply_to: str | None) -> list[Message]:
    """Pass words on to the client whose message is answered, or whom this person is speaking with; never guess."""
    mine = cases.cases_of(work, member.id)
    answered = None if reply_to is None else _answered(work, member, mine, reply_to)
    if answered is not None and answered.status is Status.CLOSED:
        return [_refuse_closed(work, world, member, answered)]
    if answered is not None:
        staffing.speak_in(work, member, answered.code)
        code: str | None = answered.code
    else:  # a reply to something else may be meant for anybody
        code = _speaking_with(work, member, mine) if reply_to is None else None
    if code is None:
        return [staffwords.pick_case(world, mine) if mine else _say(world, "staff_no_case")]
    said = casework.speak(work, world, member, code, text)
    return [] if said is Result.DONE else [_say(world, "staff_gone", code=code)]


def _answered(work: Work, member: StaffMember, mine: list[Case], reply_to: str) -> Case | None:
    """Find the case whose message is answered, the closed ones of this person too."""
    every = (*mine, *cases.cases_of(work, member.id, closed=True))
    return next((case for case in every if case.card == reply_to or chats.carries(work, case, reply_to)), None)


def _refuse_closed(work: Work, world: World, member: StaffMember, case: Case) -> Message:
    """Say that an answer to a closed case was not sent; if it may be opened again, the next words do that."""
    may_reopen = casework.can_take_up(work, member, case.code) is not None
    staffing.speak_in(work, member, case.code if may_reopen else None)
    return _say(world, "staff_reply_reopens" if may_reopen else "staff_reply_closed", code=case.code)


def _speaking_with(work: Work, member: StaffMember, mine: list[Case]) -> str | None:
    """Return whom words are for that answer nothing: the client spoken with, or the only one there is."""
    code = member.speaking_in
    if code is None:
        return mine[0].code if len(mine) == 1 else None
    if code in [case.code for case in mine] or casework.can_take_up(work, member, code) is not None:
        return code
    staffing.speak_in(work, member, None)  # that case was taken away meanwhile: the words were for nobody else
    return None


def _own(work: Work, member: StaffMember, code: str) -> Case | None:
    return next((case for case in cases.cases_of(work, member.id) if case.code == code), None)


def _welcome(world: World, member: StaffMember) -> Message:
    role = _word(world, f"role_{member.role}")
    if member.unit_id is None:
        return _say(world, "staff_welcome_house", role=role)
    return _say(world, "staff_welcome", role=role, unit=unit_name(world, member.unit_id))


def _mend(text: str) -> str:
    """Replace half characters, which no database takes."""
    return text.encode("utf-8", "replace").decode()


def _plainly(world: World, phrase: str, **words: object) -> Answer:
    return _say(world, phrase, **words), None


def _say(world: World, phrase: str, **words: object) -> Message:
    return Message(_word(world, phrase, **words))


def _plain(world: World, phrase: str) -> Outgoing:
    return Outgoing(_word(world, phrase))


def _word(world: World, phrase: str, **words: object) -> str:
    return world.script.say(phrase, world.script.default, **words)
