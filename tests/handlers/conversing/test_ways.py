"""Ways in plain words."""

import pytest

from bot.care.geography.travel import Leg, Way
from handlers.conversing.ways import describe_way
from tests.worlds import real_house

OVER_LAND = Way(20, (Leg("land", 20, ""),))
OVER_THE_SEA = Way(330, (Leg("land", 5, "Wanci"), Leg("ferry", 210, "Kamaru"), Leg("land", 60, "")))


@pytest.mark.parametrize(
    ("way", "language", "words"),
    [
        (None, "id", "jalannya belum kami ketahui"),
        (OVER_LAND, "id", "sekitar 20 menit lewat darat"),
        (OVER_LAND, "en", "about 20 min by road"),
        (OVER_THE_SEA, "id", "sekitar 5,5 jam dengan menunggu: feri 3,5 jam ke Kamaru, darat 60 menit"),
        (OVER_THE_SEA, "en", "about 5.5 h with waiting: ferry 3.5 h to Kamaru, road 60 min"),
        (Way(118, (Leg("land", 118, ""),)), "id", "sekitar 2 jam lewat darat"),
        (
            Way(60, (Leg("bridge", 10, "Suramadu"), Leg("land", 50, "Contoh"), Leg("land", 3, ""))),
            "id",
            "sekitar 60 menit dengan menunggu: jembatan Suramadu, darat ke Contoh",
        ),
    ],
)
def test_a_way_is_told_by_its_boats_and_long_roads(way: Way | None, language: str, words: str) -> None:
    assert describe_way(real_house().content.script, way, language) == words
