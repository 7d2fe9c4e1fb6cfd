"""What a new directory changes, and that it reads back as it was written."""

import tomllib
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.units.listing import Listing, parse_listing
from bot.care.units.revision import Judged, judge, revise, write_listing
from bot.care.units.sheets import Entry
from storage.shipped.areas import load_listing
from tests.bot.care.units.test_directory import ROW
from tests.surroundings.geography import whole_gazetteer

TODAY = date(2026, 11, 22)


def entries(*rows: Mapping[str, object]) -> list[Entry]:
    return [Entry({**ROW, **row}, {"": 10 * place, "hours": 10 * place + 3}) for place, row in enumerate(rows, start=1)]


def judged(*rows: Mapping[str, object]) -> Judged:
    return judge(entries(*rows), whole_gazetteer(), TODAY)


def listing(*rows: Mapping[str, object]) -> Listing:
    return parse_listing({"unit": [{**ROW, **row} for row in rows]}, whole_gazetteer())


def test_a_bad_row_is_named_by_line_and_column_and_the_others_are_offered() -> None:
    found = judged({"id": "one"}, {"id": "two", "hours": {"mon": "8-16"}}, {"id": "three", "kind": "office"})

    assert list(found.listing.units) == ["one"]
    assert [(one.line, one.column) for one in found.mistakes] == [(23, "hours"), (30, "kind")]
    assert found.mistakes[0].remedy == "write it like 08:00-16:00"


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        ({"verified_on": date(2026, 11, 23)}, "verified_on", "2026-11-23 has not come yet"),
        ({"active": False, "closed_on": date(2027, 1, 1)}, "closed_on", "2027-01-01 has not come yet"),
        ({"point": [-4.35, 122.3]}, "point", "lies outside the regency of 74.71.01"),
    ],
)
def test_what_no_single_field_shows_is_doubted(row: dict[str, object], column: str, problem: str) -> None:
    (found,) = judged(row).mistakes

    assert (found.line, found.column, found.problem) == (10, column, problem)


def test_an_id_used_twice_counts_once() -> None:
    found = judged({"name": "first"}, {"name": "second"})

    assert found.listing.units["bnnk-contoh"].name == "first"
    assert [(one.line, one.column) for one in found.mistakes] == [(20, "id")]


def test_units_are_new_changed_as_before_or_closed_and_none_is_deleted() -> None:
    present = listing({"id": "stays"}, {"id": "moves"}, {"id": "vanishes"}, {"id": "gone", "active": False})
    wanted = listing(
        {"id": "stays"}, {"id": "moves", "phone": "0401 000000", "women_counsellor": True}, {"id": "comes"}
    )

    revision = revise(present, wanted, TODAY, closes=True)

    assert (revision.new, revision.same, revision.closed) == (("comes",), ("stays",), ("vanishes",))
    assert revision.changed == {"moves": ("phone", "women_counsellor")}
    assert list(revision.listing.units) == ["stays", "moves", "vanishes", "gone", "comes"]
    assert revision.listing.units["vanishes"].active is False
    assert revision.listing.particulars["vanishes"].closed_on == TODAY
    assert revision.listing.particulars["gone"].closed_on is None


def test_a_part_of_the_directory_closes_nothing() -> None:
    revision = revise(listing({"id": "stays"}), listing({"id": "comes"}), TODAY, closes=False)

    assert revision.closed == ()
    assert revision.listing.units["stays"].active


def test_the_shipped_directory_reads_back_as_it_was_written() -> None:
    shipped = load_listing(whole_gazetteer())

    again = parse_listing(tomllib.loads(write_listing(shipped, whole_gazetteer())), whole_gazetteer())

    assert again == shipped


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)


@given(
    name=texts,
    source=texts,
    hours=st.sampled_from(["ask", {"mon": "08:00-16:00"}, {"tue": "07:30-12:00", "sun": "09:05-23:59"}]),
    said=st.fixed_dictionaries(
        {},
        optional={
            "women_counsellor": st.booleans(),
            "lacks": st.just(["youth"]),
            "phone": st.just("0401 000000"),
            "point": st.just([-3.96, 122.51]),
        },
    ),
)
def test_any_row_reads_back_as_it_was_written(name: str, source: str, hours: object, said: dict[str, object]) -> None:
    written = listing({"name": name, "source": source, "hours": hours} | said)

    assert parse_listing(tomllib.loads(write_listing(written, whole_gazetteer())), whole_gazetteer()) == written
