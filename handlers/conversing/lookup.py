"""Answer what the conversation asks the world: which area is meant, which units are near."""

from collections.abc import Sequence
from datetime import datetime

from bot.care.geography import places
from bot.care.geography.gazetteer import DISTRICT, VILLAGE, Area, AreaCode, Gazetteer, level_of, parent_of
from bot.care.units import matching
from bot.care.units.unit import Open, OpensAt, Unit, local_time, opening
from bot.dialogue.answers import choose_from
from bot.dialogue.effects import LookUp
from bot.dialogue.events import Found, Offer
from handlers.world import World

#: Offered when none of the candidates fits: start again from the provinces.
_OTHER = "other"
#: Offered after the provinces that have units.
_MORE = "more"


def look_up(world: World, asked: LookUp) -> Found:
    """Reply to a question about an area; never raises, an empty reply asks the person to say it differently."""
    return _Areas(world, asked).find()


def place_name(gazetteer: Gazetteer, code: str) -> str:
    """Name an area with what is around it, smallest first."""
    return ", ".join(area.name for area in reversed(gazetteer.lineage(code)[-3:]))


class _Areas:
    """One question about an area: tapped, typed or shared."""

    def __init__(self, world: World, asked: LookUp) -> None:
        self._world = world
        self._asked = asked

    def find(self) -> Found:
        asked = self._asked
        if asked.position is not None:
            return self._locate(*asked.position)
        if asked.picked is not None:
            return self._open(asked.picked)
        return self._search(asked.text) if asked.text else self._provinces("")

    def _locate(self, latitude: float, longitude: float) -> Found:
        understood = places.understand_point(self._world.gazetteer, latitude, longitude)
        if understood.out_of_coverage:
            return self._provinces("area_abroad")
        districts = {parent_of(AreaCode(village)) for village in understood.nearby}
        if understood.settled is not None and len(districts) == 1:
            return Found(self._asked.key, settled=understood.settled)
        return self._ask_which_village(understood.nearby)

    def _ask_which_village(self, nearby: Sequence[str]) -> Found:
        """Show where a location seems to be, nearest first; whichever is tapped settles its kecamatan."""
        offers = tuple(Offer(code, place_name(self._world.gazetteer, code)) for code in nearby)
        district = parent_of(AreaCode(nearby[0]))
        text = self._say("area_check", place=place_name(self._world.gazetteer, district or nearby[0]))
        return Found(self._asked.key, text=text, offers=(*offers, Offer(_OTHER, self._say("area_other"))))

    def _search(self, text: str) -> Found:
        typed = choose_from(tuple((code, self._label(code)) for code in self._asked.offered), text)
        if typed is not None:
            return self._open(typed)
        understood = places.understand_text(self._world.gazetteer, text)
        if understood.settled is None and not understood.candidates:
            return self._provinces("area_vague" if understood.vague else "area_not_found")
        if understood.within is not None and self._is_enough(understood.within):
            return Found(self._asked.key, settled=understood.within)
        return self._settle_or_ask(understood, "area_candidates")

    def _settle_or_ask(self, understood: places.Understood, question: str) -> Found:
        if understood.settled is not None:
            return Found(self._asked.key, settled=understood.settled)
        candidates = understood.candidates
        if len(candidates) == 1:
            question = "area_confirm"
        gazetteer = self._world.gazetteer
        parents = {
            gazetteer.lineage(code)[-2].code if len(gazetteer.lineage(code)) > 1 else None for code in candidates
        }
        if len(candidates) > 1 and len(parents) == 1 and (parent := parents.pop()) is not None:
            return self._children_of(parent, candidates)
        offers = [Offer(code, place_name(self._world.gazetteer, code)) for code in candidates]
        other = Offer(_OTHER, self._say("area_other"))
        return Found(self._asked.key, text=self._say(question), offers=(*offers, other))

    def _open(self, code: str) -> Found:
        if code == _MORE:
            return self._other_provinces()
        if code == _OTHER or self._world.gazetteer.area(code) is None:
            return self._provinces("area_ask_province")
        if level_of(AreaCode(code)) == VILLAGE:
            return Found(self._asked.key, settled=parent_of(AreaCode(code)))
        if level_of(AreaCode(code)) == DISTRICT or self._is_enough(AreaCode(code)):
            return Found(self._asked.key, settled=code)
        return self._children_of(code, [area.code for area in self._world.gazetteer.children(code)])

    def _children_of(self, parent: str, codes: Sequence[str]) -> Found:
        is_province = "." not in parent
        question = "area_ask_regency" if is_province else "area_ask_district"
        areas = [area for code in codes if (area := self._world.gazetteer.area(code)) is not None]
        text = self._say(question, place=place_name(self._world.gazetteer, parent))
        return Found(self._asked.key, text=text, offers=(*_offers(areas), Offer(_OTHER, self._say("area_other"))))

    def _provinces(self, question: str) -> Found:
        """Offer the provinces that have units first; the others are one tap further.

        `question`: a phrase, or empty for the question of the flow itself.
        """
        with_units = {unit.province for unit in self._world.units.values() if unit.active}
        areas = sorted(self._world.gazetteer.children(None), key=lambda area: area.name)
        near = [area for area in areas if area.code in with_units]
        more = Offer(_MORE, self._say("area_more"))
        return Found(self._asked.key, text=self._say(question) if question else "", offers=(*_offers(near), more))

    def _other_provinces(self) -> Found:
        with_units = {unit.province for unit in self._world.units.values() if unit.active}
        areas = [area for area in self._world.gazetteer.children(None) if area.code not in with_units]
        offers = _offers(sorted(areas, key=lambda area: area.name))
        return Found(self._asked.key, text=self._say("area_ask_province"), offers=offers)

    def _is_enough(self, area: AreaCode) -> bool:
        world = self._world
        return matching.is_enough(
            world.units.map, world.gazetteer, world.travel, area, wanted=lambda unit: unit.takes_handoffs
        )

    def _label(self, code: str) -> str:
        """Return the label under which a code is on offer."""
        if code in (_OTHER, _MORE):
            return self._say("area_other" if code == _OTHER else "area_more")
        area = self._world.gazetteer.area(code)
        return area.name if area else code

    def _say(self, phrase: str, **words: object) -> str:
        return self._world.script.say(phrase, self._asked.language, **words)


def unit_name(world: World, unit_id: str) -> str:
    """Name a unit; one that the directory has no more is named by its id."""
    unit = world.units.get(unit_id)
    return unit_id if unit is None else unit.name


def opens(world: World, unit: Unit, now: datetime, language: str) -> dict[str, str]:
    """Say the day and time at which a closed unit opens next, on its own clock; empty when open or unknown."""
    match opening(unit, local_time(unit, now)):
        case OpensAt(weekday, at):
            zone = world.script.say(f"zone_{unit.timezone.partition('/')[2].lower()}", language)
            return {"day": world.script.say(f"day_{weekday}", language), "time": f"{at:%H.%M} {zone}"}
        case Open():
            return {}
        case _:
            return {}


def _offers(areas: Sequence[Area]) -> tuple[Offer, ...]:
    return tuple(Offer(area.code, area.name) for area in areas)
