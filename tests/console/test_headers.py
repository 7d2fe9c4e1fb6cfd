"""What every answer of the desk says to the browser."""

import re

import pytest

from tests.console.desks import TestDesk

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ADDRESSES = (
    ("GET", "/desk"),
    ("GET", "/desk/"),
    ("GET", "/desk/queue"),
    ("GET", "/desk/cases"),
    ("GET", "/desk/cases/{code}"),
    ("GET", "/desk/cases/{code}/chat"),
    ("GET", "/desk/cases/0000-0000-0/events"),
    ("GET", "/desk/cases/none at all"),
    ("GET", "/desk/tasks"),
    ("GET", "/desk/units"),
    ("GET", "/desk/sign-in/anything"),
    ("POST", "/desk/sign-in/anything"),
    ("POST", "/desk/sign-out"),
    ("POST", "/desk/cases/{code}/speak"),
    ("GET", "/desk/static/old/desk.css"),
    ("GET", "/desk/nowhere"),
    ("DELETE", "/desk/cases"),
)


@pytest.mark.parametrize("secure", [False, True])
async def test_every_answer_keeps_itself_to_the_desk(desk: TestDesk, *, secure: bool) -> None:
    served = TestDesk(desk.bed, secure=secure)
    code = await desk.refer()
    browser = await served.sign_in(await served.hire())
    await browser.http.post(f"/desk/cases/{code}/take", data={"check": await browser.find_check()})
    for client in (browser.http, served.visitor()):
        for method, path in _ADDRESSES:
            response = await client.request(method, path.format(code=code))
            headers = response.headers
            assert headers["content-security-policy"] == _POLICY, path
            assert headers["cache-control"] == "no-store", path
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "noindex" in headers["x-robots-tag"]
            assert re.fullmatch(r"([a-z-]+=\(\)(, |$))+", headers["permissions-policy"])
            assert ("strict-transport-security" in headers) is secure
    await served.close()


async def test_pages_carry_no_script_or_style_of_their_own_and_ask_nobody_else(desk: TestDesk) -> None:
    code = await desk.refer()
    browser = await desk.sign_in(await desk.hire())
    await browser.post(f"/desk/cases/{code}/take")
    for path in ("/desk", "/desk/cases", f"/desk/cases/{code}", "/desk/tasks", "/desk/units"):
        page = (await browser.open(path)).text
        assert re.findall(r"<script[^>]*>(?!</script>)", page) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []
        assert all(there.startswith(("/desk", "#")) for there in re.findall(r'(?:href|src|action)="([^"]*)"', page))


async def test_style_script_and_icon_may_be_kept_for_they_change_their_name(desk: TestDesk) -> None:
    page = (await desk.visitor().get("/desk")).text
    found = set(re.findall(r'"(/desk/static/[0-9a-f]{12}/[\w.]+)"', page))
    assert {name.rpartition(".")[2] for name in found} == {"css", "js", "svg"}
    for path in found:
        asset = await desk.visitor().get(path)
        assert asset.status_code == 200
        assert asset.headers["cache-control"].endswith("immutable")
        assert asset.headers["content-security-policy"] == _POLICY
