"""What concerns everybody's data is asked at the command line and agreed to at the desk, by somebody else."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from commands.settings import load_config
from handlers.house.opening import read_house
from storage.casework import cases
from storage.clients import people
from storage.shipped.library import CONTENT
from storage.team.staffing import Role
from storage.transaction import Work
from tests.console.desks import Browser, TestDesk
from tests.worlds import HandClock, config_in, open_test_bed

_ASK = re.compile(r"/desk/approvals/operator/([0-9a-f]{32})")
_SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')
_CODE = re.compile(r"Code ([A-Z2-7]{4}-[A-Z2-7]{4}): ")
NOVEMBER = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
AUGUST = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """A clock that the commands and the desk share."""
    hand = HandClock(NOVEMBER)
    for module in ("commands.keys", "commands.signing", "commands.stats"):
        monkeypatch.setattr(f"{module}.read_clock", hand)
    monkeypatch.setattr("handlers.house.opening.open_world.__wrapped__.__defaults__", (hand, None, None))
    return hand


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """Settings whose files all lie in the folder of the test."""
    file = tmp_path / "config.toml"
    file.write_text(f'[care]\ncontent_dir = "{tmp_path / "content"}"\n')
    (tmp_path / "content").symlink_to(CONTENT)
    return file


@pytest.fixture
async def desk(config_file: Path, clock: HandClock) -> AsyncIterator[TestDesk]:
    """A desk over the installation that the commands work on."""
    async with open_test_bed(load_config(config_file), clock=clock) as bed:
        opened = TestDesk(bed)
        yield opened
        await opened.close()


async def _run(config_file: Path, *arguments: str) -> Result:
    """Run a command as another process would."""
    return await asyncio.to_thread(CliRunner().invoke, main, [*arguments, "--config", str(config_file)])


async def _enter(desk: TestDesk, role: Role, alias: str) -> Browser:
    return await desk.sign_in(await desk.hire(role, None, alias))


async def _answer(browser: Browser, answer: str = "yes", seen: str | None = None) -> str:
    """Answer the only wish of the operator; return the note that follows."""
    page = (await browser.open("/desk/approvals")).text
    ask, hashed = _ASK.search(page), _SEEN.search(page)
    assert ask is not None
    assert hashed is not None
    path = f"/desk/approvals/operator/{ask[1]}"
    answered = await browser.post(path, answer=answer, seen=hashed[1] if seen is None else seen)
    return answered.headers["location"].partition("note=")[2]


async def _versions(config_file: Path) -> int:
    shown = json.loads((await _run(config_file, "keys", "status", "--json")).stdout)
    return len(shown["root_keys"])


async def _details(desk: TestDesk) -> list[str]:
    return [action for _, action, _ in await desk.deeds()]


async def test_the_operator_asks_another_agrees_and_the_same_command_turns_the_key(
    desk: TestDesk, config_file: Path
) -> None:
    await desk.hire(Role.ADMIN, None, "Satu")
    auditor = await _enter(desk, Role.AUDITOR, "Dua")

    asked = await _run(config_file, "keys", "rotate")
    code = _CODE.search(asked.stderr)
    assert code is not None
    assert (asked.exit_code, await _versions(config_file)) == (1, 1)
    assert "version_from 1" in asked.stderr
    assert "Dua can agree" in asked.stderr
    page = (await auditor.open("/desk/approvals")).text
    assert code[1] in page
    assert 'name="role"' not in page
    assert "still waits" in (await _run(config_file, "keys", "rotate")).stderr
    assert await _answer(auditor) == "decided"

    assert "moved to root key 2" in (await _run(config_file, "keys", "rotate")).stdout

    assert (await _details(desk))[1:] == ["approval_requested", "approval_given", "approval_used", "keys_rotated"]
    again = await _run(config_file, "keys", "rotate")
    assert (again.exit_code, await _versions(config_file)) == (1, 2)
    listed = (await _run(config_file, "audit", "list")).stdout
    assert "matter keys_rotate, version_from 1, version_to 2" in listed


async def test_the_only_administrator_never_agrees_to_an_own_wish(desk: TestDesk, config_file: Path) -> None:
    admin = await _enter(desk, Role.ADMIN, "Satu")
    await _enter(desk, Role.AUDITOR, "Dua")
    await _run(config_file, "keys", "rotate")

    for browser in (admin, await desk.sign_in(admin.member)):
        page = (await browser.open("/desk/approvals")).text
        assert 'value="yes"' not in page
        assert await _answer(browser) == "own_wish"

    assert (await _run(config_file, "keys", "rotate")).exit_code == 1
    assert await _versions(config_file) == 1


async def test_of_several_administrators_the_operator_says_which_one_asks(desk: TestDesk, config_file: Path) -> None:
    one, two = await _enter(desk, Role.ADMIN, "Satu"), await _enter(desk, Role.ADMIN, "Dua")
    assert "--as ID" in (await _run(config_file, "keys", "rotate")).stderr
    assert "--as ID" in (await _run(config_file, "keys", "rotate", "--as", "0" * 32)).stderr
    own = ("--as", one.member.id.hex())
    assert "Dua can agree" in (await _run(config_file, "keys", "rotate", *own)).stderr

    assert await _answer(one) == "own_wish"
    assert await _answer(two) == "decided"

    assert "still" not in (await _run(config_file, "keys", "rotate", "--as", two.member.id.hex())).stderr
    assert (await _run(config_file, "keys", "rotate", *own)).exit_code == 0


async def test_what_is_not_the_very_thing_that_was_seen_is_not_agreed_to(desk: TestDesk, config_file: Path) -> None:
    await desk.hire(Role.ADMIN, None, "Satu")
    auditor = await _enter(desk, Role.AUDITOR, "Dua")
    await _run(config_file, "keys", "rotate")
    seen = _SEEN.search((await auditor.open("/desk/approvals")).text)
    assert seen is not None
    other = seen[1][:-1] + ("0" if seen[1][-1] != "0" else "1")

    for wrong in (other, "", "zz"):
        assert await _answer(auditor, seen=wrong) == "wish_changed"

    assert (await _run(config_file, "keys", "rotate")).exit_code == 1
    assert await _versions(config_file) == 1


async def test_a_no_is_heard_once_and_a_yes_is_good_for_a_day(
    desk: TestDesk, config_file: Path, clock: HandClock
) -> None:
    await desk.hire(Role.ADMIN, None, "Satu")
    auditor = await desk.hire(Role.AUDITOR, None, "Dua")
    await _run(config_file, "keys", "rotate")
    assert await _answer(await desk.sign_in(auditor), "no") == "decided"
    assert "was refused" in (await _run(config_file, "keys", "rotate")).stderr
    assert "asked for" in (await _run(config_file, "keys", "rotate")).stderr
    assert await _answer(await desk.sign_in(auditor)) == "decided"

    clock.pass_time(hours=25)

    assert "asked for" in (await _run(config_file, "keys", "rotate")).stderr
    assert await _versions(config_file) == 1


async def test_alone_goes_on_only_where_nobody_else_could_agree_and_is_seen_for_good(
    desk: TestDesk, config_file: Path
) -> None:
    admin = await _enter(desk, Role.ADMIN, "Satu")
    refused = await _run(config_file, "keys", "rotate")
    assert "--alone" in refused.stderr
    for nothing in ("", "x", "y" * 301, "satu \u202edua"):
        assert (await _run(config_file, "keys", "rotate", "--alone", nothing)).exit_code == 1
    assert await _versions(config_file) == 1

    went = await _run(config_file, "keys", "rotate", "--alone", "kunci dibaca orang lain")

    assert went.exit_code == 0, went.output
    assert (await _details(desk))[1:] == ["done_alone", "keys_rotated"]
    assert "reason kunci dibaca orang lain" in (await _run(config_file, "audit", "list")).stdout
    assert "kunci dibaca orang lain" in (await admin.open("/desk/approvals")).text
    auditor = await _enter(desk, Role.AUDITOR, "Dua")
    assert "kunci dibaca orang lain" in (await auditor.open("/desk/audit")).text
    with_second = await _run(config_file, "keys", "rotate", "--alone", "tidak sempat menunggu")
    assert "Dua can agree" in with_second.stderr
    assert await _versions(config_file) == 2


async def test_an_old_root_key_is_destroyed_by_two_only(desk: TestDesk, config_file: Path) -> None:
    admin = await desk.hire(Role.ADMIN, None, "Satu")
    assert (await _run(config_file, "keys", "rotate", "--alone", "belum ada orang kedua")).exit_code == 0
    auditor = await _enter(desk, Role.AUDITOR, "Dua")
    refused = await _run(config_file, "keys", "retire", "2")
    assert "wraps what comes next" in refused.stderr
    assert (await _run(config_file, "keys", "retire", "1")).exit_code == 1
    assert await _answer(auditor) == "decided"

    assert (await _run(config_file, "keys", "retire", "1", "--as", "nobody")).exit_code == 1
    assert (await _run(config_file, "keys", "retire", "1", "--as", admin.id.hex())).exit_code == 0
    # Cut short after the row was written it is only finished: nobody is asked a second time.
    assert (await _run(config_file, "keys", "retire", "1")).exit_code == 0


def _keep(config_file: Path, rule: str, days: int, remark: str = "") -> None:
    """Have the content say that something is kept so many days."""
    folder = config_file.parent / "content"
    if folder.is_symlink():
        folder.unlink()
        folder.mkdir()
        for path in CONTENT.iterdir():
            if path.name != "retention.toml":
                (folder / path.name).symlink_to(path)
    text = (CONTENT / "retention.toml").read_text()
    changed = re.sub(rf"(\[{rule}\]\ndays = )\d+", rf"\g<1>{days}", text)
    (folder / "retention.toml").write_text(changed + remark)


async def _chat_days(config_file: Path) -> int:
    config = load_config(config_file)
    async with open_test_bed(config, change=lambda _: read_house(config)) as bed:
        return bed.world.retention.chat


async def test_a_file_that_keeps_less_holds_at_once_and_one_that_keeps_more_waits_for_two(
    desk: TestDesk, config_file: Path
) -> None:
    await desk.hire(Role.ADMIN, None, "Satu")
    auditor = await _enter(desk, Role.AUDITOR, "Dua")
    assert "is in force" in (await _run(config_file, "retention", "status")).stdout
    _keep(config_file, "chat", 30)
    assert await _chat_days(config_file) == 30

    _keep(config_file, "chat", 60)
    assert await _chat_days(config_file) == 30
    assert "30 -> 60" in (await _run(config_file, "retention", "status")).stdout
    assert "30 -> 60" in (await _run(config_file, "retention", "adopt")).stderr
    assert "30 -&gt; 60" in (await auditor.open("/desk/approvals")).text
    assert await _answer(auditor) == "decided"
    _keep(config_file, "chat", 60, "# one more byte")
    assert (await _run(config_file, "retention", "adopt")).exit_code == 1
    assert await _chat_days(config_file) == 30
    _keep(config_file, "chat", 60)

    assert (await _run(config_file, "retention", "adopt")).exit_code == 0

    assert await _chat_days(config_file) == 60
    assert "retention_changed" in await _details(desk)


def _refer_forty(work: Work) -> None:
    for number in range(40):
        client_id = people.welcome(work, number.to_bytes(16, "big"), "telegram", str(number), "id")
        cases.open_case(work, client_id, "bnnk-kendari", "intake", {"area": "74.71.03", "age_band": "age_18_24"})


async def test_figures_are_published_as_they_were_agreed_to_and_not_as_they_became(
    desk: TestDesk, config_file: Path, clock: HandClock
) -> None:
    await desk.hire(Role.ADMIN, None, "Satu")
    clock.now = AUGUST
    await desk.bed.world.database.write(_refer_forty)
    clock.now = NOVEMBER
    auditor = await _enter(desk, Role.AUDITOR, "Dua")
    published = load_config(config_file).storage.data_dir / "published-figures.json"

    asked = await _run(config_file, "stats", "--quarter", "2026Q3")
    assert (asked.exit_code, asked.stdout) == (1, "")
    assert not published.exists()
    assert "Sulawesi Tenggara" in (await auditor.open("/desk/approvals")).text
    code = (await desk.bed.world.database.read(lambda work: cases.queue_of(work, None)))[0].code
    await desk.erase(code)
    assert await _answer(auditor) == "decided"

    shown = await _run(config_file, "stats", "--quarter", "2026Q3")
    assert shown.exit_code == 0, shown.output
    assert "figures_published" in await _details(desk)
    assert (await _run(config_file, "stats", "--quarter", "2026Q3")).stdout == shown.stdout


async def test_before_anybody_was_let_in_nobody_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("")
    async with open_test_bed(config_in(tmp_path)):
        assert (await _run(file, "keys", "rotate")).exit_code == 0
