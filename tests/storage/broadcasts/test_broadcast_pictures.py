"""The picture of a broadcast is kept once, sealed, and goes with it."""

import pytest
from sqlalchemy import func, select

from bot.care.broadcasts.audience import Audience, Group
from bot.care.broadcasts.content import Content, Illustration, Words
from bot.dialogue.effects import Picture
from bot.pictures import PictureFile
from bot.ports import Outgoing
from storage import outbox
from storage.broadcasts import pictures, records
from storage.broadcasts.records import Broadcast
from storage.clients import people, transcripts
from storage.database import Database
from storage.outbox import Lane
from storage.sealing.encryption import FolderGone
from storage.tables import broadcast_pictures
from storage.team import staffing
from storage.team.staffing import Role
from storage.transaction import Work
from tests.handlers.broadcasts.picturing import make_file

PNG, JPEG = make_file("PNG"), make_file("JPEG")
MACHINE = Picture("7", "Mesin jahit")


def write(work: Work) -> Broadcast:
    """Begin a broadcast."""
    author = staffing.add_staff(work, Role.BROADCASTER, None, "Kak Sekar")
    return records.add(work, author.id, Content({"id": Words("Halo")}), Audience(Group.STAFF))


@pytest.mark.parametrize("file", [PNG, JPEG, PictureFile(b"\x89PNG" + b"x" * 1_048_572)])
async def test_a_picture_comes_back_as_it_was_kept(store: Database, file: PictureFile) -> None:
    broadcast_id = await store.write(lambda work: write(work).id)
    await store.write(lambda work: pictures.keep(work, broadcast_id, JPEG))

    await store.write(lambda work: pictures.keep(work, broadcast_id, file))

    assert await store.read(lambda work: pictures.load(work, broadcast_id)) == file


async def test_nothing_of_it_stands_there_in_clear(store: Database) -> None:
    def step(work: Work) -> bytes:
        broadcast = write(work)
        pictures.keep(work, broadcast.id, PNG)
        pictures.keep_name(work, broadcast.id, "telegram", "nama-contoh")
        row = work.data.execute(select(broadcast_pictures)).one()
        return bytes(row.picture) + bytes(row.names)

    kept = await store.write(step)

    assert b"IHDR" not in kept
    assert b"nama-contoh" not in kept


async def test_what_platforms_call_it_is_kept_for_each_and_forgotten_with_another_picture(store: Database) -> None:
    def step(work: Work) -> list[str | None]:
        broadcast = write(work)
        pictures.keep_name(work, broadcast.id, "telegram", "tanpa gambar")
        pictures.keep(work, broadcast.id, PNG)
        found = [pictures.find_name(work, broadcast.id, "telegram")]
        pictures.keep_name(work, broadcast.id, "telegram", "satu")
        pictures.keep_name(work, broadcast.id, "whatsapp", "lain")
        pictures.keep_name(work, broadcast.id, "telegram", "dua")
        found += [pictures.find_name(work, broadcast.id, channel) for channel in ("telegram", "whatsapp")]
        pictures.keep(work, broadcast.id, JPEG)
        return [*found, pictures.find_name(work, broadcast.id, "telegram")]

    assert await store.write(step) == [None, "dua", "lain", None]


async def test_it_goes_with_its_broadcast_and_cannot_be_opened_any_more(store: Database) -> None:
    def keep(work: Work) -> Broadcast:
        broadcast = write(work)
        pictures.keep(work, broadcast.id, PNG)
        return broadcast

    broadcast = await store.write(keep)
    sealed = await store.read(lambda work: work.data.execute(select(broadcast_pictures.c.picture)).scalar_one())
    await store.write(lambda work: records.remove(work, broadcast.id))

    def look(work: Work) -> int:
        with pytest.raises(FolderGone):
            work.vault.open(records.folder_of(broadcast.id), "broadcast_pictures", "picture", broadcast.id, sealed)
        return int(work.data.execute(select(func.count()).select_from(broadcast_pictures)).scalar_one())

    assert await store.read(look) == 0


async def test_another_picture_is_another_thing_to_approve(store: Database) -> None:
    def step(work: Work) -> set[str]:
        broadcast = write(work)
        paper = broadcast.paper
        shown = [
            None,
            Illustration("a" * 64, {"id": "Mesin"}),
            Illustration("b" * 64, {"id": "Mesin"}),
            Illustration("b" * 64, {"id": "Benang"}),
        ]
        contents = [Content(paper.content.words, "", one) for one in shown]
        changed = [records.save(work, _with(broadcast, content)) for content in contents]
        reloaded = records.load(work, broadcast.id)
        assert reloaded is not None
        assert records.hash_of(reloaded) == records.hash_of(changed[-1])
        return {records.hash_of(one) for one in changed}

    assert len(await store.write(step)) == 4


async def test_a_letter_and_a_line_carry_it_and_others_carry_nothing(store: Database) -> None:
    def step(work: Work) -> list[object]:
        client = people.welcome(work, b"h" * 16, "telegram", "abc", "id")
        for message in (Outgoing("Halo", picture=MACHINE), Outgoing("Halo")):
            outbox.put(work, people.folder(client), "telegram", Lane.REPLY, message)
            transcripts.add_ours(work, client, message)
        sent = [letter.message for letter in outbox.claim(work, ["telegram"], most=9)]
        pictured, plain = transcripts.load_transcript(work, client).lines
        assert pictured.picture is not None
        found = transcripts.find_picture(work, bytes.fromhex(pictured.picture.id))
        return [sent[0].picture, sent[1].picture, pictured.picture.description, plain.picture, found == (client, "7")]

    assert await store.write(step) == [MACHINE, None, "Mesin jahit", None, True]


async def test_of_a_line_without_a_picture_or_of_none_there_is_none(store: Database) -> None:
    def step(work: Work) -> list[object]:
        client = people.welcome(work, b"h" * 16, "webchat", "abc", "id")
        transcripts.add_ours(work, client, Outgoing("Halo", picture=MACHINE))
        pictured = transcripts.load_transcript(work, client).lines[0].picture
        assert pictured is not None
        people.erase_client(work, client)
        return [transcripts.find_picture(work, one) for one in (bytes.fromhex(pictured.id), b"x" * 16)]

    assert await store.write(step) == [None, None]


def _with(broadcast: Broadcast, content: Content) -> Broadcast:
    paper = broadcast.paper
    return Broadcast(
        broadcast.id,
        broadcast.author_id,
        broadcast.state,
        broadcast.revision,
        None,
        None,
        None,
        type(paper)(content, paper.audience, paper.nonce),
    )
