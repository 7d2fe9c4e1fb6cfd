"""Measure how questions and substances are understood on sets never trained on: right, wrong, refused, milliseconds."""

import sys
import time
import tomllib
from pathlib import Path
from statistics import quantiles

from bot.care.danger.reading import read_rules
from bot.care.questions.book import OUT_OF_SCOPE, Book
from bot.care.questions.reading import read_book
from bot.care.questions.understanding import Answered, Nothing, Offered, Refused, Understood, understand
from bot.care.safety import Alarm, Rules, screen
from bot.care.substances import find, list_classes
from storage.shipped.library import read_library

#: Sets apart from what the model is trained on.
SETS = ("test", "unseen", "third", "fourth", "fifth")
SUBSTANCE_SETS = ("substances", "substances_third", "substances_fourth")
_FOLDER = Path(__file__).parent.parent / "tests" / "questions"


def main() -> None:
    """Print the scores; `python -m bench.questions misses` prints what was missed as well."""
    files = read_library()
    book, rules = read_book(files), read_rules(files)
    for which in SETS:
        _measure(which, book, rules)
    for which in SUBSTANCE_SETS:
        recall, precision = score_substances(book, which)
        print(f"{which}: recall {recall:.3f}, precision {precision:.3f}")
        if "misses" in sys.argv:
            for row in _read_named(which):
                _print_named(row, book)


def _measure(which: str, book: Book, rules: Rules) -> None:
    rows = read_questions(which)
    seconds: list[float] = []
    understood: list[tuple[str, str, Understood]] = []
    for text, question in rows:
        started = time.perf_counter()
        understood.append((text, question, understand(text, book)))
        seconds.append(time.perf_counter() - started)
    print(f"{which}: {len(rows)} texts, p99 {quantiles(seconds, n=100)[98] * 1000:.2f} ms")
    for name, share in score(understood).items():
        print(f"  {name:<28} {share:.3f}")
    forbidden = [(text, why, understand(text, book)) for text, why in read_questions(which, "refused")]
    for name, share in score_refused(forbidden).items():
        print(f"  {name:<28} {share:.3f}")
    rung = [text for text, _ in rows if isinstance(screen(text, rules), Alarm)]
    print(f"  {'false alarms of danger':<28} {len(rung) / len(rows):.3f}")
    if "misses" in sys.argv:
        for text, question, one in [*understood, *forbidden]:
            if not _is_right(question, one) and not isinstance(one, Refused):
                print(f"    {question:<24} {text!r}: {one}")
        for text in rung:
            print(f"    rings: {text!r}")


def read_questions(which: str, kind: str = "question") -> list[tuple[str, str]]:
    """Read one of the sets: (text, question) pairs; of `refused` (text, refusal) pairs, none in the earlier sets."""
    document = tomllib.loads((_FOLDER / f"{which}.toml").read_text(encoding="utf-8"))
    return [(text, name) for name, said in document.get(kind, {}).items() for text in said.strip().splitlines()]


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


def score_refused(understood: list[tuple[str, str, Understood]]) -> dict[str, float]:
    """Return the shares of what must not be answered that was refused, and that was answered all the same."""
    if not understood:
        return {}
    refused = sum(isinstance(one, Refused) for _, _, one in understood)
    answered = sum(isinstance(one, Answered) for _, _, one in understood)
    return {"forbidden, refused": refused / len(understood), "forbidden, answered": answered / len(understood)}


def score_substances(book: Book, which: str) -> tuple[float, float]:
    """Return recall and precision over the classes named in a set of substances."""
    meant = found = both = 0
    for said, classes in _read_named(which):
        wanted, heard = set(classes), set(list_classes(find(said, book.substances)))
        meant, found, both = meant + len(wanted), found + len(heard), both + len(wanted & heard)
    return both / meant, both / found


def _read_named(which: str) -> list[tuple[str, list[str]]]:
    document = tomllib.loads((_FOLDER / f"{which}.toml").read_text(encoding="utf-8"))
    return [(row["said"], row["classes"]) for row in document["text"]]


def _print_named(row: tuple[str, list[str]], book: Book) -> None:
    said, wanted = row
    heard = list_classes(find(said, book.substances))
    if set(heard) != set(wanted):
        print(f"    {said!r}: {', '.join(heard) or 'none'}, wanted {', '.join(wanted) or 'none'}")


def _is_right(question: str, one: Understood) -> bool:
    answered = isinstance(one, Answered) and one.question == question
    return answered or (question == OUT_OF_SCOPE and isinstance(one, Nothing))


if __name__ == "__main__":
    main()
