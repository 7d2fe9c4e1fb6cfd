"""The web chat as a browser without scripts meets it."""

import re
import tomllib
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from bot.dialogue.effects import Ask
from bot.ports import Key, Line, Start, Tap, Text
from bot.ports import Place as SharedPlace
from tests.channels.webchat_site import CHOICES, GREETING, PHRASES, RETURN_PHRASE, Screen, TinyPages, make_site
from tests.channels.webchat_visitor import CONSENT, SEEK, Visitor, pages, visitor

__all__ = ["pages", "visitor"]


async def test_the_first_screen_shows_the_choices_and_stores_nothing(visitor: Visitor) -> None:
    screen = await visitor.open()

    assert screen.texts == [GREETING]
    assert screen.labels == list(CHOICES)
    assert not visitor.pages.arrived
    assert not visitor.http.cookies


async def test_each_visit_gets_an_address_of_its_own_with_256_random_bits(visitor: Visitor) -> None:
    first = (await visitor.open()).fields["address"]
    second = (await visitor.open()).fields["address"]

    assert first != second
    assert len(first) >= 43


async def test_the_first_choice_opens_the_conversation_and_is_heard(visitor: Visitor) -> None:
    await visitor.open()
    screen = await visitor.tap(SEEK)

    assert [one.content for one in visitor.pages.arrived] == [Start(), Text(SEEK)]
    assert screen.mine == [SEEK]
    assert screen.labels == [CONSENT, "Tidak dulu"]


async def test_no_cookie_is_set_before_consent_and_a_session_cookie_after_it(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.tap(SEEK)
    assert visitor.answer is not None
    assert "set-cookie" not in visitor.answer.headers

    await visitor.tap(CONSENT)

    (cookie,) = SimpleCookie(visitor.answer.history[0].headers["set-cookie"]).values()
    assert visitor.answer.history[0].status_code == 303
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/chat", "strict", True)
    assert cookie["max-age"] == cookie["expires"] == ""
    assert "address" not in visitor.screen.fields


async def test_over_https_the_cookie_is_bound_to_the_host_and_no_neighbour_can_put_one_in(
    pages: TinyPages,
) -> None:
    transport = httpx.ASGITransport(make_site(pages, "https://contoh.example"))
    async with httpx.AsyncClient(transport=transport, base_url="https://contoh.example", follow_redirects=True) as http:
        visitor = Visitor(pages, http)
        await visitor.agree()
        assert visitor.answer is not None
        (cookie,) = SimpleCookie(visitor.answer.history[0].headers["set-cookie"]).values()
        assert (cookie.key, cookie["path"], cookie["domain"], cookie["secure"]) == ("__Host-catatan", "/", "", True)
        assert "strict-transport-security" in visitor.answer.headers


@pytest.mark.parametrize("after", ["9" * 5_000, "-1", "\u0663", "1e5", ""])
async def test_a_place_in_the_conversation_that_is_none_is_answered_with_nothing(visitor: Visitor, after: str) -> None:
    await visitor.agree()
    assert (await visitor.http.get("/chat/events", params={"after": after})).status_code == 204


async def test_the_address_never_stands_in_a_url(visitor: Visitor) -> None:
    await visitor.open()
    address = visitor.screen.fields["address"]
    await visitor.tap(SEEK)
    await visitor.tap(CONSENT)
    assert visitor.answer is not None
    assert address == visitor.pages.arrived[0].address
    for answer in (*visitor.answer.history, visitor.answer):
        assert address not in str(answer.url)
        assert address not in answer.headers.get("location", "")
        assert address not in answer.text


async def test_with_the_cookie_the_conversation_is_there_again(visitor: Visitor) -> None:
    await visitor.agree()
    screen = await visitor.open()

    assert screen.mine == [SEEK, CONSENT]
    assert screen.texts[-1] == "Kamu tinggal di mana?"


async def test_a_form_sent_twice_is_answered_once(visitor: Visitor) -> None:
    await visitor.open()
    form = {**visitor.screen.fields, "choice": SEEK}
    for _ in range(2):
        visitor.answer = await visitor.http.post("/chat", data=form)

    assert len(visitor.pages.arrived) == 2
    assert visitor.screen.mine == [SEEK]


async def test_another_button_of_the_same_form_is_something_new(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.tap(SEEK)
    form = visitor.screen.fields
    for label in (CONSENT, "Tidak dulu"):
        await visitor.http.post("/chat", data={**form, "token": f"t:{label}"})

    assert [one.content for one in visitor.pages.arrived[-2:]] == [Tap(f"t:{CONSENT}"), Tap("t:Tidak dulu")]


async def test_typed_words_arrive_as_they_were_typed(visitor: Visitor) -> None:
    await visitor.agree()
    await visitor.post(text="Halo <b>&amp;</b>\r\n\r\nمرحبا 👨‍👩‍👧")

    assert visitor.pages.texts()[-1] == "Halo <b>&amp;</b>\n\nمرحبا 👨‍👩‍👧"
    assert visitor.screen.mine[-1] == "Halo <b>&amp;</b>\n\nمرحبا 👨‍👩‍👧"


async def test_a_tap_is_not_drowned_by_words_left_in_the_field(visitor: Visitor) -> None:
    await visitor.agree()
    await visitor.post(text="belum selesai", token="t:Contoh Utara")

    assert visitor.pages.arrived[-1].content == Tap("t:Contoh Utara")


async def test_a_shared_place_arrives_in_degrees(visitor: Visitor) -> None:
    await visitor.agree()
    await visitor.post(place="-3.972,122.515")

    assert visitor.pages.arrived[-1].content == SharedPlace(-3.972, 122.515)


@pytest.mark.parametrize("text", ["", "  \r\n "])
async def test_an_empty_form_changes_nothing(visitor: Visitor, text: str) -> None:
    await visitor.open()
    screen = await visitor.post(text=text)

    assert not visitor.pages.arrived
    assert screen.labels == list(CHOICES)
    assert not screen.notices


async def test_five_thousand_signs_reach_the_handlers_and_a_longer_body_gets_a_kind_page(visitor: Visitor) -> None:
    await visitor.agree()
    await visitor.post(text="😀" * 5_000)
    assert visitor.pages.texts()[-1] == "😀" * 5_000

    await visitor.post(text="a" * 70_000)
    assert visitor.answer is not None
    assert visitor.answer.status_code == 413
    assert visitor.screen.notices == [PHRASES["web_too_long"]]


async def test_the_emergency_button_is_on_every_page_and_sends_its_words(visitor: Visitor) -> None:
    await visitor.open()
    screen = await visitor.tap("🆘 Darurat")

    assert visitor.pages.texts() == ["🆘 Darurat"]
    assert "119" in screen.texts[-1]
    screen.button("🆘 Darurat")


async def test_a_return_phrase_brings_back_the_conversation_without_opening_a_new_one(visitor: Visitor) -> None:
    await visitor.open()
    screen = await visitor.post(phrase=RETURN_PHRASE, text="")

    assert [one.content for one in visitor.pages.arrived] == [Text(RETURN_PHRASE)]
    assert screen.texts == ["Selamat datang kembali."]
    assert visitor.http.cookies


async def test_a_conversation_that_is_gone_makes_room_for_a_fresh_start(visitor: Visitor) -> None:
    await visitor.agree()
    visitor.pages.talks.clear()
    screen = await visitor.open()

    assert screen.notices == [PHRASES["web_gone"]]
    assert screen.labels == list(CHOICES)
    assert not visitor.http.cookies


async def test_after_erasing_the_farewell_is_shown_once_and_the_cookie_is_gone(visitor: Visitor) -> None:
    await visitor.agree()
    old = visitor.pages.arrived[0].address
    screen = await visitor.post(text="hapus")

    assert screen.texts == [PHRASES["erased"]]
    assert not visitor.http.cookies
    assert screen.fields["address"] != old
    assert (await visitor.open()).texts == [GREETING]


async def test_leaving_forgets_the_conversation_and_shows_something_else(visitor: Visitor) -> None:
    await visitor.agree()
    left = await visitor.http.post("/chat/leave", follow_redirects=False)
    away = await visitor.http.get(left.headers["location"])

    assert left.status_code == 303
    assert left.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert not visitor.http.cookies
    assert Screen(away.text).headings == ["Catatan"]
    assert "singgah" not in away.text.casefold()
    assert (await visitor.open()).texts == [GREETING]


async def test_a_failure_gets_a_kind_page_whose_form_can_be_sent_again(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    await visitor.agree()
    form = {**visitor.screen.fields, "text": "jangan hilang"}
    visitor.pages.broken = True
    visitor.answer = await visitor.http.post("/chat", data=form)
    assert visitor.answer.status_code == 503
    assert visitor.screen.notices == [PHRASES["error_kind"]]
    shown = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', visitor.answer.text, re.DOTALL))
    assert shown == form
    assert "jangan hilang" not in caplog.text

    visitor.pages.broken = False
    await visitor.http.post("/chat", data=shown)
    assert visitor.pages.texts()[-1] == "jangan hilang"


async def test_too_many_new_people_at_once_get_a_kind_page_whose_form_can_be_sent_again(visitor: Visitor) -> None:
    await visitor.open()
    form = {**visitor.screen.fields, "text": "halo"}
    visitor.pages.crowded = True
    visitor.answer = await visitor.http.post("/chat", data=form)

    assert (visitor.answer.status_code, visitor.answer.headers["retry-after"]) == (429, "60")
    assert visitor.screen.notices == [PHRASES["web_crowded"]]
    assert ">\nhalo</textarea>" in visitor.answer.text


async def test_a_script_gets_the_page_at_once_instead_of_a_redirect(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.tap(SEEK)
    form = {**visitor.screen.fields, "token": f"t:{CONSENT}"}
    answer = await visitor.http.post("/chat", data=form, headers={"X-Part": "log"}, follow_redirects=False)

    assert answer.status_code == 200
    assert Screen(answer.text).texts[-1] == "Kamu tinggal di mana?"
    assert visitor.http.cookies


async def test_a_page_has_one_heading_a_language_and_a_log(visitor: Visitor) -> None:
    screen = await visitor.open()
    assert visitor.answer is not None
    assert screen.headings == ["Singgah"]
    assert '<html lang="id">' in visitor.answer.text
    assert 'role="log" aria-live="polite"' in visitor.answer.text
    assert "<title>Catatan</title>" in visitor.answer.text


async def test_keys_stay_until_the_person_has_spoken_again(visitor: Visitor) -> None:
    await visitor.agree()
    talk = visitor.pages.only_talk()
    talk.add(Line("Halo, saya konselor contoh.", mine=False))
    assert (await visitor.open()).labels == ["Contoh Utara", "Contoh Selatan"]

    talk.add(Line("sebentar", mine=True))
    assert (await visitor.open()).labels == []


async def test_a_choice_already_made_is_marked_for_eyes_and_ears(visitor: Visitor) -> None:
    await visitor.agree()
    keys = (Key("a", "Satu", picked=True), Key("b", "Dua"))
    visitor.pages.only_talk().add(Line("Boleh lebih dari satu", mine=False, keys=keys, ask=Ask.CHOICE))
    screen = await visitor.open()

    assert screen.labels == ["✓ Satu", "Dua"]
    assert [screen.button(label).pressed for label in screen.labels] == [True, False]


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_phrase_of_the_pages_exists_in_each_language(language: str) -> None:
    root = Path(__file__).parents[2]
    phrases = tomllib.loads((root / f"content/texts/{language}.toml").read_text("utf-8"))["phrases"]

    assert set(PHRASES) <= set(phrases)
