"""Pictures on the page: ours, behind a path nobody guesses, kept by no browser, said to who cannot see them."""

import re
from http import HTTPStatus

import httpx
import pytest
from playwright.async_api import expect

from bot.dialogue.effects import Picture
from bot.ports import Line
from channels.webchat_forms import Stamp
from tests.channels.webchat_site import SECRET, TinyPages, make_site
from tests.channels.webchat_stand import Stand, agree, browser, stand
from tests.handlers.broadcasts.picturing import make_file

__all__ = ["browser", "stand"]

PNG = make_file("PNG")
LINE = "0123456789abcdef0123456789abcdef"
SHOWN = Line("Pelatihan dibuka hari Senin.", mine=False, picture=Picture(LINE, 'Mesin "jahit" <di meja>'))
_SOURCE = re.compile(r'<img class="picture" src="([^"]+)" alt="([^"]+)">')


class Visitor:
    """Somebody on the page of whose conversation one line has a picture."""

    def __init__(self, pages: TinyPages) -> None:
        """Come to the site."""
        self.pages = pages
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(make_site(pages)), base_url="http://127.0.0.1")

    async def find_source(self, *, consented: bool = False) -> str:
        """Say something, get a picture, and read where the page takes it from."""
        page = (await self.http.get("/chat")).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
        await self.http.post("/chat", data={**fields, "text": "halo"})
        talk = self.pages.only_talk()
        talk.consented = consented
        talk.add(SHOWN)
        self.pages.pictures[LINE] = PNG
        del fields["start"]
        answer = await self.http.post("/chat", data=fields, follow_redirects=True)
        (found,) = _SOURCE.findall(answer.text)
        assert found[1] == "Mesin &#34;jahit&#34; &lt;di meja&gt;"
        return str(found[0])


@pytest.fixture
def visitor() -> Visitor:
    """Let somebody come."""
    return Visitor(TinyPages())


async def test_a_picture_is_given_as_it_is_and_kept_by_no_browser(visitor: Visitor) -> None:
    source = await visitor.find_source()

    given = await visitor.http.get(source)

    assert (given.content, given.headers["content-type"]) == (PNG.body, "image/png")
    assert given.headers["cache-control"] == "no-store"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["cross-origin-resource-policy"] == "same-origin"
    assert "img-src 'self';" in given.headers["content-security-policy"]
    assert visitor.pages.asked_for == [(LINE, None)]


async def test_the_cookie_of_somebody_who_agreed_goes_along(visitor: Visitor) -> None:
    source = await visitor.find_source(consented=True)

    await visitor.http.get(source)

    assert visitor.pages.asked_for == [(LINE, next(iter(visitor.pages.talks)))]


async def test_a_path_that_was_not_made_here_asks_nobody(visitor: Visitor) -> None:
    source = await visitor.find_source()
    mark = source.rpartition("/")[2]
    wrong = Stamp(SECRET).make(LINE)  # a mark of ours, but for something else
    for path in (
        source[:-1],
        f"{source}0",
        f"/chat/pictures/{'f' * 32}/{mark}",
        f"/chat/pictures/{LINE}/{wrong}",
        f"/chat/pictures/{LINE}",
        f"/chat/pictures/{LINE}/é",
    ):
        assert (await visitor.http.get(path)).status_code == HTTPStatus.NOT_FOUND, path
    assert visitor.pages.asked_for == []


async def test_another_site_cannot_show_it(visitor: Visitor) -> None:
    source = await visitor.find_source()

    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://lain.example"}):
        assert (await visitor.http.get(source, headers=headers)).status_code == HTTPStatus.NOT_FOUND
    assert visitor.pages.asked_for == []


async def test_one_that_is_gone_is_not_there(visitor: Visitor) -> None:
    source = await visitor.find_source()
    visitor.pages.pictures.clear()

    assert (await visitor.http.get(source)).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.asyncio(loop_scope="module")
async def test_a_browser_shows_it_within_the_line_and_says_what_it_is(stand: Stand) -> None:
    page = await stand.visit()
    await agree(page)
    stand.pages.pictures[LINE] = PNG
    stand.pages.only_talk().add(SHOWN)

    shown = page.get_by_alt_text(SHOWN.picture.description if SHOWN.picture else "")

    await expect(shown).to_be_visible()
    await page.wait_for_function("document.querySelector('img.picture').naturalWidth === 64")
    box, log = await shown.bounding_box(), await page.locator("#log").bounding_box()
    assert box is not None
    assert log is not None
    assert box["x"] >= log["x"]
    assert box["x"] + box["width"] <= log["x"] + log["width"]
