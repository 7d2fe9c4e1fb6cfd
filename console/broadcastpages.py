"""The pages of broadcasts: write, choose the audience, try, approve together, send, and see how it goes."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.broadcastforms import join_regions, read_start, read_written
from console.gate import Visit, inside
from console.pages import Pages
from console.rendering import Renderer, redirect
from handlers.broadcasts.desk import (
    Act,
    Audience,
    BroadcastDesk,
    Content,
    Group,
    PictureFlaw,
    Result,
    Stage,
    State,
    Topic,
    View,
    Written,
)
from handlers.office.desk import Desk, Right

_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HOME: Final = "/desk/broadcasts"
#: States in which the audience is counted anew whenever somebody looks.
_COUNTED: Final = frozenset({State.DRAFT, State.ASKED, State.APPROVED})
#: What is said after an act that was done.
_DONE: Final = MappingProxyType(
    {
        Act.EDIT: "broadcast_saved",
        Act.DRY_RUN: "broadcast_tried",
        Act.ASK: "broadcast_asked",
        Act.DECIDE: "broadcast_decided",
        Act.TAKE_BACK: "broadcast_back",
        Act.SEND: "broadcast_sent",
        Act.PAUSE: "broadcast_paused",
        Act.RESUME: "broadcast_resumed",
        Act.STOP: "broadcast_stopped",
        Act.DISCARD: "broadcast_deleted",
    }
)
_NOT_DONE: Final = MappingProxyType(
    {
        Result.GONE: "gone",
        Result.CHANGED: "wish_changed",
        Result.OWN: "own_wish",
        Result.FAULTY: "broadcast_faulty",
        Result.UNTRIED: "broadcast_untried",
        Result.TOO_SMALL: "broadcast_small",
        Result.TOO_CLOSE: "broadcast_close",
        Result.NO_TIME: "broadcast_no_time",
    }
)


class BroadcastPages:
    """Shows broadcasts to who may write or approve them; to others there are none."""

    def __init__(self, desk: Desk, renderer: Renderer, pages: Pages) -> None:
        """Show the broadcasts of a desk."""
        self._desk = desk
        self._broadcasts: BroadcastDesk = desk.broadcasts
        self._renderer = renderer
        self._pages = pages

    async def show_list(self, visit: Visit) -> Response:
        """Show every broadcast that is kept."""
        can_write = self._require(visit)
        frame = await self._pages.frame(visit, _HOME)
        entries = await self._broadcasts.entries(visit.member)
        zone = self._desk.zone(visit.member)
        return self._renderer.show("broadcasts.html", frame, entries=entries, can_write=can_write, zone=zone)

    async def show_new(self, visit: Visit) -> Response:
        """Show an empty form."""
        self._require_writer(visit)
        return await self._show_form(visit, "", Written(0, Content(), Audience(Group.CLIENTS)))

    async def create(self, visit: Visit) -> Response:
        """Begin a draft with what was written so far."""
        self._require_writer(visit)
        written = await self._read(visit)
        if isinstance(written, PictureFlaw):
            return await self._show_refused(visit, "", written)
        made = await self._broadcasts.draft(visit.member, written)
        if made is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._after_saving(visit, made)

    async def show_one(self, visit: Visit) -> Response:
        """Show a broadcast: how it arrives, what is wrong with it, what can be done, how it goes."""
        view = await self._find(visit)
        frame = await self._pages.frame(visit, f"{_HOME}/{view.id}")
        is_counted = view.state in _COUNTED and view.is_audience_fit
        counted = await self._broadcasts.count(visit.member, view.audience) if is_counted else None
        return self._renderer.show(
            "broadcast.html",
            frame,
            view=view,
            counted=counted,
            regions=self._name_regions(view.audience),
            least=self._broadcasts.smallest_group(),
            zone=self._desk.zone(visit.member),
        )

    async def give_picture(self, visit: Visit) -> Response:
        """Give the picture of a broadcast to who may see it."""
        file = await self._broadcasts.picture(visit.member, _id_of(visit))
        if file is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(file.body, media_type=file.kind)

    async def show_progress(self, visit: Visit) -> Response:
        """Give the script how far a broadcast has come."""
        view = await self._find(visit)
        return self._renderer.show("broadcast_progress.html", inside(visit, f"{_HOME}/{view.id}", {}), view=view)

    async def show_edit(self, visit: Visit) -> Response:
        """Show the form of a broadcast that has not begun to be sent."""
        view = await self._find(visit)
        if Act.EDIT not in view.may:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return await self._show_form(visit, view.id, Written(view.revision, view.content, view.audience))

    async def save(self, visit: Visit) -> Response:
        """Keep what was changed; the words somebody else would write over stay in the boxes."""
        self._require_writer(visit)
        broadcast_id, written = _id_of(visit), await self._read(visit)
        if isinstance(written, PictureFlaw):
            return await self._show_refused(visit, broadcast_id, written)
        match await self._broadcasts.edit(visit.member, broadcast_id, written):
            case Result.DONE:
                return self._after_saving(visit, broadcast_id)
            case Result.CHANGED:
                newer = await self._find(visit)
                content = replace(written.content, picture=newer.content.picture)
                written = Written(newer.revision, content, written.audience)
                return await self._show_form(visit, broadcast_id, written, "broadcast_newer", HTTPStatus.CONFLICT)
            case _:
                raise HTTPException(HTTPStatus.NOT_FOUND)

    async def act(self, visit: Visit) -> Response:
        """Do one thing with a broadcast and lead back to a page that says what became of it."""
        name: str = visit.request.path_params["act"]
        act = Act(name) if name in [known.value for known in Act] else None
        do = self._doing(visit).get(act) if act is not None else None
        if act is None or do is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        broadcast_id = _id_of(visit)
        result = await do(broadcast_id)
        is_there = not (result is Result.GONE or (act is Act.DISCARD and result is Result.DONE))
        note = _DONE[act] if result is Result.DONE else _NOT_DONE[result]
        return redirect(f"{_HOME}/{broadcast_id}" if is_there else _HOME, visit.language, note=note)

    def _doing(self, visit: Visit) -> dict[Act, Callable[[str], Awaitable[Result]]]:
        member, broadcasts = visit.member, self._broadcasts

        async def decide(broadcast_id: str, *, agrees: bool) -> Result:
            seen = visit.form.get("seen", "")
            return await broadcasts.decide(member, broadcast_id, seen if _HASH.fullmatch(seen) else "", agrees=agrees)

        async def send(broadcast_id: str) -> Result:
            try:
                at = read_start(visit.form, self._desk.zone(member))
            except ValueError:
                return Result.NO_TIME
            return await broadcasts.send(member, broadcast_id, at)

        return {
            Act.DRY_RUN: lambda one: broadcasts.dry_run(member, one),
            Act.ASK: lambda one: broadcasts.ask(member, one),
            Act.DECIDE: lambda one: decide(one, agrees=visit.form.get("answer") == "yes"),
            Act.TAKE_BACK: lambda one: decide(one, agrees=False),
            Act.SEND: send,
            Act.PAUSE: lambda one: broadcasts.pause(member, one),
            Act.RESUME: lambda one: broadcasts.resume(member, one),
            Act.STOP: lambda one: broadcasts.stop(member, one),
            Act.DISCARD: lambda one: broadcasts.discard(member, one),
        }

    async def _read(self, visit: Visit) -> Written | PictureFlaw:
        """Read the form with the file that goes along, drawn anew."""
        written = read_written(visit.form, self._broadcasts.languages())
        if not visit.file:
            return written
        file = await self._broadcasts.redraw(visit.file)
        return file if isinstance(file, PictureFlaw) else replace(written, file=file)

    async def _show_refused(self, visit: Visit, broadcast_id: str, flaw: PictureFlaw) -> Response:
        """Show the form again with everything that was written, and say why the picture was not taken."""
        written, note = read_written(visit.form, self._broadcasts.languages()), f"picture_{flaw}"
        return await self._show_form(visit, broadcast_id, written, note, HTTPStatus.UNPROCESSABLE_ENTITY)

    async def _show_form(
        self, visit: Visit, broadcast_id: str, written: Written, note: str = "", status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        home = f"{_HOME}/{broadcast_id}" if broadcast_id else _HOME
        path, target = (f"{home}/edit", f"{home}/save") if broadcast_id else (f"{home}/new", f"{home}/add")
        frame = await self._pages.frame(visit, path, note)
        provinces = self._broadcasts.provinces()
        return self._renderer.show(
            "broadcast_form.html",
            frame,
            status,
            home=home,
            target=target,
            revision=written.revision,
            content=written.content,
            audience=written.audience,
            languages=self._broadcasts.languages(),
            joined=join_regions(written.audience),
            regions=self._name_regions(written.audience),
            areas=[(code, name, self._broadcasts.regencies(code)) for code, name in provinces],
            groups=list(Group),
            topics=list(Topic),
            stages=list(Stage),
        )

    def _after_saving(self, visit: Visit, broadcast_id: str) -> Response:
        """Lead back to the form while regions are still being chosen, else on to the broadcast."""
        is_choosing = visit.form.get("go") != "save"
        path = f"{_HOME}/{broadcast_id}/edit#audience" if is_choosing else f"{_HOME}/{broadcast_id}"
        note = {} if is_choosing else {"note": "broadcast_saved"}
        return redirect(path, visit.language, **note)

    def _name_regions(self, audience: Audience) -> list[tuple[str, str]]:
        return [(code, self._broadcasts.name_region(code)) for code in audience.regions]

    async def _find(self, visit: Visit) -> View:
        view = await self._broadcasts.view(visit.member, _id_of(visit))
        if view is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return view

    def _require(self, visit: Visit) -> bool:
        """Answer for a page that is not for this role as for one that does not exist; tell whether it may write."""
        can_write = self._desk.has_right(visit.member, Right.BROADCAST)
        if not (can_write or self._desk.has_right(visit.member, Right.APPROVE_BROADCAST)):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return can_write

    def _require_writer(self, visit: Visit) -> None:
        if not self._require(visit):
            raise HTTPException(HTTPStatus.NOT_FOUND)


def _id_of(visit: Visit) -> str:
    name: str = visit.request.path_params["id"]
    if _ID.fullmatch(name) is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return name
