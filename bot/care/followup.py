"""When a check-in is due, when it may be sent, and which answers call a human."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.care.lateness import Kind, Rule
from bot.care.privacy.discretion import read_telling

#: Finds no word in anything.
NOTHING_TELLS = re.compile(r"(?!)")
_LATE_PER_MINUTE = 600


class PlansError(ValueError):
    """The reminder plans say something that cannot be; the message names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Check-ins of one stage.  `days`: counted from the day the stage was set.  `at`: on the person's clock."""

    flow: str
    at: time
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plans:
    """Everything content says about follow-up.

    `zones`: province code -> IANA zone.  `worry`: flow -> question -> choices that make a task.  `telling`: words that
    nothing sent unasked may hold.  `late_per_minute`: how many late ones go out in a minute.
    """

    plans: Mapping[str, Plan]
    kinds: Mapping[str, Kind]
    zones: Mapping[str, str]
    worry: Mapping[str, Mapping[str, tuple[str, ...]]]
    quiet: tuple[time, time]
    telling: re.Pattern[str] = NOTHING_TELLS
    late_per_minute: int = _LATE_PER_MINUTE

    def zone(self, area_code: str | None) -> str:
        """Return the zone of an area; the default one where the area is not known."""
        return self.zones.get((area_code or "")[:2], self.zones["default"])


def read_plans(document: Mapping[str, Any], quiet: tuple[time, time]) -> Plans:
    """Read content/reminders.toml.

    `quiet`: when nothing is sent, from and until.  Raises PlansError naming what is missing or unknown.
    """
    plans = {name: _plan(name, row) for name, row in document.get("plan", {}).items()}
    kinds = {name: _kind(name, row) for name, row in document.get("kind", {}).items()}
    for name, plan in plans.items():
        if plan.flow not in kinds:
            raise PlansError(f"reminders.toml: plan.{name}: flow {plan.flow!r} has no [kind.{plan.flow}]")
    zones = document.get("zones", {})
    if "default" not in zones:
        raise PlansError('reminders.toml: [zones] needs default = "Asia/Jakarta" or another zone')
    for zone in set(zones.values()):
        _check_zone(zone)
    worry = {
        flow: {question: tuple(choices) for question, choices in questions.items()}
        for flow, questions in document.get("worry", {}).items()
    }
    telling = document.get("discreet", {}).get("words", ())
    if not telling:
        raise PlansError("reminders.toml: [discreet] needs words = [those that tell a bystander what this is about]")
    return Plans(plans, kinds, zones, worry, quiet, read_telling(telling), _late_per_minute(document))


def occasions(plan: Plan, stage: str, started_at: datetime, zone: str) -> tuple[tuple[str, str, datetime], ...]:
    """List (kind, slot, due time in UTC) of a plan that starts at an aware time in the person's zone."""
    first = started_at.astimezone(ZoneInfo(zone)).date()
    return tuple(
        (
            plan.flow,
            f"{stage}:{first:%Y%m%d}:{day}",
            datetime.combine(first + timedelta(days=day), plan.at, ZoneInfo(zone)).astimezone(UTC),
        )
        for day in plan.days
    )


def after_quiet(moment: datetime, zone: str, quiet: tuple[time, time]) -> datetime:
    """Return the moment itself if it may be sent, else the end of the quiet hours (UTC)."""
    starts, ends = quiet
    local = moment.astimezone(ZoneInfo(zone))
    clock = local.time()
    overnight = starts > ends
    is_quiet = (clock >= starts or clock < ends) if overnight else starts <= clock < ends
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=1 if overnight and clock >= starts else 0)
    return datetime.combine(day, ends, ZoneInfo(zone)).astimezone(UTC)


def worries(plans: Plans, flow: str, answers: Mapping[str, object]) -> bool:
    """Tell whether a check-in holds an answer that calls a human."""
    watched = plans.worry.get(flow, {})
    return any(_is_among(answers.get(question), choices) for question, choices in watched.items())


def _is_among(answer: object, choices: tuple[str, ...]) -> bool:
    if isinstance(answer, bool):
        return ("yes" if answer else "no") in choices
    picked = answer if isinstance(answer, tuple) else (answer,)
    return any(choice in choices for choice in picked)


def _plan(name: str, row: Mapping[str, Any]) -> Plan:
    try:
        days = tuple(sorted(int(day) for day in row["days"]))
        return Plan(row["flow"], time.fromisoformat(row["at"]), days)
    except (KeyError, ValueError, TypeError):
        raise PlansError(f'reminders.toml: plan.{name}: needs flow, at = "HH:MM" and days = [numbers]') from None


def _kind(name: str, row: Mapping[str, Any]) -> Kind:
    try:
        rule = Rule(row["late"])
    except (KeyError, ValueError):
        known = ", ".join(rule.value for rule in Rule)
        raise PlansError(f"reminders.toml: kind.{name}: needs late = what becomes of a late one: {known}") from None
    try:
        in_time, missed = timedelta(hours=row["send_within_hours"]), timedelta(hours=row["miss_after_hours"])
        given_up = timedelta(hours=row["give_up_after_hours"]) if "give_up_after_hours" in row else None
    except (KeyError, TypeError):
        raise PlansError(f"reminders.toml: kind.{name}: needs send_within_hours and miss_after_hours") from None
    if given_up is not None and given_up <= in_time:
        raise PlansError(f"reminders.toml: kind.{name}: give_up_after_hours must be more than send_within_hours")
    return Kind(rule, in_time, missed, given_up)


def _late_per_minute(document: Mapping[str, Any]) -> int:
    pace = document.get("late", {}).get("at_most_per_minute", _LATE_PER_MINUTE)
    if not isinstance(pace, int) or pace < 1:
        raise PlansError("reminders.toml: late.at_most_per_minute must be a number from 1 on")
    return pace


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise PlansError(f"reminders.toml: [zones] {zone!r} is not a time zone, such as Asia/Makassar") from None
