"""`singgah check`: settings and content, before they meet a person."""

import json

import click

from bot.config import Config
from bot.content import Finding
from commands.settings import OneLine, config_option, refusals
from handlers.inspection import inspect
from handlers.opening import House, read_house


@click.command()
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(config: Config, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Check that every flow loads, fits every channel and ends, in every language; say what is missing or stale."""
    with refusals():
        house = read_house(config)
    findings = (*house.content.findings, *inspect(house))
    if as_json:
        click.echo(json.dumps([{"where": one.where, "what": one.what, "stops": one.stops} for one in findings]))
    else:
        _print(house, findings)
    if any(finding.stops for finding in findings):
        raise OneLine("content must not go live like this; mend what is marked with !")


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
