"""Who gets a broadcast, when, and only once; hold and stop; and nobody singled out."""

from dataclasses import replace

from bot.care.broadcasts.audience import Audience, Group, NewsWishes, Stage, Topic
from bot.care.privacy.discretion import Discretion, Wording
from bot.ports import Uncertain, Unreachable
from handlers.broadcasts.desk import Result, State, Written
from storage.broadcasts import recipients
from storage.broadcasts.recipients import Fate
from storage.casework import cases
from storage.clients import news, people
from storage.clients.discretion import save_discretion
from storage.transaction import Work
from tests.handlers.broadcasts.broadcasting import (
    AUTHOR,
    CONTENT,
    KNOCK,
    TEXT,
    TRAINED,
    WANTING,
    open_house,
    subscribe,
)
from tests.handlers.walking import accepted_case, case_of, client_at, in_world
from tests.worlds import TestBed


async def test_a_group_of_nineteen_is_refused_and_its_size_is_not_told(bed: TestBed) -> None:
    house = await open_house(bed, 19)
    counted = await house.desk.count(house.author, TRAINED)
    assert counted is not None
    assert (counted.people, counted.is_too_small) == (0, True)

    broadcast_id = await house.desk.draft(house.author, Written(0, CONTENT, TRAINED))
    assert broadcast_id is not None
    assert await house.desk.dry_run(house.author, broadcast_id) is Result.DONE
    assert await house.desk.ask(house.author, broadcast_id) is Result.TOO_SMALL


async def test_a_group_that_shrank_after_the_approval_is_given_back(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.approved()
    await in_world(bed, lambda work: recipients_stop(work, bed))

    assert await house.desk.send(house.author, broadcast_id) is Result.DONE
    await house.finish(2)

    assert await house.state(broadcast_id) is State.DRAFT
    assert not bed.heard("2001")
    assert "kurang dari 20" in bed.last(AUTHOR).text


def recipients_stop(work: Work, bed: TestBed) -> None:
    """Let the first person stop everything that is sent unasked."""
    index = bed.world.address_index(bed.channel.name, "2000")
    client = people.find_client(work, index)
    assert client is not None
    people.set_reminders(work, client, on=False)


async def test_two_broadcasts_of_a_day_that_differ_by_a_few_are_refused(bed: TestBed) -> None:
    house = await open_house(bed, 30)
    here = replace(WANTING, area="74.71")
    await subscribe(bed, "3000", "3001", wishes=here)
    await house.running()
    await house.finish(3)

    await in_world(bed, lambda work: forget_wishes(work, bed, 2))
    again = await house.desk.draft(house.author, Written(0, CONTENT, TRAINED))
    assert again is not None
    await house.desk.dry_run(house.author, again)
    assert await house.desk.ask(house.author, again) is Result.TOO_CLOSE

    bed.clock.pass_time(days=1, minutes=1)
    assert await house.desk.ask(house.author, again) is Result.DONE


def forget_wishes(work: Work, bed: TestBed, how_many: int) -> None:
    """Let the first people who subscribed want nothing any more."""
    for number in range(how_many):
        client = people.find_client(work, bed.world.address_index(bed.channel.name, str(2_000 + number)))
        assert client is not None
        news.save_wishes(work, client, NewsWishes())


async def test_region_stage_and_relatives_are_told_apart(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    await subscribe(bed, *(str(3_000 + one) for one in range(30)), wishes=replace(WANTING, area="74.71"))
    await subscribe(bed, *(str(4_000 + one) for one in range(20)), wishes=replace(WANTING, is_relative=True))

    async def count(audience: Audience) -> int:
        counted = await house.desk.count(house.author, audience)
        assert counted is not None
        return counted.people

    assert await count(TRAINED) == 50
    assert await count(replace(TRAINED, regions=("74",))) == 30
    assert await count(replace(TRAINED, regions=("74.71",))) == 30
    assert await count(replace(TRAINED, regions=("32",))) == 0
    assert await count(Audience(Group.RELATIVES, Topic.TRAINING)) == 20
    assert await count(Audience(Group.CLIENTS, Topic.MEETINGS)) == 0
    assert await count(replace(TRAINED, stage=Stage.REFERRED)) == 0
    assert await house.desk.count(house.author, Audience(Group.CLIENTS)) is None
    assert await house.desk.count(house.author, replace(TRAINED, regions=("99",))) is None


async def test_a_hold_takes_back_what_waits_and_goes_on_where_it_was(bed: TestBed) -> None:
    house = await open_house(bed, 30)
    broadcast_id = await house.running()
    await house.feed()
    assert (await house.fates(broadcast_id))[Fate.QUEUED] == 30

    assert await house.desk.pause(house.approver, broadcast_id) is Result.DONE
    await bed.flush()
    await house.finish(2)
    assert not bed.heard("2000")

    assert await house.desk.resume(house.approver, broadcast_id) is Result.DONE
    await house.finish(3)
    assert all(bed.heard(str(2_000 + one)) == [KNOCK] for one in range(30))


async def test_one_that_stays_held_ends_at_its_time(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.running()
    assert await house.desk.pause(house.approver, broadcast_id) is Result.DONE

    bed.clock.pass_time(hours=73)
    await house.finish(2)

    assert await house.state(broadcast_id) is State.DONE
    assert (await house.fates(broadcast_id)) == {Fate.SKIPPED: 20}


async def test_a_stop_takes_back_what_waits_and_closes_what_was_not_opened(bed: TestBed) -> None:
    house = await open_house(bed, 40)
    broadcast_id = await house.running()
    await house.feed()
    assert await bed.sender.send_due()
    got = [address for address in map(str, range(2_000, 2_040)) if bed.heard(address)]
    assert await house.desk.stop(house.approver, broadcast_id) is Result.DONE
    await house.finish(3)

    after = [address for address in map(str, range(2_000, 2_040)) if bed.heard(address)]
    assert after == got
    await bed.tap(got[0], "Buka")
    assert TEXT not in bed.last(got[0]).text
    assert await house.desk.resume(house.approver, broadcast_id) is Result.GONE


async def test_at_night_it_waits_and_after_its_end_the_rest_is_left_out(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    bed.clock.pass_time(hours=14)  # eleven at night in Jakarta
    broadcast_id = await house.running()
    await house.finish(3)
    assert not bed.heard("2000")

    bed.clock.pass_time(hours=9)
    await house.finish(3)
    assert bed.heard("2000") == [KNOCK]
    assert await house.state(broadcast_id) is State.DONE


async def test_nobody_gets_more_than_two_in_a_week(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    for _ in range(2):
        await house.running()
        await house.finish(3)
        bed.clock.pass_time(hours=25)
    counted = await house.desk.count(house.author, TRAINED)
    assert counted is not None
    assert counted.is_too_small

    bed.clock.pass_time(days=6)
    counted = await house.desk.count(house.author, TRAINED)
    assert counted is not None
    assert counted.people == 20


async def test_whoever_speaks_with_a_counsellor_is_left_in_peace(bed: TestBed) -> None:
    await accepted_case(bed)
    house = await open_house(bed, 20)
    await subscribe(bed, "1001")
    assert (await case_of(bed)).status is cases.Status.ACCEPTED
    before = len(bed.heard("1001"))

    broadcast_id = await house.running()
    await house.finish(3)

    assert len(bed.heard("1001")) == before
    assert (await house.fates(broadcast_id))[Fate.WAITING] == 1


async def test_a_letter_that_may_have_arrived_is_not_sent_again(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.running()
    await house.feed()
    bed.channel.failures.extend([Uncertain(), Unreachable()])
    await house.finish(20)

    counted = await house.fates(broadcast_id)
    assert (counted[Fate.UNCERTAIN], counted[Fate.BLOCKED], counted[Fate.SENT]) == (1, 1, 18)
    assert all(len(bed.heard(str(2_000 + one))) <= 1 for one in range(20))
    assert "Tidak pasti sampai: 1" in bed.last(AUTHOR).text


async def test_a_start_again_from_nothing_freezes_the_same_people_once(bed: TestBed) -> None:
    house = await open_house(bed, 25)
    broadcast_id = await house.approved()
    await house.desk.send(house.author, broadcast_id)
    folders = [await client_at(bed, str(2_000 + one)) for one in range(5)]
    known_id = bytes.fromhex(broadcast_id)
    # As a crash leaves it: some rows stand there, and it has not begun.
    await in_world(bed, lambda work: recipients.freeze(work, known_id, folders, are_clients=True))

    await house.finish(4)

    assert (await house.fates(broadcast_id)) == {Fate.SENT: 25}
    assert all(bed.heard(str(2_000 + one)) == [KNOCK] for one in range(25))


async def test_an_erased_person_leaves_no_row(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.running()
    await house.feed()
    client = await client_at(bed, "2000")
    await in_world(bed, lambda work: people.erase_client(work, client))
    await house.finish(3)

    assert sum((await house.fates(broadcast_id)).values()) == 19
    assert await house.state(broadcast_id) is State.DONE


async def test_behind_a_pin_the_words_wait_until_it_is_typed(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    await bed.say("2000", "/start", "pengaturan")
    await bed.tap("2000", "PIN")
    await bed.tap("2000", "Pasang")
    await bed.say("2000", "4711", "4711")
    bed.clock.pass_time(minutes=30)
    await house.running()
    await house.finish(3)

    await bed.tap("2000", "Buka")
    assert not any(TEXT in text for text in bed.heard("2000"))
    await bed.say("2000", "4711")
    assert any(TEXT in text for text in bed.heard("2000"))


async def test_the_sentence_a_person_chose_comes_in_place_of_the_usual_one(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    client = await client_at(bed, "2000")
    wishes = Discretion(wording=Wording.OWN, own="Jangan lupa siram tanaman")
    await in_world(bed, lambda work: save_discretion(work, client, wishes))
    await house.running()
    await house.finish(3)

    assert bed.heard("2000") == ["Jangan lupa siram tanaman"]


async def test_the_questionnaire_subscribes_and_unsubscribes(bed: TestBed) -> None:
    await bed.say("2000", "/start", "kabar")
    await bed.tap("2000", "Ya, kabari")
    await bed.tap("2000", "Untuk saya")
    await bed.tap("2000", "Pelatihan")
    await bed.tap("2000", "Selesai memilih")
    await bed.say("2000", "Kendari")
    client = await client_at(bed, "2000")
    wishes = await in_world(bed, lambda work: news.load_wishes(work, client))
    assert (wishes.topics, wishes.area, wishes.is_relative) == (frozenset({Topic.TRAINING}), "74.71", False)
    assert wishes.version is not None

    await bed.say("2000", "kabar")
    await bed.tap("2000", "Tidak, jangan")
    after = await in_world(bed, lambda work: news.load_wishes(work, client))
    assert (after.topics, after.refused) == (frozenset(), frozenset({Topic.TRAINING}))
