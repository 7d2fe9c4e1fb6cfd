"""The pages of the desk: queue, cases, one case with its chat, tasks."""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.forms import make_once
from console.gate import Visit, inside
from console.rendering import Frame, Renderer
from handlers.office.desk import OUTCOMES, STAGES, CaseView, Desk, Role

#: Roles that look after cases; what each may do with one is decided behind the desk.
CARING: Final = frozenset({Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD})

_CODE = re.compile(r"[0-9A-Z-]{1,20}", re.ASCII)


class Pages:
    """Shows the desk to who is signed in."""

    def __init__(self, desk: Desk, renderer: Renderer) -> None:
        """Show a desk."""
        self._desk = desk
        self._renderer = renderer

    async def show_queue(self, visit: Visit) -> Response:
        """Show what waits to be taken."""
        frame = await self.frame(visit, "/desk")
        return await self._show_queue(visit, "queue.html", frame)

    async def show_queue_rows(self, visit: Visit) -> Response:
        """Give the script the queue anew."""
        return await self._show_queue(visit, "queue_rows.html", inside(visit, "/desk", {}))

    async def show_cases(self, visit: Visit) -> Response:
        """Show the cases of this person, open and closed."""
        frame = await self.frame(visit, "/desk/cases")
        open_cases = await self._desk.my_cases(visit.member)
        closed_cases = await self._desk.my_cases(visit.member, closed=True)
        cares = visit.member.role in CARING
        return self._renderer.show("cases.html", frame, open_cases=open_cases, closed_cases=closed_cases, cares=cares)

    async def show_case(self, visit: Visit) -> Response:
        """Show a case with its chat."""
        return await self.show_draft(visit, "", HTTPStatus.OK)

    async def show_draft(self, visit: Visit, draft: str, status: HTTPStatus, note: str = "") -> Response:
        """Show a case with words in the box that were not sent."""
        view = await self.find_case(visit)
        frame = await self.frame(visit, f"/desk/cases/{view.code}", note)
        return self._renderer.show(
            "case.html",
            frame,
            status,
            view=view,
            draft=draft,
            once=make_once(),
            outcomes=OUTCOMES,
            stages=STAGES,
        )

    async def show_chat(self, visit: Visit) -> Response:
        """Give the script the moving parts of a case anew."""
        view = await self._desk.refresh(visit.member, code_of(visit))
        if view is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._renderer.show("case_live.html", inside(visit, f"/desk/cases/{view.code}", {}), view=view)

    async def show_tasks(self, visit: Visit) -> Response:
        """Show what a human must look at."""
        frame = await self.frame(visit, "/desk/tasks")
        tasks = await self._desk.tasks(visit.member)
        closed = await self._desk.my_cases(visit.member, closed=True)
        mine = {row.code for row in (*await self._desk.my_cases(visit.member), *closed)}
        zone = self._desk.zone(visit.member)
        cares = visit.member.role in CARING
        return self._renderer.show("tasks.html", frame, tasks=tasks, mine=mine, zone=zone, cares=cares)

    async def find_case(self, visit: Visit) -> CaseView:
        """Return the case an address names; one that may not be read is no more there than one that does not exist."""
        view = await self._desk.case(visit.member, code_of(visit))
        if view is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return view

    async def frame(self, visit: Visit, path: str, note: str = "") -> Frame:
        """Frame a page for who is signed in, with what waits in each part."""
        waiting = await self._desk.queue(visit.member)
        counts = {
            "queue": len(waiting),
            "cases": len(await self._desk.my_cases(visit.member)),
            "tasks": len(await self._desk.tasks(visit.member)),
        }
        frame = inside(visit, path, counts)
        return replace(frame, note=note or frame.note, troubles=await self._desk.troubles())

    async def _show_queue(self, visit: Visit, template: str, frame: Frame) -> Response:
        rows = await self._desk.queue(visit.member)
        cares, watches = visit.member.role in CARING, visit.member.role is Role.COORDINATOR
        return self._renderer.show(template, frame, rows=rows, cares=cares, watches=watches)


def code_of(visit: Visit) -> str:
    """Return the code in the address.  Raises HTTPException when it cannot be one."""
    code: str = visit.request.path_params["code"]
    if _CODE.fullmatch(code) is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return code
