"""A broadcast with a picture: who sees it, after what, and who may not."""

from dataclasses import replace

from bot.care.broadcasts.audience import Audience, Group
from bot.care.broadcasts.content import Content, Illustration, Words
from bot.dialogue.effects import Picture
from bot.ports import ChannelName, Incoming, Other, Start, Tap, Text, Uncertain
from handlers.broadcasts.desk import PictureFile, PictureFlaw, Result, State, Written
from handlers.broadcasts.pictures import StoredPictures
from handlers.conversing.pages import WebPages
from handlers.keeping.sweep import sweep
from handlers.speak import WEBCHAT
from handlers.steps import Steps
from storage.broadcasts import pictures
from storage.broadcasts.recipients import Fate
from storage.clients import news, people
from storage.team.staffing import Role
from storage.transaction import Work
from tests.handlers.broadcasts.broadcasting import (
    APPROVER,
    AUTHOR,
    TEXT,
    TRAINED,
    WANTING,
    BroadcastHouse,
    open_house,
    staff,
)
from tests.handlers.broadcasts.picturing import draw, make_file
from tests.handlers.walking import in_world
from tests.worlds import LIMITS, TestBed

PNG, JPEG = make_file("PNG"), make_file("JPEG")
MACHINE = {"id": "Mesin jahit di atas meja", "en": "A sewing machine on a table"}
SHOWN = Content(
    {"id": Words(TEXT, ("Saya ikut",)), "en": Words("A sewing course.", ("I join",))},
    picture=Illustration(PNG.digest, MACHINE),
)
VISITOR = "web-visitor-1"


def show_pictures(bed: TestBed, caption_units: int = 1_024) -> None:
    """Let the channel show pictures, as Telegram does."""
    bed.channel.limits = replace(LIMITS, caption_units=caption_units)


def seen(bed: TestBed, address: str) -> list[Picture]:
    """List the pictures an address got."""
    return [message.picture for message in bed.channel.to(address) if message.picture is not None]


async def test_the_picture_comes_only_after_the_tap_that_opens_the_words(bed: TestBed) -> None:
    show_pictures(bed)
    house = await open_house(bed, 20)
    broadcast_id = await house.running(SHOWN, file=PNG)
    await house.finish(3)
    assert all(seen(bed, str(2_000 + one)) == [] for one in range(20))

    await bed.tap("2003", "Buka")

    assert seen(bed, "2003") == [Picture(broadcast_id, MACHINE["id"])]
    assert TEXT in bed.last("2003").text
    assert await StoredPictures(bed.world.database).load(broadcast_id) == PNG
    assert await house.fates(broadcast_id) == {Fate.SENT: 20}


async def test_a_channel_without_pictures_says_what_it_shows(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    await house.running(SHOWN, file=PNG)
    await house.finish(3)

    await bed.tap("2003", "Buka")

    assert bed.last("2003").text == f"🖼 {MACHINE['id']}\n\n{TEXT}"


async def test_long_words_follow_the_picture_and_only_they_are_sent_again(bed: TestBed) -> None:
    show_pictures(bed, caption_units=10)
    house = await open_house(bed, 20)
    await house.running(SHOWN, file=PNG)
    await house.finish(3)

    await bed.tap("2003", "Buka")

    last, before = bed.channel.to("2003")[-1], bed.channel.to("2003")[-2]
    assert (before.text, before.picture is not None) == ("", True)
    assert (last.text, last.picture) == (TEXT, None)
    assert [key.label for key in last.keys] == ["Saya ikut", "Jangan kirim topik ini"]


async def test_staff_get_it_at_once_and_never_twice_whatever_becomes_of_it(bed: TestBed) -> None:
    show_pictures(bed)
    house = await open_house(bed)
    broadcast_id = await house.running(SHOWN, Audience(Group.STAFF), PNG)
    bed.channel.sent.clear()
    bed.channel.failures.append(Uncertain())
    await house.finish(20)

    fates = await house.fates(broadcast_id)
    assert (fates[Fate.UNCERTAIN], fates[Fate.SENT]) == (1, 1)
    assert sorted(len(seen(bed, address)) for address in (AUTHOR, APPROVER)) == [0, 1]


async def test_the_dry_run_and_whoever_approves_see_the_very_picture(bed: TestBed) -> None:
    show_pictures(bed)
    house = await open_house(bed, 20)

    broadcast_id = await house.approved(SHOWN, file=PNG)
    await bed.flush()

    both = [Picture(broadcast_id, MACHINE["id"]), Picture(broadcast_id, MACHINE["en"])]
    assert seen(bed, AUTHOR) == both
    assert seen(bed, APPROVER) == both
    assert await house.desk.picture(house.approver, broadcast_id) == PNG
    view = await house.desk.view(house.approver, broadcast_id)
    assert view is not None
    assert [one.messages[-1].picture for one in view.previews] == both


async def test_another_picture_after_the_approval_voids_it(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.approved(SHOWN, file=PNG)
    before = await house.desk.view(house.author, broadcast_id)
    assert before is not None

    changed = Written(before.revision, SHOWN, TRAINED, JPEG)
    assert await house.desk.edit(house.author, broadcast_id, changed) is Result.DONE

    after = await house.desk.view(house.author, broadcast_id)
    assert after is not None
    assert (after.state, after.is_tried) == (State.DRAFT, False)
    assert after.content_hash != before.content_hash
    assert await house.desk.picture(house.author, broadcast_id) == JPEG


async def test_a_file_that_is_not_the_one_approved_is_shown_to_nobody(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.approved(SHOWN, file=PNG)

    # As nobody can but who has the keys: another file in the place of the one that was seen.
    await in_world(bed, lambda work: pictures.keep(work, bytes.fromhex(broadcast_id), JPEG))

    assert await house.desk.picture(house.approver, broadcast_id) is None
    assert await StoredPictures(bed.world.database).load(broadcast_id) is None


async def test_a_picture_is_kept_by_its_digest_and_taken_away_without_it(bed: TestBed) -> None:
    house = await open_house(bed)
    broadcast_id = await house.desk.draft(house.author, Written(0, SHOWN, TRAINED, PNG))
    assert broadcast_id is not None
    stranger = replace(SHOWN, picture=Illustration("f" * 64, MACHINE))
    for content, kept in ((SHOWN, PNG), (stranger, None), (SHOWN, None)):
        view = await house.desk.view(house.author, broadcast_id)
        assert view is not None
        await house.desk.edit(house.author, broadcast_id, Written(view.revision, content, TRAINED))
        assert await house.desk.picture(house.author, broadcast_id) == kept


async def test_without_a_word_on_what_it_shows_nothing_can_be_tried(bed: TestBed) -> None:
    house = await open_house(bed)
    silent = replace(SHOWN, picture=Illustration("", {"id": MACHINE["id"]}))
    broadcast_id = await house.desk.draft(house.author, Written(0, silent, TRAINED, PNG))
    assert broadcast_id is not None

    assert await house.desk.dry_run(house.author, broadcast_id) is Result.FAULTY


async def test_who_may_not_see_a_broadcast_does_not_see_its_picture(bed: TestBed) -> None:
    house = await open_house(bed)
    counsellor = await staff(bed, "7003", Role.COUNSELLOR, "Kak Melati", "bnnk-kendari")
    broadcast_id = await house.desk.draft(house.author, Written(0, SHOWN, TRAINED, PNG))
    assert broadcast_id is not None

    assert await house.desk.picture(house.author, broadcast_id) == PNG
    assert await house.desk.picture(house.approver, broadcast_id) is None  # a draft is its author's
    assert await house.desk.picture(counsellor, broadcast_id) is None
    assert await house.desk.picture(house.author, "zz") is None


async def test_a_file_is_drawn_anew_at_the_desk_or_refused(bed: TestBed) -> None:
    house = await open_house(bed)

    assert isinstance(await house.desk.redraw(draw()), PictureFile)
    assert await house.desk.redraw(b"<svg/>") is PictureFlaw.UNREADABLE


async def test_a_photo_sent_in_the_chat_is_answered_with_the_way_to_the_desk(bed: TestBed) -> None:
    await open_house(bed)
    desk = f"{bed.world.config.server.url}/desk/broadcasts"
    await bed.deliver(AUTHOR, Other("photo", "lihat ini"))
    assert bed.last(AUTHOR).text.endswith(f"{desk}")

    await bed.say(AUTHOR, "/siarkan")
    await bed.tap(AUTHOR, "Tulis siaran baru")
    await bed.deliver(AUTHOR, Other("file"))
    assert f"{desk}/" in bed.last(AUTHOR).text
    assert bed.last(AUTHOR).text.endswith("/edit")

    await bed.say(AUTHOR, TEXT)
    assert TEXT in bed.last(AUTHOR).text  # what was asked for is still asked for


async def test_a_photo_of_somebody_who_writes_no_broadcasts_is_answered_as_before(bed: TestBed) -> None:
    await bed.counsellor("7003")
    for what in ("photo", "voice"):
        await bed.deliver("7003", Other(what))
        assert bed.last("7003").text == "Hanya tulisan yang bisa diteruskan. Yang barusan tidak dikirim."


async def visit(bed: TestBed, house: BroadcastHouse) -> tuple[WebPages, str]:
    """Let somebody on the web page open a broadcast with a picture; return the id of the line it stands in."""
    pages = WebPages(bed.world, bed.receiver)
    await pages.receive(Incoming(ChannelName(WEBCHAT), VISITOR, "w1", Start()))

    def subscribe(work: Work) -> None:
        client = people.find_client(work, bed.world.address_index(WEBCHAT, VISITOR))
        assert client is not None
        news.save_wishes(work, client, WANTING)

    await in_world(bed, subscribe)
    await house.running(SHOWN, file=PNG)
    await house.finish(2)
    shown = await pages.page(VISITOR)
    assert shown is not None
    assert all(line.picture is None for line in shown.lines)
    knock = next(key for line in shown.lines for key in line.keys if key.label == "Buka")
    await pages.receive(Incoming(ChannelName(WEBCHAT), VISITOR, "w2", Tap(knock.token)))
    opened = await pages.page(VISITOR)
    assert opened is not None
    (picture,) = [line.picture for line in opened.lines if line.picture is not None]
    assert picture.description == MACHINE["id"]
    return pages, picture.id


async def test_on_the_page_it_is_there_for_who_has_the_line_and_gone_with_it(bed: TestBed) -> None:
    pages, line = await visit(bed, await open_house(bed, 20))

    assert await pages.picture(line, None) == PNG
    assert await pages.picture("0" * 32, None) is None
    assert await pages.picture("bukan", None) is None

    await press(pages, "w3", Text("hapus"))
    await press(pages, "w4", "Ya, hapus")
    assert await pages.picture(line, None) is None


async def test_once_there_is_a_cookie_nobody_sees_it_without(bed: TestBed) -> None:
    pages, line = await visit(bed, await open_house(bed, 20))

    def consent(work: Work) -> None:
        client = people.find_client(work, bed.world.address_index(WEBCHAT, VISITOR))
        assert client is not None
        people.give_consent(work, client, "intake.id.test")

    await in_world(bed, consent)

    assert await pages.picture(line, VISITOR) == PNG
    assert await pages.picture(line, None) is None
    assert await pages.picture(line, "somebody-else") is None


async def test_behind_a_pin_the_page_shows_it_to_nobody(bed: TestBed) -> None:
    pages, line = await visit(bed, await open_house(bed, 20))
    await press(pages, "w3", Text("pengaturan"))
    await press(pages, "w4", "PIN")
    await press(pages, "w5", "Pasang")
    await press(pages, "w6", Text("4711"))
    await press(pages, "w7", Text("4711"))
    assert await pages.picture(line, VISITOR) == PNG

    bed.clock.pass_time(minutes=30)
    assert await pages.picture(line, VISITOR) is None

    await press(pages, "w8", Text("4711"))
    assert await pages.picture(line, VISITOR) == PNG


async def press(pages: WebPages, number: str, said: Text | str) -> None:
    """Write, or press the newest key whose label begins like this."""
    page = await pages.page(VISITOR)
    assert page is not None
    if isinstance(said, str):
        keys = (key for line in reversed(page.lines) for key in line.keys if key.label.startswith(said))
        await pages.receive(Incoming(ChannelName(WEBCHAT), VISITOR, number, Tap(next(keys).token)))
    else:
        await pages.receive(Incoming(ChannelName(WEBCHAT), VISITOR, number, said))


async def test_it_goes_with_its_broadcast_a_year_after_the_end(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.running(SHOWN, file=PNG)
    await house.finish(3)
    source = StoredPictures(bed.world.database)
    await source.keep_name(broadcast_id, "telegram", "nama-contoh")

    bed.clock.pass_time(days=364)
    await sweep(Steps(bed.world))
    assert await source.load(broadcast_id) == PNG
    bed.clock.pass_time(days=3)
    await sweep(Steps(bed.world))

    assert await source.load(broadcast_id) is None
    assert await source.find_name(broadcast_id, "telegram") is None
    await source.keep_name(broadcast_id, "telegram", "nama-contoh")
