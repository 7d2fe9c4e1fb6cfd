"""Readings, approvals, sessions and the audit chain at the desk: who sees them, and what they do."""

import re
from http import HTTPStatus

import pytest

from handlers.caring.checkwords import check_words_of
from storage.team.staffing import Role
from tests.console.desks import ELSEWHERE, HERE, Browser, TestDesk

_WISH = re.compile(r"/desk/approvals/([0-9a-f]{32})")
_SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')
_LINK = re.compile(r"<code>http://[^<]+(/desk/sign-in/[^<]+)</code>")
_ENDS = re.compile(r"/desk/sessions/([0-9a-f]{32})/end")
_NEW = {"role": "counsellor", "unit": HERE, "alias": "Kak Anyelir"}

CARING = {Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD}
MAY_GRANT = {Role.UNIT_HEAD, Role.ADMIN}
MAY_OPEN = {
    "/desk/readings": {Role.COUNSELLOR, Role.UNIT_HEAD, Role.COORDINATOR},
    "/desk/approvals": {Role.UNIT_HEAD, Role.ADMIN, Role.AUDITOR},
    "/desk/audit": {Role.AUDITOR},
    "/desk/sessions": set(Role),
}


async def _enter(desk: TestDesk, role: Role, alias: str = "Kak Contoh", unit: str = HERE) -> Browser:
    return await desk.sign_in(await desk.hire(role, unit if role in CARING else None, alias))


async def test_each_part_opens_for_its_roles_and_looks_missing_to_others(desk: TestDesk) -> None:
    for role in Role:
        browser = await _enter(desk, role)
        menu = (await browser.open("/desk/units")).text
        for path, roles in MAY_OPEN.items():
            page = await browser.open(path)
            assert (page.status_code == HTTPStatus.OK) is (role in roles), (role, path)
            assert (f'href="{path}"' in menu) is (role in roles)
        asked = await browser.post("/desk/approvals/new", None, **_NEW)
        assert (asked.status_code == HTTPStatus.SEE_OTHER) is (role in MAY_GRANT)


async def test_every_opening_of_a_case_is_a_row_and_refreshing_the_page_is_not(desk: TestDesk) -> None:
    code = await desk.refer()
    browser = await _enter(desk, Role.COUNSELLOR)
    await browser.post(f"/desk/cases/{code}/take")
    case, me = await desk.case(code), browser.member.id.hex()
    for _ in range(2):
        await browser.open(f"/desk/cases/{code}")
    for _ in range(3):
        await browser.open(f"/desk/cases/{code}/chat")

    about = case.id.hex()
    assert await desk.deeds() == [
        (me, "signed_in", me),
        (me, "case_taken", about),
        (me, "case_read", about),
        (me, "case_read", about),
    ]
    desk.bed.clock.pass_time(minutes=5)
    await browser.open("/desk")
    assert len(await desk.deeds()) == 4


async def test_the_moving_part_fetched_without_the_page_is_an_opening_too(desk: TestDesk) -> None:
    code = await desk.refer()
    browser = await _enter(desk, Role.COUNSELLOR)
    await browser.post(f"/desk/cases/{code}/take")
    await browser.open(f"/desk/cases/{code}/chat")
    assert [action for _, action, _ in await desk.deeds()] == ["signed_in", "case_taken", "case_read"]


async def test_the_head_sees_who_read_a_colleagues_case_and_why_but_nothing_of_it(desk: TestDesk) -> None:
    code = await desk.refer()
    holder = await _enter(desk, Role.COUNSELLOR)
    await holder.post(f"/desk/cases/{code}/take")
    await desk.client_says(code, "Kalimat rahasia contoh")
    reader = await _enter(desk, Role.COUNSELLOR, "Kak Seroja")
    fields = {"code": code.lower(), "reason": "danger", "words": "<b>jaga malam</b>"}
    read = await reader.post("/desk/readings/open", None, **fields)
    assert "Kalimat rahasia contoh" in read.text

    seen = (await (await _enter(desk, Role.UNIT_HEAD)).open("/desk/readings")).text

    assert "Kak Seroja" in seen
    assert code in seen
    assert "khawatir soal keselamatan" in seen
    assert "&lt;b&gt;jaga malam&lt;/b&gt;" in seen
    assert "Kalimat rahasia contoh" not in seen
    assert code not in (await (await _enter(desk, Role.UNIT_HEAD, unit=ELSEWHERE)).open("/desk/readings")).text
    assert code in (await (await _enter(desk, Role.COORDINATOR)).open("/desk/readings")).text
    assert code not in (await reader.open("/desk/readings")).text


async def _ask(asking: Browser, **changed: str) -> None:
    assert (
        (await asking.post("/desk/approvals/new", None, **{**_NEW, **changed}))
        .headers["location"]
        .endswith("note=asked")
    )


async def _find_wish(browser: Browser) -> tuple[str, str]:
    page = (await browser.open("/desk/approvals")).text
    wish, seen = _WISH.search(page), _SEEN.search(page)
    assert wish is not None
    assert seen is not None
    return wish[1], seen[1]


async def test_two_persons_let_somebody_in_and_the_links_are_shown_once(desk: TestDesk) -> None:
    asking, second = await _enter(desk, Role.ADMIN, "Satu"), await _enter(desk, Role.ADMIN, "Dua")
    await _ask(asking)
    wish, seen = await _find_wish(second)
    unused = await asking.post(f"/desk/approvals/{wish}/use")
    assert unused.headers["location"].endswith("note=gone")
    agreed = await second.post(f"/desk/approvals/{wish}", answer="yes", seen=seen)
    assert agreed.headers["location"].endswith("note=decided")

    shown = await asking.post(f"/desk/approvals/{wish}/use")

    link = _LINK.search(shown.text)
    assert link is not None
    assert (await desk.visitor().post(link[1])).headers["location"] == "/desk"
    assert (await asking.post(f"/desk/approvals/{wish}/use")).headers["location"].endswith("note=gone")
    actions = [action for _, action, _ in await desk.deeds()][2:]
    assert actions[:3] == ["approval_requested", "approval_given", "approval_used"]
    assert actions[3:] == ["staff_added", "link_made", "link_made", "signed_in"]


async def test_nobody_approves_an_own_wish_under_any_session(desk: TestDesk) -> None:
    asking = await _enter(desk, Role.ADMIN)
    await _ask(asking)
    wish, seen = await _find_wish(asking)
    for browser in (asking, await desk.sign_in(asking.member)):
        answer = await browser.post(f"/desk/approvals/{wish}", answer="yes", seen=seen)
        assert answer.headers["location"].endswith("note=own_wish")
    assert (await asking.post(f"/desk/approvals/{wish}/use")).headers["location"].endswith("note=gone")


async def test_a_wish_that_is_not_the_one_that_was_seen_is_not_approved(desk: TestDesk) -> None:
    asking, second = await _enter(desk, Role.ADMIN), await _enter(desk, Role.ADMIN)
    await _ask(asking)
    wish, seen = await _find_wish(second)
    for wrong in (seen[:-1] + ("0" if seen[-1] != "0" else "1"), "", "zz"):
        answer = await second.post(f"/desk/approvals/{wish}", answer="yes", seen=wrong)
        assert answer.headers["location"].endswith("note=wish_changed")
    assert (await asking.post(f"/desk/approvals/{wish}/use")).headers["location"].endswith("note=gone")


async def test_a_head_decides_for_the_own_unit_only(desk: TestDesk) -> None:
    asking = await _enter(desk, Role.ADMIN)
    here, there = await _enter(desk, Role.UNIT_HEAD), await _enter(desk, Role.UNIT_HEAD, unit=ELSEWHERE)
    await _ask(asking)
    wish, seen = await _find_wish(here)
    assert "Kak Anyelir" not in (await there.open("/desk/approvals")).text
    refused = await there.post(f"/desk/approvals/{wish}", answer="yes", seen=seen)
    assert refused.headers["location"].endswith("note=gone")
    for changed in ({"unit": ELSEWHERE}, {"role": "admin"}, {"role": "unit_head"}, {"alias": " "}, {"role": "x"}):
        asked = await here.post("/desk/approvals/new", None, **{**_NEW, **changed})
        assert asked.headers["location"].endswith("note=not_asked")
    assert (await here.post(f"/desk/approvals/{wish}", answer="yes", seen=seen)).headers["location"].endswith("decided")


async def test_a_wish_is_refused_or_taken_back(desk: TestDesk) -> None:
    asking, second = await _enter(desk, Role.ADMIN), await _enter(desk, Role.ADMIN)
    for who in (asking, second):
        await _ask(asking)
        wish, seen = await _find_wish(second)
        answer = await who.post(f"/desk/approvals/{wish}", answer="no", seen=seen)
        assert answer.headers["location"].endswith("note=decided")
        assert "Kak Anyelir" not in (await asking.open("/desk/approvals")).text


async def test_somebody_ends_another_session_of_their_own_and_it_is_refused_at_once(desk: TestDesk) -> None:
    mine = await _enter(desk, Role.COUNSELLOR)
    other = await desk.sign_in(mine.member)
    page = (await mine.open("/desk/sessions")).text
    ends = _ENDS.findall(page)
    assert len(ends) == 2
    stranger = await _enter(desk, Role.ADMIN)
    for end in ends:
        assert (await stranger.post(f"/desk/sessions/{end}/end")).headers["location"].endswith("note=gone")
    this = ends[0] if 'good">yang ini' in page.split(ends[0])[0] else ends[1]
    (lost,) = [end for end in ends if end != this]

    assert (await mine.post(f"/desk/sessions/{lost}/end")).headers["location"].endswith("note=session_ended")

    assert (await other.open("/desk")).status_code == HTTPStatus.UNAUTHORIZED
    assert (await mine.open("/desk")).status_code == HTTPStatus.OK


@pytest.mark.parametrize("path", ["/desk/approvals/xyz", "/desk/sessions/xyz/end", "/desk/approvals/xyz/use"])
async def test_an_address_that_names_nothing_is_missing(desk: TestDesk, path: str) -> None:
    browser = await _enter(desk, Role.ADMIN)
    assert (await browser.post(path)).status_code == HTTPStatus.NOT_FOUND


async def test_the_auditor_reads_every_deed_and_no_word_of_anybody(desk: TestDesk) -> None:
    code = await desk.refer()
    holder = await _enter(desk, Role.COUNSELLOR)
    await holder.post(f"/desk/cases/{code}/take")
    reader = await _enter(desk, Role.COUNSELLOR, "Kak Seroja")
    await reader.post("/desk/readings/open", code=code, reason="cover", words="catatan rahasia")
    auditor = await _enter(desk, Role.AUDITOR)

    page = (await auditor.open("/desk/audit")).text

    assert "menerima kasus" in page
    assert "membuka kasus rekan" in page
    assert "Kak Seroja (" in page
    assert "catatan rahasia" not in page
    assert code not in page
    older = (await auditor.open("/desk/audit?before=2")).text
    assert older.count("<tr>") == 2
    assert (await auditor.open("/desk/audit?before=x&lang=en")).status_code == HTTPStatus.OK


async def test_only_who_has_the_case_sees_its_check_words(desk: TestDesk) -> None:
    code = await desk.refer()
    holder = await _enter(desk, Role.COUNSELLOR)
    await holder.post(f"/desk/cases/{code}/take")
    words = check_words_of(desk.bed.world, await desk.case(code))
    assert words is not None

    assert words in (await holder.open(f"/desk/cases/{code}")).text

    colleague = await _enter(desk, Role.COUNSELLOR, "Kak Seroja")
    read = await colleague.post("/desk/readings/open", code=code, reason="danger", words="jaga malam")
    assert read.status_code == HTTPStatus.OK
    assert words not in read.text
