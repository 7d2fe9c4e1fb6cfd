"""Broadcasts at the desk: written, tried, approved by a second person, sent and watched."""

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

import pytest

from handlers.broadcasts.desk import State
from storage.broadcasts import records
from storage.team.staffing import Role
from tests.console.desks import Browser, TestDesk
from tests.handlers.broadcasts.broadcasting import BroadcastHouse, open_house

HOME = "/desk/broadcasts"
TEXT = "Pelatihan menjahit dibuka hari Senin."
FORM: Mapping[str, str] = {
    "text_id": TEXT,
    "choices_id": "Saya ikut\nLain kali",
    "link": "",
    "group": "clients",
    "topic": "training",
    "stage": "",
    "regions": "",
    "go": "save",
}
SEEING = {Role.BROADCASTER, Role.COORDINATOR, Role.ADMIN}
_REVISION = re.compile(r'name="revision" value="(\d+)"')
_SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')


class Room:
    """Two signed-in desks over a house of people who chose to hear of trainings."""

    def __init__(self, desk: TestDesk, house: BroadcastHouse, author: Browser, approver: Browser) -> None:
        """Sit down."""
        self.desk, self.house, self.author, self.approver = desk, house, author, approver

    async def write(self, **changed: str) -> str:
        """Write a broadcast; return the path of its page."""
        made = await self.author.post(f"{HOME}/add", None, **{**FORM, **changed})
        assert made.status_code == HTTPStatus.SEE_OTHER
        return made.headers["location"].partition("?")[0].partition("#")[0].removesuffix("/edit")

    async def approved(self) -> str:
        """Write a broadcast and have it approved."""
        path = await self.write()
        assert await self.note(self.author, f"{path}/dry_run") == "broadcast_tried"
        assert await self.note(self.author, f"{path}/ask") == "broadcast_asked"
        seen = _SEEN.search((await self.approver.open(path)).text)
        assert seen is not None
        assert await self.note(self.approver, f"{path}/decide", answer="yes", seen=seen[1]) == "broadcast_decided"
        return path

    async def note(self, browser: Browser, path: str, **fields: str) -> str:
        """Send a form and return the note it leads to."""
        answer = await browser.post(path, None, **fields)
        assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
        return answer.headers["location"].rpartition("note=")[2]

    async def revision(self, path: str) -> str:
        """Read which state the form was made from."""
        found = _REVISION.search((await self.author.open(f"{path}/edit")).text)
        assert found is not None
        return found[1]

    async def state(self, path: str) -> State:
        """Look up how far a broadcast has come."""
        broadcast_id = bytes.fromhex(path.rpartition("/")[2])
        found = await self.desk.bed.world.database.read(lambda work: records.load(work, broadcast_id))
        assert found is not None
        return found.state


@pytest.fixture
async def room(desk: TestDesk) -> Room:
    """A room with twenty-five people to write to."""
    house = await open_house(desk.bed, 25)
    return Room(desk, house, await desk.sign_in(house.author), await desk.sign_in(house.approver))


async def test_the_pages_are_there_for_who_writes_or_approves_and_for_nobody_else(desk: TestDesk) -> None:
    for role in Role:
        needs_unit = role in {Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD}
        browser = await desk.sign_in(await desk.hire(role, "bnnk-kendari" if needs_unit else None))
        writes, sees = role in {Role.BROADCASTER, Role.COORDINATOR}, role in SEEING
        assert ((await browser.open(HOME)).status_code == HTTPStatus.OK) is sees, role
        assert (f'href="{HOME}"' in (await browser.open("/desk/units")).text) is sees
        assert ((await browser.open(f"{HOME}/new")).status_code == HTTPStatus.OK) is writes, role
        made = await browser.post(f"{HOME}/add", None, **FORM)
        assert (made.status_code == HTTPStatus.SEE_OTHER) is writes


async def test_a_broadcast_goes_from_the_first_word_to_the_report(room: Room) -> None:
    path = await room.approved()
    assert await room.note(room.author, f"{path}/send") == "broadcast_sent"
    await room.house.finish(5)

    page = (await room.author.open(path)).text

    assert "Terkirim" in page
    assert re.search(r"<dt>Terkirim</dt><dd>25</dd>", page)
    reached = [room.desk.bed.heard(str(number)) for number in range(2_000, 2_025)]
    assert all(heard == ["Ada kabar yang kamu minta. Mau dibuka sekarang?"] for heard in reached)


async def test_the_page_shows_how_it_arrives_and_about_how_many_it_reaches(room: Room) -> None:
    page = (await room.author.open(await room.write())).text
    assert "Ada kabar yang kamu minta" in page
    assert TEXT in page
    assert "Saya ikut" in page
    assert "sekitar 20 orang" in page


async def test_too_few_people_are_not_counted_out_and_not_written_to(room: Room) -> None:
    path = await room.write(topic="meetings")
    assert "sekitar" not in (await room.author.open(path)).text
    await room.note(room.author, f"{path}/dry_run")
    assert await room.note(room.author, f"{path}/ask") == "broadcast_small"


async def test_what_has_to_be_mended_is_named_before_anything_can_be_asked(room: Room) -> None:
    path = await room.write(text_id="Untuk para pecandu.", link="http://contoh.example")
    page = (await room.author.open(path)).text
    assert "pecandu" in page
    assert f'action="{path}/dry_run"' not in page
    assert await room.note(room.author, f"{path}/dry_run") == "broadcast_faulty"


async def test_a_trial_comes_before_the_wish_and_a_changed_letter_needs_another(room: Room) -> None:
    path = await room.write()
    assert await room.note(room.author, f"{path}/ask") == "broadcast_untried"
    await room.note(room.author, f"{path}/dry_run")
    changed = {**FORM, "text_id": f"{TEXT}!", "revision": await room.revision(path)}
    assert await room.note(room.author, f"{path}/save", **changed) == "broadcast_saved"
    assert await room.note(room.author, f"{path}/ask") == "broadcast_untried"


async def test_a_letter_changed_after_the_approval_voids_it(room: Room) -> None:
    path = await room.approved()
    await room.note(room.author, f"{path}/save", **{**FORM, "text_id": "Lain.", "revision": await room.revision(path)})
    assert await room.state(path) is State.DRAFT
    assert await room.note(room.author, f"{path}/send") == "gone"


async def test_only_the_very_content_that_was_seen_is_approved_and_never_by_its_author(room: Room) -> None:
    path = await room.write()
    await room.note(room.author, f"{path}/dry_run")
    await room.note(room.author, f"{path}/ask")
    for wrong in ("", "0" * 64, "zz"):
        assert await room.note(room.approver, f"{path}/decide", answer="yes", seen=wrong) == "wish_changed"
    seen = _SEEN.search((await room.approver.open(path)).text)
    assert seen is not None
    own = await room.note(room.author, f"{path}/decide", answer="yes", seen=seen[1])
    assert own in {"own_wish", "gone"}
    assert await room.state(path) is State.ASKED


async def test_words_written_over_by_another_page_stay_in_the_boxes(room: Room) -> None:
    path = await room.write()
    old = await room.revision(path)
    await room.note(room.author, f"{path}/save", **{**FORM, "text_id": "Baru.", "revision": old})
    late = await room.author.post(f"{path}/save", None, **{**FORM, "text_id": "Tulisanku.", "revision": old})
    assert late.status_code == HTTPStatus.CONFLICT
    assert "Tulisanku." in late.text
    newer = _REVISION.search(late.text)
    assert newer is not None
    kept = {**FORM, "text_id": "Tulisanku.", "revision": newer[1]}
    assert await room.note(room.author, f"{path}/save", **kept) == "broadcast_saved"


async def test_regions_are_added_and_taken_away_one_by_one(room: Room) -> None:
    path = await room.write(add="74", go="add")
    form = (await room.author.open(f"{path}/edit")).text
    assert 'name="regions" value="74"' in form
    assert "Sulawesi Tenggara" in form
    more = {**FORM, "regions": "74", "add": "73.71", "go": "add", "revision": await room.revision(path)}
    await room.author.post(f"{path}/save", None, **more)
    form = (await room.author.open(f"{path}/edit")).text
    assert 'name="regions" value="74,73.71"' in form
    less = {**FORM, "regions": "74,73.71", "remove": "74", "go": "", "revision": await room.revision(path)}
    await room.author.post(f"{path}/save", None, **less)
    assert 'name="regions" value="73.71"' in (await room.author.open(f"{path}/edit")).text


async def test_it_is_held_goes_on_and_is_stopped(room: Room) -> None:
    path = await room.approved()
    await room.note(room.author, f"{path}/send")
    await room.house.feed()
    assert await room.note(room.approver, f"{path}/pause") == "broadcast_paused"
    await room.house.finish(3)
    assert not any(room.desk.bed.heard(str(number)) for number in range(2_000, 2_025))
    assert "dijeda" in (await room.author.open(f"{path}/progress")).text.lower()
    assert await room.note(room.author, f"{path}/resume") == "broadcast_resumed"
    assert await room.note(room.approver, f"{path}/stop") == "broadcast_stopped"
    await room.house.finish(3)
    assert not any(room.desk.bed.heard(str(number)) for number in range(2_000, 2_025))
    assert await room.note(room.author, f"{path}/resume") == "gone"


async def test_a_start_is_kept_on_the_clock_of_the_author_and_one_in_the_past_is_refused(room: Room) -> None:
    path = await room.approved()
    now = room.desk.bed.clock()
    assert await room.note(room.author, f"{path}/send", at="2020-01-01T09:00") == "broadcast_no_time"
    assert await room.note(room.author, f"{path}/send", at="besok") == "broadcast_no_time"
    later = (now + timedelta(hours=7, minutes=90)).replace(tzinfo=None).isoformat(timespec="minutes")
    assert await room.note(room.author, f"{path}/send", at=later) == "broadcast_sent"
    view = await room.house.desk.view(room.house.author, path.rpartition("/")[2])
    assert view is not None
    assert view.start_at is not None
    assert timedelta(minutes=89) <= view.start_at - now <= timedelta(minutes=90)


async def test_what_was_typed_stays_words_on_every_page(room: Room) -> None:
    wild = "<script>alert(1)</script>\"'>"
    path = await room.write(text_id=wild, choices_id=wild, link=wild)
    for page in (HOME, path, f"{path}/edit"):
        shown = (await room.author.open(page)).text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown


async def test_a_draft_of_somebody_else_is_not_there_and_nonsense_leads_nowhere(room: Room) -> None:
    path = await room.write()
    assert (await room.approver.open(path)).status_code == HTTPStatus.NOT_FOUND
    for odd in (f"{HOME}/{'0' * 32}", f"{HOME}/zz", f"{path}x"):
        assert (await room.author.open(odd)).status_code == HTTPStatus.NOT_FOUND
    assert (await room.author.post(f"{path}/explode")).status_code == HTTPStatus.NOT_FOUND
    assert (await room.author.post(f"{path}/edit")).status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
    assert await room.note(room.author, f"{path}/discard") == "broadcast_deleted"
    assert (await room.author.open(path)).status_code == HTTPStatus.NOT_FOUND
