"""What stands on the pages of the desk."""

from dataclasses import replace

from storage.casework import cases, chats, tasks
from storage.casework.chats import Delivery, Side
from storage.team.staffing import Role
from storage.transaction import Work
from tests.console.desks import HERE, Browser, TestDesk


async def _take(desk: TestDesk) -> tuple[Browser, str]:
    code = await desk.refer()
    browser = await desk.sign_in(await desk.hire())
    await browser.post(f"/desk/cases/{code}/take")
    return browser, code


async def _add_task(desk: TestDesk, code: str, reason: str = "danger") -> str:
    case = await desk.case(code)

    def step(work: Work) -> str:
        tasks.add_task(work, case, reason, work.now)
        return tasks.open_tasks(work, None)[0].id.hex()

    return await desk.bed.world.database.write(step)


async def test_the_queue_says_until_when_an_answer_is_hoped_for(desk: TestDesk) -> None:
    code = await desk.refer()
    browser = await desk.sign_in(await desk.hire())
    page = (await browser.open("/desk")).text
    assert f'<span class="code">{code}</span>' in page
    assert "hari ini 10.15" in page
    desk.bed.clock.pass_time(minutes=14)
    browser = await desk.sign_in(browser.member)
    assert "lewat waktu" not in (await browser.open("/desk/queue")).text
    desk.bed.clock.pass_time(seconds=61)
    assert "lewat waktu" in (await browser.open("/desk")).text


async def test_whoever_comes_second_is_told_that_a_colleague_was_first(desk: TestDesk) -> None:
    code = await desk.refer()
    first, second = [await desk.sign_in(await desk.hire(alias=alias)) for alias in ("Kak Melati", "Kak Kenanga")]
    await first.post(f"/desk/cases/{code}/take")
    response = await second.post(f"/desk/cases/{code}/take")
    assert "sudah diterima rekanmu" in (await second.open(response.headers["location"])).text


async def test_the_card_shows_the_lines_the_client_sent(desk: TestDesk) -> None:
    browser, code = await _take(desk)
    page = (await browser.open(f"/desk/cases/{code}")).text
    for line in ("25-34 tahun", "Mandonga, Kota Kendari", "Sabu atau ekstasi, Alkohol atau oplosan", "Di sini, malam"):
        assert line in page


async def test_words_that_may_not_have_arrived_say_so_under_them(desk: TestDesk) -> None:
    browser, code = await _take(desk)
    case = await desk.case(code)

    def say(work: Work) -> None:
        said = chats.add_message(work, case, Side.COUNSELLOR, "Kalimat contoh")
        chats.mark(work, said.id, Delivery.UNCERTAIN)

    await desk.bed.world.database.write(say)

    assert "belum pasti sampai" in (await browser.open(f"/desk/cases/{code}")).text


async def test_a_stage_is_noted_and_its_check_ins_are_announced(desk: TestDesk) -> None:
    browser, code = await _take(desk)
    response = await browser.post(f"/desk/cases/{code}/stage", stage="in_rehabilitation")
    page = (await browser.open(response.headers["location"])).text
    assert "Tahap sudah dicatat" in page
    assert "kabar terjadwal" in page
    assert 'value="in_rehabilitation" aria-pressed="true"' in page


async def test_answers_to_check_ins_stand_on_the_page_of_the_case(desk: TestDesk) -> None:
    browser, code = await _take(desk)
    answered = {"flow": "checkin_week", "day": "2026-11-22", "answers": {"how_are_you": "hard", "use": "not"}}
    case = replace(await desk.case(code), check_ins=(answered,))
    await desk.bed.world.database.write(lambda work: cases.save_case(work, case))
    page = (await browser.open(f"/desk/cases/{code}")).text
    assert "22 Nov 2026" in page
    assert "Sedang berat" in page


async def test_a_task_stands_with_its_case_and_in_the_list_until_somebody_has_looked(desk: TestDesk) -> None:
    browser, code = await _take(desk)
    task = await _add_task(desk, code)
    for path in (f"/desk/cases/{code}", "/desk/tasks"):
        assert "tanda bahaya" in (await browser.open(path)).text
    response = await browser.post(f"/desk/tasks/{task}/done", code=code)
    assert response.headers["location"] == f"/desk/cases/{code}?note=looked"
    for path in (f"/desk/cases/{code}", "/desk/tasks"):
        assert "tanda bahaya" not in (await browser.open(path)).text


async def test_a_task_of_a_colleague_leads_to_no_case(desk: TestDesk) -> None:
    _, code = await _take(desk)
    await _add_task(desk, code)
    colleague = await desk.sign_in(await desk.hire(alias="Kak Kenanga"))
    page = (await colleague.open("/desk/tasks")).text
    assert code in page
    assert f"/desk/cases/{code}" not in page


async def test_tasks_are_for_those_who_look_after_cases(desk: TestDesk) -> None:
    _, code = await _take(desk)
    task = await _add_task(desk, code)
    for role in (Role.BROADCASTER, Role.AUDITOR, Role.ADMIN):
        other = await desk.sign_in(await desk.hire(role, HERE))
        assert code not in (await other.open("/desk/tasks")).text
        await other.post(f"/desk/tasks/{task}/done")
    assert len(await desk.bed.world.database.read(lambda work: tasks.open_tasks(work, None))) == 1


async def test_a_name_that_is_no_task_is_answered_as_one_that_is_gone(desk: TestDesk) -> None:
    browser, _ = await _take(desk)
    for name in ("nonsense", "0" * 32, "zz" * 16):
        assert (await browser.post(f"/desk/tasks/{name}/done")).headers["location"] == "/desk/tasks?note=gone"


async def test_the_directory_says_what_is_known_about_a_unit_and_what_is_not(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())
    page = (await browser.open("/desk/units")).text
    for words in ("BNN Kota Kendari", "Sulawesi Tenggara", "jam belum diketahui", "1 orang", "belum ada orang"):
        assert words in page
    assert "belum diverifikasi" in page
    assert "kendarikota.bnn.go.id" in page


async def test_the_language_goes_with_every_link_and_form(desk: TestDesk) -> None:
    browser, code = await _take(desk)
    page = (await browser.open(f"/desk/cases/{code}?lang=en")).text
    assert "What the client sent" in page
    assert f'action="/desk/cases/{code}/speak?lang=en"' in page
    response = await browser.post(f"/desk/cases/{code}/speak?lang=en", text="Halo, ini contoh.")
    assert response.headers["location"] == f"/desk/cases/{code}?lang=en"
    assert 'lang="id"' in (await browser.open("/desk?lang=xx")).text


async def test_a_note_that_nobody_wrote_is_not_shown(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())
    assert "<b>" not in (await browser.open("/desk?note=%3Cb%3E")).text.partition("<main")[2]


async def test_a_store_that_does_not_answer_is_met_with_a_kind_sentence(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())
    await desk.bed.world.database.close()
    response = await browser.open("/desk")
    assert response.status_code == 503
    assert "Tidak ada yang hilang" in response.text
