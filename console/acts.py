"""What forms of the desk do: take, pass on, answer, set the stage, transfer, close, look at a task."""

import re
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import Response

from console.forms import UsedForms
from console.gate import Visit
from console.pages import Pages, code_of
from console.rendering import redirect
from handlers.office.desk import Desk, Result

_TASK = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Acts:
    """Does what is asked and leads back to a page that says what became of it."""

    def __init__(self, desk: Desk, pages: Pages, used: UsedForms) -> None:
        """Act at a desk."""
        self._desk = desk
        self._pages = pages
        self._used = used

    async def take(self, visit: Visit) -> Response:
        """Take a case and open it."""
        code = code_of(visit)
        match await self._desk.accept(visit.member, code):
            case Result.DONE:
                return redirect(f"/desk/cases/{code}", visit.language, note="accepted")
            case Result.TAKEN:
                return redirect("/desk", visit.language, note="taken")
            case Result.GONE:
                return redirect("/desk", visit.language, note="gone")

    async def decline(self, visit: Visit) -> Response:
        """Leave a case to another unit."""
        result = await self._desk.decline(visit.member, code_of(visit))
        return redirect("/desk", visit.language, note=_note(result, "declined"))

    async def speak(self, visit: Visit) -> Response:
        """Say something to the client; words that cannot be sent stay in the box."""
        code = code_of(visit)
        text = visit.form.get("text", "").replace("\r\n", "\n").strip()
        if not text:
            return redirect(f"/desk/cases/{code}", visit.language, note="empty")
        if len(text) > self._desk.max_text_chars:
            return await self._pages.show_draft(visit, text, HTTPStatus.UNPROCESSABLE_ENTITY, "too_long")
        if await self._speak_once(visit, code, text) is Result.DONE:
            return redirect(f"/desk/cases/{code}", visit.language)
        return await self._pages.show_draft(visit, text, HTTPStatus.CONFLICT, "gone")

    async def set_stage(self, visit: Visit) -> Response:
        """Note where the client stands."""
        code = code_of(visit)
        result = await self._desk.set_stage(visit.member, code, visit.form.get("stage", ""))
        return _back_to_case(visit, code, result, "stage")

    async def transfer(self, visit: Visit) -> Response:
        """Give a case to another unit, after which it is no longer this person's."""
        code = code_of(visit)
        result = await self._desk.transfer(visit.member, code, visit.form.get("unit", ""))
        if result is Result.DONE:
            return redirect("/desk/cases", visit.language, note="transferred")
        return _back_to_case(visit, code, result, "transferred")

    async def close(self, visit: Visit) -> Response:
        """Close a case with an outcome."""
        code = code_of(visit)
        result = await self._desk.close_case(visit.member, code, visit.form.get("outcome", ""))
        return _back_to_case(visit, code, result, "closed")

    async def finish_task(self, visit: Visit) -> Response:
        """Note that a human has looked, and stay where that was said."""
        name: str = visit.request.path_params["task"]
        known = _TASK.fullmatch(name) is not None
        result = await self._desk.finish_task(visit.member, bytes.fromhex(name)) if known else Result.GONE
        code = visit.form.get("code", "")
        if code:
            return _back_to_case(visit, code, result, "looked")
        return redirect("/desk/tasks", visit.language, note=_note(result, "looked"))

    async def _speak_once(self, visit: Visit, code: str, text: str) -> Result:
        once = visit.form.get("once", "")
        if not self._used.take(once):
            return Result.DONE
        try:
            result = await self._desk.speak(visit.member, code, text)
        except BaseException:
            self._used.give_back(once)
            raise
        if result is not Result.DONE:
            self._used.give_back(once)
        return result


def _back_to_case(visit: Visit, code: str, result: Result, note: str) -> Response:
    return redirect(f"/desk/cases/{quote(code, safe='')}", visit.language, note=_note(result, note))


def _note(result: Result, done: str) -> str:
    return done if result is Result.DONE else "gone"
