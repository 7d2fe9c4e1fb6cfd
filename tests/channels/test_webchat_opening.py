"""The first screen of the web chat, made of what is really said."""

import pytest

from bot.content import read_content
from bot.dialogue.engine import advance, begin
from bot.dialogue.events import Opened, Typed
from bot.dialogue.script import MENU, Command, Script
from channels.webchat_opening import make_opening
from storage.shipped.library import read_library


@pytest.fixture(scope="module")
def script() -> Script:
    return read_content(read_library(), "id", lambda _source, name: name).script


def test_it_shows_the_words_and_choices_of_the_menu_and_nothing_of_anybody(script: Script) -> None:
    page = make_opening(script)
    (line,) = page.lines

    assert line.text == script.flow(MENU, "id").steps[0].text
    assert len(line.keys) == len(script.flow(MENU, "id").steps[0].choices)
    assert (page.revision, page.consented, page.language) == (0, False, "id")


def test_each_key_says_what_chooses_it_once_the_conversation_is_open(script: Script) -> None:
    opened, _ = advance(script, begin(script), Opened())
    targets = [choice.goes for choice in script.flow(MENU, "id").steps[0].choices]

    reached = [advance(script, opened, Typed(key.token))[0].flow for key in make_opening(script).lines[0].keys]

    assert reached == targets


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_emergency_button_says_a_word_that_is_understood(script: Script, language: str) -> None:
    assert script.command(script.say("emergency_button", language)) is Command.EMERGENCY
