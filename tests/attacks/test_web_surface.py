"""T22: the web chat and the desk over HTTP, asked as no browser asks."""

import asyncio
import time

import httpx
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from browser.forms import read_form
from tests.attacks.outside import IS_LONG, at_desk, at_web, send_bytes, write_request
from tests.end_to_end.telegram_process import TelegramProcess

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PoSt", "get", "GETGET")
_ADDRESSES = (
    *("/", "/chat", "/chat/", "/chat/log", "/chat/events?after=1", "/chat/leave", "/chat/away", "/chat/static/x/y"),
    *("/desk", "/desk/", "/desk/cases", "/desk/cases/", "/desk/sign-in/x", "/desk/sign-out", "/desk/audit"),
    *("/healthz", "/readyz", "/hook/telegram", "/nothing", "//", "//evil.example/%2f..", "/metrics", "/docs"),
    *("/chat/static/../../config.toml", "/chat/static/x/..%2f..%2fconfig.toml", "/desk/static/%2e%2e/token"),
    *("/desk%2fcases", "/desk/../chat", "/chat;/desk", "/desk/cases/%00", "/desk/cases/A%0d%0aX-Evil:1"),
    *("/desk/sign-in/%0d%0aSet-Cookie:a=b", "/desk?lang=%0d%0aX-Evil:1&note=%0d%0a", "http://evil.example/chat"),
)
_KEPT_TO_ITSELF = (
    *(b"content-security-policy: default-src 'none'", b"x-frame-options: deny", b"x-content-type-options: nosniff"),
    *(b"cache-control: no-store", b"referrer-policy: no-referrer", b"frame-ancestors 'none'"),
)
_ODD_HEADERS = (
    *("Cookie: catatan=", "Cookie: desk=", "Cookie: catatan=%00\xff; desk=\xff\xfe", "Cookie: catatan=a; catatan=b"),
    *("Cookie: " + "a" * 30_000 + "=b", "Origin: http://[", "Origin: //", "Origin: \xff", "Sec-Fetch-Site: cross-site"),
    *("Content-Type: multipart/form-data; boundary=x", "Content-Type: text/plain; charset=utf-7", "X-Part: 1"),
    *("X-HTTP-Method-Override: DELETE", "Transfer-Encoding: identity", "Expect: 100-continue", "Accept: ../../etc"),
    *("Content-Encoding: gzip", "Range: bytes=0-1", "X-Forwarded-For: 127.0.0.1", "X-Original-URL: /desk/audit"),
)
_ODD_BODIES = (
    *(b"", b"=", b"&&&&", b"a=b&" * 15_000, b"check=%ud800&address=%ff%fe%00", b"\xff\xfe\x00" * 100, b"a" * 70_000),
    *(b"check[]=1&check[0]=2", b'{"check": true}', b"address=x&check=" + b"0" * 64, b"nonce=" + b"%00" * 40),
)
_LURES = (
    *({"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {"Origin": "http://["}),
    *({"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}),
)
#: A small part of the thirty seconds a form is waited for; a machine may be three times slower.
_UNHINDERED_S = 5 if IS_LONG else 15
_ACTS = (
    *("/desk/sign-out", "/desk/cases/AAAA/take", "/desk/cases/AAAA/decline", "/desk/cases/AAAA/speak"),
    *("/desk/cases/AAAA/stage", "/desk/cases/AAAA/transfer", "/desk/cases/AAAA/close", f"/desk/tasks/{'0' * 32}/done"),
    *("/desk/readings/open", "/desk/approvals/new", f"/desk/approvals/{'0' * 32}", f"/desk/approvals/{'0' * 32}/use"),
    *(f"/desk/sessions/{'0' * 32}/end", "/desk/units/bnnk-kendari/places"),
)


async def test_no_address_method_header_or_body_breaks_it_or_is_answered_without_protection(
    polling: TelegramProcess,
) -> None:
    requests = [write_request(method, path) for method in _METHODS for path in _ADDRESSES]
    for path in ("/chat", "/chat/log", "/desk", "/desk/sign-in/x", "/desk/sign-out"):
        requests += [write_request(method, path, odd) for odd in _ODD_HEADERS for method in ("GET", "POST")]
        requests += [write_request("POST", path, body=body) for body in _ODD_BODIES]

    for request in requests:
        answer = (await send_bytes(polling.port, request)).lower()
        assert b"evil.example" not in answer, request[:80]
        assert b"x-evil" not in answer, request[:80]
        assert b"server:" not in answer.partition(b"\r\n\r\n")[0]
        assert b"[channels" not in answer
        assert int(answer.split(b" ", 2)[1]) < 500, (request[:200], answer[:200])
        if not answer.startswith((b"http/1.1 400 bad request\r\ncontent-type: text/plain",)):
            assert all(header in answer for header in _KEPT_TO_ITSELF), (request[:80], answer)
    assert "desk.failed" not in polling.log_file.read_text()
    assert "webchat.failed" not in polling.log_file.read_text()


async def test_no_answer_sends_anybody_to_the_host_that_was_asked_for(polling: TelegramProcess) -> None:
    for path in ("/", "/chat/", "/desk/", "/desk/cases/", "/chat/away/", "/desk/sign-in/x/"):
        for header in ("X-Forwarded-Host: evil.example", "Forwarded: host=evil.example", "X-Forwarded-Proto: evil"):
            request = write_request("GET", path, header).replace(b"contoh.example", b"evil.example")
            assert b"evil" not in await send_bytes(polling.port, request)


async def test_another_site_cannot_make_a_browser_do_anything_at_the_desk(polling: TelegramProcess) -> None:
    async with at_desk(polling, alias="Kak Satu") as mine, at_desk(polling, alias="Kak Dua") as theirs:
        for path in _ACTS:
            for lure in _LURES:
                assert (await mine.post(path, lure)).status_code == 403, (path, lure)
            for check in ("", "0" * 64, theirs.check, mine.check.upper(), mine.check[:-1]):
                answer = await mine.http.post(path, data={"check": check})
                assert answer.status_code == 403, (path, check)
            assert (await mine.http.get(path)).status_code in {404, 405}
        assert (await mine.http.get("/desk")).status_code == 200


async def test_another_site_cannot_speak_for_somebody_nor_make_them_lose_their_conversation(
    polling: TelegramProcess,
) -> None:
    async with at_web(polling) as person:
        await person.agree()
        for lure in _LURES:
            spoken = await person.http.post("/chat", data={**person.screen.fields, "text": "darurat"}, headers=lure)
            left = await person.http.post("/chat/leave", headers=lure)
            assert spoken.status_code == 403, lure
            assert (left.headers.get("set-cookie"), left.headers.get("clear-site-data")) == (None, None), lure
        kept = await person.http.get("/chat")
        assert "darurat" not in person.screen.texts
        assert "Berapa usiamu?" in kept.text
        assert "clear-site-data" in (await person.http.post("/chat/leave")).headers


async def test_a_stolen_cookie_ends_with_the_session_and_opens_nothing_else(polling: TelegramProcess) -> None:
    async with at_desk(polling, alias="Kak Satu") as mine, at_web(polling) as person:
        await person.agree()
        stolen = {"desk": mine.http.cookies["desk"], "catatan": person.http.cookies["catatan"]}
        swapped = {"desk": stolen["catatan"], "catatan": stolen["desk"]}
        async with httpx.AsyncClient(base_url=polling.url, trust_env=False, cookies=swapped) as crossed:
            assert (await crossed.get("/desk")).status_code == 401
            assert "Berapa usiamu?" not in (await crossed.get("/chat")).text

        assert (await mine.post("/desk/sign-out")).status_code == 200
        assert (await mine.http.post(mine.link)).status_code == 400
        async with httpx.AsyncClient(base_url=polling.url, trust_env=False, cookies=stolen) as thief:
            for path in ("/desk", "/desk/cases", "/desk/queue", "/desk/units", "/desk/sessions"):
                assert (await thief.get(path)).status_code == 401
            assert (await thief.post("/desk/units/bnnk-kendari/places", data={"check": mine.check})).status_code == 401


async def test_revoking_somebody_on_the_command_line_ends_their_session(polling: TelegramProcess) -> None:
    async with at_desk(polling) as somebody:
        revoked = await polling.command("staff", "revoke", somebody.staff_id)
        assert revoked.exit_code == 0, revoked.errors
        assert (await somebody.http.get("/desk")).status_code == 401


async def test_an_erased_person_s_cookie_form_and_page_open_nothing_any_more(polling: TelegramProcess) -> None:
    async with at_web(polling) as person:
        await person.agree()
        old, cookie = dict(person.screen.fields), person.http.cookies["catatan"]
        await person.post(text="hapus")
        await person.tap("Ya, hapus sekarang")
        async with httpx.AsyncClient(base_url=polling.url, trust_env=False, cookies={"catatan": cookie}) as later:
            assert "usiamu" not in (await later.get("/chat")).text
            assert (await later.get("/chat/log")).status_code == 204
            again = await later.post("/chat", data={**old, "text": "halo"}, follow_redirects=True)
            assert "usiamu" not in again.text


@pytest.mark.alone
@pytest.mark.timeout(120)
async def test_three_hundred_forms_that_never_end_hold_nobody_up(polling: TelegramProcess) -> None:
    slow = write_request("POST", "/chat", body=b"a" * 1_000, last=False)[:-999]
    held = [await asyncio.open_connection("127.0.0.1", polling.port) for _ in range(300)]
    for _, writer in held:
        writer.write(slow)
    async with at_web(polling) as person:
        started = time.monotonic()
        await person.agree()
        assert time.monotonic() - started < _UNHINDERED_S
    if IS_LONG:
        async with asyncio.timeout(30):
            assert b"400" in await held[0][0].readline()
    for _, writer in held:
        writer.close()


async def test_a_form_that_never_ends_is_given_up() -> None:
    async def receive() -> Message:
        return await asyncio.Future()

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(ClientDisconnect):
        await read_form(request, 1_000, 0.01)
