"""T7, T9, T17: nobody learns by asking, guessing or measuring whether a person, a code or a link exists."""

import re
import secrets
import statistics
import time

import httpx
import pytest

from bot.care.phrases import make_phrase, parse_phrase_words
from storage.shipped.library import CONTENT
from storage.team import staffing
from storage.team.staffing import Purpose, Role
from storage.transaction import Work
from tests.attacks.outside import IS_LONG, at_web, send_many, write_request
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import INTAKE_ID, PATIENCE_S, hear, join_staff, reach, walk
from tests.end_to_end.telegram_process import TelegramProcess
from tests.storage.conftest import Stores

_LINKS = 100_000 if IS_LONG else 1_000
_KNOWN, _ROUNDS = (100, 5) if IS_LONG else (20, 5)
#: On a machine that is busy or slow a median is less sure.
_SAME_SECONDS = 0.005 if IS_LONG else 0.015
_TRIES_A_MINUTE = 5
_PLACES = (
    *("/chat", "/chat/log", "/chat/events?after=0", "/chat?id={}", "/chat/{}", "/desk/cases/{}", "/desk/sign-in/{}"),
    *("/desk?note={}", "/hook/telegram?id={}", "/readyz?id={}"),
)


@pytest.mark.alone
@pytest.mark.timeout(240)
async def test_no_page_tells_or_shows_by_its_time_whether_somebody_is_here(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    counsellor, known = await join_staff(bot_api, polling), [bot_api.person("Contoh") for _ in range(_KNOWN)]
    await reach(known[0], counsellor)
    for person in known[1:]:
        await walk(person, *INTAKE_ID[:3])
    await bot_api.wait_until_idle(quiet=0.5, timeout=PATIENCE_S)
    here, nobody = [str(one.id) for one in known], [str(one.id + 900_000) for one in known]

    async with httpx.AsyncClient(base_url=polling.url, trust_env=False) as http:
        for place in _PLACES:
            answers: dict[bool, set[tuple[int, str]]] = {True: set(), False: set()}
            times: dict[bool, list[float]] = {True: [], False: []}
            for _ in range(_ROUNDS):
                for pair in zip(here, nobody, strict=True):
                    for is_here, name in zip((True, False), pair, strict=True):
                        started = time.perf_counter()
                        answer = await http.get(place.format(name), headers={"Cookie": f"catatan={name}; desk={name}"})
                        times[is_here].append(time.perf_counter() - started)
                        answers[is_here].add((answer.status_code, _blank(answer.text, name)))
            assert answers[True] == answers[False], place
            apart = statistics.median(times[True]) - statistics.median(times[False])
            assert abs(apart) < _SAME_SECONDS, place


async def test_no_command_tells_whether_somebody_is_here(bot_api: BotApi, polling: TelegramProcess) -> None:
    known = bot_api.person("Contoh Klien")
    await walk(known, *INTAKE_ID)
    here, nobody = str(known.id), str(known.id + 900_000)

    for command in (("erase",), ("staff", "link"), ("staff", "revoke"), ("stats", "--quarter")):
        shown = [await polling.command(*command, name, given="y\n") for name in (here, nobody)]
        assert [_blank(one.output + one.errors, here) for one in shown[:1]] == [
            _blank(one.output + one.errors, nobody) for one in shown[1:]
        ]
    for command in (("audit", "list"), ("staff", "list"), ("units", "list"), ("keys", "status")):
        ended = await polling.command(*command, "--json")
        assert here not in ended.output + ended.errors


@pytest.mark.timeout(1_800 if IS_LONG else 240)
async def test_thousands_of_guessed_links_open_no_desk_and_all_get_one_of_two_answers(
    polling: TelegramProcess,
) -> None:
    guesses = (write_request("POST", f"/desk/sign-in/{secrets.token_urlsafe(24)}", last=False) for _ in range(_LINKS))
    started = time.monotonic()
    statuses = await send_many(polling.port, guesses)
    assert statuses.count(400) <= _TRIES_A_MINUTE * ((time.monotonic() - started) // 60 + 2)
    assert set(statuses) == {400, 429}

    cookies = (f"Cookie: desk={secrets.token_urlsafe(32)}" for _ in range(_LINKS))
    guesses = (write_request("GET", "/desk", cookie, last=False) for cookie in cookies)
    assert set(await send_many(polling.port, guesses)) == {401}


async def test_a_hundred_thousand_guessed_codes_let_nobody_in(sqlite_stores: Stores) -> None:
    def invite(work: Work) -> list[str]:
        member = staffing.add_staff(work, Role.COUNSELLOR, "bnnk-kendari", "Kak Contoh")
        return [staffing.invite(work, member.id, purpose) for purpose in Purpose]

    def guess(work: Work) -> int:
        near = [code[:-1] + sign for code in codes for sign in "AQgw0" if not code.endswith(sign)]
        far = [secrets.token_urlsafe(24) for _ in range(100_000 if IS_LONG else 5_000)]
        tried = [*near, *far, "", "'", "%", "*", codes[0].lower(), codes[0] + " ", codes[0] + "\0"]
        return sum(staffing.use_invite(work, code, purpose) is not None for code in tried for purpose in Purpose)

    database = await sqlite_stores.open()
    codes = await database.write(invite)
    hits = await database.write(guess)
    await database.close()
    assert hits == 0


@pytest.mark.timeout(120)
async def test_guessed_phrases_and_case_codes_get_one_answer_and_soon_no_hash(
    bot_api: BotApi, guarded: TelegramProcess
) -> None:
    words = parse_phrase_words((CONTENT / "phrase_words.txt").read_text())
    counsellor, client, stranger = await join_staff(bot_api, guarded), bot_api.person("Satu"), bot_api.person("Dua")
    await reach(client, counsellor)
    code = await _find_code(counsellor)
    await walk(stranger, *INTAKE_ID[:1])

    said = []
    for guess in (code, "ABCD-EFGH", f"/start {code}", "/start ABCDEFGH"):
        before = len(stranger.received)
        await stranger.send(guess)
        await bot_api.wait_until_idle(quiet=0.5, timeout=PATIENCE_S)
        said.append(stranger.received[before:])
    assert (said[0], said[2]) == (said[1], said[3])
    assert not any("Usia: 25" in text for text in stranger.received)

    answers: set[str] = set()
    async with at_web(guarded) as guesser:
        for _ in range(12):
            await guesser.post(phrase=make_phrase(words, secrets.randbelow))
            answers |= {text for text in guesser.screen.texts if text.startswith("Kalimat itu")}
    assert len(answers) == 1


async def test_staff_words_of_a_stranger_get_the_menu_and_no_hint(bot_api: BotApi, polling: TelegramProcess) -> None:
    counsellor, client, stranger = await join_staff(bot_api, polling), bot_api.person("Satu"), bot_api.person("Dua")
    await reach(client, counsellor)
    code = await _find_code(counsellor)
    used = await polling.invite("Kak Kedua")
    await counsellor.start(used.chat)
    await hear(counsellor, "Selamat datang")
    await stranger.start(secrets.token_urlsafe(24))
    await hear(stranger, "Mau mulai dari mana?")
    before = len(stranger.received)
    for words in ("Terima", "/terima", "Tutup", "/staff", f"↩ {code}", "/admin", "/case", "/kasus"):
        await stranger.send_and_wait(words, PATIENCE_S)
    said = " ".join(stranger.received[before:]).casefold()
    assert not any(word in said for word in ("konselor yang", "peranmu", "staf", "kasus", "admin"))


def _blank(text: str, name: str) -> str:
    """Take out what is different in every answer: what was asked, and fresh random numbers."""
    return re.sub(r"[\w-]{32,}|[0-9a-f]{16,}", "#", text.replace(name, "#"))


async def _find_code(counsellor: Person) -> str:
    await hear(counsellor, "Kamu menangani")
    found = re.search(r"Kamu menangani (\S+?)[.:]?(\s|$)", "\n".join(counsellor.received))
    assert found
    return found[1]
