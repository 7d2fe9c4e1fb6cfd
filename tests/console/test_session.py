"""Signing in, signing out, and how long a session lasts."""

import pytest
from httpx import Response

from storage.team import staffing
from tests.console.desks import ORIGIN, TestDesk


async def test_looking_at_a_sign_in_link_does_not_use_it_up(desk: TestDesk) -> None:
    path = await desk.invite(await desk.hire())
    preview = await desk.visitor().get(path)
    assert "set-cookie" not in preview.headers
    assert (await desk.visitor().get(path)).text == preview.text
    assert (await desk.visitor().post(path)).status_code == 303


async def test_a_sign_in_link_works_once(desk: TestDesk) -> None:
    path = await desk.invite(await desk.hire())
    assert (await desk.visitor().post(path)).headers["location"] == "/desk"
    again = await desk.visitor().post(path)
    assert again.status_code == 400
    assert "set-cookie" not in again.headers


async def test_wrong_used_and_expired_links_get_the_same_answer(desk: TestDesk) -> None:
    member = await desk.hire()
    used, late, revoked = [await desk.invite(member) for _ in range(3)]
    await desk.visitor().post(used)
    desk.bed.clock.pass_time(hours=24)
    answers = [await desk.visitor().post(path) for path in (used, late, "/desk/sign-in/never-made")]
    await desk.bed.world.database.write(lambda work: staffing.revoke(work, member.id))
    answers.append(await desk.visitor().post(revoked))
    assert {(one.status_code, one.text) for one in answers} == {(400, answers[0].text)}


async def test_a_link_for_a_chat_opens_no_desk(desk: TestDesk) -> None:
    member = await desk.hire()
    database = desk.bed.world.database
    token = await database.write(lambda work: staffing.invite(work, member.id, staffing.Purpose.LINK_CHAT))
    assert (await desk.visitor().post(f"/desk/sign-in/{token}")).status_code == 400


async def test_wrong_links_are_slowed_down_but_a_good_one_always_opens_the_door(desk: TestDesk) -> None:
    # Behind a proxy everybody comes from the same address.
    guesser, counsellor = desk.visitor("127.0.0.1"), desk.visitor("127.0.0.1")
    answers = [(await guesser.post(f"/desk/sign-in/guess-{number}")).status_code for number in range(7)]
    assert answers == [400] * 5 + [429] * 2
    assert (await counsellor.post(await desk.invite(await desk.hire()))).status_code == 303


async def test_fifteen_idle_minutes_end_a_session(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())
    desk.bed.clock.pass_time(minutes=14)
    assert (await browser.open("/desk")).status_code == 200
    desk.bed.clock.pass_time(minutes=14)
    assert (await browser.open("/desk")).status_code == 200
    desk.bed.clock.pass_time(minutes=15, seconds=1)
    over = await browser.open("/desk")
    assert over.status_code == 401
    assert "Kamu belum masuk" in over.text


async def test_eight_hours_end_a_session_however_busy_it_was(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())
    for _ in range(48):
        assert (await browser.open("/desk")).status_code == 200
        desk.bed.clock.pass_time(minutes=10)
    desk.bed.clock.pass_time(seconds=1)
    assert (await browser.open("/desk")).status_code == 401


@pytest.mark.parametrize("part", ["queue", "cases/{code}/chat"])
async def test_a_page_that_refreshes_itself_keeps_no_session_alive(desk: TestDesk, part: str) -> None:
    code = await desk.refer()
    browser = await desk.sign_in(await desk.hire())
    await browser.post(f"/desk/cases/{code}/take")
    answers = []
    for _ in range(3):
        desk.bed.clock.pass_time(minutes=6)
        answers.append((await browser.open(f"/desk/{part.format(code=code)}")).status_code)
    assert answers == [200, 200, 401]


async def test_signing_out_ends_the_session_and_not_only_the_cookie(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())
    secret = browser.http.cookies["desk"]
    await browser.post("/desk/sign-out")
    thief = desk.visitor()
    thief.cookies.set("desk", secret)
    assert (await thief.get("/desk")).status_code == 401
    assert "desk" not in browser.http.cookies


async def test_signing_in_again_ends_the_session_before(desk: TestDesk) -> None:
    member = await desk.hire()
    browser = await desk.sign_in(member)
    first = browser.http.cookies["desk"]
    await browser.http.post(await desk.invite(member), headers={"Origin": ORIGIN})
    assert browser.http.cookies["desk"] != first
    thief = desk.visitor()
    thief.cookies.set("desk", first)
    assert (await thief.get("/desk")).status_code == 401


async def test_revoking_somebody_ends_their_session_at_the_next_request(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())
    await desk.bed.world.database.write(lambda work: staffing.revoke(work, browser.member.id))
    assert (await browser.open("/desk")).status_code == 401
    assert (await browser.open("/desk/queue")).status_code == 401


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(desk: TestDesk) -> None:
    assert _flags(await desk.visitor().post(await desk.invite(await desk.hire()))) == {
        "HttpOnly",
        "Path=/",
        "SameSite=strict",
    }


async def test_over_https_the_cookie_is_bound_to_the_host(desk: TestDesk) -> None:
    secure = TestDesk(desk.bed, secure=True)
    response = await secure.visitor().post(await secure.invite(await secure.hire()))
    assert response.headers["set-cookie"].startswith("__Host-desk=")
    assert _flags(response) == {"HttpOnly", "Path=/", "SameSite=strict", "Secure"}
    await secure.close()


def _flags(response: Response) -> set[str]:
    return set(response.headers["set-cookie"].split("; ")[1:])
