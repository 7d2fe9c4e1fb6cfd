"""Nothing is sent that one person alone wrote: tried first, approved by another, and not a byte changed since."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.care.broadcasts.content import Content, Words
from handlers.broadcasts.desk import Act, Result, State, Written
from storage.broadcasts import records
from storage.team.staffing import Role
from storage.transaction import Work
from tests.handlers.broadcasts.broadcasting import (
    APPROVER,
    AUTHOR,
    CONTENT,
    KNOCK,
    TEXT,
    TRAINED,
    open_house,
    staff,
)
from tests.handlers.walking import in_world
from tests.worlds import TestBed


async def test_nothing_is_asked_for_before_exactly_this_was_tried(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.desk.draft(house.author, Written(0, CONTENT, TRAINED))
    assert broadcast_id is not None
    assert await house.desk.ask(house.author, broadcast_id) is Result.UNTRIED
    assert await house.desk.dry_run(house.author, broadcast_id) is Result.DONE
    await bed.flush()
    assert [text for text in bed.heard(AUTHOR) if text in (KNOCK, TEXT)] == [KNOCK, TEXT]

    view = await house.desk.view(house.author, broadcast_id)
    assert view is not None
    changed = Content({"id": Words(f"{TEXT}.")})
    assert await house.desk.edit(house.author, broadcast_id, Written(view.revision, changed, TRAINED)) is Result.DONE
    assert await house.desk.ask(house.author, broadcast_id) is Result.UNTRIED


async def test_nobody_approves_their_own_and_one_changed_byte_is_not_sent(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.approved()
    await in_world(bed, lambda work: tamper(work, broadcast_id))

    assert await house.desk.send(house.author, broadcast_id) is Result.CHANGED
    await house.finish(2)
    assert not bed.heard("2000")


async def test_what_was_changed_after_it_was_scheduled_is_not_sent(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.approved()
    assert await house.desk.send(house.author, broadcast_id, bed.clock() + timedelta(hours=1)) is Result.DONE
    await in_world(bed, lambda work: tamper(work, broadcast_id))

    bed.clock.pass_time(hours=1)
    await house.finish(2)

    assert not bed.heard("2000")
    assert await house.state(broadcast_id) is State.DRAFT


def tamper(work: Work, broadcast_id: str) -> None:
    """Change one byte of what is stored, as somebody with the keys could."""
    found = records.load(work, bytes.fromhex(broadcast_id))
    assert found is not None
    words = Content({**found.paper.content.words, "id": Words(f"{TEXT[:-1]}!", CONTENT.words["id"].choices)})
    records.save(work, replace(found, paper=replace(found.paper, content=words)))


async def test_the_author_cannot_approve_and_a_stale_view_decides_nothing(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.desk.draft(house.author, Written(0, CONTENT, TRAINED))
    assert broadcast_id is not None
    await house.desk.dry_run(house.author, broadcast_id)
    await house.desk.ask(house.author, broadcast_id)
    view = await house.desk.view(house.author, broadcast_id)
    assert view is not None
    assert Act.DECIDE not in view.may

    assert await house.desk.decide(house.author, broadcast_id, view.content_hash, agrees=True) is Result.OWN
    assert await house.desk.decide(house.approver, broadcast_id, "00" * 32, agrees=True) is Result.CHANGED
    assert await house.desk.decide(house.approver, broadcast_id, view.content_hash, agrees=False) is Result.DONE
    assert await house.state(broadcast_id) is State.DRAFT


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD, Role.AUDITOR, Role.ADMIN])
async def test_other_roles_write_nothing(bed: TestBed, role: Role) -> None:
    house = await open_house(bed, 20)
    other = await staff(bed, "7005", role, "Kak Dewi", "bnnk-kendari")
    broadcast_id = await house.approved()

    assert await house.desk.draft(other, Written(0, CONTENT, TRAINED)) is None
    assert await house.desk.send(other, broadcast_id) is Result.GONE
    assert (await house.desk.view(other, broadcast_id) is None) == (role is not Role.ADMIN)
    assert (await house.desk.entries(other) == []) == (role is not Role.ADMIN)


async def test_an_approval_that_nobody_gave_in_a_day_makes_a_draft_again(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.desk.draft(house.author, Written(0, CONTENT, TRAINED))
    assert broadcast_id is not None
    await house.desk.dry_run(house.author, broadcast_id)
    await house.desk.ask(house.author, broadcast_id)

    bed.clock.pass_time(hours=25)
    await house.feed()

    assert await house.state(broadcast_id) is State.DRAFT


async def test_the_approver_is_shown_exactly_what_is_sent(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    linked = replace(CONTENT, link="https://example.org/daftar")
    await house.approved(linked)
    await bed.flush()

    shown = "\n".join(bed.heard(APPROVER))
    for words in linked.words.values():
        assert words.text in shown
        assert all(f"[ {label} ]" in shown for label in words.choices)
    assert linked.link in shown
