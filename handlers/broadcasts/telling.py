"""Tell staff in their chats: what a broadcast looks like when it arrives, that it waits for approval, how it went."""

from bot.care.broadcasts.report import Progress
from bot.dialogue.effects import Message
from handlers.access import Right, has_right
from handlers.broadcasts import cards, wording
from handlers.speak import to_staff
from handlers.world import World
from storage.broadcasts.records import Broadcast
from storage.team import staffing
from storage.team.staffing import StaffMember
from storage.transaction import Work


def send_dry_run(work: Work, world: World, member: StaffMember, broadcast: Broadcast) -> None:
    """Send every language to the author's own chats; the buttons there do nothing but say so."""
    for language in broadcast.paper.content.words:
        for message in wording.list_previews(world, broadcast, language):
            _tell(work, world, member, message)


def tell_approvers(work: Work, world: World, author: StaffMember, broadcast: Broadcast) -> None:
    """Show everybody else who may approve exactly what is to be approved."""
    others = [one for one in staffing.list_staff(work) if one.active and one.id != author.id]
    for member in (one for one in others if has_right(one, Right.APPROVE_BROADCAST)):
        for message in cards.approval_cards(world, broadcast, author.alias):
            _tell(work, world, member, message)


def tell_author(work: Work, world: World, broadcast: Broadcast, phrase: str, **words: object) -> None:
    """Tell whoever wrote it what has become of it."""
    author = staffing.load_staff(work, broadcast.author_id) if broadcast.author_id is not None else None
    if author is not None:
        least = world.config.broadcast.smallest_group
        said = world.script.say(phrase, world.script.default, least=least, **words)
        _tell(work, world, author, cards.with_way_in(world, broadcast, said))


def report(work: Work, world: World, broadcast: Broadcast, progress: Progress | None) -> None:
    """Tell whoever wrote it how it went, once it is over."""
    if progress is not None:
        lines = "\n".join(cards.progress_lines(world, broadcast, progress))
        tell_author(work, world, broadcast, "siaran_report", lines=lines)


def _tell(work: Work, world: World, member: StaffMember, message: Message) -> None:
    for chat in staffing.chats_of(work, member.id):
        to_staff(work, world, chat, message)
