"""Measure how questions and substances are understood on sets never trained on: right, wrong, offered, milliseconds."""

import sys
import time
import tomllib
from pathlib import Path
from statistics import quantiles

from bot.care.questions.book import OUT_OF_SCOPE, Book
from bot.care.questions.reading import read_book
from bot.care.questions.understanding import Answered, Nothing, Offered, Refused, Understood, understand
from bot.care.substances import find, list_classes
from storage.library import read_library

#: Sets apart from what the model is trained on.
SETS = ("test", "unseen")
_FOLDER = Path(__file__).parent.parent / "tests" / "questions"


def main() -> None:
    """Print the scores; `python -m bench.questions misses` prints what was missed as well."""
    book = read_book(read_library())
    for which in SETS:
        _measure(which, book)
    recall, precision = score_substances(book)
    print(f"substances recall {recall:.3f}, precision {precision:.3f}")


def _measure(which: str, book: Book) -> None:
    rows = read_questions(which)
    seconds: list[float] = []
    understood: list[tuple[str, str, Understood]] = []
    for text, question in rows:
        started = time.perf_counter()
        understood.append((text, question, understand(text, book)))
        seconds.append(time.perf_counter() - started)
    for name, share in score(understood).items():
        print(f"{name:<28} {share:.3f}")
    print(f"{which}: {len(rows)} texts, p99 {quantiles(seconds, n=100)[98] * 1000:.2f} ms")
    if "misses" in sys.argv:
        for text, question, one in understood:
            if not _is_right(question, one):
                print(f"  {question:<24} {text!r}: {one}")


def read_questions(which: str) -> list[tuple[str, str]]:
    """Read one of the sets: (text, question) pairs."""
    document = tomllib.loads((_FOLDER / f"{which}.toml").read_text(encoding="utf-8"))
    return [(text, name) for name, said in document["question"].items() for text in said.strip().splitlines()]


def score(understood: list[tuple[str, str, Understood]]) -> dict[str, float]:
    """Return the shares of right, wrong and right or offered, and of what is out of scope and left alone."""
    asked = [(question, one) for _, question, one in understood if question != OUT_OF_SCOPE]
    others = [one for _, question, one in understood if question == OUT_OF_SCOPE]
    right = sum(_is_right(question, one) for question, one in asked)
    wrong = sum(isinstance(one, Answered) and one.question != question for question, one in asked)
    offered = sum(isinstance(one, Offered) and question in one.questions for question, one in asked)
    return {
        "right": right / len(asked),
        "wrong": wrong / len(asked),
        "right or offered": (right + offered) / len(asked),
        "out of scope left alone": sum(isinstance(one, Nothing | Refused) for one in others) / len(others),
        "out of scope answered": sum(isinstance(one, Answered) for one in others) / len(others),
    }


def score_substances(book: Book) -> tuple[float, float]:
    """Return recall and precision over the classes named in the set of substances."""
    document = tomllib.loads((_FOLDER / "substances.toml").read_text(encoding="utf-8"))
    meant = found = both = 0
    for row in document["text"]:
        wanted, heard = set(row["classes"]), set(list_classes(find(row["said"], book.substances)))
        meant, found, both = meant + len(wanted), found + len(heard), both + len(wanted & heard)
    return both / meant, both / found


def _is_right(question: str, one: Understood) -> bool:
    answered = isinstance(one, Answered) and one.question == question
    return answered or (question == OUT_OF_SCOPE and isinstance(one, Nothing))


if __name__ == "__main__":
    main()
