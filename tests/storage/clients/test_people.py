"""Folders of clients: where they are reached, how they come back, and how they are erased."""

import pytest
from sqlalchemy import func, select

from bot.ports import Outgoing
from storage import outbox
from storage.casework import cases, chats, tasks
from storage.clients import people, phrases
from storage.clients.people import ClientId, Profile
from storage.database import Database
from storage.outbox import Lane
from storage.sealing.encryption import FolderGone
from storage.tables import metadata
from storage.team import staffing
from storage.team.staffing import Role
from storage.transaction import Work
from tests.storage.conftest import SettableClock

HERE, THERE = b"h" * 16, b"t" * 16


def _welcome(work: Work) -> ClientId:
    return people.welcome(work, HERE, "telegram", "1001", "id")


async def test_replies_go_where_the_person_wrote_from_last(store: Database) -> None:
    def step(work: Work) -> list[str]:
        client_id = _welcome(work)
        people.link_address(work, client_id, THERE, "webchat", "abc")
        people.use_address(work, client_id, HERE, "telegram", "1001")
        reached = people.current_address(work, client_id)
        assert reached is not None
        return [reached.address, people.current_channel(work, client_id) or ""]

    assert await store.write(step) == ["1001", "telegram"]


async def test_an_address_that_was_given_up_is_found_again_but_not_written_to(store: Database) -> None:
    def step(work: Work) -> None:
        client_id = _welcome(work)
        assert people.forget_address(work, client_id, HERE)
        assert not people.forget_address(work, client_id, HERE)
        assert people.current_address(work, client_id) is None
        assert people.current_channel(work, client_id) is None
        assert people.find_client(work, HERE) == client_id
        people.use_address(work, client_id, HERE, "telegram", "1001")
        assert people.address_on(work, client_id, "telegram") is not None

    await store.write(step)


async def test_giving_up_one_of_two_addresses_keeps_the_other_and_its_letters(store: Database) -> None:
    def step(work: Work) -> list[str]:
        client_id = _welcome(work)
        people.link_address(work, client_id, THERE, "telegram", "1002")
        outbox.put(work, people.folder(client_id), "telegram", Lane.REPLY, Outgoing("halo"))
        people.forget_address(work, client_id, THERE)
        assert [letter.message.text for letter in outbox.claim(work, ["telegram"], most=5)] == ["halo"]
        reached = people.current_address(work, client_id)
        return [reached.address if reached else ""]

    assert await store.write(step) == ["1001"]


async def test_letters_to_an_address_that_is_gone_are_marked_as_failed(store: Database) -> None:
    def step(work: Work) -> list[chats.Delivery]:
        client_id = _welcome(work)
        case = cases.open_case(work, client_id, "unit", "intake", {})
        said = chats.add_message(work, case, chats.Side.COUNSELLOR, "halo")
        outbox.put(work, people.folder(client_id), "telegram", Lane.REPLY, Outgoing("halo"), message_id=said.id)
        people.forget_address(work, client_id, HERE)
        assert outbox.claim(work, ["telegram"], most=5) == []
        return [message.delivery for message in chats.load_chat(work, case)]

    assert await store.write(step) == [chats.Delivery.FAILED]


async def test_an_address_belongs_to_one_client_only(store: Database) -> None:
    def step(work: Work) -> bool:
        first, second = _welcome(work), people.welcome(work, THERE, "telegram", "1002", "id")
        people.link_address(work, second, HERE, "telegram", "1001")
        return people.find_client(work, HERE) == second and people.current_address(work, first) is None

    assert await store.write(step)


async def test_a_phrase_that_was_typed_back_works_until_another_one_is(store: Database) -> None:
    first, second, third = (bytes([number]) * 16 for number in range(3))

    def step(work: Work) -> list[list[bool]]:
        client_id, seen = _welcome(work), []
        for act in (
            lambda: phrases.keep_phrase(work, client_id, first),
            lambda: phrases.confirm_phrase(work, client_id, first),
            lambda: phrases.keep_phrase(work, client_id, second),
            lambda: phrases.keep_phrase(work, client_id, third),
            lambda: phrases.confirm_phrase(work, client_id, third),
        ):
            act()
            seen.append([phrases.find_by_phrase(work, one) == client_id for one in (first, second, third)])
        return seen

    assert await store.write(step) == [
        [True, False, False],
        [True, False, False],
        [True, True, False],
        [True, False, True],
        [False, False, True],
    ]


async def test_profile_pause_and_consent_are_kept(store: Database, clock: SettableClock) -> None:
    def step(work: Work) -> people.Client:
        client_id = _welcome(work)
        people.save_profile(work, client_id, Profile("Asia/Jayapura", "2026-11-21T08:00Z"))
        people.give_consent(work, client_id, "intake.id.abc")
        people.set_reminders(work, client_id, on=False, paused_until=work.now)
        people.set_language(work, client_id, "en")
        return people.load_client(work, client_id)

    client = await store.write(step)

    assert (client.language, client.consent_version, client.reminders_on) == ("en", "intake.id.abc", False)
    assert (client.paused_until, client.profile.zone) == (clock.now, "Asia/Jayapura")


async def test_erasing_leaves_no_row_and_no_key(store: Database) -> None:
    def fill(work: Work) -> ClientId:
        client_id = _welcome(work)
        phrases.keep_phrase(work, client_id, b"p" * 16)
        case = cases.open_case(work, client_id, "unit", "intake", {"age_band": "age_25_34"})
        said = chats.add_message(work, case, chats.Side.CLIENT, "halo")
        tasks.add_task(work, case, "danger", work.now)
        member = staffing.add_staff(work, Role.COUNSELLOR, "unit", "Kak Melati")
        colleague = staffing.folder_of(member)
        outbox.put(work, colleague, "telegram", Lane.COUNSELLOR, Outgoing("x"), message_id=said.id)
        outbox.put(work, colleague, "telegram", Lane.COUNSELLOR, Outgoing("x"), about=case.id)
        outbox.put(work, people.folder(client_id), "telegram", Lane.REPLY, Outgoing("halo"))
        return client_id

    client_id = await store.write(fill)
    await store.write(lambda work: people.erase_client(work, client_id))

    assert await store.read(_tables_with_rows) == {"staff", "erasures"}
    with pytest.raises(FolderGone):
        await store.write(lambda work: work.vault.seal(people.folder(client_id), "t", "c", client_id, b""))


async def test_a_folder_with_a_case_is_not_dropped_as_empty(store: Database) -> None:
    def step(work: Work) -> list[bool]:
        empty, busy = _welcome(work), people.welcome(work, THERE, "telegram", "1002", "id")
        cases.open_case(work, busy, "unit", "intake", {})
        for client_id in (empty, busy):
            people.drop_empty(work, client_id)
        return [people.find_client(work, index) is not None for index in (HERE, THERE)]

    assert await store.write(step) == [False, True]


def _tables_with_rows(work: Work) -> set[str]:
    return {
        table.name
        for table in metadata.sorted_tables
        if work.data.execute(select(func.count()).select_from(table)).scalar_one()
    }
