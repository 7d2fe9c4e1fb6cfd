"""Numbers that must never be shown are refused wherever they are written."""

import pytest

from bot.contacts import refuse_forbidden
from bot.content import read_content
from bot.steps import ContentError, parse_toml
from storage.library import read_library

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
