"""A question about danger is asked once more, and an alarm is told again until somebody takes it."""

from storage.casework import tasks
from tests.handlers.caring.test_offering import COORDINATOR, add_coordinator
from tests.handlers.test_main_path import CLIENT, COUNSELLOR, send_intake
from tests.handlers.walking import KENDARI, accepted_case, in_world, reasons, tick
from tests.worlds import TestBed

DOUBTFUL = "udah ga kuat lagi"
AGAIN = "Kami masih di sini."


async def pass_minutes(bed: TestBed, minutes: int) -> None:
    """Let minutes pass, ticking in each."""
    for _ in range(minutes):
        bed.clock.pass_time(minutes=1)
        await tick(bed)


def times_asked_again(bed: TestBed) -> int:
    """Count how often the question was put again."""
    return sum(AGAIN in text for text in bed.heard(CLIENT))


def times_told(bed: TestBed, words: str) -> int:
    """Count how often the counsellor was told something."""
    return sum(words in text for text in bed.heard(COUNSELLOR))


async def ask_in_doubt(bed: TestBed) -> None:
    """Let somebody new write what is asked about."""
    await bed.say(CLIENT, "/start", DOUBTFUL)
    assert "sedang dalam bahaya sekarang?" in bed.last(CLIENT).text


async def test_a_question_without_an_answer_is_put_once_more_with_whom_to_call(bed: TestBed) -> None:
    await ask_in_doubt(bed)

    await pass_minutes(bed, 2)
    assert times_asked_again(bed) == 0
    await pass_minutes(bed, 20)

    assert times_asked_again(bed) == 1
    assert "119" in bed.last(CLIENT).text
    assert [key.label for key in bed.last(CLIENT).keys] == ["Ya, sekarang", "Tidak, tapi berat", "Tidak, aman"]


async def test_a_question_that_was_answered_is_not_put_again(bed: TestBed) -> None:
    await ask_in_doubt(bed)
    await bed.tap(CLIENT, "Tidak, aman")

    await pass_minutes(bed, 10)

    assert times_asked_again(bed) == 0


async def test_whoever_wants_nothing_unasked_is_not_asked_again(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start", "berhenti", DOUBTFUL)

    await pass_minutes(bed, 10)

    assert times_asked_again(bed) == 0


async def test_the_repetition_can_still_be_answered(bed: TestBed) -> None:
    await ask_in_doubt(bed)
    await pass_minutes(bed, 4)

    await bed.tap(CLIENT, "Ya, sekarang")

    assert "119" in bed.last(CLIENT).text


async def test_an_alarm_nobody_takes_is_told_again_for_half_an_hour(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "saya sudah minum racun")
    assert times_told(bed, "tanda bahaya") == 1

    await pass_minutes(bed, 11)
    assert times_told(bed, "tanda bahaya") == 3
    await pass_minutes(bed, 60)

    assert times_told(bed, "tanda bahaya") == 7


async def test_an_alarm_somebody_has_taken_is_not_told_again(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "saya sudah minum racun")
    [task] = await in_world(bed, lambda work: tasks.open_tasks(work, KENDARI))
    await in_world(bed, lambda work: tasks.finish_task(work, task.id))

    await pass_minutes(bed, 20)

    assert times_told(bed, "tanda bahaya") == 1


async def test_a_counsellor_who_writes_back_is_called_no_more(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "saya sudah minum racun")
    await bed.say(COUNSELLOR, "Saya di sini. Kamu di mana?")

    await pass_minutes(bed, 20)

    assert times_told(bed, "tanda bahaya") == 1
    assert await reasons(bed, KENDARI) == ["danger"]


async def test_an_alarm_nobody_takes_reaches_the_coordinators(bed: TestBed) -> None:
    await add_coordinator(bed)
    await accepted_case(bed)
    await bed.say(CLIENT, "saya sudah minum racun")

    await pass_minutes(bed, 6)
    assert not any("belum ada yang menangani" in text for text in bed.heard(COORDINATOR))
    await pass_minutes(bed, 5)

    assert sum("belum ada yang menangani" in text for text in bed.heard(COORDINATOR)) == 1


async def test_silence_after_the_repetition_becomes_a_task_of_the_case(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)
    await bed.say(CLIENT, DOUBTFUL)

    await pass_minutes(bed, 8)

    assert times_asked_again(bed) == 1
    assert await reasons(bed, KENDARI) == ["danger_unanswered"]
    assert times_told(bed, "pertanyaan soal bahaya tidak dijawab") == 1


async def test_erasing_everything_ends_the_watch(bed: TestBed) -> None:
    await ask_in_doubt(bed)
    await bed.say(CLIENT, "hapus", "Ya, hapus sekarang")

    await pass_minutes(bed, 10)

    assert times_asked_again(bed) == 0
