"""Turn a conversation into HTML."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.dialogue.effects import Picture
from bot.ports import Line, Page, Pages
from browser.forms import Form
from channels.webchat_entrance import FIELDS, PATIENCE_SECONDS, PIECES, Challenge

_FOLDER: Final = Path(__file__).parent / "webchat"
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class View:
    """A page as one browser is to get it.

    `address`: put into the form, None when the cookie carries it.  `check`: proves that the form is ours.
    `nonce`: number of the form.  `starts`: nothing is stored yet.  `notice`: name of a phrase to show on top.
    `restore`: the browser may hold a cookie that it did not show because another site led here.
    """

    page: Page
    address: str | None
    check: str
    nonce: str
    starts: bool = False
    notice: str | None = None
    restore: bool = False


@dataclass(frozen=True, slots=True)
class Asset:
    """A style, script or icon."""

    body: bytes
    kind: str


class Renderer:
    """Renders every page of the web chat; templates and assets are read once."""

    def __init__(self, pages: Pages, lead_to: Callable[[Picture], str]) -> None:
        """Read templates and assets.  `lead_to`: where a browser finds the picture of a line."""
        self._pages = pages
        self._lead_to = lead_to
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.assets = {path.name: Asset(path.read_bytes(), _KINDS[path.suffix]) for path in _find_assets()}
        together = b"\0".join(asset.body for _, asset in sorted(self.assets.items()))
        self.version = hashlib.sha256(together).hexdigest()[:12]

    def render_chat(self, view: View) -> str:
        """Render a conversation, begun or not."""
        offer = find_offer(view.page.lines)
        newest_mine = max((place for place, line in enumerate(view.page.lines) if line.mine), default=None)
        return self._render(
            "chat.html",
            view.page.language,
            view=view,
            page=view.page,
            offer=offer,
            newest_mine=newest_mine,
            lead_to=self._lead_to,
        )

    def render_away(self, language: str) -> str:
        """Render the page that quick exit leaves behind, which could be anybody's."""
        return self._render("away.html", language)

    def render_notice(self, notice: str, language: str, again: Form | None = None) -> str:
        """Render a kind sentence and a way back; `again`: a form that can be sent once more as it was."""
        return self._render("notice.html", language, notice=notice, again=again)

    def render_entrance(self, challenge: Challenge, language: str, again: Form) -> str:
        """Render what somebody new is asked for; `again`: their form, which comes back with what is asked for."""
        asked = {"challenge": challenge, "pieces": PIECES, "patience": PATIENCE_SECONDS, "own": FIELDS}
        return self._render("entrance.html", language, again=again, **asked)

    def _render(self, template: str, language: str, **values: object) -> str:
        say = partial(self._pages.phrase, language=language)
        static = f"/chat/static/{self.version}"
        return self._templates.get_template(template).render(say=say, static=static, language=language, **values)


def find_offer(lines: tuple[Line, ...]) -> Line | None:
    """Find the line whose keys can be tapped: the newest with any, unless the person has spoken since."""
    for line in reversed(lines):
        if line.mine:
            return None
        if line.keys or line.share_label:
            return line
    return None


def _find_assets() -> list[Path]:
    return [path for path in sorted(_FOLDER.iterdir()) if path.suffix in _KINDS]
