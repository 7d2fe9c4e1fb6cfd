"""Who sees and does what at the desk, asked over HTTP: role by action by whose case it is."""

from dataclasses import dataclass
from enum import StrEnum

import pytest

from handlers.access import Action
from storage.casework.cases import Status
from storage.team.staffing import Role
from tests.console.desks import ELSEWHERE, HERE, Browser, TestDesk

_CARING = (Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD)
_WORDS = "Ini kalimat rahasia dari klien contoh"
_CARD = "Sabu atau ekstasi"


class Whose(StrEnum):
    """How a case stands to the person who asks."""

    OFFERED = "offered to the unit"
    OWN = "own"
    OWN_CLOSED = "own, closed"
    COLLEAGUES = "a colleague's"
    COLLEAGUES_CLOSED = "a colleague's, closed"
    OTHER_UNITS = "taken in another unit"
    OFFERED_ELSEWHERE = "offered to another unit"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Scene:
    """Somebody signed in, and a case."""

    desk: TestDesk
    browser: Browser
    code: str
    client: str


def _may(role: Role, action: Action, whose: Whose) -> bool:
    """Say what the table of access promises, in words of this test."""
    if role not in _CARING:
        return action is Action.SEE_QUEUE and role is Role.COORDINATOR and whose.startswith("offered")
    match action:
        case Action.SEE_QUEUE | Action.TAKE:
            return whose is Whose.OFFERED
        case Action.READ:
            return whose in {Whose.OWN, Whose.OWN_CLOSED}
        case Action.READ_FOR_REASON:
            return role is not Role.AGENT and whose in {Whose.COLLEAGUES, Whose.COLLEAGUES_CLOSED}
        case Action.SPEAK:
            return whose in {Whose.OWN, Whose.OWN_CLOSED}  # speaking opens it again
        case Action.MOVE:
            return whose is Whose.OWN


async def _set(desk: TestDesk, role: Role, whose: Whose) -> Scene:
    """Bring a case into being that stands to somebody as asked; it holds words of its client."""
    caring = role in _CARING
    asked = await desk.hire(role, HERE if caring else None, "Kak Seroja")
    away = whose in {Whose.OTHER_UNITS, Whose.OFFERED_ELSEWHERE}
    client = f"client {whose}"
    code = await desk.refer(client, ELSEWHERE if away else HERE)
    if whose not in {Whose.OFFERED, Whose.OFFERED_ELSEWHERE}:
        is_own = caring and whose in {Whose.OWN, Whose.OWN_CLOSED}
        owner = asked if is_own else await desk.hire(unit=ELSEWHERE if away else HERE)
        at_work = await desk.sign_in(owner)
        assert (await at_work.post(f"/desk/cases/{code}/take")).headers["location"].endswith("note=accepted")
        await desk.client_says(code, _WORDS)
        if whose in {Whose.OWN_CLOSED, Whose.COLLEAGUES_CLOSED}:
            await at_work.post(f"/desk/cases/{code}/close", outcome="informed")
    if whose is Whose.ERASED:
        await desk.erase(code)
    return Scene(desk, await desk.sign_in(asked), code, client)


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_sees_and_does_only_what_the_table_of_access_allows(desk: TestDesk, role: Role) -> None:
    for whose in Whose:
        await _check(await _set(desk, role, whose), role, whose)


async def _check(scene: Scene, role: Role, whose: Whose) -> None:
    await _check_queue(scene, _may(role, Action.SEE_QUEUE, whose))
    await _check_reading(scene, _may(role, Action.READ, whose))
    if whose is not Whose.OWN_CLOSED:
        await _check_speaking(scene, _may(role, Action.SPEAK, whose))
    await _check_reading_for_reason(scene, _may(role, Action.READ_FOR_REASON, whose))
    before = await scene.desk.find(scene.code)
    await _check_moving(scene, _may(role, Action.MOVE, whose))
    if not _may(role, Action.MOVE, whose):
        assert await scene.desk.find(scene.code) == before
    await _check_taking(scene, _may(role, Action.TAKE, whose))
    if whose is Whose.OWN_CLOSED:
        await _check_speaking(scene, _may(role, Action.SPEAK, whose))


async def _check_queue(scene: Scene, allowed: bool) -> None:  # noqa: FBT001 - reads as a table
    for path in ("/desk", "/desk/queue"):
        page = await scene.browser.open(path)
        assert page.status_code == 200
        assert (scene.code in page.text) is allowed
        assert _CARD not in page.text
        assert _WORDS not in page.text


async def _check_reading(scene: Scene, allowed: bool) -> None:  # noqa: FBT001 - reads as a table
    pages = [await scene.browser.open(f"/desk/cases/{scene.code}{part}") for part in ("", "/chat")]
    if not allowed:
        pages.append(await scene.browser.open(f"/desk/cases/{scene.code}/events"))
    missing = await scene.browser.open("/desk/cases/0000-0000-0")
    for page in pages:
        assert (page.status_code == 200) is allowed
        assert (_WORDS in page.text) is allowed
        assert allowed or page.text == missing.text
    assert (_CARD in pages[0].text) is allowed
    assert (scene.code in (await scene.browser.open("/desk/cases")).text) is allowed


async def _check_reading_for_reason(scene: Scene, allowed: bool) -> None:  # noqa: FBT001 - reads as a table
    unknown = await scene.browser.post("/desk/readings/open", code="0000-0000-0", reason="cover")
    without = await scene.browser.post("/desk/readings/open", code=scene.code, reason="")
    assert (without.status_code, without.text) == (404, unknown.text)
    read = await scene.browser.post("/desk/readings/open", code=scene.code, reason="cover")
    assert (read.status_code == 200) is allowed
    assert (_CARD in read.text, _WORDS in read.text) == (allowed, allowed)
    assert allowed or read.text == unknown.text


async def _check_speaking(scene: Scene, allowed: bool) -> None:  # noqa: FBT001 - reads as a table
    await scene.desk.bed.flush()
    heard = len(scene.desk.bed.heard(scene.client))
    await scene.browser.post(f"/desk/cases/{scene.code}/speak", text="Halo, ini contoh.")
    await scene.desk.bed.flush()
    assert (len(scene.desk.bed.heard(scene.client)) > heard) is allowed


async def _check_moving(scene: Scene, allowed: bool) -> None:  # noqa: FBT001 - reads as a table
    path = f"/desk/cases/{scene.code}"
    staged = await scene.browser.post(f"{path}/stage", stage="in_rehabilitation")
    assert staged.headers["location"].endswith("note=stage" if allowed else "note=gone")
    moved = await scene.browser.post(f"{path}/transfer", unit="bnnp-sultra")
    assert moved.headers["location"].endswith("note=transferred" if allowed else "note=gone")
    if not allowed:
        closed = await scene.browser.post(f"{path}/close", outcome="informed")
        assert closed.headers["location"].endswith("note=gone")


async def _check_taking(scene: Scene, allowed: bool) -> None:  # noqa: FBT001 - reads as a table
    before = await scene.desk.find(scene.code)
    declined = await scene.browser.post(f"/desk/cases/{scene.code}/decline")
    assert declined.headers["location"].endswith("note=declined" if allowed else "note=gone")
    await scene.browser.post(f"/desk/cases/{scene.code}/take")
    after = await scene.desk.find(scene.code)
    if allowed:
        assert after is not None
        assert (after.status, after.staff_id) == (Status.ACCEPTED, scene.browser.member.id)
    else:
        assert after == before


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.BROADCASTER])
async def test_a_role_without_cases_is_told_so_kindly_and_still_sees_the_units(desk: TestDesk, role: Role) -> None:
    await desk.refer()
    browser = await desk.sign_in(await desk.hire(role, None))
    assert "Peranmu tidak memerlukan antrean" in (await browser.open("/desk")).text
    assert "Peranmu tidak menangani kasus" in (await browser.open("/desk/cases")).text
    assert "Peranmu tidak mempunyai tugas" in (await browser.open("/desk/tasks")).text
    assert "BNN Kota Kendari" in (await browser.open("/desk/units")).text
