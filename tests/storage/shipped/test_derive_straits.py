"""Which islands are taken to be joined by a boat."""

from pathlib import Path

from bot.care.geography.gazetteer import Gazetteer
from bot.care.geography.survey import AreaRow, build_gazetteer
from storage.shipped.areas import STRAITS
from storage.shipped.derive_straits import LARGE_ISLAND_VILLAGES, derive_straits, write_straits
from tests.surroundings.geography import whole_gazetteer


def islands(**villages: tuple[int, float]) -> Gazetteer:
    """Invent islands side by side: name -> (how many desa, longitude)."""
    rows = [AreaRow(code, "Contoh", -4.0, 122.0, next(iter(villages))) for code in ("74", "74.01", "74.01.01")]
    for number, (name, (count, lon)) in enumerate(villages.items()):
        rows += [AreaRow(f"74.01.01.{2001 + 100 * number + one}", name, -4.0, lon, name) for one in range(count)]
    return build_gazetteer(rows)


def joined(gazetteer: Gazetteer) -> set[frozenset[str]]:
    pairs = derive_straits(gazetteer)
    points = [(gazetteer.point(start), gazetteer.point(end)) for start, end in pairs]
    return {frozenset({start.island, end.island}) for start, end in points if start and end}


def test_an_islet_is_joined_to_its_neighbour_and_to_the_large_islands() -> None:
    large = LARGE_ISLAND_VILLAGES
    sea = islands(besar=(large, 122.0), kecil=(1, 122.2), mungil=(1, 122.3), seberang=(large, 122.8))

    assert joined(sea) >= {
        frozenset({"kecil", "mungil"}),
        frozenset({"kecil", "besar"}),
        frozenset({"mungil", "seberang"}),
    }


def test_two_large_islands_are_never_joined_without_a_line() -> None:
    large = LARGE_ISLAND_VILLAGES

    assert joined(islands(besar=(large, 122.0), seberang=(large, 122.1))) == set()


def test_the_table_that_is_shipped_is_what_the_points_give(tmp_path: Path) -> None:
    fresh = tmp_path / "straits.csv"

    write_straits(whole_gazetteer(), fresh)

    assert fresh.read_bytes() == STRAITS.read_bytes()
