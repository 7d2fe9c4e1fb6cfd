"""The pages of listening: what people are heard by, trying a sentence, what was missed, and changing it together."""

import re
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.gate import Visit
from console.pages import Pages, code_of
from console.rendering import Renderer, redirect
from handlers.listening.desk import (
    MOST_MARK_CHARS,
    MOST_TRIED_CHARS,
    Agreed,
    ChangeKind,
    ChangeView,
    Found,
    ListeningDesk,
    Marked,
    MarkKind,
    Proposed,
)
from handlers.office.desk import Desk, Right

_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_VERSION: Final = re.compile(r"\d{1,6}", re.ASCII)
_HOME: Final = "/desk/listening"
#: What is said of marks that were not kept; the words stay in the box.
_NOT_MARKED: Final = MappingProxyType(
    {Marked.UNCLEAR: "mark_unclear", Marked.PRIVATE: "mark_private", Marked.REPEATED: "mark_repeated"}
)
_AGREED: Final = MappingProxyType(
    {
        Agreed.LIVE: "listening_live",
        Agreed.NOTED: "listening_agreed",
        Agreed.OWN: "own_wish",
        Agreed.CHANGED: "listening_newer",
        Agreed.GONE: "gone",
    }
)
_PROPOSED: Final = MappingProxyType(
    {Proposed.DONE: "listening_proposed", Proposed.CHANGED: "listening_newer", Proposed.GONE: "gone"}
)


class ListeningPages:
    """Shows what people are heard by to who may see it; to others there is nothing."""

    def __init__(self, desk: Desk, renderer: Renderer, pages: Pages) -> None:
        """Show the listening of a desk."""
        self._desk = desk
        self._listening: ListeningDesk = desk.listening
        self._renderer = renderer
        self._pages = pages

    async def show_home(self, visit: Visit) -> Response:
        """Show the box to try a sentence, what was missed, and what changed."""
        self._require(visit)
        return await self._show_home(visit, "")

    async def try_sentence(self, visit: Visit) -> Response:
        """Show what a sentence sets off; it is in this answer and nowhere else."""
        self._require(visit)
        text = visit.form.get("text", "").replace("\r\n", "\n").strip()
        return await self._show_home(visit, text[:MOST_TRIED_CHARS])

    async def show_dangers(self, visit: Visit) -> Response:
        """Show the rules of danger and the phrases of their concepts."""
        self._require(visit)
        frame = await self._pages.frame(visit, f"{_HOME}/danger")
        concepts = await self._listening.concepts()
        return self._renderer.show(
            "listening_danger.html",
            frame,
            labels=self._listening.labels,
            rules=self._listening.rules(),
            concepts=concepts,
            may_change=self._may_change(visit),
        )

    async def show_questions(self, visit: Visit) -> Response:
        """Show the questions and their answers."""
        self._require(visit)
        frame = await self._pages.frame(visit, f"{_HOME}/questions")
        questions = self._listening.questions(visit.language)
        return self._renderer.show(
            "listening_questions.html", frame, questions=questions, may_change=self._may_change(visit)
        )

    async def show_form(self, visit: Visit) -> Response:
        """Show the form that changes one thing: a concept, a rule or a question."""
        self._require(visit, Right.LISTEN_CHANGE)
        asked = visit.request.query_params
        return await self._show_form(visit, _kind_of(asked.get("kind", "")), asked.get("target", ""), "", "", ())

    async def propose(self, visit: Visit) -> Response:
        """Propose a change; one that would make something worse is not kept, and its words stay in the boxes."""
        self._require(visit, Right.LISTEN_CHANGE)
        kind, target = _kind_of(visit.form.get("kind", "")), visit.form.get("target", "")
        said, said_en = visit.form.get("words", "").replace("\r\n", "\n"), visit.form.get("words_en", "")
        words = (said.strip(), said_en.strip()) if kind is ChangeKind.ANSWER else _lines(said)
        result, faults = await self._listening.proposing.propose(visit.member, kind, target, words)
        if result is Proposed.FAULTY:
            return await self._show_form(visit, kind, target, said, said_en, faults)
        return redirect(_HOME, visit.language, note=_PROPOSED[result])

    async def bring_back(self, visit: Visit) -> Response:
        """Propose that an earlier version be in force again."""
        self._require(visit, Right.LISTEN_CHANGE)
        version: str = visit.request.path_params["version"]
        if _VERSION.fullmatch(version) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        result, faults = await self._listening.proposing.propose_return(visit.member, int(version))
        return (
            await self._show_home(visit, "", faults)
            if faults
            else redirect(_HOME, visit.language, note=_PROPOSED[result])
        )

    async def decide(self, visit: Visit) -> Response:
        """Agree to a change as it was shown, refuse it, or take the own one back."""
        self._require(visit, Right.LISTEN_CHANGE)
        change_id, seen = bytes.fromhex(_id_of(visit)), visit.form.get("seen", "")
        if visit.form.get("answer") != "yes":
            refused = await self._listening.proposing.refuse(visit.member, change_id)
            return redirect(_HOME, visit.language, note="listening_refused" if refused else "gone")
        seen_hash = bytes.fromhex(seen) if _HASH.fullmatch(seen) else b""
        agreed = await self._listening.proposing.agree(visit.member, change_id, seen_hash)
        if not isinstance(agreed, Agreed):
            return await self._show_home(visit, "", agreed)
        return redirect(_HOME, visit.language, note=_AGREED[agreed])

    async def show_mark(self, visit: Visit) -> Response:
        """Show the form that says what was missed or taken wrongly in a case."""
        code = code_of(visit)
        if not await self._listening.marking.may_mark(visit.member, code):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return await self._show_mark(visit, code, "")

    async def mark(self, visit: Visit) -> Response:
        """Keep a paraphrase; one that cannot be kept stays in the box."""
        code, form = code_of(visit), visit.form
        words = form.get("words", "")
        kind, label = form.get("kind", ""), form.get("label", "")
        match await self._listening.marking.mark(visit.member, code, kind, label, words):
            case Marked.DONE:
                return redirect(f"/desk/cases/{code}", visit.language, note="marked")
            case Marked.GONE:
                raise HTTPException(HTTPStatus.NOT_FOUND)
            case problem:
                return await self._show_mark(visit, code, _NOT_MARKED[problem])

    async def drop_mark(self, visit: Visit) -> Response:
        """Take a paraphrase off the list."""
        self._require(visit, Right.LISTEN_CHANGE)
        dropped = await self._listening.marking.drop(visit.member, bytes.fromhex(_id_of(visit)))
        return redirect(_HOME, visit.language, note="mark_dropped" if dropped else "gone")

    async def _show_home(self, visit: Visit, text: str, faults: tuple[Found, ...] = ()) -> Response:
        frame = await self._pages.frame(visit, _HOME)
        member, proposing = visit.member, self._listening.proposing
        versions = await proposing.versions(member)
        return self._renderer.show(
            "listening.html",
            frame,
            HTTPStatus.CONFLICT if faults else HTTPStatus.OK,
            text=text,
            tried=self._listening.try_sentence(member, text, visit.language) if text else None,
            faults=faults,
            noticed=await self._listening.marking.marks(member),
            proposals=await proposing.proposals(member),
            versions=versions,
            is_taken_up=self._listening.version == _newest(versions),
            zone=self._desk.zone(member),
            may_change=self._may_change(visit),
            most_tried=MOST_TRIED_CHARS,
        )

    async def _show_form(
        self, visit: Visit, kind: ChangeKind, target: str, words: str, words_en: str, faults: tuple[Found, ...]
    ) -> Response:
        frame = await self._pages.frame(visit, f"{_HOME}/change")
        status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
        return self._renderer.show(
            "listening_change.html",
            frame,
            status,
            kind=kind,
            target=target,
            words_said=words,
            words_en=words_en,
            faults=faults,
        )

    async def _show_mark(self, visit: Visit, code: str, note: str) -> Response:
        frame = await self._pages.frame(visit, f"/desk/cases/{code}/heard", note)
        return self._renderer.show(
            "listening_mark.html",
            frame,
            HTTPStatus.UNPROCESSABLE_ENTITY if note else HTTPStatus.OK,
            code=code,
            kinds=list(MarkKind),
            labels=self._listening.labels,
            kind=visit.form.get("kind", ""),
            label=visit.form.get("label", ""),
            said=visit.form.get("words", ""),
            most_mark=MOST_MARK_CHARS,
        )

    def _may_change(self, visit: Visit) -> bool:
        return self._desk.has_right(visit.member, Right.LISTEN_CHANGE)

    def _require(self, visit: Visit, right: Right = Right.LISTEN_SEE) -> None:
        """Answer for a page that is not for this role as for one that does not exist."""
        if not self._desk.has_right(visit.member, right):
            raise HTTPException(HTTPStatus.NOT_FOUND)


def _newest(versions: list[ChangeView]) -> int:
    return next((one.version for one in versions if one.version is not None), 0)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for one in text.splitlines() if (line := " ".join(one.split()))))


def _kind_of(name: str) -> ChangeKind:
    if name not in [known.value for known in ChangeKind]:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return ChangeKind(name)


def _id_of(visit: Visit) -> str:
    name: str = visit.request.path_params["id"]
    if _ID.fullmatch(name) is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return name
