"""What people are heard by, at the desk: seen, tried, marked, and changed only together."""

import logging
import re
from dataclasses import replace
from http import HTTPStatus

import pytest

from bot.care.safety import Alarm, Calm, Doubt, screen
from handlers.house.spoken import Spoken
from handlers.listening.watch import ListeningWatch
from storage.hearing import listening
from storage.team.staffing import Role
from storage.trail import audit
from tests.console.desks import HERE, Browser, TestDesk

HOME = "/desk/listening"
SEEING = {Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD, Role.COORDINATOR, Role.ADMIN}
CHANGING = {Role.COORDINATOR, Role.ADMIN}
OF_UNIT = {Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD}
#: Means nothing to any rule as it ships.
UNKNOWN = "pengen brangkat ke awan biru"
_PROPOSAL = re.compile(
    r'action="(/desk/listening/changes/[0-9a-f]{32})"><input[^>]*><input[^>]*name="seen" value="(\w+)"'
)


async def note(browser: Browser, path: str, **fields: str) -> str:
    answer = await browser.post(path, None, **fields)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    return answer.headers["location"].rpartition("note=")[2]


async def propose(browser: Browser, kind: str, target: str, words: str, words_en: str = "") -> str:
    return await note(browser, f"{HOME}/propose", kind=kind, target=target, words=words, words_en=words_en)


async def find_proposal(browser: Browser) -> tuple[str, str]:
    found = _PROPOSAL.search((await browser.open(HOME)).text)
    assert found is not None
    return found[1], found[2]


async def agree(browser: Browser) -> str:
    path, seen = await find_proposal(browser)
    return await note(browser, path, seen=seen, answer="yes")


@pytest.fixture
async def three(desk: TestDesk) -> tuple[Browser, Browser, Browser]:
    """Three who may change what is listened for."""
    names = ("Kak Satu", "Kak Dua", "Kak Tiga")
    first, second, third = [await desk.sign_in(await desk.hire(Role.COORDINATOR, None, name)) for name in names]
    return first, second, third


async def test_who_works_with_people_sees_it_and_only_coordinators_and_admins_change_it(desk: TestDesk) -> None:
    for role in Role:
        browser = await desk.sign_in(await desk.hire(role, HERE if role in OF_UNIT else None))
        for path in (HOME, f"{HOME}/danger", f"{HOME}/questions"):
            page = await browser.open(path)
            assert (page.status_code == HTTPStatus.OK) is (role in SEEING), (role, path)
            assert ("/listening/change?" in page.text) is (role in CHANGING and path != HOME)
        form = await browser.open(f"{HOME}/change?kind=add_phrases&target=DIE")
        assert (form.status_code == HTTPStatus.OK) is (role in CHANGING), role
        tried = await browser.post(f"{HOME}/try", None, text="halo")
        assert (tried.status_code == HTTPStatus.OK) is (role in SEEING), role
        made = await browser.post(f"{HOME}/propose", None, kind="add_phrases", target="DIE", words="berangkat jauh")
        assert (made.status_code == HTTPStatus.NOT_FOUND) is (role not in CHANGING), role


@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_tables_show_every_rule_concept_and_question(desk: TestDesk, language: str) -> None:
    browser = await desk.sign_in(await desk.hire())
    script = desk.bed.world.script

    dangers = (await browser.open(f"{HOME}/danger?lang={language}")).text
    questions = (await browser.open(f"{HOME}/questions?lang={language}")).text

    assert all(f"{rule.label}/{rule.id}" in dangers for rule in script.dangers.rules)
    assert "pengen mati aja" in dangers
    assert "ga pernah pengen mati" in dangers
    assert 'id="DIE"' in dangers
    assert script.questions is not None
    assert all(f">{name}<" in questions for name in script.questions.answers)


async def test_a_tried_sentence_tells_what_it_sets_off_and_why(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())

    alarm = (await browser.post(f"{HOME}/try", None, text="pengen mati aja")).text
    asked = (await browser.post(f"{HOME}/try", None, text="biaya rehab berapa?")).text
    refused = (await browser.post(f"{HOME}/try", None, text="dosis sabu berapa gram biar enak")).text

    assert "Bahaya terdengar" in alarm
    assert "wish-to-die" in alarm or "bare-death" in alarm
    assert "<code>DIE</code>" in alarm
    assert "Tidak terdengar bahaya" in asked
    assert "Dijawab sebagai" in asked
    assert "Ditolak dengan ramah" in refused


async def test_a_tried_sentence_is_kept_nowhere(desk: TestDesk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    browser = await desk.sign_in(await desk.hire())
    check = await browser.find_check()
    before = await desk.deeds()

    answer = await browser.post(f"{HOME}/try", None, check=check, text="rahasiaku zzyzx")

    assert "rahasiaku zzyzx" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "zzyzx" not in str(answer.url)
    assert "zzyzx" not in caplog.text
    assert await desk.deeds() == before
    assert (await browser.open(f"{HOME}/try?text=halo")).status_code == HTTPStatus.METHOD_NOT_ALLOWED


async def test_a_danger_rule_changes_when_two_others_have_agreed_and_at_once(
    desk: TestDesk, three: tuple[Browser, Browser, Browser]
) -> None:
    first, second, third = three
    world = desk.bed.world
    assert isinstance(screen(UNKNOWN, world.script.dangers), Calm | Doubt)

    assert await propose(first, "add_phrases", "META_CLEAR", "brangkat ke awan") == "listening_proposed"
    path, seen = await find_proposal(first)
    assert await note(first, path, seen=seen, answer="yes") == "own_wish"
    assert await note(second, path, seen="0" * 64, answer="yes") == "listening_newer"
    assert await agree(second) == "listening_agreed"
    assert await note(second, path, seen=seen, answer="yes") == "own_wish"
    assert isinstance(screen(UNKNOWN, world.script.dangers), Calm | Doubt)
    assert await agree(third) == "listening_live"

    assert isinstance(screen(UNKNOWN, world.script.dangers), Alarm)
    page = (await first.open(HOME)).text
    assert "Versi 1 " in page
    assert "Kak Dua, Kak Tiga" in page
    assert "brangkat ke awan" in (await first.open(f"{HOME}/danger")).text
    deeds = [action for _, action, _ in await desk.deeds() if action.startswith("listening")]
    assert deeds == ["listening_proposed", "listening_agreed", "listening_agreed", "listening_changed"]


async def test_another_process_takes_it_up_by_itself(desk: TestDesk, three: tuple[Browser, Browser, Browser]) -> None:
    other = replace(desk.bed.world, spoken=Spoken(desk.bed.world.spoken.shipped))
    watch = ListeningWatch(other)
    assert not await watch.take_up()
    await propose(three[0], "add_phrases", "META_CLEAR", "brangkat ke awan")
    await agree(three[1])
    await agree(three[2])
    assert not isinstance(screen(UNKNOWN, other.script.dangers), Alarm)

    assert await watch.take_up()

    assert not await watch.take_up()
    assert isinstance(screen(UNKNOWN, other.script.dangers), Alarm)


async def test_a_change_that_would_lose_danger_or_alarm_falsely_is_not_even_proposed(
    three: tuple[Browser, Browser, Browser],
) -> None:
    for kind, target, words, said in (
        ("remove_phrases", "SUICIDE", "bunuh diri", "i want to kill myself"),
        ("add_phrases", "META_CLEAR", "#a-b", "Tidak bisa menjadi frasa"),
        ("add_phrases", "NO_SUCH", "awan biru", "Tidak cocok dengan isi"),
        ("add_phrasings", "cost", "apa itu rehabilitasi", "dijawab keliru"),
        ("add_phrasings", "cost", "", "Belum ada kata-katanya"),
    ):
        answer = await three[0].post(f"{HOME}/propose", None, kind=kind, target=target, words=words)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, (kind, target, words)
        assert said in answer.text, (kind, words)
        assert words in answer.text
    assert "Tidak ada usulan yang menunggu" in (await three[0].open(HOME)).text


async def test_a_question_changes_with_one_other_and_the_answer_is_given_at_once(
    desk: TestDesk, three: tuple[Browser, Browser, Browser]
) -> None:
    bed = desk.bed
    await bed.say("7001", "/start")
    answers = ("Semua gratis sampai selesai, dan tidak ada yang boleh meminta uang.", "All of it is free to the end.")
    assert await propose(three[0], "answer", "cost", *answers) == "listening_proposed"
    assert await agree(three[1]) == "listening_live"
    assert await propose(three[0], "add_phrasings", "cost", "dompet saya lagi kempes nih bang") == "listening_proposed"
    assert await agree(three[2]) == "listening_live"

    await bed.say("7001", "dompet saya lagi kempes nih bang")

    assert any(answers[0] in heard for heard in bed.heard("7001"))
    page = (await three[0].open(f"{HOME}/questions")).text
    assert answers[0] in page
    assert answers[1] in page


async def test_an_answer_may_not_say_what_is_never_said_of_a_person(three: tuple[Browser, Browser, Browser]) -> None:
    answer = await three[0].post(
        f"{HOME}/propose", None, kind="answer", target="cost", words="Pecandu tidak membayar.", words_en="It is free."
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "pecandu" in answer.text


async def test_an_earlier_version_comes_back_with_one_other(
    desk: TestDesk, three: tuple[Browser, Browser, Browser]
) -> None:
    first, second, third = three
    await propose(first, "add_phrases", "META_CLEAR", "brangkat ke awan")
    await agree(second)
    await agree(third)

    assert await note(first, f"{HOME}/back/1") == "gone"
    assert await note(first, f"{HOME}/back/0") == "listening_proposed"
    assert await agree(second) == "listening_live"

    assert not isinstance(screen(UNKNOWN, desk.bed.world.script.dangers), Alarm)
    page = (await first.open(HOME)).text
    assert "Kembali ke versi 0" in page
    assert desk.bed.world.spoken.version == 2
    assert await note(first, f"{HOME}/back/1") == "listening_proposed"
    assert await agree(third) == "listening_live"
    assert isinstance(screen(UNKNOWN, desk.bed.world.script.dangers), Alarm)


async def test_of_two_proposals_from_one_version_the_later_is_made_anew(
    three: tuple[Browser, Browser, Browser],
) -> None:
    first, second, _ = three
    await propose(first, "add_phrasings", "cost", "dompet saya lagi kempes nih bang")
    path, seen = await find_proposal(second)
    await propose(first, "add_phrasings", "duration", "kira kira sampe kapan disana ya")
    pages = dict(_PROPOSAL.findall((await second.open(HOME)).text))
    other, other_seen = next((one, mark) for one, mark in pages.items() if one != path)

    assert await note(second, path, seen=seen, answer="yes") == "listening_live"
    assert await note(second, other, seen=other_seen, answer="yes") == "listening_newer"
    assert "usang" in (await second.open(HOME)).text
    assert await note(first, other, answer="no") == "listening_refused"
    assert await note(first, other, answer="no") == "gone"


async def test_a_proposal_nobody_agrees_to_goes(desk: TestDesk, three: tuple[Browser, Browser, Browser]) -> None:
    await propose(three[0], "add_phrasings", "cost", "dompet saya lagi kempes nih bang")
    desk.bed.clock.pass_time(days=15)
    await desk.bed.world.database.write(listening.forget_old_proposals)
    assert await desk.bed.world.database.read(listening.list_proposals) == []
    rows = await desk.bed.world.database.read(lambda work: list(audit.read_rows(work)))
    assert "listening_proposed" in [row.action for row in rows]
