"""The directory laid out for search: the active units by island and place, and by the regencies that prefer them."""

from collections.abc import Iterable, Iterator, Mapping

from bot.care.geography.trees import Box, grow_trees
from bot.care.units.unit import Unit

# A unit charged with the person's regency wins against one that is nearer by less than this share of the way.
_FAVOUR_OF_SERVING_THE_REGENCY = 0.8
# Mountains are invisible to a detour factor: where the directory says that the roads run to a unit, the others may
# look up to three times as near.
_FAVOUR_OF_THE_ROADS = 1 / 3


class UnitMap:
    """Where the active units are.

    `active`: the trees and the regencies name each unit by its place in this sequence.
    """

    __slots__ = ("_favours", "active", "trees")

    def __init__(self, units: Iterable[Unit]) -> None:
        self.active: tuple[Unit, ...] = tuple(unit for unit in units if unit.active)
        self.trees: Mapping[str, Box] = grow_trees([unit.point for unit in self.active])
        self._favours: dict[str, dict[int, float]] = {}
        for favour, number, regency in sorted(self._favoured()):
            self._favours.setdefault(regency, {}).setdefault(number, favour)

    def favours(self, regency: str) -> Mapping[int, float]:
        """List the units a regency prefers, the most preferred first, with the share of their minutes that counts."""
        return self._favours.get(regency, {})

    def _favoured(self) -> Iterator[tuple[float, int, str]]:
        for number, unit in enumerate(self.active):
            yield from ((_FAVOUR_OF_THE_ROADS, number, regency) for regency in unit.roads_from)
            yield from ((_FAVOUR_OF_SERVING_THE_REGENCY, number, regency) for regency in unit.serves)
