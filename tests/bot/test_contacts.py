"""Numbers that must never be shown are refused wherever they are written, and contacts that say too little."""

from collections.abc import Mapping

import pytest

from bot.contacts import read_helplines, refuse_forbidden
from bot.content import read_content
from bot.steps import ContentError, parse_toml
from storage.shipped.library import read_library

_FORBIDDEN = {"forbidden": {"numbers": ["500-454", "106"]}}


def test_the_content_that_ships_shows_no_forbidden_number() -> None:
    files = read_library()

    refuse_forbidden(files, parse_toml(files["safety.toml"], "safety.toml"))


@pytest.mark.parametrize("path", ["flows/menu.toml", "texts/id.toml", "faq/cost.toml"])
@pytest.mark.parametrize("written", ["500454", "500-454", "500 454", "106"])
def test_a_forbidden_number_is_refused_with_its_file(path: str, written: str) -> None:
    with pytest.raises(ContentError, match=f"{path}: {written} must never be shown"):
        refuse_forbidden({path: f'text = "Telepon {written}."'}, _FORBIDDEN)


def test_a_forbidden_contact_is_refused() -> None:
    with pytest.raises(ContentError, match="contact old"):
        refuse_forbidden({}, {**_FORBIDDEN, "contact": [{"id": "old", "number": "106"}]})


@pytest.mark.parametrize("text", ["pukul 10.06", "1060", "a106b", "5004545", "Rp 106000"])
def test_other_figures_are_left(text: str) -> None:
    refuse_forbidden({"texts/id.toml": text}, _FORBIDDEN)


def test_content_with_a_forbidden_number_does_not_load() -> None:
    files = read_library()
    changed = files["faq/cost.toml"].replace("Layanan ini sendiri gratis.", "Telepon 021-500-454.")

    with pytest.raises(ContentError, match=r"faq/cost\.toml"):
        read_content({**files, "faq/cost.toml": changed}, "id", lambda _, answer: answer)


def _contacts(changed: Mapping[str, object], missing: str = "") -> dict[str, object]:
    row = {"what": "a", "what_en": "a", "hours": "a", "hours_en": "a", "source": "a", "checked_on": "a", "by": "a"}
    first, second = ({"id": name, "number": "000", "places": "all", **row} for name in ("first", "second"))
    return {"contact": [first, {key: value for key, value in {**second, **changed}.items() if key != missing}]}


def test_two_contacts_that_hold_everywhere_are_enough() -> None:
    assert [row.id for row in read_helplines(_contacts({})).rows] == ["first", "second"]


@pytest.mark.parametrize(
    "changed",
    [{"places": ["74.71"]}, {"places": []}, {"open": {"mon": "08:00-16:00"}}],
    ids=["of one place", "not on the general card", "only at some hours"],
)
def test_one_contact_alone_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ContentError, match="would be shown one alone"):
        read_helplines(_contacts(changed))


@pytest.mark.parametrize("missing", ["what", "what_en", "hours", "hours_en", "source", "checked_on", "by"])
def test_a_contact_nobody_can_check_is_refused(missing: str) -> None:
    with pytest.raises(ContentError, match=f"contact second: {missing} is missing"):
        read_helplines(_contacts({}, missing))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"number": ""}, "needs a number or a link"),
        ({"places": "Kendari"}, "places must be"),
        ({"timezone": "Asia/Kendari"}, "is none of"),
        ({"open": {"senin": "08:00-16:00"}}, "open.senin is not a day"),
        ({"open": {"mon": "pagi"}}, "open.mon must read like"),
        ({"id": "first"}, "the same id"),
    ],
)
def test_a_contact_that_cannot_be_read_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ContentError, match=said):
        read_helplines(_contacts(changed))
