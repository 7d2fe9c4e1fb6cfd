"""Every story is played word for word.  `python -m tests.stories` writes them anew; read the difference then."""

import difflib
from pathlib import Path

import pytest

from tests.stories.playing import play
from tests.stories.scripts import fits, read_story

STORIES = {path.stem: path.read_text() for path in sorted(Path(__file__).parent.glob("*.txt"))}


@pytest.mark.parametrize("told", STORIES.values(), ids=STORIES.keys())
async def test_a_story_goes_as_it_is_told(told: str, tmp_path: Path) -> None:
    played = await play(read_story(told), tmp_path)
    if played != told:
        difference = difflib.unified_diff(told.splitlines(), played.splitlines(), "told", "played", lineterm="")
        pytest.fail("\n".join(difference), pytrace=False)


def test_an_ellipsis_stands_for_anything_and_nothing_else_does() -> None:
    assert fits("Halo … dari mana?", "Halo, silakan singgah.\nMau mulai dari mana?")
    assert fits("Halo,\n  silakan singgah.", "Halo, silakan singgah.")
    assert not fits("Halo, silakan singgah.", "Halo, silakan singgah. Mau mulai dari mana?")


async def test_a_story_that_is_told_wrongly_is_noticed(tmp_path: Path) -> None:
    told = "# x\n\n> /start\n< Halo, kakak.\n"
    assert await play(read_story(told), tmp_path) != told
