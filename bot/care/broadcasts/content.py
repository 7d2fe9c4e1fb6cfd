"""What a broadcast says: words in each language, one link, choices, one picture; and what is wrong with them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.care.plainness import Avoided, find_avoided

#: Longest text in characters, so that it fits one message everywhere with the link below.
MOST_CHARS = 1_500
MOST_CHOICES = 4
MOST_LABEL_CHARS = 40
MOST_LINK_CHARS = 200
MOST_DESCRIPTION_CHARS = 250
#: A picture as it is brought and as it is kept.
MOST_PICTURE_BYTES = 1_048_576
#: The longest side of a picture, in pixels.
MOST_SIDE = 4_000
#: Only a whole address that shows where it leads: no names or passwords in it, no port, no sign that hides the host.
_LINK = re.compile(r"https://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:/[\w./?=&%+#~-]*)?", re.ASCII)
#: Signs that turn the direction of words or cannot be seen, and would make a text read differently from what it is.
_HIDING = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]"
)


class Flaw(StrEnum):
    """What stops a content."""

    NO_TEXT = "no_text"
    LONG = "long"
    HIDING = "hiding"  # signs that cannot be seen
    AVOIDED = "avoided"  # a word that is never said of a person
    LINK = "link"  # not a plain https address
    CHOICES = "choices"  # empty, too long, too many, twice the same, or not as many in every language
    DESCRIPTION = "description"  # nobody is told what the picture shows, or at too great length


class PictureFlaw(StrEnum):
    """Why a picture is not taken."""

    TOO_BIG = "too_big"  # more bytes than are kept
    TOO_WIDE = "too_wide"  # more pixels, or so thin a strip that platforms refuse it
    UNREADABLE = "unreadable"  # no JPEG or PNG, or a broken one


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that has to be mended.  `language`: None where it concerns all.  `said`, `instead`: of a word."""

    flaw: Flaw
    language: str | None = None
    said: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in one language.  `choices`: labels of buttons, in the same order in every language."""

    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Illustration:
    """The picture of a broadcast.

    `digest`: SHA-256 of the file that is kept, in hexadecimal.  `descriptions`: what it shows, by language.
    """

    digest: str
    descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """What is said.  `words`: by language; the default one is a must.  `link`: https address, empty for none."""

    words: Mapping[str, Words] = field(default_factory=dict)
    link: str = ""
    picture: Illustration | None = None

    def in_language(self, language: str, default: str) -> Words:
        """Return what is said in a language, else in the default one."""
        return self.words.get(language) or self.words[default]

    def describe(self, language: str, default: str) -> str:
        """Say what the picture shows, in the language in which the words are said; empty without one."""
        said = language if language in self.words else default
        return "" if self.picture is None else self.picture.descriptions.get(said, "")


def tidy(content: Content) -> Content:
    """Take away spaces around everything, languages in which nothing is said, and words about no picture."""
    trimmed = {
        language: Words(said.text.replace("\r\n", "\n").strip(), tuple(label.strip() for label in said.choices))
        for language, said in content.words.items()
    }
    words = {language: said for language, said in trimmed.items() if said.text or any(said.choices)}
    return Content(words, content.link.strip(), _tidy_picture(content.picture))


def find_faults(content: Content, default: str, avoided: tuple[Avoided, ...]) -> Iterator[Fault]:
    """Find what stops a content; nothing for one that may be sent."""
    if default not in content.words:
        yield Fault(Flaw.NO_TEXT, default)
    if content.link and (len(content.link) > MOST_LINK_CHARS or _LINK.fullmatch(content.link) is None):
        yield Fault(Flaw.LINK)
    for language, said in content.words.items():
        yield from _faults_of(language, said, content.describe(language, default), avoided)
        if content.picture is not None and not _is_fit_description(content.describe(language, default)):
            yield Fault(Flaw.DESCRIPTION, language)
    if len({len(said.choices) for said in content.words.values()}) > 1:
        yield Fault(Flaw.CHOICES)


def write_out(content: Content, language: str, default: str) -> str:
    """Write the text with the link below it."""
    text = content.in_language(language, default).text
    return f"{text}\n\n{content.link}" if content.link else text


def _tidy_picture(picture: Illustration | None) -> Illustration | None:
    if picture is None or not picture.digest:
        return None
    trimmed = {language: " ".join(said.split()) for language, said in picture.descriptions.items()}
    return replace(picture, descriptions={language: said for language, said in trimmed.items() if said})


def _is_fit_description(said: str) -> bool:
    return 0 < len(said) <= MOST_DESCRIPTION_CHARS


def _faults_of(language: str, said: Words, described: str, avoided: tuple[Avoided, ...]) -> Iterator[Fault]:
    everything = "\n".join((said.text, *said.choices, described))
    if not said.text:
        yield Fault(Flaw.NO_TEXT, language)
    if len(said.text) > MOST_CHARS:
        yield Fault(Flaw.LONG, language)
    if _HIDING.search(everything):
        yield Fault(Flaw.HIDING, language)
    if not _are_fit(said.choices):
        yield Fault(Flaw.CHOICES, language)
    for word, instead in find_avoided(everything, avoided):
        yield Fault(Flaw.AVOIDED, language, word, instead)


def _are_fit(choices: tuple[str, ...]) -> bool:
    one_line = all(0 < len(label) <= MOST_LABEL_CHARS and "\n" not in label for label in choices)
    return one_line and len(choices) <= MOST_CHOICES and len(set(choices)) == len(choices)
