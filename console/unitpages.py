"""The page of the directory, where a unit says how many places it has this week."""

from starlette.responses import Response

from console.gate import Visit
from console.pages import Pages
from console.rendering import Renderer, redirect
from handlers.office.desk import Desk, Result
from handlers.office.vacancy_desk import MOST_PLACES


class UnitPages:
    """Shows the directory to who is signed in."""

    def __init__(self, desk: Desk, pages: Pages, renderer: Renderer) -> None:
        """Show the directory of a desk."""
        self._desk = desk
        self._pages = pages
        self._renderer = renderer

    async def show_units(self, visit: Visit) -> Response:
        """Show the directory."""
        frame = await self._pages.frame(visit, "/desk/units")
        return self._renderer.show(
            "units.html",
            frame,
            units=await self._desk.units(),
            places=await self._desk.vacancies.places(),
            settable=self._desk.vacancies.settable(visit.member),
            most_places=MOST_PLACES,
        )

    async def set_places(self, visit: Visit) -> Response:
        """Keep how many places a unit has this week; an empty box takes it back."""
        said = visit.form.get("places", "").strip()
        unit_id: str = visit.request.path_params["unit"]
        if said and not (said.isascii() and said.isdecimal() and len(said) <= len(str(MOST_PLACES))):
            return redirect("/desk/units", visit.language, note="places_not_kept")
        result = await self._desk.vacancies.set_places(visit.member, unit_id, int(said) if said else None)
        note = "places_kept" if result is Result.DONE else "places_not_kept"
        return redirect("/desk/units", visit.language, note=note)
