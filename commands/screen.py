"""`singgah screen`: what is heard in each line of text, as JSON, for tests and for staff."""

import json
import sys
from collections.abc import Mapping

import click

from bot.care.danger.reading import read_rules
from bot.care.safety import Alarm, Calm, Doubt, Rules, Verdict, screen
from bot.config import Config
from commands.settings import config_option, refusals
from storage.library import read_library


@click.command(name="screen")
@config_option()
def screen_lines(config: Config) -> None:
    """Read one text per line and print one JSON object per line, at once."""
    with refusals():
        rules = read_rules(read_library(config.care.content_dir))
    for line in sys.stdin:
        click.echo(json.dumps(describe(line.rstrip("\r\n"), rules), ensure_ascii=False))
        sys.stdout.flush()


def describe(text: str, rules: Rules) -> Mapping[str, object]:
    """Say everything that is understood in a text, in the order of the documented keys."""
    heard = _describe_danger(screen(text, rules))
    found: dict[str, object] = {**heard, "intent": None, "substances": [], "suggest": []}
    return {key: found[key] for key in ("crisis", "severity", "intent", "substances", "clarify", "suggest", "why")}


def _describe_danger(verdict: Verdict) -> dict[str, object]:
    match verdict:
        case Alarm(label, severity, _, why):
            return {"crisis": label, "severity": severity, "clarify": False, "why": why}
        case Doubt(_, why):
            return {"crisis": None, "severity": None, "clarify": True, "why": why}
        case Calm():
            return {"crisis": None, "severity": None, "clarify": False, "why": ""}
