"""`singgah screen`: what is heard in each line of text, as JSON, for tests and for staff."""

import json
import sys
from collections.abc import Mapping

import click

from bot.care.danger.reading import read_rules
from bot.care.listening.checking import Heard
from bot.care.questions.book import OUT_OF_SCOPE, Book
from bot.care.questions.reading import read_book
from bot.care.questions.understanding import Answered, Nothing, Offered, Refused, Understood, understand
from bot.care.safety import Alarm, Calm, Doubt, Rules, Verdict, screen
from bot.care.substances import find, list_classes
from bot.config import Config
from commands.heard import lay_over, shipped_option
from commands.settings import config_option, refusals
from storage.shipped.library import read_library


@click.command(name="screen")
@config_option()
@shipped_option()
def screen_lines(config: Config, *, shipped: bool) -> None:
    """Read one text per line and print one JSON object per line, at once, by the rules in force here."""
    with refusals():
        files = read_library(config.care.content_dir)
        book = read_book(files)
        heard, _ = lay_over(config, files, Heard(read_rules(files), book), shipped=shipped)
    for line in sys.stdin:
        said = describe(line.rstrip("\r\n"), heard.rules, heard.book or book)
        click.echo(json.dumps(said, ensure_ascii=False))
        sys.stdout.flush()


def describe(text: str, rules: Rules, book: Book) -> Mapping[str, object]:
    """Say everything that is understood in a text, in the order of the documented keys."""
    heard = _describe_danger(screen(text, rules))
    asked = _describe_question(understand(text, book))
    why = "; ".join(one for one in (str(heard["why"]), str(asked["why"])) if one)
    named = list_classes(find(text, book.substances))
    found: dict[str, object] = {**heard, **asked, "substances": list(named), "why": why}
    return {key: found[key] for key in ("crisis", "severity", "intent", "substances", "clarify", "suggest", "why")}


def _describe_danger(verdict: Verdict) -> dict[str, object]:
    match verdict:
        case Alarm(label, severity, _, why):
            return {"crisis": label, "severity": severity, "clarify": False, "why": why}
        case Doubt(_, why):
            return {"crisis": None, "severity": None, "clarify": True, "why": why}
        case Calm():
            return {"crisis": None, "severity": None, "clarify": False, "why": ""}


def _describe_question(understood: Understood) -> dict[str, object]:
    match understood:
        case Answered(question, why):
            return {"intent": question, "suggest": [], "why": why}
        case Offered(questions, why):
            return {"intent": None, "suggest": list(questions), "why": why}
        case Refused(refusal):
            return {"intent": OUT_OF_SCOPE, "suggest": [], "why": f"refused: {refusal}"}
        case Nothing():
            return {"intent": OUT_OF_SCOPE, "suggest": [], "why": ""}
