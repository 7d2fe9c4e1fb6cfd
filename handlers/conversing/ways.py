"""Say in plain words how somebody gets to a unit."""

from collections.abc import Iterator

from bot.care.geography.travel import Leg, Way, round_minutes
from bot.dialogue.script import Script

_MINUTES_UNTIL = 90
_WORTH_SAYING_MINUTES = 20
_HALF_HOUR = 30


def describe_way(script: Script, way: Way | None, language: str) -> str:
    """Say how long a way takes, and by which boats; short walks and drives in between go without saying.

    `way`: None where none is known.
    """
    if way is None:
        return script.say("way_unknown", language)
    time = _time(script, way.minutes, language)
    legs = list(_legs(script, way, language))
    if not legs:
        return script.say("way_land", language, time=time)
    return script.say("way_sea", language, time=time, legs=", ".join(legs))


def _legs(script: Script, way: Way, language: str) -> Iterator[str]:
    if all(leg.kind == "land" for leg in way.legs):
        return
    for leg in way.legs:
        if leg.kind != "land" or leg.minutes >= _WORTH_SAYING_MINUTES:
            yield _leg(script, leg, language)


def _leg(script: Script, leg: Leg, language: str) -> str:
    phrase = f"leg_{leg.kind}" if leg.to else "leg_last"
    return script.say(phrase, language, time=_time(script, leg.minutes, language), to=leg.to)


def _time(script: Script, minutes: int, language: str) -> str:
    if minutes < _MINUTES_UNTIL:
        return script.say("time_minutes", language, count=round_minutes(minutes))
    halves = round(minutes / _HALF_HOUR)
    return script.say("time_hours_half" if halves % 2 else "time_hours", language, count=halves // 2)
