"""Help somebody choose a unit: which are near, what is wished of them, where they do not want to be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

from bot.care.geography import places
from bot.care.geography.gazetteer import AreaCode
from bot.care.units import matching
from bot.care.units.unit import Unit, local_time
from bot.care.units.unitmap import UnitMap
from bot.care.units.wishes import Fitting, Search, Wanted, Wish, offer
from bot.dialogue.answers import choose_from
from bot.dialogue.effects import LookUp
from bot.dialogue.events import Found, Offer
from bot.dialogue.flow import Answer
from handlers.conversing.lookup import opens, place_name
from handlers.conversing.ways import describe_way
from handlers.world import World
from storage.casework import vacancies
from storage.casework.vacancies import Vacancy
from storage.transaction import Work

#: Keys of the questions on request that hold what a person wishes, and where they do not want to be sent.
WISHES, AVOIDED = "wishes", "avoided"
_UNITS_OFFERED = 3
_REGENCIES_OFFERED, _LOOKED_THROUGH = 6, 60
#: Buttons under the units; no unit has an underscore in its id.
_CHOOSE_WISHES, _DROP_WISHES, _OTHER_PLACE = "_wishes", "_no_wishes", "_other_place"
_PLACE = "area"
#: Reasons that say already that a wish is unknown.
_SAYS_AS_MUCH: Mapping[Wish, matching.ReasonId] = {"open_now": "ask_hours", "free": "ask_about_cost"}
_KNOWN_WISHES: tuple[Wish, ...] = get_args(Wish)
#: Counts only together with the area it is about, which is a question of its own.
_WITH_AN_AREA: Wish = "elsewhere"


def choose_unit(work: Work, world: World, asked: LookUp) -> Found:
    """Reply to a question about a unit, or about the region it must not lie in; never raises.

    Of source `units` are those that answer in the service; of `directory` all of them, for who wants to go there.
    """
    if asked.source == "regions":
        return _Regions(world, asked, work.now).find()
    return _Units(world, asked, work.now, vacancies.load_vacancies(work)).find()


def may_be_sent(world: World, answers: Mapping[str, Answer], unit: Unit) -> bool:
    """Tell whether somebody can be passed on to a unit without asking them: nothing they wished speaks against it.

    Wishes of the moment, such as opening hours, do not bind whoever looks for a second unit.
    """
    wanted = _wanted(answers)
    said = world.units.particulars.get(unit.id)
    if wanted.avoided and unit.area.startswith(wanted.avoided):
        return False
    return not ("women" in wanted.wishes and said is not None and said.women_counsellor is False)


def say_way(world: World, answers: Mapping[str, Answer], unit_id: str, language: str) -> str:
    """Say how somebody gets from where they live to a unit; empty when either is not known."""
    area, unit = answers.get("area"), world.units.get(unit_id)
    if not isinstance(area, str) or unit is None:
        return ""
    only = UnitMap([replace(unit, active=True)])
    found = matching.rank(only, world.gazetteer, world.travel, AreaCode(area), 1)
    return describe_way(world.script, found[0].way, language) if found else ""


def free_places(known: Mapping[str, Vacancy], unit: Unit, now: datetime) -> int | None:
    """Tell how many places a unit has this week, on its own calendar; None where it has not said."""
    said = known.get(unit.id)
    return None if said is None or said.monday != monday_of(unit, now) else said.places


def full_units(world: World, known: Mapping[str, Vacancy], now: datetime) -> frozenset[str]:
    """List the units that say they have no place this week."""
    units = (world.units[unit_id] for unit_id in known if unit_id in world.units)
    return frozenset(unit.id for unit in units if free_places(known, unit, now) == 0)


def monday_of(unit: Unit, now: datetime) -> str:
    """Name the week it is at a unit by its Monday, as in 2026-11-23."""
    today = local_time(unit, now).date()
    return f"{today - timedelta(days=today.weekday())}"


class _Units:
    """One question about units near an area the person has named."""

    def __init__(self, world: World, asked: LookUp, now: datetime, known: Mapping[str, Vacancy]) -> None:
        self._world = world
        self._asked = asked
        self._now = now
        self._vacancies = known

    def find(self) -> Found:
        picked = self._asked.picked
        if picked == _CHOOSE_WISHES:
            return Found(self._asked.key, opens=WISHES)
        if picked == _DROP_WISHES:
            return self._show({WISHES: ()})
        if picked == _OTHER_PLACE:
            return Found(self._asked.key, opens=_PLACE)
        unit = self._world.units.get(picked or "")
        if unit is not None and unit.active and self._is_wanted(unit):
            return Found(self._asked.key, settled=unit.id)
        return self._hear(self._asked.text) if self._asked.text else self._show({})

    def _hear(self, text: str) -> Found:
        """Take typed words as a unit on offer, a button under them, or one more wish."""
        shown = self._offers(self._fitting(_wanted(self._asked.known)), _wanted(self._asked.known))
        typed = choose_from(tuple((one.id, one.label) for one in shown), text)
        match typed:
            case None:
                return self._show(self._heard_wish(text))
            case "_wishes":
                return Found(self._asked.key, opens=WISHES)
            case "_no_wishes":
                return self._show({WISHES: ()})
            case "_other_place":
                return Found(self._asked.key, opens=_PLACE)
            case _:
                return Found(self._asked.key, settled=typed)

    def _heard_wish(self, text: str) -> dict[str, Answer]:
        wordings = tuple((wish, self._say(f"wish_{wish}")) for wish in _KNOWN_WISHES if wish != _WITH_AN_AREA)
        wish = choose_from(wordings, text) if not text.strip().isdecimal() else None
        before = _wanted(self._asked.known).wishes
        return {WISHES: tuple(dict.fromkeys((*before, wish)))} if wish else {}

    def _show(self, also: Mapping[str, Answer]) -> Found:
        """Offer the units that fit; `also` settles other wishes than those known."""
        wanted = _wanted({**self._asked.known, **also})
        fitting = self._fitting(wanted)
        offers = self._offers(fitting, wanted)
        if fitting:
            lines = "\n".join(f"{place}. {self._line(one)}" for place, one in enumerate(fitting, start=1))
            return Found(self._asked.key, text=f"{self._heading(fitting, wanted)}\n\n{lines}", offers=offers, also=also)
        text = self._say("unit_none_fits", wishes=self._name(wanted)) if wanted.wishes else self._say("unit_none")
        return Found(self._asked.key, text=text, offers=offers, also=also)

    def _fitting(self, wanted: Wanted) -> tuple[Fitting, ...]:
        search = self._search()
        return () if search is None else offer(search, wanted, _UNITS_OFFERED)

    def _search(self) -> Search | None:
        area = self._asked.known.get(_PLACE)
        if not isinstance(area, str):
            return None
        world = self._world
        return Search(
            world.units.map,
            self._is_wanted,
            world.units.particulars,
            world.gazetteer,
            world.travel,
            AreaCode(area),
            self._now,
            full_units(world, self._vacancies, self._now),
        )

    def _offers(self, fitting: Sequence[Fitting], wanted: Wanted) -> tuple[Offer, ...]:
        units = [Offer(one.offer.unit.id, one.offer.unit.name) for one in fitting]
        if wanted.wishes:
            units.append(Offer(_CHOOSE_WISHES, self._say("unit_wishes_again")))
            units.append(Offer(_DROP_WISHES, self._say("unit_wishes_none")))
        elif fitting:
            units.append(Offer(_CHOOSE_WISHES, self._say("unit_wishes")))
        if not (fitting and matching.is_sensible(fitting[0].offer)):
            units.append(Offer(_OTHER_PLACE, self._say("unit_other_place")))
        return tuple(units)

    def _heading(self, fitting: Sequence[Fitting], wanted: Wanted) -> str:
        offers = [one.offer for one in fitting]
        phrase = "unit_offer_close" if matching.are_about_as_far(offers) else "unit_offer"
        if not matching.is_sensible(offers[0]):
            phrase = "unit_offer_far"
        heading = self._say(phrase, place=place_name(self._world.gazetteer, str(self._asked.known[_PLACE])))
        return f"{heading}\n\n{self._say('unit_wished', wishes=self._name(wanted))}" if wanted.wishes else heading

    def _name(self, wanted: Wanted) -> str:
        names = (
            self._say("wish_not_in", place=place_name(self._world.gazetteer, wanted.avoided))
            if wish == _WITH_AN_AREA and wanted.avoided
            else self._say(f"wish_{wish}")
            for wish in wanted.wishes
        )
        return ", ".join(names)

    def _is_wanted(self, unit: Unit) -> bool:
        return unit.takes_handoffs or self._asked.source == "directory"

    def _line(self, fitting: Fitting) -> str:
        found = fitting.offer
        reasons = [self._reason(reason, found.unit) for reason in found.reasons]
        unsaid = (wish for wish in fitting.unknown if _SAYS_AS_MUCH.get(wish) not in found.reasons)
        reasons += [self._say("wish_unknown", wish=self._say(f"wish_{wish}")) for wish in unsaid]
        free = free_places(self._vacancies, found.unit, self._now)
        if free is not None:
            reasons.append(self._say("reason_places" if free else "reason_no_places", count=free))
        if not found.unit.takes_handoffs:
            reasons.append(self._say("reason_only_info"))
        why = f" · {', '.join(reasons)}" if reasons else ""
        way = describe_way(self._world.script, found.way, self._asked.language)
        return self._say("unit_line", name=found.unit.name, way=way, why=why)

    def _reason(self, reason: str, unit: Unit) -> str:
        if reason == "opens_at":
            return self._say("reason_opens_at", **opens(self._world, unit, self._now, self._asked.language))
        return self._say(f"reason_{reason}")

    def _say(self, phrase: str, **words: object) -> str:
        return self._world.script.say(phrase, self._asked.language, **words)


class _Regions:
    """One question about the region a unit must not lie in: tapped or typed, a regency or a province."""

    def __init__(self, world: World, asked: LookUp, now: datetime) -> None:
        self._world = world
        self._asked = asked
        self._now = now

    def find(self) -> Found:
        picked = self._asked.picked
        if picked is not None and self._world.gazetteer.area(picked) is not None:
            return Found(self._asked.key, settled=picked)
        text = self._asked.text or ""
        typed = choose_from(tuple((code, self._name(code)) for code in self._asked.offered), text)
        if typed is not None:
            return Found(self._asked.key, settled=typed)
        return self._search(text) if text else self._offer(self._around())

    def _search(self, text: str) -> Found:
        understood = places.understand_text(self._world.gazetteer, text)
        settled = understood.settled or understood.within
        found = [settled] if settled else list(understood.candidates)
        regions = list(dict.fromkeys(code[: len("74.71")] for code in found))
        if len(regions) == 1:
            return Found(self._asked.key, settled=regions[0])
        return self._offer(regions or self._around())

    def _around(self) -> list[str]:
        """List the regencies of the units nearest to the person."""
        area = self._asked.known.get(_PLACE)
        if not isinstance(area, str):
            return []
        world = self._world
        ranked = matching.rank(world.units.map, world.gazetteer, world.travel, AreaCode(area), _LOOKED_THROUGH)
        codes = dict.fromkeys(one.unit.area[: len("74.71")] for one in ranked if matching.is_sensible(one))
        return list(codes)[:_REGENCIES_OFFERED]

    def _offer(self, codes: Sequence[str]) -> Found:
        return Found(self._asked.key, offers=tuple(Offer(code, self._name(code)) for code in codes))

    def _name(self, code: str) -> str:
        return place_name(self._world.gazetteer, code)


def _wanted(known: Mapping[str, Answer]) -> Wanted:
    picked, avoided = known.get(WISHES), known.get(AVOIDED)
    wishes = tuple(wish for wish in _KNOWN_WISHES if isinstance(picked, tuple) and wish in picked)
    return Wanted(wishes, AreaCode(avoided) if isinstance(avoided, str) and _WITH_AN_AREA in wishes else None)
