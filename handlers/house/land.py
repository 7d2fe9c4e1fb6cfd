"""Where people live, where units are and how to get there: read when the first question about it comes."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from bot.care.geography.gazetteer import Gazetteer
from bot.care.geography.travel import Travel
from handlers.house.directory import Directory

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Land:
    """The areas, the units in them and the ways between."""

    gazetteer: Gazetteer
    units: Directory
    travel: Travel


class Landed:
    """What has a land shows its parts, and reads it when one of them is first asked for."""

    __slots__ = ()

    land: "Lazily[Land]"

    @property
    def gazetteer(self) -> Gazetteer:
        """Return every area."""
        return self.land().gazetteer

    @property
    def units(self) -> Directory:
        """Return every unit, as the directory stands now."""
        return self.land().units

    @property
    def travel(self) -> Travel:
        """Return the ways between them."""
        return self.land().travel


class Lazily(Generic[T]):
    """Something that is read once, by whoever asks first; others who ask meanwhile wait."""

    def __init__(self, read: Callable[[], T]) -> None:
        """Read with `read`; what it raises is raised to whoever asks, and the next one reads again."""
        self._read = read
        self._lock = Lock()
        self._known: list[T] = []

    def __call__(self) -> T:
        """Return it."""
        if not self._known:
            with self._lock:
                if not self._known:
                    self._known.append(self._read())
        return self._known[0]
