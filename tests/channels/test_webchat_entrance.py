"""What somebody new brings along while too many conversations begin, without scripts and by force."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import Entry
from channels.webchat_entrance import LEAST_BITS, MOST_BITS, PATIENCE_SECONDS, Entrance, is_solved
from tests.channels.webchat_site import CHOICES, PHRASES, SECRET, Screen, TinyPages, make_site
from tests.channels.webchat_visitor import CONSENT, SEEK, Visitor
from tests.channels.webchat_work import work

_NOON = 1_800_000_000.0
_OTHER_SECRET = b"rahasia situs lain, panjangnya 32"


@dataclass(slots=True)
class Clock:
    """A clock that the test moves."""

    now: float = _NOON

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@dataclass(slots=True)
class Entering:
    """Somebody new at a page where too many begin."""

    visitor: Visitor
    clock: Clock

    @property
    def brought(self) -> list[Entry]:
        """What came along with each delivery that was taken."""
        return [one.entry for one in self.visitor.pages.arrived]

    def shown_form(self) -> dict[str, str]:
        """Read the form of the entrance as it would be sent again."""
        assert self.visitor.answer is not None
        html = self.visitor.answer.text
        kept = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', html, re.DOTALL))
        return {**kept, **{name: self.visitor.screen.fields[name] for name in ("asked", "asked_mark")}}

    async def knock(self, **fields: str) -> dict[str, str]:
        """Open the page, press the first choice and return the form of the entrance."""
        await self.visitor.open()
        await self.visitor.post(choice=SEEK, **fields)
        assert self.visitor.answer is not None
        assert self.visitor.answer.status_code == 429
        return self.shown_form()

    async def send(self, form: dict[str, str]) -> int:
        """Send a form."""
        self.visitor.answer = await self.visitor.http.post("/chat", data=form)
        return self.visitor.answer.status_code


@asynccontextmanager
async def at_site(pages: TinyPages, clock: Clock, secret: bytes = SECRET) -> AsyncIterator[Entering]:
    """Come to a site."""
    transport = httpx.ASGITransport(make_site(pages, secret=secret, clock=clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", follow_redirects=True) as http:
        yield Entering(Visitor(pages, http), clock)


@pytest.fixture
async def entering() -> AsyncIterator[Entering]:
    async with at_site(TinyPages(load=0.0), Clock()) as opened:
        yield opened


def solve(form: dict[str, str]) -> dict[str, str]:
    """Do the work a form asks for."""
    return {**form, "solution": work(form["asked_mark"][:32], int(form["asked"].partition(".")[2]))}


async def test_in_quiet_times_nobody_is_asked(entering: Entering) -> None:
    entering.visitor.pages.load = None
    await entering.visitor.agree()

    assert set(entering.brought) == {Entry.NOTHING}


async def test_the_page_names_whom_to_call_and_keeps_what_was_written(entering: Entering) -> None:
    await entering.visitor.open()
    await entering.visitor.post(text="<b>halo</b>\n\n& kamu")

    assert entering.visitor.screen.notices == [PHRASES["web_entrance"]]
    assert [button.label for button in entering.visitor.screen.buttons] == ["Tutup", "Lanjut ke obrolan"]
    assert "&lt;b&gt;halo&lt;/b&gt;" in entering.shown_form()["text"]
    assert not entering.visitor.pages.arrived
    assert not entering.visitor.http.cookies


async def test_whoever_waited_without_scripts_goes_on_with_one_press(entering: Entering) -> None:
    form = await entering.knock()
    entering.clock.now += PATIENCE_SECONDS

    assert await entering.send(form) == 200
    assert entering.visitor.screen.mine == [SEEK]
    assert entering.brought == [Entry.PATIENCE, Entry.PATIENCE]


async def test_pressing_too_early_does_not_begin_the_wait_anew(entering: Entering) -> None:
    form = await entering.knock()
    entering.clock.now += PATIENCE_SECONDS - 1
    assert await entering.send(form) == 429

    again = entering.shown_form()
    entering.clock.now += 1
    assert again["asked"] == form["asked"]
    assert await entering.send(again) == 200


async def test_work_opens_at_once(entering: Entering) -> None:
    form = solve(await entering.knock())

    assert await entering.send(form) == 200
    assert entering.brought == [Entry.WORK, Entry.WORK]


async def test_people_in_a_conversation_are_never_asked(entering: Entering) -> None:
    entering.visitor.pages.load = None
    await entering.visitor.open()
    await entering.visitor.tap(SEEK)
    entering.visitor.pages.load = 1.0
    await entering.visitor.tap(CONSENT)
    await entering.visitor.post(text="halo")

    assert entering.visitor.pages.texts()[-1] == "halo"


async def test_work_for_one_conversation_opens_no_other(entering: Entering) -> None:
    solved = solve(await entering.knock())
    carried = {name: solved[name] for name in ("asked", "asked_mark", "solution")}

    await entering.knock(**carried)
    entering.clock.now += PATIENCE_SECONDS
    await entering.knock(**carried)

    assert not entering.visitor.pages.arrived


@pytest.mark.parametrize(
    "change",
    [
        {"solution": ""},
        {"solution": ",".join(["0"] * 16)},
        {"solution": ",".join(["9" * 10] * 16)},
        {"solution": "1" * 5_000},
        {"asked": f"{_NOON:.0f}.0"},
        {"asked": f"{_NOON:.0f}.{LEAST_BITS - 1}"},
        {"asked": f"{_NOON - PATIENCE_SECONDS:.0f}.{LEAST_BITS}"},
        {"asked": "9" * 11 + ".99"},
        {"asked": "kapan saja"},
        {"asked_mark": "0" * 64},
        {"asked_mark": "ü"},
    ],
)
async def test_what_was_forged_opens_nothing(entering: Entering, change: dict[str, str]) -> None:
    form = solve(await entering.knock())

    assert await entering.send({**form, **change}) == 429
    assert not entering.visitor.pages.arrived


async def test_work_of_another_site_opens_nothing(entering: Entering) -> None:
    own = await entering.knock()
    async with at_site(TinyPages(load=0.0), entering.clock, _OTHER_SECRET) as elsewhere:
        foreign = solve(await elsewhere.knock())
    entering.clock.now += PATIENCE_SECONDS

    brought = {name: foreign[name] for name in ("asked", "asked_mark", "solution")}
    assert await entering.send({**own, **brought}) == 429
    assert not entering.visitor.pages.arrived


async def test_old_work_and_old_patience_are_asked_for_anew(entering: Entering) -> None:
    form = solve(await entering.knock())
    entering.clock.now += 300
    assert await entering.send(form) == 200
    assert entering.brought[0] is Entry.PATIENCE

    entering.visitor.pages.talks.clear()
    entering.clock.now += 600
    assert await entering.send({**form, "nonce": "lain"}) == 429
    assert entering.shown_form()["asked"] != form["asked"]


async def test_a_challenge_from_the_future_is_neither_work_nor_patience(entering: Entering) -> None:
    form = solve(await entering.knock())
    entering.clock.now -= 60

    assert await entering.send(form) == 429


async def test_any_process_of_the_service_takes_it(entering: Entering) -> None:
    form = solve(await entering.knock())
    async with at_site(TinyPages(load=0.0), entering.clock) as other:
        assert await other.send(form) == 200


@pytest.mark.parametrize(("load", "bits"), [(0.0, LEAST_BITS), (0.5, 16), (1.0, MOST_BITS)])
async def test_the_more_begin_the_more_work_is_asked(entering: Entering, load: float, bits: int) -> None:
    entering.visitor.pages.load = load

    assert (await entering.knock())["asked"].endswith(f".{bits}")


@given(st.dictionaries(st.sampled_from(["asked", "asked_mark", "solution"]), st.text()))
def test_no_form_of_somebody_s_own_brings_anything(form: dict[str, str]) -> None:
    assert Entrance(Clock(), SECRET).judge("alamat", form) is Entry.NOTHING


@given(st.lists(st.integers(0, 1 << 33), min_size=16, max_size=16))
def test_guessed_numbers_are_no_work(numbers: list[int]) -> None:
    challenge = Entrance(Clock(), SECRET).ask("alamat", {}, load=1.0)

    assert not is_solved(challenge, ",".join(map(str, numbers)))


async def test_the_page_asks_nobody_else_and_has_nothing_inline(entering: Entering) -> None:
    await entering.knock()
    assert entering.visitor.answer is not None
    html = entering.visitor.answer.text
    assert not re.findall(r"<style|style=|\son\w+=|<script|javascript:|http-equiv", html)
    assert all(link.startswith("/chat") for link in Screen(html).links)
    assert CHOICES[0] in html
