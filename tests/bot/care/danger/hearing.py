"""The real rules, read once."""

from functools import cache

from bot.care.danger.reading import read_rules
from bot.care.safety import Alarm, Calm, Doubt, Rules, Verdict, screen
from storage.shipped.library import CONTENT


@cache
def danger_files() -> dict[str, str]:
    """Read the files of content/danger."""
    return {f"danger/{path.name}": path.read_text() for path in sorted((CONTENT / "danger").iterdir())}


@cache
def real_rules() -> Rules:
    """Build the rules that ship with the program."""
    return read_rules(danger_files())


def hear_in(text: str, *recent: str) -> Verdict:
    """Screen a text with the real rules."""
    return screen(text, real_rules(), recent)


def name(verdict: Verdict) -> str:
    """Name a verdict: the label of an alarm, `ask` or `calm`."""
    match verdict:
        case Alarm(label):
            return label
        case Doubt():
            return "ask"
        case Calm():
            return "calm"
