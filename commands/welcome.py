"""What `singgah run` prints: where everything is, and the first sign-in links."""

from dataclasses import dataclass
from ipaddress import ip_address

from bot.config import Config
from commands.parts import Part
from handlers.team import enrolment
from handlers.world import World
from storage.engine.leadership import Alone, go_alone
from storage.team import staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.trail.audit import OPERATOR
from storage.transaction import Work

#: Unit of the first counsellor, so that a trial has somebody to answer.
FIRST_UNIT = "bnnk-kendari"
_FIRST_ALIAS = "Kak Melati"


@dataclass(frozen=True, slots=True)
class Links:
    """One-time links; None where none is printed.  `unit`: name of the counsellor's unit."""

    counsellor: str | None
    admin: str | None
    unit: str


async def sign_in_links(world: World) -> Links:
    """Make one-time links for the first counsellor and the first admin, adding them when nobody is there yet.

    Links appear only on a machine that listens to itself, or while nobody has been added: a service that others can
    reach does not print keys to the desk at every start.
    """

    def step(work: Work) -> Links:
        go_alone(work, Alone.FIRST_STAFF)  # processes that start at once add them once
        staff = staffing.list_staff(work)
        unit = world.units.get(FIRST_UNIT) or next(unit for unit in world.units.values() if unit.takes_handoffs)
        if staff and not _listens_to_itself(world.config):
            return Links(None, None, unit.name)
        counsellor = _first(staff, Role.COUNSELLOR) or enrolment.add(
            work, OPERATOR, Role.COUNSELLOR, str(unit.id), _FIRST_ALIAS
        )
        admin = _first(staff, Role.ADMIN) or enrolment.add(work, OPERATOR, Role.ADMIN, None, "Admin")
        own_unit = world.units.get(counsellor.unit_id or "")
        return Links(
            sign_in_link(work, world.config, counsellor),
            sign_in_link(work, world.config, admin),
            own_unit.name if own_unit else unit.name,
        )

    return await world.database.write(step)


def sign_in_link(work: Work, config: Config, member: StaffMember) -> str:
    """Make a one-time sign-in link to the desk, good for a day."""
    return f"{config.server.url}/desk/sign-in/{enrolment.make_link(work, OPERATOR, member, Purpose.SIGN_IN)}"


def welcome_text(config: Config, links: Links | None, parts: frozenset[Part], *, telegram: bool) -> str:
    """Say where everything is.  `links`: None in a process without the pages they open."""
    if links is None:
        named = ", ".join(sorted(parts))
        return f"\nSinggah is running here: {named}.\n\n  Health        http://{config.server.listen}/readyz\n\n"
    lines = ["", "Singgah is running.", "", f"  Web chat      {config.server.url}/chat"]
    if links.counsellor and links.admin:
        lines += [
            f"  Counsellor    {links.counsellor}",
            f"                ({links.unit}; opens once, within a day)",
            f"  Admin         {links.admin}",
        ]
    else:
        lines.append(f"  Desk          {config.server.url}/desk  (new link: singgah staff link)")
    lines += [f"  Telegram      {_say_telegram(config, has_token=telegram)}", "", "  Stop with Ctrl+C.", "", ""]
    return "\n".join(lines)


def _say_telegram(config: Config, *, has_token: bool) -> str:
    if has_token:
        return f"has a token; http://{config.server.listen}/readyz says whether it answers"
    return "not connected; get a token from @BotFather, then: singgah connect telegram"


def _first(staff: list[StaffMember], role: Role) -> StaffMember | None:
    return next((member for member in staff if member.role is role and member.active), None)


def _listens_to_itself(config: Config) -> bool:
    host, _ = config.server.address
    try:
        return config.server.public_url is None and ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
