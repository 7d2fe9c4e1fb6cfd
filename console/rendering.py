"""Turn what the desk shows into HTML."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from bot.dialogue.layout import plain
from console.wording import LANGUAGES, Words
from handlers.desk import Desk, StaffMember

_FOLDER: Final = Path(__file__).parent
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_NOTES: Final = frozenset(
    {"accepted", "taken", "gone", "declined", "stage", "closed", "transferred", "looked", "empty", "too_long"}
)
_MARKS: Final = {"queued": "◷", "sent": "✓", "seen": "✓✓", "uncertain": "?", "failed": "✗"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a page.

    `path`: of the page itself, for switching the language.  `member`, `token`: None and empty while nobody is signed
    in.  `counts`: how much waits in each part of the desk.  `note`: name of what just happened, or empty.
    """

    language: str
    path: str
    member: StaffMember | None = None
    token: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A style, script or icon."""

    body: bytes
    kind: str


class Renderer:
    """Renders every page of the desk; assets are read once."""

    def __init__(self, desk: Desk) -> None:
        """Read assets and make ready for templates."""
        self._desk = desk
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["plain"] = plain
        self.assets = {
            path.name: Asset(path.read_bytes(), _KINDS[path.suffix])
            for path in sorted((_FOLDER / "static").iterdir())
            if path.suffix in _KINDS
        }
        self.version = hashlib.sha256(b"\0".join(asset.body for asset in self.assets.values())).hexdigest()[:12]

    def show(
        self, template: str, frame: Frame, status: HTTPStatus = HTTPStatus.OK, /, **values: object
    ) -> HTMLResponse:
        """Render a page, or the part of one that a script exchanges."""
        words = Words(self._desk, frame.language)

        def link(path: str, **query: str) -> str:
            return make_link(path, frame.language, **query)

        shown = self._templates.get_template(template).render(
            words=words,
            say=words.say,
            phrase=words.phrase,
            link=link,
            make_link=make_link,
            frame=frame,
            note=frame.note if frame.note in _NOTES else "",
            static=f"/desk/static/{self.version}",
            marks=_MARKS,
            most_chars=self._desk.max_text_chars,
            **values,
        )
        return HTMLResponse(shown, status)

    def show_notice(self, name: str, frame: Frame, status: HTTPStatus) -> HTMLResponse:
        """Render a page that only says something."""
        return self.show("notice.html", frame, status, name=name)


def make_link(path: str, language: str, /, **query: str) -> str:
    """Return the address of a page in a language."""
    carried = query if language == LANGUAGES[0] else {**query, "lang": language}
    return f"{path}?{urlencode(carried)}" if carried else path


def redirect(path: str, language: str, /, **query: str) -> RedirectResponse:
    """Lead the browser on after an action, so that reloading repeats nothing."""
    return RedirectResponse(make_link(path, language, **query), HTTPStatus.SEE_OTHER)
