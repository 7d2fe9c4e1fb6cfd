"""How a directory in a spreadsheet is read, and how its mistakes are named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.units.sheets import Entry, Mistake, read_sheet

HEAD = "id,name,kind,area,accepts,timezone,source"
ROW = "bnnk-contoh,BNN Contoh,bnnk,74.71,outpatient,Asia/Makassar,invented"


def entry(column: str = "phone", cell: str = "") -> Entry:
    (read,), mistakes = read_sheet(f'{HEAD},{column}\n{ROW},"{cell}"\n')
    assert mistakes == ()
    return read


def mistake(column: str, cell: str) -> Mistake:
    entries, mistakes = read_sheet(f'{HEAD},{column}\n{ROW},"{cell}"\n')
    assert entries == ()
    return mistakes[0]


def test_a_short_row_says_the_rest_as_carefully_as_can_be() -> None:
    fields = entry().fields

    assert fields["area"] == "74.71"
    assert fields["accepts"] == ["outpatient"]
    assert (fields["free"], fields["serves"], fields["hours"], fields["verified_on"]) == ([], [], "ask", "not verified")
    assert (fields["active"], fields["takes_handoffs"]) == (True, False)
    assert "phone" not in fields


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_byte_order_mark_and_the_separators_of_spreadsheets_are_understood(separator: str) -> None:
    entries, mistakes = read_sheet("\ufeff" + f"{HEAD}\r\n{ROW}\r\n".replace(",", separator))

    assert ([one.fields["id"] for one in entries], mistakes) == (["bnnk-contoh"], ())


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("serves", "74.71 74.02", ["74.71", "74.02"]),
        ("free", "outpatient|family", ["outpatient", "family"]),
        ("women_counsellor", "Tidak", False),
        ("takes_handoffs", "ya", True),
        ("verified_on", "2026-11-01", date(2026, 11, 1)),
        ("verified_on", "1/11/2026", date(2026, 11, 1)),
        ("hours", "ask", "ask"),
        ("hours", "sen-rab 8.00-16.00, jumat 08:00-11:30", {
            "mon": "08:00-16:00", "tue": "08:00-16:00", "wed": "08:00-16:00", "fri": "08:00-11:30"
        }),
        ("phone", "+62 401 000000", "+62 401 000000"),
    ],
)  # fmt: skip
def test_cells_become_what_a_row_of_the_directory_holds(column: str, cell: str, value: object) -> None:
    assert entry(column, cell).fields[column] == value


def test_a_closing_day_closes_the_unit() -> None:
    assert entry("closed_on", "2026-11-01").fields["active"] is False


def test_a_point_is_read_with_a_comma_for_the_decimals() -> None:
    (read,), _ = read_sheet(f'{HEAD},lat,lon\n{ROW},"-3,97","122,51"\n')

    assert read.fields["point"] == [-3.97, 122.51]


@pytest.mark.parametrize(
    ("lat", "lon", "problem"),
    [
        ("122.51", "-3.97", "look swapped"),
        ("-3.97", "", "are not two numbers"),
        ("51.5", "0.12", "do not lie in Indonesia"),
        ("nan", "inf", "are not two numbers"),
    ],
)
def test_a_point_that_cannot_be_is_named(lat: str, lon: str, problem: str) -> None:
    _, (found,) = read_sheet(f"{HEAD},lat,lon\n{ROW},{lat},{lon}\n")

    assert (found.line, found.column) == (2, "lat")
    assert problem in found.problem


@pytest.mark.parametrize(
    ("column", "cell", "remedy"),
    [
        ("women_counsellor", "maybe", "write ya or tidak"),
        ("verified_on", "31/02/2026", "write 2026-11-21 or 21/11/2026"),
        ("hours", "siang", "write it like mon-thu 08:00-16:00"),
        ("hours", "fri-mon 08:00-16:00", "write it like mon-thu 08:00-16:00"),
        ("hours", "mon 08:00-10:00, mon 12:00-16:00", "give each day once"),
        ("phone", "6,28E+11", "format the column as text"),
        ("serves", "74.1", "format the column as text and write 74.10"),
        ("verified_by", "kepala\x07unit", "save the file as CSV UTF-8"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_by_line_and_column(column: str, cell: str, remedy: str) -> None:
    found = mistake(column, cell)

    assert (found.line, found.column) == (2, column)
    assert remedy in found.remedy


def test_every_bad_row_is_named_and_the_others_are_read() -> None:
    good, broken = ROW.replace("contoh", "baik"), f'{ROW},"y\na"'
    text = "\n".join((f"{HEAD},active", f"{ROW},ja", ROW, "", broken, f"{good},ya"))

    entries, mistakes = read_sheet(text)

    assert [(one.line, one.column) for one in mistakes] == [(2, "active"), (3, ""), (5, "active")]
    assert [(one.fields["id"], one.line_of("active")) for one in entries] == [("bnnk-baik", 7)]


@pytest.mark.parametrize(
    ("head", "column", "remedy"),
    [
        (f"{HEAD},phones", "phones", "did you mean phone?"),
        (f"{HEAD},zzzzzz", "zzzzzz", "take it out"),
        (f"{HEAD},id", "id", "keep one of the columns"),
        (HEAD.replace("kind,", ""), "kind", "add the column"),
        ("", "id", "add the column"),
    ],
)
def test_a_wrong_line_of_names_leaves_out_everything(head: str, column: str, remedy: str) -> None:
    entries, mistakes = read_sheet(f"{head}\n{ROW}\n")

    assert entries == ()
    assert (mistakes[0].line, mistakes[0].column, mistakes[0].remedy) == (1, column, remedy)


def test_what_is_no_sheet_at_all_is_refused() -> None:
    entries, mistakes = read_sheet(f'{HEAD}\n"bnnk-contoh"x,')

    assert entries == ()
    assert mistakes[0].remedy == "save it as CSV UTF-8"


@given(st.lists(st.lists(st.text(max_size=8), max_size=9), max_size=5))
def test_whatever_stands_under_the_names_is_read_or_named(rows: list[list[str]]) -> None:
    body = "\n".join(",".join(f'"{cell.replace(chr(34), "")}"' for cell in cells) for cells in rows)

    entries, mistakes = read_sheet(f"{HEAD}\n{body}")

    filled = sum(any(cell.replace('"', "").strip() for cell in cells) for cells in rows)
    lines = {one.line for one in mistakes}
    assert len(entries) + len(lines) >= filled or mistakes[0].remedy == "save it as CSV UTF-8"
