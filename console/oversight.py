"""Pages about what staff did and may do: readings for a reason, approvals, one's own sessions, the audit chain."""

import re
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.gate import Visit
from console.pages import Pages
from console.rendering import Renderer, redirect
from handlers.access import Action, Right, can_ever
from handlers.office.desk import Desk, Reason, Result
from handlers.team.granting import Answer

_CODE: Final = re.compile(r"[0-9A-Za-z -]{1,20}", re.ASCII)
_ROW: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_MOST_WORDS: Final = 300
_NOTES: Final = {Answer.DONE: "decided", Answer.OWN: "own_wish", Answer.CHANGED: "wish_changed", Answer.GONE: "gone"}


class OversightPages:
    """Shows what staff did, and lets two persons decide together."""

    def __init__(self, desk: Desk, renderer: Renderer, pages: Pages) -> None:
        """Show a desk."""
        self._desk = desk
        self._renderer = renderer
        self._pages = pages

    async def show_readings(self, visit: Visit) -> Response:
        """Show the form by which a colleague's case is read, and to who answers for it, who did."""
        readings = await self._desk.oversight.readings(visit.member)
        can_read = can_ever(visit.member, Action.READ_FOR_REASON)
        if readings is None and not can_read:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        frame = await self._pages.frame(visit, "/desk/readings")
        values = {"readings": readings, "can_read": can_read, "reasons": list(Reason), "most_words": _MOST_WORDS}
        return self._renderer.show("readings.html", frame, **values)

    async def read_case(self, visit: Visit) -> Response:
        """Show a colleague's case once; there is one answer for every case that is not to be read, whatever it is."""
        code, reason = visit.form.get("code", ""), visit.form.get("reason", "")
        words = " ".join(visit.form.get("words", "").split())[:_MOST_WORDS]
        is_code = _CODE.fullmatch(code) is not None
        view = await self._desk.case_of_colleague(visit.member, code, reason, words) if is_code else None
        if view is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        frame = await self._pages.frame(visit, "/desk/readings")
        return self._renderer.show("reading.html", frame, view=view)

    async def show_approvals(self, visit: Visit) -> Response:
        """Show what waits for a second person, and the form by which somebody is to be let in."""
        can_grant, can_agree = (self._desk.has_right(visit.member, right) for right in (Right.GRANT, Right.AGREE))
        if not (can_grant or can_agree):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        frame = await self._pages.frame(visit, "/desk/approvals")
        values = {
            **await self._grants(visit),
            **await self._asks(visit),
            "can_grant": can_grant,
            "can_agree": can_agree,
        }
        return self._renderer.show("approvals.html", frame, zone=self._desk.zone(visit.member), **values)

    async def agree(self, visit: Visit) -> Response:
        """Agree to what the operator wants, or refuse it."""
        self._require(visit, Right.AGREE)
        agrees = visit.form.get("answer") == "yes"
        seen = visit.form.get("seen", "")
        seen_hash = bytes.fromhex(seen) if _HASH.fullmatch(seen) else b""
        wish_id = bytes.fromhex(_id_of(visit))
        answer = await self._desk.agreeing.decide(visit.member, wish_id, seen_hash, agrees=agrees)
        return redirect("/desk/approvals", visit.language, note=_NOTES[answer])

    async def ask(self, visit: Visit) -> Response:
        """Ask that somebody be let in."""
        self._require(visit, Right.GRANT)
        fields = (visit.form.get(name, "") for name in ("role", "unit", "alias"))
        is_asked = await self._desk.granting.ask(visit.member, *fields)
        return redirect("/desk/approvals", visit.language, note="asked" if is_asked else "not_asked")

    async def decide(self, visit: Visit) -> Response:
        """Approve or refuse what somebody else asked for."""
        self._require(visit, Right.GRANT)
        agrees = visit.form.get("answer") == "yes"
        seen = visit.form.get("seen", "")
        answer = await self._desk.granting.decide(visit.member, _id_of(visit), seen, agrees=agrees)
        return redirect("/desk/approvals", visit.language, note=_NOTES[answer])

    async def use(self, visit: Visit) -> Response:
        """Let in whom a second person approved, and show the links this once."""
        self._require(visit, Right.GRANT)
        links = await self._desk.granting.use(visit.member, _id_of(visit))
        if links is None:
            return redirect("/desk/approvals", visit.language, note="gone")
        frame = await self._pages.frame(visit, "/desk/approvals")
        return self._renderer.show("links.html", frame, address=self._desk.sign_in_address(links.desk), links=links)

    async def show_sessions(self, visit: Visit) -> Response:
        """Show where this person is signed in."""
        sessions = await self._desk.sessions(visit.member, visit.session)
        frame = await self._pages.frame(visit, "/desk/sessions")
        zone = self._desk.zone(visit.member)
        return self._renderer.show("sessions.html", frame, sessions=sessions, zone=zone)

    async def end_session(self, visit: Visit) -> Response:
        """Sign out one of this person's desks."""
        result = await self._desk.end_session(visit.member, bytes.fromhex(_id_of(visit)))
        note = "session_ended" if result is Result.DONE else "gone"
        return redirect("/desk/sessions", visit.language, note=note)

    async def show_audit(self, visit: Visit) -> Response:
        """Show the audit chain, newest rows first."""
        asked = visit.request.query_params.get("before", "")
        before = int(asked) if _ROW.fullmatch(asked) else None
        lines = await self._desk.oversight.audit_lines(visit.member, before)
        if lines is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        frame = await self._pages.frame(visit, "/desk/audit")
        return self._renderer.show("audit.html", frame, lines=lines, zone=self._desk.zone(visit.member))

    async def _grants(self, visit: Visit) -> dict[str, object]:
        granting = self._desk.granting
        roles, units = granting.roles(visit.member), granting.units(visit.member)
        return {"roles": roles, "units": units, "wishes": await granting.wishes(visit.member)}

    async def _asks(self, visit: Visit) -> dict[str, object]:
        agreeing = self._desk.agreeing
        asks, done_alone = await agreeing.asks(visit.member), await agreeing.done_alone(visit.member)
        return {"asks": asks, "done_alone": done_alone}

    def _require(self, visit: Visit, right: Right) -> None:
        """Answer for a page that is not for this role as for one that does not exist."""
        if not self._desk.has_right(visit.member, right):
            raise HTTPException(HTTPStatus.NOT_FOUND)


def _id_of(visit: Visit) -> str:
    name: str = visit.request.path_params["id"]
    if _ID.fullmatch(name) is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return name
