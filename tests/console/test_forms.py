"""What a form of the desk must carry before anything changes, and what happens to one sent twice."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from starlette.routing import Route

from console.forms import UsedForms
from console.routes import desk_routes
from handlers.caring import handoff
from handlers.office.desk import Desk
from storage.casework import tasks
from storage.casework.cases import Status
from storage.transaction import Work
from tests.console.desks import ORIGIN, Browser, TestDesk

_OWN = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
_POSTS = {
    "/desk/sign-out": {},
    "/desk/cases/{waiting}/take": {},
    "/desk/cases/{waiting}/decline": {},
    "/desk/cases/{mine}/speak": {"text": "Halo, ini contoh."},
    "/desk/cases/{mine}/stage": {"stage": "in_rehabilitation"},
    "/desk/cases/{mine}/transfer": {"unit": "bnnp-sultra"},
    "/desk/cases/{mine}/close": {"outcome": "informed"},
    "/desk/tasks/{task}/done": {},
    "/desk/readings/open": {"code": "{mine}", "reason": "cover"},
    "/desk/approvals/new": {"role": "counsellor", "unit": "bnnk-kendari", "alias": "Kak Contoh"},
    "/desk/approvals/{id}": {"answer": "yes"},
    "/desk/approvals/{id}/use": {},
    "/desk/sessions/{id}/end": {},
    "/desk/approvals/operator/{id}": {"answer": "yes"},
    "/desk/broadcasts/add": {"text_id": "Contoh."},
    "/desk/broadcasts/{id}/save": {"text_id": "Contoh.", "revision": "1"},
    "/desk/broadcasts/{id}/{act}": {},
    "/desk/units/{unit}/places": {"places": "3"},
    "/desk/listening/try": {"text": "pengen mati aja"},
    "/desk/listening/propose": {"kind": "add_phrasings", "target": "cost", "words": "dompet kempes nih bang"},
    "/desk/listening/changes/{id}": {"answer": "yes"},
    "/desk/listening/back/{version}": {},
    "/desk/listening/marks/{id}/drop": {},
    "/desk/cases/{mine}/mark": {"kind": "missed", "label": "suicide", "words": "sindiran tentang langit"},
}
_FORGED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "mark missing": ("", _OWN),
    "mark wrong": ("0" * 64, _OWN),
    "mark of another session": ("other", _OWN),
    "mark not even text": ("\u2603", _OWN),
    "foreign origin": ("own", {"Origin": "https://evil.example"}),
    "foreign origin, said to be ours": ("own", {**_OWN, "Origin": "https://evil.example"}),
    "origin on another port": ("own", {"Origin": f"{ORIGIN}:8081"}),
    "cross-site": ("own", {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    "same-site": ("own", {"Sec-Fetch-Site": "same-site"}),
}


async def _set(desk: TestDesk) -> tuple[Browser, dict[str, str]]:
    mine, waiting = await desk.refer("9001"), await desk.refer("9002")
    browser = await desk.sign_in(await desk.hire())
    await browser.post(f"/desk/cases/{mine}/take")
    case = await desk.case(mine)

    def step(work: Work) -> str:
        tasks.add_task(work, case, "danger", work.now)
        return tasks.open_tasks(work, None)[0].id.hex()

    task = await desk.bed.world.database.write(step)
    return browser, {
        "mine": mine,
        "waiting": waiting,
        "task": task,
        "id": "0" * 32,
        "unit": "bnnk-kendari",
        "act": "stop",
        "version": "0",
    }


async def test_a_forged_form_changes_nothing(desk: TestDesk) -> None:
    browser, names = await _set(desk)
    other = await desk.sign_in(await desk.hire(alias="Kak Kenanga"))
    marks = {"own": await browser.find_check(), "other": await other.find_check()}
    before = await _snapshot(desk, names)
    for forgery, (mark, headers) in _FORGED.items():
        for path, fields in _POSTS.items():
            data = {"check": marks.get(mark, mark), **fields}
            response = await browser.http.post(path.format(**names), data=data, headers=headers)
            assert response.status_code == 403, (path, forgery)
    assert await _snapshot(desk, names) == before
    assert (await browser.open("/desk")).status_code == 200


@pytest.mark.parametrize("headers", [_OWN, {"Origin": ORIGIN}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, {}])
async def test_a_form_of_our_own_is_taken_whatever_the_browser_tells_about_it(
    desk: TestDesk, headers: dict[str, str]
) -> None:
    browser, names = await _set(desk)
    response = await browser.post("/desk/cases/{waiting}/take".format(**names), headers=headers)
    assert response.headers["location"].endswith("note=accepted")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_site_cannot_use_a_sign_in_link_up(desk: TestDesk, headers: dict[str, str]) -> None:
    path = await desk.invite(await desk.hire())
    assert (await desk.visitor().post(path, headers=headers)).status_code == 403
    assert (await desk.visitor().post(path)).status_code == 303


async def test_nothing_that_changes_can_be_got(desk: TestDesk) -> None:
    browser, names = await _set(desk)
    before = await _snapshot(desk, names)
    for path in _POSTS:
        assert (await browser.open(path.format(**names))).status_code in {404, 405}
    assert await _snapshot(desk, names) == before


async def test_every_route_that_changes_something_is_in_this_test(desk: TestDesk) -> None:
    routes = [route for route in _routes(desk) if route.methods and "POST" in route.methods]
    listed = {path.replace("{mine}", "{code}").replace("{waiting}", "{code}") for path in _POSTS}
    assert {route.path for route in routes} == listed | {"/desk/sign-in/{token}"}


async def test_a_reply_sent_twice_by_impatience_reaches_the_client_once(desk: TestDesk) -> None:
    browser, names = await _set(desk)
    path, once = f"/desk/cases/{names['mine']}", await browser.find_once(names["mine"])
    for _ in range(2):
        response = await browser.post(f"{path}/speak", text="Halo, ini contoh.", once=once)
        assert response.headers["location"] == path
    await desk.bed.flush()
    assert sum("ini contoh" in text for text in desk.bed.heard("9001")) == 1


async def test_a_reply_that_is_too_long_is_not_sent_and_not_lost(desk: TestDesk) -> None:
    browser, names = await _set(desk)
    text = "a" * 4001
    response = await browser.post(f"/desk/cases/{names['mine']}/speak", text=text)
    assert response.status_code == 422
    assert text in response.text
    assert "terlalu panjang" in response.text
    await desk.bed.flush()
    assert text not in "".join(desk.bed.heard("9001"))


async def test_a_reply_to_a_case_transferred_meanwhile_is_said_not_to_be_sent(desk: TestDesk) -> None:
    browser, names = await _set(desk)
    await browser.post(f"/desk/cases/{names['mine']}/transfer", unit="bnnp-sultra")
    response = await browser.post(f"/desk/cases/{names['mine']}/speak", text="Halo, ini contoh.")
    assert response.status_code == 404
    assert "bukan kamu yang menanganinya" in response.text


async def test_a_reply_to_a_case_the_client_took_back_is_said_not_to_be_sent(desk: TestDesk) -> None:
    browser, names = await _set(desk)
    case, world = await desk.case(names["mine"]), desk.bed.world
    await world.database.write(lambda work: handoff.withdraw(work, world, case))
    response = await browser.post(f"/desk/cases/{names['mine']}/speak", text="Halo, ini contoh.")
    assert response.status_code == 404
    assert "bukan kamu yang menanganinya" in response.text


async def test_a_reply_to_a_closed_case_opens_it_again_as_the_page_announces(desk: TestDesk) -> None:
    browser, names = await _set(desk)
    path = f"/desk/cases/{names['mine']}"
    await browser.post(f"{path}/close", outcome="informed")
    assert "membukanya lagi" in (await browser.open(path)).text
    await browser.post(f"{path}/speak", text="Halo, ini contoh.")
    assert (await desk.case(names["mine"])).status is Status.ACCEPTED


@pytest.mark.parametrize("text", ["", "   \r\n "])
async def test_an_empty_reply_is_not_sent(desk: TestDesk, text: str) -> None:
    browser, names = await _set(desk)
    response = await browser.post(f"/desk/cases/{names['mine']}/speak", text=text)
    assert response.headers["location"].endswith("note=empty")


async def test_a_body_beyond_measure_is_refused(desk: TestDesk) -> None:
    browser, names = await _set(desk)
    response = await browser.post(f"/desk/cases/{names['mine']}/speak", text="a" * 70_000)
    assert response.status_code == 403


def test_old_form_numbers_are_forgotten_in_order() -> None:
    used = UsedForms()
    names = [f"form-{number}" for number in range(10_001)]
    assert all(used.take(name) for name in names)
    assert all(not used.take(later) for _, later in pairwise(names))
    assert used.take(names[0])


async def _snapshot(desk: TestDesk, names: Mapping[str, str]) -> object:
    open_tasks = await desk.bed.world.database.read(lambda work: tasks.open_tasks(work, None))
    await desk.bed.flush()
    return await desk.case(names["mine"]), await desk.case(names["waiting"]), open_tasks, len(desk.bed.channel.sent)


def _routes(desk: TestDesk) -> list[Route]:
    app = desk_routes(Desk(desk.bed.world), secure=False)[0].app
    return [route for route in app.routes if isinstance(route, Route)]  # type: ignore[attr-defined] # a Starlette
