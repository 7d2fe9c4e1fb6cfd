"""A counsellor marks what was missed or mistaken, in words of their own, and the mark goes again."""

from http import HTTPStatus

from storage.hearing import listeningmarks
from storage.team.staffing import Role
from tests.console.desks import TestDesk
from tests.console.test_listening import HOME, note


async def test_a_counsellor_marks_what_was_missed_in_words_of_their_own(desk: TestDesk) -> None:
    code = await desk.refer()
    melati = await desk.sign_in(await desk.hire())
    await melati.post(f"/desk/cases/{code}/take")
    await desk.client_says(code, "aku mau pergi ke awan biru selamanya besok")
    form_path, path = f"/desk/cases/{code}/heard", f"/desk/cases/{code}/mark"
    assert form_path in (await melati.open(f"/desk/cases/{code}")).text
    assert path in (await melati.open(form_path)).text
    form = {"kind": "missed", "label": "suicide"}

    copied = await melati.post(path, None, **form, words="katanya mau pergi ke awan besok")
    named = await melati.post(path, None, **form, words="mau hilang, hubungi 0812 3456 7890")
    unclear = await melati.post(path, None, kind="missed", label="love", words="sindiran tentang langit")

    for refused in (copied, named, unclear):
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "katanya mau pergi ke awan besok" in copied.text
    assert await desk.bed.world.database.read(listeningmarks.list_marks) == []

    assert await note(melati, path, **form, words="pamit dengan sindiran tentang langit") == "marked"
    page = (await melati.open(HOME)).text
    assert "pamit dengan sindiran tentang langit" in page
    assert code not in page
    marked = [row for row in await desk.deeds() if row[1] == "listening_marked"]
    assert len(marked) == 1
    assert marked[0][2] not in {row[2] for row in await desk.deeds() if row[1] == "case_taken"}


async def test_only_who_has_the_case_marks_it(desk: TestDesk) -> None:
    code = await desk.refer()
    melati, dahlia = await desk.sign_in(await desk.hire()), await desk.sign_in(await desk.hire(alias="Kak Dahlia"))
    await melati.post(f"/desk/cases/{code}/take")
    form = {"kind": "false", "label": "suicide", "words": "bercanda soal lampu"}

    assert (await dahlia.open(f"/desk/cases/{code}/heard")).status_code == HTTPStatus.NOT_FOUND
    assert (await dahlia.post(f"/desk/cases/{code}/mark", None, **form)).status_code == HTTPStatus.NOT_FOUND


async def test_a_mark_goes_when_it_was_learnt_from_or_has_grown_old(desk: TestDesk) -> None:
    coordinator = await desk.sign_in(await desk.hire(Role.COORDINATOR, None, "Kak Satu"))
    code = await desk.refer()
    melati = await desk.sign_in(await desk.hire())
    await melati.post(f"/desk/cases/{code}/take")
    for words in ("sindiran tentang langit", "pamit lewat lagu"):
        await note(melati, f"/desk/cases/{code}/mark", kind="missed", label="suicide", words=words)
    database = desk.bed.world.database
    first = (await database.read(listeningmarks.list_marks))[0]

    path = f"{HOME}/marks/{first.id.hex()}/drop"
    assert (await melati.post(path)).status_code == HTTPStatus.NOT_FOUND
    assert await note(coordinator, path) == "mark_dropped"
    assert await note(coordinator, path) == "gone"
    assert len(await database.read(listeningmarks.list_marks)) == 1
    desk.bed.clock.pass_time(days=listeningmarks.KEPT_DAYS + 1)
    await database.write(listeningmarks.forget_old_marks)
    assert await database.read(listeningmarks.list_marks) == []
