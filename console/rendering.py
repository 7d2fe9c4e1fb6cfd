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
from console.wording import LANGUAGES, Words, read_words
from handlers.access import Action, Right, can_ever
from handlers.office.desk import Desk, StaffMember

_FOLDER: Final = Path(__file__).parent
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
#: What may be said above a page, and what of it is no good news.
_NOTES: Final = frozenset(name.removeprefix("note_") for name in read_words(LANGUAGES[0]) if name.startswith("note_"))
_WARNINGS: Final = frozenset(
    {"taken", "gone", "empty", "too_long", "not_asked", "own_wish", "wish_changed", "places_not_kept"}
    | {"broadcast_newer", "broadcast_faulty", "broadcast_untried", "broadcast_small", "broadcast_close"}
    | {"picture_too_big", "picture_too_wide", "picture_unreadable"}
    | {"broadcast_no_time", "listening_newer", "mark_unclear", "mark_private", "mark_repeated"}
)
#: The parts of the desk that everybody sees, and those for some roles only.
_PARTS: Final = (("/desk", "queue"), ("/desk/cases", "cases"), ("/desk/tasks", "tasks"), ("/desk/units", "units"))
_READINGS: Final = ("/desk/readings", "readings")
_MORE_PARTS: Final = (
    (frozenset({Right.GRANT, Right.AGREE}), "/desk/approvals", "approvals"),
    (frozenset({Right.BROADCAST, Right.APPROVE_BROADCAST}), "/desk/broadcasts", "broadcasts"),
    (frozenset({Right.LISTEN_SEE}), "/desk/listening", "listening"),
    (frozenset({Right.SEE_AUDIT}), "/desk/audit", "audit"),
)
_MARKS: Final = {"queued": "◷", "sent": "✓", "seen": "✓✓", "uncertain": "?", "failed": "✗"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a page.

    `path`: of the page itself, for switching the language.  `member`, `token`: None and empty while nobody is signed
    in.  `counts`: how much waits in each part of the desk.  `note`: name of what just happened, or empty.  `troubles`:
    names of what is wrong with the service just now.
    """

    language: str
    path: str
    member: StaffMember | None = None
    token: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    troubles: tuple[str, ...] = ()


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
            parts=self._list_parts(frame),
            note=frame.note if frame.note in _NOTES else "",
            is_warning=frame.note in _WARNINGS,
            static=f"/desk/static/{self.version}",
            marks=_MARKS,
            most_chars=self._desk.max_text_chars,
            **values,
        )
        return HTMLResponse(shown, status)

    def show_notice(self, name: str, frame: Frame, status: HTTPStatus) -> HTMLResponse:
        """Render a page that only says something."""
        return self.show("notice.html", frame, status, name=name)

    def _list_parts(self, frame: Frame) -> list[tuple[str, str]]:
        if frame.member is None:
            return []
        can_read = can_ever(frame.member, Action.READ_FOR_REASON)
        readings = [_READINGS] if can_read or self._desk.has_right(frame.member, Right.SEE_READINGS) else []
        rights = frozenset(right for right in Right if self._desk.has_right(frame.member, right))
        more = [(path, name) for wanted, path, name in _MORE_PARTS if wanted & rights]
        return [*_PARTS, *readings, *more]


def make_link(path: str, language: str, /, **query: str) -> str:
    """Return the address of a page, or of a place on it, in a language."""
    carried = query if language == LANGUAGES[0] else {**query, "lang": language}
    page, mark, place = path.partition("#")
    return f"{page}?{urlencode(carried)}{mark}{place}" if carried else path


def redirect(path: str, language: str, /, **query: str) -> RedirectResponse:
    """Lead the browser on after an action, so that reloading repeats nothing."""
    return RedirectResponse(make_link(path, language, **query), HTTPStatus.SEE_OTHER)
