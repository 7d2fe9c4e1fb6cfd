"""Note what became of a letter that was claimed, and let the next one for its recipient be found."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    ScalarSelect,
    String,
    bindparam,
    delete,
    func,
    select,
    text,
    true,
    update,
)

from bot.ports import Outgoing
from storage.engine.prepared import Prepared
from storage.outbox.letters import Lane, Letter, open_letter, seal_letter
from storage.sealing.encryption import FolderId
from storage.sealing.sealed import Id16, Moment
from storage.tables import outbox
from storage.tables.delivery import STANDS_BEHIND
from storage.transaction import Work

_REVIVED_AT_ONCE = 100
#: After so long a check-in is too late to be repeated; the next one comes by itself.
_REMINDER_LASTS = timedelta(hours=12)
#: No process takes so long from a commit to knowing of it.
_STRAYS_AFTER = timedelta(seconds=60)

_CHANNEL: BindParameter[str] = bindparam("on", type_=String)
_FORGET = Prepared(
    delete(outbox).where(outbox.c.outbox_id == bindparam("sent", type_=Id16)).returning(outbox.c.look_at)
)
_BEHIND = outbox.alias("behind")
_WHO = bindparam("who", type_=Id16)


def _first_behind(lane: Lane) -> ScalarSelect[bytes]:
    return (
        select(_BEHIND.c.outbox_id)
        .where(
            text(STANDS_BEHIND),
            _BEHIND.c.recipient_id == _WHO,
            _BEHIND.c.lane == lane.value,
            _BEHIND.c.channel == _CHANNEL,
        )
        .limit(1)
        .scalar_subquery()
    )


_LET_BE_FOUND = Prepared(
    update(outbox)
    .where(outbox.c.outbox_id == func.coalesce(*(_first_behind(lane) for lane in Lane)))
    .values(look_at=bindparam("later", type_=Moment))
)
_OURS = (outbox.c.state == "sending") & (outbox.c.attempts == bindparam("attempt", type_=Integer))
_PUT_BACK = (
    update(outbox)
    .where(outbox.c.outbox_id == bindparam("letter", type_=Id16), _OURS)
    .values(
        state="queued",
        attempts=outbox.c.attempts - 1,
        not_before=bindparam("later", type_=Moment),
        look_at=bindparam("later", type_=Moment),
    )
)


def mark_sent(work: Work, letter: Letter) -> bool:
    """Forget a message the platform has, a farewell with its folder; tell whether another one is found for it now."""
    if letter.to is not None:
        work.vault.destroy_folder(letter.recipient)
    gone = _FORGET.first(work, {"sent": letter.id})
    is_alone = gone is not None and gone.look_at is not None
    return not is_alone and let_be_found(work, letter.recipient, letter.channel, work.now)


def put_back(work: Work, letters: Sequence[Letter], delay: timedelta) -> None:
    """Let messages wait for a while that were not tried after all."""
    later = work.now + delay
    for letter in letters:
        work.data.execute(_PUT_BACK, {"letter": letter.id, "attempt": letter.attempts, "later": later})
    for recipient, channel in {(letter.recipient, letter.channel) for letter in letters}:
        let_be_found(work, recipient, channel, later)


def postpone(work: Work, letter: Letter, delay: timedelta, rest: Outgoing, *, again: bool) -> None:
    """Try a message once more after a while; nothing happens to one that was erased or taken over meanwhile.

    `rest`: what of it has not been sent yet.  `again`: this attempt may have arrived, so that a second one is the last.
    """
    here = (outbox.c.outbox_id == letter.id) & _OURS
    if work.data.execute(select(outbox.c.outbox_id).where(here), {"attempt": letter.attempts}).first() is None:
        return
    sealed = seal_letter(
        work,
        letter.recipient,
        letter.id,
        rest,
        replace=letter.replace,
        clearing=letter.clearing,
        passing=letter.passing,
        again=again or letter.again,
        to=letter.to,
    )
    later = work.now + delay
    values = {"state": "queued", "not_before": later, "look_at": later, "body": sealed}
    work.data.execute(update(outbox).where(outbox.c.outbox_id == letter.id).values(values))
    let_be_found(work, letter.recipient, letter.channel, later)


def park(work: Work, letter: Letter, state: str) -> None:
    """Stop trying: `uncertain` when the message may have arrived, `failed` when it never will."""
    if letter.to is not None:
        mark_sent(work, letter)
        return
    stopped = update(outbox).where(outbox.c.outbox_id == letter.id, _OURS).values(state=state)
    work.data.execute(stopped, {"attempt": letter.attempts})
    let_be_found(work, letter.recipient, letter.channel, work.now)


def recover(work: Work, channels: Iterable[str]) -> list[Letter]:
    """After a crash: let what was under way be sent once more; return what may not be and is parked.

    That is what had its second chance, what belongs to a broadcast, and a check-in whose time is over.  What an
    earlier release has put is found from now on.
    """
    names = list(channels)
    work.data.execute(
        update(outbox).where(text(STANDS_BEHIND), outbox.c.channel.in_(names)).values(look_at=outbox.c.not_before)
    )
    return _recover(work, names, true())


def recover_strays(work: Work, channels: Iterable[str], under_way: Collection[bytes]) -> list[Letter]:
    """Do the same for what nobody sends though it is claimed, because whoever claimed it never heard of that.

    `under_way`: what is being sent.  What was put a moment ago is left alone: its sender may be about to hear of it.
    """
    is_stray = outbox.c.outbox_id.not_in(list(under_way)) & (outbox.c.not_before <= work.now - _STRAYS_AFTER)
    return _recover(work, list(channels), is_stray)


def _recover(work: Work, channels: Sequence[str], which: ColumnElement[bool]) -> list[Letter]:
    mine = (outbox.c.state == "sending") & outbox.c.channel.in_(channels)
    rows = work.data.execute(select(outbox).where(mine, which).with_for_update(skip_locked=True)).all()
    parked: list[Letter] = []
    for row in rows:
        letter = open_letter(work, row)
        if letter is None:
            set_state(work, [row.outbox_id], "failed")
        elif letter.again or letter.is_unrepeatable or _is_over(work, letter, row.not_before):
            set_state(work, [row.outbox_id], "uncertain")
            parked.append(letter)
        else:
            _send_again(work, letter)
    return parked


def revive(work: Work, channel: str) -> None:
    """Let those be found for whom letters stand behind one that was taken away: erased, or held back."""
    other = outbox.alias("other")
    behind = select(outbox.c.recipient_id).where(text(STANDS_BEHIND), outbox.c.channel == channel).distinct().subquery()
    can_be_found = (other.c.state == "sending") | ((other.c.state == "queued") & other.c.look_at.is_not(None))
    theirs = (other.c.recipient_id == behind.c.recipient_id) & (other.c.channel == channel)
    lost = select(behind.c.recipient_id).where(~select(true()).where(theirs, can_be_found).exists())
    for row in work.data.execute(lost.limit(_REVIVED_AT_ONCE)).all():
        let_be_found(work, FolderId(row[0]), channel, work.now)


def let_be_found(work: Work, recipient: FolderId, channel: str, later: datetime) -> bool:
    """Let the most urgent of what stands behind be found from then on; False when nothing does."""
    return _LET_BE_FOUND.change(work, {"who": recipient, "on": channel, "later": later}) > 0


def _is_over(work: Work, letter: Letter, due: datetime) -> bool:
    return letter.lane is Lane.REMINDER and work.now - due > _REMINDER_LASTS


def _send_again(work: Work, letter: Letter) -> None:
    sealed = seal_letter(
        work,
        letter.recipient,
        letter.id,
        letter.message,
        replace=letter.replace,
        clearing=letter.clearing,
        passing=letter.passing,
        again=True,
        to=letter.to,
    )
    values = {"state": "queued", "not_before": work.now, "look_at": work.now, "body": sealed}
    work.data.execute(update(outbox).where(outbox.c.outbox_id == letter.id).values(values))


def set_state(work: Work, letters: Collection[bytes], state: str) -> None:
    """Change the state of letters, nothing else."""
    work.data.execute(update(outbox).where(outbox.c.outbox_id.in_(list(letters))).values(state=state))
