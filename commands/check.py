"""`singgah check`: settings and content, before they meet a person."""

import json
from dataclasses import replace

import click

from bot.care.listening.checking import Heard
from bot.config import Config
from bot.content import Finding
from bot.signing import Unsigned
from commands.heard import lay_over, shipped_option
from commands.settings import OneLine, config_option, refusals
from handlers.house.opening import House, read_house
from handlers.inspecting.inspection import inspect
from storage.shipped.library import read_library


@click.command()
@config_option()
@shipped_option()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON, and every text without a signature.")
def check(config: Config, *, shipped: bool, as_json: bool) -> None:
    """Check that every flow loads, fits every channel and ends, in every language; say what is missing or stale."""
    with refusals():
        house, noticed = _hear(config, read_house(config), shipped=shipped)
    findings = (*house.content.findings, *noticed, *inspect(house))
    if as_json:
        rows = [{"where": one.where, "what": one.what, "stops": one.stops} for one in findings]
        click.echo(json.dumps([*rows, *map(_describe, house.content.unsigned)], ensure_ascii=False))
    else:
        _print(house, findings)
    if any(finding.stops for finding in findings):
        raise OneLine("content must not go live like this; mend what is marked with !")


def _hear(config: Config, house: House, *, shipped: bool) -> tuple[House, tuple[Finding, ...]]:
    """Lay what staff changed over the content, so that what is checked is what people are heard by."""
    script, files = house.content.script, read_library(config.care.content_dir)
    heard, misfit = lay_over(config, files, Heard(script.dangers, script.questions), shipped=shipped)
    script = replace(script, dangers=heard.rules, questions=heard.book)
    changed = replace(house, content=replace(house.content, script=script))
    return changed, (Finding("listening", misfit, stops=False),) if misfit else ()


def _describe(text: Unsigned) -> dict[str, object]:
    """Describe a text nobody has signed; these rows, unlike the findings, name the text and its wording apart."""
    what = f'no {text.by} has signed "{text.text}"'
    named = {"unsigned": text.text, "by": text.by, "wording": text.wording}
    return {"where": "safety.toml", "what": what, "stops": False, **named}


def _print(house: House, findings: tuple[Finding, ...]) -> None:
    for text in house.content.unsigned:
        click.echo(f'  safety.toml: no {text.by} has signed "{text.text}"; once one has: wording = "{text.wording}"')
    for finding in findings:
        click.echo(f"{'!' if finding.stops else '-'} {finding.where}: {finding.what}")
    script = house.content.script
    flows = len(script.flows[script.default])
    click.echo(
        f"{flows} flows in {' and '.join(script.languages)}, {len(house.units)} units, "
        f"{len(house.gazetteer):,} areas: {len(findings) or 'no'} findings."
    )
