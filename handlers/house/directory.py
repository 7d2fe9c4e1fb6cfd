"""The directory as a running service holds it: exchanged as a whole when the file of it changes."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from pathlib import Path
from typing import NamedTuple

from bot.care.units.listing import Listing
from bot.care.units.unit import Particulars, Unit
from bot.care.units.unitmap import UnitMap
from bot.config import Config
from storage.shipped.library import CONTENT

#: Name of the file of the directory, among the content and in the data folder.
FILE = "units.toml"


class _Held(NamedTuple):
    listing: Listing
    map: UnitMap


class Directory(Mapping[str, Unit]):
    """Every unit by its id, closed ones too, so that a case of one stays readable.

    Whoever looks through `values`, `items` or `keys` goes on seeing the listing they began with.
    """

    def __init__(self, listing: Listing) -> None:
        """Hold a listing."""
        self._held = _Held(listing, UnitMap(listing.units.values()))

    def __getitem__(self, unit_id: str) -> Unit:
        return self._held.listing.units[unit_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held.listing.units)

    def __len__(self) -> int:
        return len(self._held.listing.units)

    def keys(self) -> KeysView[str]:
        """List the ids."""
        return self._held.listing.units.keys()

    def values(self) -> ValuesView[Unit]:
        """List the units."""
        return self._held.listing.units.values()

    def items(self) -> ItemsView[str, Unit]:
        """List ids and units."""
        return self._held.listing.units.items()

    @property
    def map(self) -> UnitMap:
        """The units laid out for search."""
        return self._held.map

    @property
    def particulars(self) -> Mapping[str, Particulars]:
        """What units have said about themselves, by their id."""
        return self._held.listing.particulars

    def copy(self) -> "Directory":
        """Return a directory that holds the same listing, until one of them exchanges it."""
        return Directory(self._held.listing)

    def exchange(self, listing: Listing) -> None:
        """Hold another listing from now on."""
        self._held = _Held(listing, UnitMap(listing.units.values()))


def directory_file(config: Config) -> Path:
    """Name the file the directory is read from: the operator's own in the data folder, else the one of the content."""
    own = own_file(config)
    return own if own.exists() else (config.care.content_dir or CONTENT) / FILE


def own_file(config: Config) -> Path:
    """Name the operator's own directory, which an import writes."""
    return config.storage.data_dir / FILE
