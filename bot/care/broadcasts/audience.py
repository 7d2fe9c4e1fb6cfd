"""Whom a broadcast reaches: by area, stage and what people chose to hear of; nothing else can be said here."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Who is written to."""

    CLIENTS = "clients"
    RELATIVES = "relatives"
    AGENTS = "agents"
    STAFF = "staff"  # everybody who works here


class Topic(StrEnum):
    """What people can choose to hear of."""

    SERVICES = "services"  # hours and services of units
    TRAINING = "training"  # courses and work
    MEETINGS = "meetings"  # meetings and activities


class Stage(StrEnum):
    """How far the newest request of a client has come."""

    REFERRED = "referred"
    IN_REHABILITATION = "in_rehabilitation"
    AFTER_REHABILITATION = "after_rehabilitation"


#: Who is asked before anything is sent, and has to be protected by the size of the group.
PEOPLE = frozenset({Group.CLIENTS, Group.RELATIVES})


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a broadcast reaches.

    `topic`: a must for clients and relatives, None for staff.  `regions`: codes of provinces, regencies or cities,
    any of which is enough; empty for the whole country.  `stage`: of clients only, None for whatever stage.
    """

    group: Group
    topic: Topic | None = None
    regions: tuple[str, ...] = ()
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class NewsWishes:
    """What somebody chose to hear of.

    `topics`: wanted now.  `refused`: said no to under a message; nothing but the person's own yes undoes it.
    `is_relative`: asks for somebody else.  `area`: code of the place they gave for this, None for none.  `agreed_at`:
    ISO minute of the newest yes, None without one.  `version`: wording agreed to, None without one.
    """

    topics: frozenset[Topic] = frozenset()
    refused: frozenset[Topic] = frozenset()
    is_relative: bool = False
    area: str | None = None
    agreed_at: str | None = None
    version: str | None = None


def is_whole(audience: Audience) -> bool:
    """Tell whether everything is said that has to be, and nothing that means nothing for this group."""
    if audience.group in PEOPLE:
        return audience.topic is not None and (audience.stage is None or audience.group is Group.CLIENTS)
    return audience.topic is None and audience.stage is None


def wants(audience: Audience, wishes: NewsWishes, stage: str | None) -> bool:
    """Tell whether a person belongs to an audience of people.  `stage`: of their newest request, None without one."""
    is_asked_for = audience.topic in wishes.topics - wishes.refused
    is_right_group = wishes.is_relative == (audience.group is Group.RELATIVES) and audience.group in PEOPLE
    is_right_stage = audience.stage is None or audience.stage == stage
    return is_asked_for and is_right_group and is_right_stage and lies_in(wishes.area, audience.regions)


def lies_in(area: str | None, regions: Iterable[str]) -> bool:
    """Tell whether a place lies in one of the regions; everybody lies in the whole country."""
    chosen = tuple(regions)
    return not chosen or (area is not None and any(area == one or area.startswith(f"{one}.") for one in chosen))


def refuse(wishes: NewsWishes, topic: Topic) -> NewsWishes:
    """Take a no to one topic for good."""
    return NewsWishes(
        wishes.topics - {topic},
        wishes.refused | {topic},
        wishes.is_relative,
        wishes.area,
        wishes.agreed_at,
        wishes.version,
    )
