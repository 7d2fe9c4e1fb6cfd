"""Two processes on one PostgreSQL that do the same thing at the same moment: each finds what the other has written."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date

import pytest
from sqlalchemy import select

from bot.care.broadcasts.audience import Audience, Group, NewsWishes, Topic, refuse
from bot.care.broadcasts.content import Content, Words
from bot.care.listening.changes import Change, ChangeKind
from bot.ports import Outgoing
from storage import outbox
from storage.broadcasts import recipients, records
from storage.casework import cases, chats, reminders, vacancies
from storage.casework.cases import Case
from storage.casework.chats import Delivery, Side
from storage.casework.vacancies import Vacancy
from storage.clients import hidden_words, news, people, transcripts
from storage.clients.hidden_words import HiddenWords
from storage.clients.people import ClientId
from storage.database import Database
from storage.errors import Overtaken
from storage.hearing import listening
from storage.hearing.listening import Agreed, ChangeOf
from storage.outbox import Lane
from storage.receiving import deliveries, tries
from storage.tables import clients
from storage.team import approvals, staffing
from storage.team.approvals import Answer, Kind, hash_content
from storage.team.staffing import Role, StaffMember
from storage.transaction import Work
from tests.storage.conftest import START, Stores
from tests.surroundings.overlapping import overlap

INDEX = b"an index or two."
_LETTER = ("telegram", Lane.REPLY, Outgoing("kabar"))

Two = tuple[Database, Database]


@pytest.fixture
async def two(postgresql_stores: Stores) -> AsyncIterator[Two]:
    """Open the same stores as two processes do."""
    one, other = await asyncio.gather(postgresql_stores.open(), postgresql_stores.open())
    yield one, other
    await other.close()
    await one.close()


async def _twice(two: Two, step: Callable[[Work], object]) -> list[object]:
    return await overlap((two[0], step), (two[1], step))


def _welcome(work: Work) -> ClientId:
    return people.welcome(work, INDEX, "telegram", "1001", "id")


def _open_case(work: Work) -> Case:
    return cases.open_case(work, _welcome(work), "unit-a", "intake", {})


def _staff(*names: str) -> Callable[[Work], list[StaffMember]]:
    return lambda work: [staffing.add_staff(work, Role.ADMIN, None, name) for name in names]


def _fails(outcomes: list[object]) -> list[object]:
    return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


async def test_words_of_both_sides_stand_one_behind_the_other(two: Two) -> None:
    case = await two[0].write(_open_case)

    outcomes = await overlap(
        (two[0], lambda work: chats.add_message(work, case, Side.CLIENT, "satu").sequence),
        (two[1], lambda work: chats.add_message(work, case, Side.COUNSELLOR, "dua").sequence),
    )

    assert outcomes == [1, 2]


async def test_lines_for_a_page_stand_one_behind_the_other(two: Two) -> None:
    client_id = await two[0].write(_welcome)

    outcomes = await _twice(two, lambda work: transcripts.add_mine(work, client_id, "satu"))

    assert _fails(outcomes) == []
    assert await two[0].read(lambda work: transcripts.latest_revision(work, client_id)) == 2


async def test_somebody_new_is_welcomed_once(two: Two) -> None:
    def arrive(work: Work) -> ClientId:
        return people.find_client(work, INDEX) or _welcome(work)

    first, second = await _twice(two, arrive)

    assert first == second


async def test_a_line_that_comes_while_the_page_is_read_does_not_count_as_shown(two: Two) -> None:
    case, loop = await two[0].write(_open_case), asyncio.get_running_loop()

    def tell(work: Work) -> None:
        said = chats.add_message(work, case, Side.COUNSELLOR, "halo")
        transcripts.add_ours(work, case.client_id, Outgoing("halo"), message_id=said.id)

    def show(work: Work) -> bool:
        shown = transcripts.show_transcript(work, case.client_id)
        asyncio.run_coroutine_threadsafe(two[0].write(tell), loop).result(10)
        return transcripts.mark_seen(work, case.client_id, shown.revision)

    assert not await two[1].write(show)
    (said,) = await two[0].read(lambda work: chats.load_chat(work, case))
    assert said.delivery is Delivery.QUEUED


async def test_somebody_whom_another_process_welcomes_just_then_keeps_that_folder(two: Two) -> None:
    loop = asyncio.get_running_loop()

    def arrive_late(work: Work) -> ClientId:
        assert people.find_client(work, INDEX) is None
        asyncio.run_coroutine_threadsafe(two[0].write(_welcome), loop).result(10)
        return _welcome(work)

    with pytest.raises(Overtaken):
        await two[1].write(arrive_late)

    assert await two[0].read(lambda work: people.find_client(work, INDEX)) is not None
    assert await two[0].read(lambda work: len(work.data.execute(select(clients.c.client_id)).all())) == 1


async def test_an_occasion_is_scheduled_once(two: Two) -> None:
    client_id = await two[0].write(_welcome)

    def plan(work: Work) -> None:
        reminders.schedule(work, client_id, None, [("checkin_month", "contoh", START)])

    assert _fails(await _twice(two, plan)) == []
    assert await two[0].read(lambda work: reminders.count_waiting(work, client_id)) == 1


async def test_what_stands_in_the_place_of_something_earlier_is_written_by_both(two: Two) -> None:
    client_id = await two[0].write(_welcome)
    (member,) = await two[0].write(_staff("Kak Contoh"))
    address = (b"another index ..", "telegram", "7001")

    steps: list[Callable[[Work], object]] = [
        lambda work: hidden_words.keep(work, client_id, HiddenWords("kata", "", "")),
        lambda work: vacancies.save_vacancy(work, "unit-a", Vacancy("2026-11-16", 3, member.id)),
        lambda work: news.save_wishes(work, client_id, NewsWishes()),
        lambda work: staffing.link_chat(work, member, *address),
    ]

    for step in steps:
        assert _fails(await _twice(two, step)) == []


async def test_every_stumble_and_every_try_counts(two: Two) -> None:
    for _ in range(3):
        assert not await two[0].write(lambda work: deliveries.stumble(work, INDEX, "telegram", "Contoh"))

    assert await _twice(two, lambda work: deliveries.stumble(work, INDEX, "telegram", "Contoh")) == [False, True]
    taken = await _twice(two, lambda work: tries.take(work, INDEX, 2, 3600))
    assert taken == [True, True]
    assert not await two[0].write(lambda work: tries.take(work, INDEX, 2, 3600))


async def test_every_tap_counts(two: Two) -> None:
    content, audience = Content({"id": Words("Contoh", ("Ya",))}), Audience(Group.CLIENTS, Topic.TRAINING)
    (author,) = await two[0].write(_staff("Kak Contoh"))
    sent = await two[0].write(lambda work: records.add(work, author.id, content, audience))

    await _twice(two, lambda work: recipients.count_tap(work, sent.id, 0))

    assert await two[0].read(lambda work: recipients.count_taps(work, sent.id)) == {0: 2}


async def test_of_two_topics_refused_at_once_both_stay_refused(two: Two) -> None:
    client_id = await two[0].write(_welcome)

    def say_no_to(topic: Topic) -> Callable[[Work], None]:
        def step(work: Work) -> None:
            wishes = news.load_wishes(work, client_id, lock=True)
            news.save_wishes(work, client_id, refuse(wishes, topic))

        return step

    first, second, third, *_ = Topic
    await overlap((two[0], say_no_to(first)), (two[1], say_no_to(second)))
    await overlap((two[0], say_no_to(third)), (two[1], say_no_to(first)))

    kept = await two[0].read(lambda work: news.load_wishes(work, client_id))
    assert kept.refused == {first, second, third}


async def test_of_two_who_decide_on_a_wish_one_does(two: Two) -> None:
    asker, second, third = await two[0].write(_staff("Satu", "Dua", "Tiga"))
    wish = await two[0].write(lambda work: approvals.request_approval(work, asker, Kind.ROLE_GRANT, b"{}"))

    def decide(member: StaffMember, *, agrees: bool) -> Callable[[Work], Answer]:
        return lambda work: approvals.decide(work, member, wish, hash_content(b"{}"), agrees=agrees)

    outcomes = await overlap((two[0], decide(second, agrees=True)), (two[1], decide(third, agrees=False)))
    used = await _twice(two, lambda work: approvals.use_approval(work, asker, wish, Kind.ROLE_GRANT, b"{}"))

    assert outcomes == [Answer.DONE, Answer.GONE]
    assert used == [Answer.DONE, Answer.GONE]


async def test_of_two_changes_made_from_one_version_the_later_is_told_that_another_went_live(two: Two) -> None:
    asker, second = await two[0].write(_staff("Satu", "Dua"))

    def propose(work: Work) -> tuple[bytes, bytes]:
        change = Change(ChangeKind.ADD_PHRASES, "DIE", ("awan biru",), date(2026, 11, 22))
        asked = listening.propose(work, asker, ChangeOf.QUESTION, 0, (change,), None)
        found = listening.load(work, asked)
        assert found is not None
        return asked, found.content_hash

    def agree(asked: tuple[bytes, bytes]) -> Callable[[Work], Agreed]:
        return lambda work: listening.agree(work, second, *asked)

    one, other = await two[0].write(propose), await two[0].write(propose)

    assert await overlap((two[0], agree(one)), (two[1], agree(other))) == [Agreed.LIVE, Agreed.CHANGED]


async def test_a_parked_letter_that_two_let_go_at_once_goes_once_more(two: Two) -> None:
    client_id = await two[0].write(_welcome)
    await two[0].write(lambda work: outbox.put(work, people.folder(client_id), *_LETTER))
    (letter,) = await two[0].write(lambda work: outbox.claim(work, ["telegram"], most=1))
    await two[0].write(lambda work: outbox.park(work, letter, "uncertain"))
    (parked,) = await two[0].read(outbox.list_parked)

    assert await _twice(two, lambda work: outbox.retry_parked(work, parked.label)) == [True, False]
    assert await two[0].read(outbox.count_states) == {"queued": 1}


async def test_a_one_time_link_is_used_once(two: Two) -> None:
    (member,) = await two[0].write(_staff("Satu"))
    token = await two[0].write(lambda work: staffing.invite(work, member.id, staffing.Purpose.SIGN_IN))

    def use(work: Work) -> bool:
        return staffing.use_invite(work, token, staffing.Purpose.SIGN_IN) is not None

    assert await _twice(two, use) == [True, False]


async def test_whoever_is_erased_leaves_no_word_about_them_on_its_way(two: Two) -> None:
    case = await two[0].write(_open_case)
    (member,) = await two[0].write(_staff("Satu"))

    def tell(work: Work) -> None:
        held = cases.load_case(work, case.id, lock=True)
        assert held is not None
        outbox.put(work, staffing.folder_of(member), *_LETTER, about=held.id)

    outcomes = await overlap((two[0], tell), (two[1], lambda work: people.erase_client(work, case.client_id)))

    assert _fails(outcomes) == []
    assert await two[0].read(outbox.count_states) == {}
