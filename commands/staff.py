"""`singgah staff`: who may work here."""

import asyncio
import json
from collections.abc import Callable
from typing import TypeVar

import click

from bot.config import Config
from bot.dialogue.layout import plain
from commands.settings import OneLine, config_option, refusals
from commands.welcome import sign_in_link
from handlers.house.opening import open_world
from handlers.keeping.auditing import sign_quietly
from handlers.team import enrolment
from handlers.world import World
from storage.team import staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.trail.audit import OPERATOR
from storage.transaction import Work

T = TypeVar("T")
#: Whom nobody else could have approved yet.
_FIRST_PEOPLE = 2
_ALONE = "The audit chain shows this as done by the operator alone. At the desk a second person has to agree first."


@click.group()
def staff() -> None:
    """Invite staff, let them in again, list and revoke them."""


@staff.command()
@config_option()
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", "unit_id", help="Id of the unit, as in content/units.toml.")
@click.option("--alias", required=True, help="The name clients see; not the person's own name.")
@click.option("--group", is_flag=True, help="Also make a one-time code that links a Telegram group of the unit.")
def invite(config: Config, role: str, unit_id: str | None, alias: str, group: bool) -> None:  # noqa: FBT001 - a flag
    """Add somebody and print one-time links: one for the desk, one for their private Telegram chat."""
    if plain(alias) != alias or "\n" in alias or not alias.strip():
        raise OneLine("--alias: clients read it in the middle of a sentence; use letters, digits and blanks")

    def step(work: Work, world: World) -> list[str]:
        needs_unit = Role(role) in enrolment.OF_A_UNIT
        if needs_unit and (unit_id is None or unit_id not in world.units):
            raise OneLine(f"--unit: {role} belongs to a unit; choose one of {', '.join(sorted(world.units))}")
        is_beginning = sum(member.active for member in staffing.list_staff(work)) < _FIRST_PEOPLE
        member = enrolment.add(work, OPERATOR, Role(role), unit_id, alias)
        lines = _make_links(work, config, member, telegram=Role(role) in enrolment.IN_CHAT, group=group)
        return lines if is_beginning else [*lines, _ALONE]

    click.echo("\n".join(_in_world(config, step)))


@staff.command()
@config_option()
@click.argument("staff_id")
@click.option("--telegram", is_flag=True, help="Also make a one-time code that links a private Telegram chat.")
@click.option("--group", is_flag=True, help="Also make a one-time code that links a Telegram group of the unit.")
def link(config: Config, staff_id: str, telegram: bool, group: bool) -> None:  # noqa: FBT001 - flags
    """Print new one-time links for somebody who works here already."""

    def step(work: Work, _world: World) -> list[str]:
        member = _find(work, staff_id)
        if not member.active:
            raise OneLine(f"{staff_id} was revoked; add the person anew with singgah staff invite")
        if group and member.unit_id is None:
            raise OneLine(f"--group: {member.role} belongs to no unit; name somebody of the unit whose group it is")
        return _make_links(work, config, member, telegram=telegram, group=group)

    click.echo("\n".join(_in_world(config, step)))


@staff.command(name="list")
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_staff(config: Config, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """List everybody who works here."""
    members = _in_world(config, lambda work, _world: staffing.list_staff(work))
    rows = [_row(member) for member in members]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            shown = (row[name] for name in ("id", "role", "unit", "alias"))
            click.echo("  ".join((*map(str, shown), "works here" if row["active"] else "revoked")))


@staff.command()
@config_option()
@click.argument("staff_id")
def revoke(config: Config, staff_id: str) -> None:
    """End somebody's access everywhere at once; their open cases go back to the queue."""

    def step(work: Work, world: World) -> int:
        return enrolment.revoke(work, world, OPERATOR, _find(work, staff_id))

    count = _in_world(config, step)
    click.echo(f"revoked; {count} open cases are back in the queue.")


def _make_links(work: Work, config: Config, member: StaffMember, *, telegram: bool, group: bool) -> list[str]:
    lines = [f"Desk      {sign_in_link(work, config, member)}"]
    if telegram:
        token = enrolment.make_link(work, OPERATOR, member, Purpose.LINK_CHAT)
        lines.append(f"Telegram  send to the bot in a private chat:  /start {token}")
    if group:
        token = enrolment.make_link(work, OPERATOR, member, Purpose.LINK_GROUP)
        lines.append(f"Group     add the bot to the group and write:  /start@THE_BOT {token}")
    return [*lines, "Each works once, within a day."]


def _find(work: Work, staff_id: str) -> StaffMember:
    member = next((one for one in staffing.list_staff(work) if one.id.hex() == staff_id), None)
    if member is None:
        raise OneLine(f"nobody has the id {staff_id!r}; see singgah staff list")
    return member


def _row(member: StaffMember) -> dict[str, object]:
    return {
        "id": member.id.hex(),
        "role": member.role.value,
        "unit": member.unit_id or "-",
        "alias": member.alias,
        "active": member.active,
    }


def _in_world(config: Config, step: Callable[[Work, World], T]) -> T:
    async def go() -> T:
        async with open_world(config, {}, needs_land=False) as world:
            done = await world.database.write(lambda work: step(work, world))
            await sign_quietly(world)
            return done

    with refusals():
        return asyncio.run(go())
