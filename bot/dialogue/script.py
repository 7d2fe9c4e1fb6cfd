"""Everything that can be said: flows in each language, the service's own phrases, and command words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.care.helplines import Helplines, write_lines
from bot.care.questions.book import Book
from bot.care.safety import Rules
from bot.dialogue.flow import Flow

#: Flows the engine itself leads to; `check` insists that they exist.
MENU, INTAKE, LANGUAGE, MY_DATA, ERASE, TALK, NEAR = "menu", "intake", "language", "mydata", "erase", "talk", "near"
#: What of somebody's answers staff is shown, line by line.
SHOWN = "shown"
#: How a person may be reached on a phone that others read, and the question for the PIN.
CONTACT, UNLOCK = "contact", "unlock"
CONTACT_PARTS = frozenset({"contact_shared", "contact_hours", "contact_words", "contact_pin"})
#: What of the programme somebody wants to hear of.
NEWS = "news"
#: `goes` of a choice that leads back to the flow beneath.
RETURN = "return"
#: `does` of a choice that the engine does itself.
SPEAK = "speak"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LOOSE = re.compile(r"[^\w]+")
_GAP = re.compile(r"\n{3,}")
#: Filled in every sentence that holds it: whom to call, as far as nothing is known of place and hour.
_CONTACTS = "{contacts}"


class Command(StrEnum):
    """Words that work at any step."""

    START = "start"
    MENU = "menu"
    HELP = "help"
    BACK = "back"
    SKIP = "skip"
    STOP = "stop"
    ERASE = "erase"
    HUMAN = "human"
    LANGUAGE = "language"
    EMERGENCY = "emergency"
    RESUME = "resume"
    DATA = "data"
    PAUSE = "pause"
    RELAPSE = "relapse"
    CONTACT = "contact"
    CLEAR = "clear"
    MOVE = "move"
    KEEP = "keep"
    NEWS = "news"
    CHECK_WORDS = "check_words"


@dataclass(frozen=True, slots=True)
class Script:
    """All wording, checked and translated.

    `flows`, `phrases`: by language, then by id.  `commands`: normalised word -> command, of all languages
    together.  `yes_no`: normalised typed word -> True or False.
    """

    languages: tuple[str, ...]
    flows: Mapping[str, Mapping[str, Flow]]
    phrases: Mapping[str, Mapping[str, str]]
    commands: Mapping[str, Command]
    yes_no: Mapping[str, bool]
    dangers: Rules
    name: Callable[[str, str], str]  #: (source of a look-up, id) -> what people call it
    questions: Book | None = None  #: what people ask; None where content has no questions
    helplines: Helplines = Helplines()  # noqa: RUF009 - frozen

    @property
    def default(self) -> str:
        """The language a new person is greeted in."""
        return self.languages[0]

    def speaks(self, language: str) -> str:
        """Return the language itself, or the default one if it is not spoken (any more)."""
        return language if language in self.flows else self.default

    def flow(self, flow_id: str, language: str) -> Flow:
        """Return a flow in a language; the menu if the flow no longer exists."""
        flows = self.flows[self.speaks(language)]
        return flows.get(flow_id) or flows[MENU]

    def say(self, phrase: str, language: str, /, **words: object) -> str:
        """Return one of the service's own sentences with its placeholders filled.

        Where it names whom to call, that is what holds everywhere, unless `contacts` says something truer; `called` is
        who has been told already, nobody if it is left out.
        """
        text = self.phrases[self.speaks(language)][phrase]
        if _CONTACTS not in text:
            return fill(text, words)
        everywhere = write_lines(self.helplines.everywhere(), self.speaks(language))
        return _GAP.sub("\n\n", fill(text, {"contacts": everywhere, "called": "", **words})).strip()

    def command(self, text: str) -> Command | None:
        """Recognise a command typed alone, with or without a slash."""
        word = text.removeprefix("/").partition("@")[0] if text.startswith("/") else text
        return self.commands.get(normalise(word))


def fill(text: str, words: Mapping[str, object]) -> str:
    """Fill `{name}` placeholders once; braces inside the words themselves stay as they are."""
    return _PLACEHOLDER.sub(lambda match: str(words.get(match[1], match[0])), text)


def normalise(text: str) -> str:
    """Reduce typed text to lower-case words with single spaces, for comparing only."""
    return _LOOSE.sub(" ", text.casefold()).strip()
