"""A service whose keys are closed answers kindly, keeps nothing, loses nothing, and comes up when they are opened."""

import asyncio
import hashlib
import json
import resource
from pathlib import Path

import httpx
import pytest

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import INTAKE_ID, PATIENCE_S, walk
from tests.end_to_end.telegram_process import MODES, Ended, Mode, TelegramProcess, install
from tests.surroundings.keyservice import running_key_service, write_token

PHRASE = "enam kata yang diundi dengan dadu"
SEALED = '[keys]\nprovider = "passphrase"\n'
PEOPLE = 12
#: Long enough for a poller or a writer that should not be there to show itself.
A_WHILE_S = 1.0
#: The installations of these tests have one administrator, who is the operator.
ALONE = ("--alone", "belum ada orang kedua")


@pytest.fixture(params=MODES)
async def sealed(request: pytest.FixtureRequest, tmp_path: Path, bot_api: BotApi) -> TelegramProcess:
    """Give an installation with sealed keys."""
    return await _install_sealed(tmp_path, bot_api, request.param)


async def _install_sealed(folder: Path, bot_api: BotApi, mode: Mode = "polling") -> TelegramProcess:
    process = install(folder / "singgah", bot_api, mode, SEALED)
    ended = await process.command("keys", "seal", given=f"{PHRASE}\n")
    assert ended.exit_code == 0, ended.errors
    return process


async def test_nothing_is_lost_while_sealed_and_everybody_is_answered_once_it_opens(
    bot_api: BotApi, sealed: TelegramProcess
) -> None:
    people = [bot_api.person(f"Contoh {number}") for number in range(PEOPLE)]
    await _start_and_open(sealed)
    for person in people:
        await person.send("/start")
    await _wait_for_all(people, "Mau mulai dari mana?")
    assert await sealed.stop() == 0

    before = _fingerprint(sealed.data_folder)
    await sealed.launch()
    await sealed.wait_until_sealed()
    asked, delivered = len(bot_api.journal), len(bot_api.deliveries)
    for person in people:
        await person.send("menu")
        await person.send("jeda")
    await asyncio.sleep(A_WHILE_S)

    assert bot_api.pending == 2 * PEOPLE
    assert bot_api.journal[asked:] == []  # neither asked for messages nor said anything
    assert {delivery.status for delivery in bot_api.deliveries[delivered:]} <= {503}
    assert bool(bot_api.deliveries[delivered:]) == (sealed.mode == "webhook")
    assert _fingerprint(sealed.data_folder) == before

    _refused(await sealed.command("unseal", given="another passphrase\n"), "not the passphrase", "try again")
    assert bot_api.pending == 2 * PEOPLE
    opened = await sealed.command("unseal", given=f"{PHRASE}\n")
    assert (opened.exit_code, opened.errors) == (0, "")
    await sealed.wait_until_ready()
    await _wait_for_all(people, "tenang dulu tujuh hari")
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    assert await sealed.stop() == 0
    assert PHRASE not in sealed.log_file.read_text() + sealed.output_file.read_text() + sealed.errors_file.read_text()


async def test_people_read_whom_to_call_and_machines_read_that_it_is_sealed(bot_api: BotApi, tmp_path: Path) -> None:
    sealed = await _install_sealed(tmp_path, bot_api)
    await sealed.launch()
    await sealed.wait_until_sealed()

    async with httpx.AsyncClient(trust_env=False, base_url=sealed.url) as client:
        pages = [await client.get("/"), await client.get("/chat"), await client.post("/chat", data={"text": "halo"})]
        pages.append(await client.get("/chat/events?after=0"))
        desk = [await client.get("/desk"), await client.post("/desk/sign-in/contoh")]
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
        others = [await client.post("/hook/telegram", json={}), await client.get("/anything")]

    # Whoever kept a connection would go on talking to the closed house once it is open.
    assert {answer.headers["connection"] for answer in (*pages, *others, *desk, alive, ready)} == {"close"}
    for page in pages:
        assert page.status_code == 503
        for words in ("119", "129", "healing119.id", "tutup sebentar", "closed for a while", 'lang="en"'):
            assert words in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["retry-after"] == "30"
        assert "set-cookie" not in page.headers
    assert [(page.status_code, "Tersegel" in page.text and "Sealed" in page.text) for page in desk] == [(503, True)] * 2
    assert (alive.status_code, ready.status_code, ready.json()["why"]) == (200, 503, "sealed")
    assert {answer.status_code for answer in others} == {503}
    assert await sealed.stop() == 0


async def test_commands_that_need_the_keys_fail_in_one_line_and_change_nothing(bot_api: BotApi, tmp_path: Path) -> None:
    sealed = await _install_sealed(tmp_path, bot_api)
    await _start_and_open(sealed)
    assert await sealed.stop() == 0
    before = _fingerprint(sealed.data_folder)

    _refused(await sealed.command("staff", "list"), "sealed", "singgah unseal")
    _refused(await sealed.command("talk", given="halo\n"), "sealed", "singgah unseal")
    _refused(await sealed.command("keys", "rotate", given="wrong\n"), "not the passphrase")
    _refused(await sealed.command("keys", "audit-key"), "not the passphrase")
    _refused(await sealed.command("unseal", given=f"{PHRASE}\n"), "no sealed service waits")
    assert _fingerprint(sealed.data_folder) == before

    status = await sealed.command("keys", "status", "--json")
    shown = json.loads(status.output)
    assert shown["provider"] == "passphrase"
    assert [(key["version"], key["age_days"], key["retired"]) for key in shown["root_keys"]] == [(1, 0, False)]


async def test_damaged_sealed_keys_are_an_error_and_not_a_sealed_start(bot_api: BotApi, tmp_path: Path) -> None:
    sealed = await _install_sealed(tmp_path, bot_api)
    file = sealed.data_folder / "keys" / "keys.sealed"
    whole = file.read_bytes()

    file.write_bytes(whole[:-40])
    _refused(await sealed.command("run"), "keys.sealed", "restore it from the backup")
    file.unlink()
    _refused(await sealed.command("run"), "keys.sealed is missing", "restore")
    assert not (sealed.data_folder / "data" / "singgah.db").exists()


async def test_keys_that_lie_open_where_they_should_be_sealed_are_refused(bot_api: BotApi, tmp_path: Path) -> None:
    installed = install(tmp_path / "singgah", bot_api)
    await installed.start()
    assert await installed.stop() == 0
    settings = installed.config_file.read_text()

    _refused(await installed.command("keys", "seal"), 'keys.provider is "file"')
    installed.config_file.write_text(settings + SEALED)
    _refused(await installed.command("run"), "lie open", "singgah keys seal")
    _refused(await installed.command("keys", "seal", given=f"{PHRASE}\n"), "needs a second person")
    _refused(await installed.command("keys", "seal", *ALONE, given="too short\n"), "16 characters")
    assert (await installed.command("keys", "seal", *ALONE, given=f"{PHRASE}\n")).exit_code == 0
    await _start_and_open(installed)
    assert await installed.stop() == 0
    installed.config_file.write_text(settings)
    _refused(await installed.command("run"), "are sealed", 'keys.provider = "passphrase"')


async def test_a_service_whose_key_service_is_away_comes_up_by_itself(bot_api: BotApi, tmp_path: Path) -> None:
    with running_key_service() as key_service:
        write_token(tmp_path)
        extra = f'[keys]\nprovider = "transit"\n[keys.transit]\naddress = "{key_service.address}"\n'
        process = install(tmp_path / "singgah", bot_api, "polling", f'{extra}token_file = "../transit-token"\n')
        assert (await process.command("keys", "seal")).exit_code == 0
        person = bot_api.person("Contoh")
        key_service.mood = "sealed"
        await process.launch()
        await process.wait_until_sealed()
        await person.send("/start")
        key_service.mood = "refusing"
        await asyncio.sleep(A_WHILE_S)
        assert person.received == []

        key_service.mood = "well"
        await process.wait_until_ready()
        await person.wait_for(lambda screen: "Mau mulai dari mana?" in str(screen), PATIENCE_S)
        key_service.mood = "broken"  # once open, the service needs nobody
        await person.send("menu")
        await person.wait_for_act(person.bot_acts, PATIENCE_S)
        assert await process.stop() == 0


async def test_keys_turn_under_a_running_service_and_people_are_known_afterwards(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    person, later = bot_api.person("Contoh Satu"), bot_api.person("Contoh Dua")
    await walk(person, *INTAKE_ID[:3])

    turned = await polling.command("keys", "rotate", "--json", *ALONE)
    assert json.loads(turned.output)["version"] == 2, turned.errors
    await walk(later, *INTAKE_ID[:3])
    await walk(person, INTAKE_ID[3])
    shown = json.loads((await polling.command("keys", "status", "--json")).output)
    assert [(key["version"], bool(key["folders"])) for key in shown["root_keys"]] == [(2, True), (1, False)]
    assert "singgah keys retire 1" in shown["advice"]
    _refused(await polling.command("keys", "retire", "2"), "wraps what comes next")
    assert (await polling.command("keys", "retire", "1", *ALONE)).exit_code == 0

    assert await polling.stop() == 0
    await polling.start()
    await walk(later, INTAKE_ID[3])
    await walk(person, INTAKE_ID[4])


async def test_a_service_may_leave_no_core_file_and_ends_while_sealed_when_it_is_asked_to(
    bot_api: BotApi, tmp_path: Path
) -> None:
    sealed = await _install_sealed(tmp_path, bot_api)
    await sealed.launch()
    await sealed.wait_until_sealed()
    assert resource.prlimit(sealed.process_id, resource.RLIMIT_CORE) == (0, 0)

    assert await sealed.stop() == 0
    assert not (sealed.data_folder / "data" / "unseal.sock").exists()


async def _start_and_open(process: TelegramProcess) -> None:
    await process.launch()
    await process.wait_until_sealed()
    opened = await process.command("unseal", given=f"{PHRASE}\n")
    assert opened.exit_code == 0, opened.errors
    await process.wait_until_ready()


async def _wait_for_all(people: list[Person], words: str) -> None:
    for person in people:
        await person.wait_for(lambda screen: words in str(screen), PATIENCE_S)


def _fingerprint(folder: Path) -> dict[str, str]:
    """Name every file with its content; the socket the passphrase comes by is none."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _refused(ended: Ended, *words: str) -> None:
    (line,) = ended.errors.splitlines()
    assert line.startswith("singgah: ")
    assert [word for word in words if word not in line] == [], line
    assert ended.exit_code == 1
