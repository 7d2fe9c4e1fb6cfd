"""What the web chat takes from nobody but its own pages, and what its answers give away."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import Incoming
from channels.webchat_forms import Stamp, make_address, read_deliveries
from tests.channels.webchat_site import PHRASES, SECRET, Screen
from tests.channels.webchat_visitor import CONSENT, SEEK, Visitor, pages, visitor

__all__ = ["pages", "visitor"]


@pytest.mark.parametrize(
    "change",
    [
        {"check": "0" * 64},
        {"check": ""},
        {"address": make_address()},
        {"address": "singkat"},
    ],
)
async def test_an_address_or_form_that_is_not_ours_is_refused(visitor: Visitor, change: dict[str, str]) -> None:
    await visitor.open()
    await visitor.post(choice=SEEK, **change)
    assert visitor.answer is not None
    assert visitor.answer.status_code == 403
    assert visitor.screen.notices == [PHRASES["web_stale"]]
    assert not visitor.pages.arrived


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Origin": "https://lain.example"},
        {"Origin": "http://127.0.0.1:9"},
    ],
)
async def test_what_another_site_sends_is_refused(visitor: Visitor, headers: dict[str, str]) -> None:
    await visitor.agree()
    before = len(visitor.pages.arrived)
    answer = await visitor.http.post("/chat", data={**visitor.screen.fields, "text": "halo"}, headers=headers)

    assert answer.status_code == 403
    assert len(visitor.pages.arrived) == before


@pytest.mark.parametrize("headers", [{"Origin": "http://127.0.0.1"}, {"Origin": "null"}, {"Sec-Fetch-Site": "none"}])
async def test_what_our_own_page_sends_is_taken(visitor: Visitor, headers: dict[str, str]) -> None:
    await visitor.agree()
    answer = await visitor.http.post("/chat", data={**visitor.screen.fields, "text": "halo"}, headers=headers)

    assert answer.status_code == 200
    assert visitor.pages.texts()[-1] == "halo"


async def test_a_new_start_keeps_the_cookie_of_another_conversation_until_it_has_consent_itself(
    visitor: Visitor,
) -> None:
    await visitor.agree()
    kept = visitor.http.cookies["catatan"]
    visitor.http.cookies.clear()
    await visitor.open()
    visitor.http.cookies.set("catatan", kept, "127.0.0.1", "/chat")
    await visitor.tap(SEEK)
    assert visitor.http.cookies["catatan"] == kept

    await visitor.tap(CONSENT)
    assert visitor.http.cookies["catatan"] == visitor.pages.arrived[-1].address != kept


async def test_the_log_is_given_to_the_cookie_or_to_the_form_of_its_address(visitor: Visitor) -> None:
    assert (await visitor.http.get("/chat/log")).status_code == 204
    await visitor.open()
    await visitor.tap(SEEK)
    own = {name: visitor.screen.fields[name] for name in ("address", "check")}
    forged = {**own, "check": Stamp(b"lain").make(own["address"])}
    assert Screen((await visitor.http.post("/chat/log", data=own)).text).mine == [SEEK]
    assert (await visitor.http.post("/chat/log", data=forged)).status_code == 204

    await visitor.tap(CONSENT)
    assert Screen((await visitor.http.get("/chat/log")).text).mine == [SEEK, CONSENT]
    assert (await visitor.http.get("/chat/log", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 204


PATHS = ["/chat", "/chat/log", "/chat/events", "/chat/away", "/chat/static/lama/chat.css"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_is_kept_to_itself(visitor: Visitor, path: str) -> None:
    headers = (await visitor.http.get(path)).headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["permissions-policy"].startswith("geolocation=(self), ")
    assert "camera=()" in headers["permissions-policy"]
    assert headers["x-robots-tag"].startswith("noindex")
    assert "strict-transport-security" not in headers


async def test_the_first_load_is_small_and_asks_nobody_else(visitor: Visitor) -> None:
    screen = await visitor.open()
    assert visitor.answer is not None
    assets = [link for link in screen.links if "/static/" in link]
    sizes = [len(visitor.answer.content), *[len((await visitor.http.get(link)).content) for link in assets]]

    assert len(assets) == 3
    assert sum(sizes) < 30_000
    assert all(link.startswith("/chat") for link in screen.links)


async def test_style_and_script_are_kept_by_the_browser_under_a_name_that_changes_with_them(visitor: Visitor) -> None:
    screen = await visitor.open()
    (style,) = [link for link in screen.links if link.endswith(".css")]
    answer = await visitor.http.get(style)

    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert (await visitor.http.get(re.sub(r"static/\w+", "static/lama", style))).status_code == 404
    assert (await visitor.http.get(style.replace("chat.css", "chat.html"))).status_code == 404


async def test_nothing_stands_inline_where_the_policy_would_forbid_it(visitor: Visitor) -> None:
    await visitor.agree()
    assert visitor.answer is not None
    assert not re.findall(r"<style|style=|\son\w+=|<script>|javascript:", visitor.answer.text)


@given(st.dictionaries(st.sampled_from(["token", "place", "choice", "phrase", "text", "nonce", "start"]), st.text()))
def test_no_form_can_do_harm(form: dict[str, str]) -> None:
    deliveries = read_deliveries("alamat", form)

    assert len(deliveries) <= 2
    assert len({one.provider_id for one in deliveries}) == len(deliveries)
    if form.get("nonce"):
        assert read_deliveries("alamat", form) == deliveries


@given(st.text(), st.text())
def test_a_mark_fits_one_address_only(address: str, other: str) -> None:
    stamp = Stamp(SECRET)

    assert stamp.holds(address, stamp.make(address))
    assert stamp.holds(other, stamp.make(address)) == (address == other)
    assert not Stamp(b"lain").holds(address, stamp.make(address))


def test_the_same_form_from_another_address_is_another_delivery() -> None:
    form = {"nonce": "n", "text": "halo"}
    one, other = (read_deliveries(address, form)[0] for address in ("satu", "dua"))

    assert isinstance(one, Incoming)
    assert one.provider_id != other.provider_id
