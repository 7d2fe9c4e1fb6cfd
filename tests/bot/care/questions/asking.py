"""The real book of questions, read once."""

from functools import cache

from bot.care.questions.book import Book
from bot.care.questions.reading import read_book
from bot.care.questions.understanding import Answered, Offered, Refused, Understood, understand
from storage.shipped.library import read_library


@cache
def question_files() -> dict[str, str]:
    """Read the files that hold questions."""
    begins = ("faq/", "questions.", "substances.")
    return {path: text for path, text in read_library().items() if path.startswith(begins)}


@cache
def real_book() -> Book:
    """Build the book that ships with the program."""
    return read_book(question_files())


def ask(text: str) -> Understood:
    """Understand a text with the real book."""
    return understand(text, real_book())


def name(understood: Understood) -> str:
    """Name what was understood: a question, `offered`, `refused` or `nothing`."""
    match understood:
        case Answered(question):
            return question
        case Offered():
            return "offered"
        case Refused():
            return "refused"
        case _:
            return "nothing"
