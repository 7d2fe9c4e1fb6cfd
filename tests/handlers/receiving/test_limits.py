"""Nobody can ask more of the service than a person types, and nobody in danger is held up."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from bot.ports import Crowded, Entry, EntryWanted, Incoming, Other, Start, Text
from channels.webchat_forms import WEBCHAT
from handlers.receiving.limits import (
    NEW_WEB_FOLDERS,
    WEB_FOLDERS_FOR_PATIENCE,
    WEB_FOLDERS_FOR_WORK,
    Allowances,
    Buckets,
    Limit,
)
from storage.tables import clients
from tests.handlers.walking import CLIENT, COUNSELLOR, OTHER_CLIENT, accepted_case, in_world
from tests.surroundings.stores import NewStores
from tests.worlds import TestBed, config_in, open_test_bed

TOO_FAST = "Pesanmu datang terlalu cepat"


@pytest.fixture
async def narrow(tmp_path: Path, new_stores: NewStores) -> AsyncIterator[TestBed]:
    """A world that takes thirty messages a minute."""
    config = config_in(tmp_path, *new_stores())
    few = msgspec.structs.replace(config.limits, messages_per_minute=30)
    async with open_test_bed(msgspec.structs.replace(config, limits=few)) as opened:
        yield opened


async def test_too_many_messages_get_one_kind_sentence_and_then_silence(narrow: TestBed) -> None:
    await narrow.say(CLIENT, "/start", *["menu"] * 40)

    assert [text.startswith(TOO_FAST) for text in narrow.heard(CLIENT)] == [False] * 30 + [True]


async def test_what_is_beyond_the_limit_costs_no_step_in_the_database(
    narrow: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await narrow.say(CLIENT, "/start", *["menu"] * 31)
    for kind in ("read", "write"):
        monkeypatch.setattr(narrow.world.database, kind, _refuse)

    for number in range(9):
        await narrow.receiver.receive(Incoming(narrow.channel.name, CLIENT, f"more {number}", Text("menu")))


async def test_others_are_not_held_up(narrow: TestBed) -> None:
    await narrow.say(CLIENT, "/start", *["menu"] * 40)
    await narrow.say(OTHER_CLIENT, "/start")

    assert "silakan singgah" in narrow.last(OTHER_CLIENT).text


async def test_after_a_pause_everything_is_answered_again(narrow: TestBed) -> None:
    await narrow.say(CLIENT, "/start", *["menu"] * 40)
    narrow.clock.pass_time(minutes=1)
    before = len(narrow.heard(CLIENT))

    await narrow.say(CLIENT, *["menu"] * 40)

    assert [text.startswith(TOO_FAST) for text in narrow.heard(CLIENT)[before:]] == [False] * 30 + [True]


@pytest.mark.parametrize("words", ["darurat", "teman saya overdosis"])
async def test_danger_is_heard_however_much_was_written_before(narrow: TestBed, words: str) -> None:
    await narrow.say(CLIENT, "/start", *["menu"] * 40, words)

    assert narrow.last(CLIENT).text.startswith("Kamu tidak sendirian")


async def test_the_emergency_button_works_however_much_was_written_before(narrow: TestBed) -> None:
    await narrow.say(CLIENT, "/start", "bantuan", *["menu"] * 40)

    await narrow.tap(CLIENT, "🆘")

    assert narrow.last(CLIENT).text.startswith("Kamu tidak sendirian")


async def test_words_under_a_picture_count_as_danger_however_much_was_written_before(narrow: TestBed) -> None:
    await narrow.say(CLIENT, "/start", *["menu"] * 40)

    await narrow.deliver(CLIENT, Other("photo", "dia overdosis"))

    assert narrow.last(CLIENT).text.startswith("Kamu tidak sendirian")


async def test_staff_are_never_held_up(narrow: TestBed) -> None:
    await accepted_case(narrow)
    before = len(narrow.heard(CLIENT))

    await narrow.say(COUNSELLOR, *[f"kata {number}" for number in range(40)])

    assert len(narrow.heard(CLIENT)) == before + 40


def arrive(number: int, entry: Entry = Entry.NOTHING) -> Incoming:
    """Open a conversation on the page."""
    return Incoming(WEBCHAT, f"contoh-{number}", f"opens-{number}", Start(), entry=entry)


async def test_new_web_folders_are_bounded_and_whoever_has_one_goes_on(bed: TestBed) -> None:
    for number in range(NEW_WEB_FOLDERS.most):
        await bed.receiver.receive(arrive(number))
    with pytest.raises(EntryWanted):
        await bed.receiver.receive(arrive(NEW_WEB_FOLDERS.most))

    await bed.receiver.receive(Incoming(WEBCHAT, "contoh-0", "again", Text("menu")))
    bed.clock.pass_time(minutes=1)
    await bed.receiver.receive(arrive(NEW_WEB_FOLDERS.most))

    assert await count_folders(bed) == NEW_WEB_FOLDERS.most + 1


async def test_beyond_that_so_many_more_may_come_for_work_and_a_few_for_patience(bed: TestBed) -> None:
    for number in range(NEW_WEB_FOLDERS.most):
        await bed.receiver.receive(arrive(number))
    for entry, limit in ((Entry.WORK, WEB_FOLDERS_FOR_WORK), (Entry.PATIENCE, WEB_FOLDERS_FOR_PATIENCE)):
        before = await count_folders(bed)
        for number in range(before, before + limit.most):
            await bed.receiver.receive(arrive(number, entry))
        with pytest.raises(Crowded) as refused:
            await bed.receiver.receive(arrive(before + limit.most, entry))
        assert not isinstance(refused.value, EntryWanted)

    most = NEW_WEB_FOLDERS.most + WEB_FOLDERS_FOR_WORK.most + WEB_FOLDERS_FOR_PATIENCE.most
    assert await count_folders(bed) == most


def test_the_more_have_worked_the_more_work_is_asked_and_in_quiet_times_nothing_is_taken_for_it() -> None:
    allowances = Allowances(Buckets(Limit(1, 60)))
    for _ in range(NEW_WEB_FOLDERS.most):
        allowances.admit_from_web(Entry.WORK, 0.0)
    loads = []
    for _ in range(WEB_FOLDERS_FOR_WORK.most):
        with pytest.raises(EntryWanted) as wanted:
            allowances.admit_from_web(Entry.NOTHING, 0.0)
        loads.append(wanted.value.load)
        allowances.admit_from_web(Entry.WORK, 0.0)

    assert loads[0] == 0.0
    assert loads == sorted(loads)
    assert loads[-1] > 0.9
    allowances.admit_from_web(Entry.NOTHING, 60.0)


async def count_folders(bed: TestBed) -> int:
    count = select(func.count()).select_from(clients)
    return await in_world(bed, lambda work: work.data.execute(count).scalar_one())


async def test_the_sixth_phrase_in_ten_minutes_is_answered_like_a_wrong_one_without_hashing(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrase = await _own_phrase(bed, CLIENT)
    wrong = bed.world.script.say("phrase_unknown", "id")
    for _ in range(5):
        await bed.say(OTHER_CLIENT, " ".join(reversed(phrase.split())))
    hashed: list[object] = []
    monkeypatch.setattr(bed.world.phrases, "index", hashed.append)

    await bed.say(OTHER_CLIENT, phrase)

    assert hashed == []
    assert bed.heard(OTHER_CLIENT).count(wrong) == 6
    monkeypatch.undo()
    bed.clock.pass_time(minutes=2)
    await bed.say(OTHER_CLIENT, phrase)
    assert bed.world.script.say("phrase_welcome", "id") in bed.heard(OTHER_CLIENT)


async def test_only_one_phrase_is_hashed_at_a_time_and_never_by_the_writer(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrase = await _own_phrase(bed, CLIENT)
    at_work: list[str] = []
    crowd: list[int] = []
    threads: set[str] = set()
    index = bed.world.phrases.index

    def watch(typed: object) -> bytes:
        at_work.append(threading.current_thread().name)
        threads.update(at_work)
        crowd.append(len(at_work))
        try:
            return index(typed)  # type: ignore[arg-type] # passed on as it came
        finally:
            at_work.pop()

    monkeypatch.setattr(bed.world.phrases, "index", watch)
    arriving = [Incoming(bed.channel.name, f"20{one}", f"phrase-{one}", Text(phrase)) for one in range(4)]
    await asyncio.gather(*map(bed.receiver.receive, arriving))
    for _ in range(3):
        await _own_phrase(bed, "3001")

    assert set(crowd) == {1}
    assert len(crowd) >= 4 + 2
    assert threads == {"phrases_0"}


async def test_a_phrase_is_shown_also_when_none_is_ready(bed: TestBed) -> None:
    shown = [await _own_phrase(bed, str(address)) for address in range(4001, 4005)]

    assert len(set(shown)) == 4
    assert all(len(phrase.split()) == 7 for phrase in shown)


async def _own_phrase(bed: TestBed, address: str) -> str:
    await bed.say(address, "/start", "data saya")
    await bed.tap(address, "Kalimat kembali")
    return [text for text in bed.heard(address) if "Kalimat kembalimu" in text][-1].split("\n\n")[1]


def test_a_source_not_heard_of_for_long_is_forgotten() -> None:
    buckets = Buckets(Limit(1, 60))
    assert [buckets.take("first", 0.0), buckets.take("first", 0.0)] == [True, False]
    for other in range(10_000):
        buckets.take(other, 0.0)
    assert buckets.take("first", 0.0)


def test_a_bucket_fills_by_time_and_never_above_its_brim() -> None:
    buckets = Buckets(Limit(2, 60))
    assert [buckets.take("one", 0.0) for _ in range(3)] == [True, True, False]
    assert [buckets.take("one", 30.0) for _ in range(2)] == [True, False]
    assert [buckets.take("one", 9_000.0) for _ in range(3)] == [True, True, False]
    assert Allowances(Buckets(Limit(1, 1))).messages.take("one", 0.0)


async def _refuse(_: object) -> None:
    raise AssertionError("a step in the database")
