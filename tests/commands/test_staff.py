"""Who works here: adding somebody, and letting in again who is there already."""

import asyncio
import re
from pathlib import Path

from click.testing import CliRunner, Result

from commands.settings import load_config
from commands.staff import staff
from handlers.house.opening import open_world
from storage.team import staffing
from storage.team.staffing import Purpose, StaffMember
from storage.transaction import Work


def _run(config_file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(staff, [*arguments, "--config", str(config_file)])


def _invite(config_file: Path) -> str:
    who = ("--role", "counsellor", "--unit", "bnnk-kendari", "--alias", "Kak Contoh")
    assert _run(config_file, "invite", *who).exit_code == 0
    return _run(config_file, "list").output.split()[0]


def _use(config_file: Path, token: str, purpose: Purpose) -> StaffMember | None:
    async def go() -> StaffMember | None:
        def step(work: Work) -> StaffMember | None:
            used = staffing.use_invite(work, token, purpose)
            return used[0] if used else None

        async with open_world(load_config(config_file), {}) as world:
            return await world.database.write(step)

    return asyncio.run(go())


def test_who_works_here_already_gets_new_links_again_and_again(config_file: Path) -> None:
    staff_id = _invite(config_file)

    for _ in range(2):
        printed = _run(config_file, "link", staff_id)
        assert printed.exit_code == 0
        token = re.search(r"/desk/sign-in/(\S+)", printed.output)
        assert token
        assert "/start" not in printed.output
        member = _use(config_file, token[1], Purpose.SIGN_IN)
        assert member is not None
        assert member.id.hex() == staff_id

    assert _run(config_file, "list").output.count(staff_id) == 1


def test_links_for_private_chat_and_group_are_made_when_asked_for(config_file: Path) -> None:
    printed = _run(config_file, "link", _invite(config_file), "--telegram", "--group").output

    private, group = re.search(r"/start (\S+)", printed), re.search(r"/start@THE_BOT (\S+)", printed)
    assert private
    assert group
    assert _use(config_file, private[1], Purpose.LINK_CHAT)
    assert _use(config_file, group[1], Purpose.LINK_GROUP)


def test_who_does_not_work_here_or_no_longer_does_gets_no_link(config_file: Path) -> None:
    unknown = _run(config_file, "link", "00" * 16)
    assert (unknown.exit_code, "singgah staff list" in unknown.output) == (1, True)

    staff_id = _invite(config_file)
    assert _run(config_file, "revoke", staff_id).exit_code == 0
    revoked = _run(config_file, "link", staff_id)
    assert (revoked.exit_code, "singgah staff invite" in revoked.output) == (1, True)


def test_who_belongs_to_no_unit_gets_no_link_for_a_group(config_file: Path) -> None:
    assert _run(config_file, "invite", "--role", "admin", "--alias", "Contoh").exit_code == 0
    staff_id = _run(config_file, "list").output.split()[0]

    refused = _run(config_file, "link", staff_id, "--group")

    assert (refused.exit_code, "unit" in refused.output) == (1, True)
