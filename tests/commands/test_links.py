"""The service's addresses are signed, given to whoever asks, and checked without any secret."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from httpx import ASGITransport, AsyncClient

from bot.__main__ import main
from commands.settings import load_config
from commands.web import build_app
from tests.worlds import open_test_bed

_WELL_KNOWN = "/.well-known/singgah.json"


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def key(config_file: Path) -> str:
    """The public half of the key of an installation whose addresses were just signed."""
    signed = _run("links", "sign", "--telegram", "@contoh_bot", "--config", str(config_file))
    assert signed.exit_code == 0, signed.output
    return signed.stdout.strip().rpartition(" ")[2]


def test_what_was_signed_is_genuine_and_every_other_word_or_key_is_not(
    config_file: Path, key: str, tmp_path: Path
) -> None:
    file = load_config(config_file).storage.data_dir / "links.json"
    printed = _run("keys", "audit-key", "--config", str(config_file)).stdout.strip()
    assert printed == key
    assert "@contoh_bot" in _run("links", "verify", str(file), "--key", key).stdout

    signed = json.loads(file.read_text())
    changed = tmp_path / "changed.json"
    for name, value in (("web", "https://jahat.example/chat"), ("telegram", "contoh_b0t"), ("made_on", "2027-01-01")):
        changed.write_text(json.dumps({**signed, name: value}))
        assert _run("links", "verify", str(changed), "--key", key).exit_code == 1
    assert _run("links", "verify", str(file), "--key", "0" * 64).exit_code == 1
    for broken in ("", "{}", json.dumps({**signed, "signature": "zz"})):
        changed.write_text(broken)
        refused = _run("links", "verify", str(changed), "--key", key)
        assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)


async def test_the_service_gives_them_to_whoever_asks_once_they_are_signed(config_file: Path) -> None:
    config = load_config(config_file)
    async with open_test_bed(config) as bed:
        app = build_app(bed.world, bed.receiver)
        async with AsyncClient(transport=ASGITransport(app), base_url=config.server.url) as http:
            assert (await http.get(_WELL_KNOWN)).status_code == 404
            (config.storage.data_dir / "links.json").write_text('{"web":"x","telegram":"","made_on":"","key":""}')
            assert (await http.get(_WELL_KNOWN)).json()["web"] == "x"


@pytest.mark.parametrize("name", ["https://t.me/contoh", "a b", "é" * 5])
def test_what_cannot_be_the_name_of_a_bot_is_not_signed(config_file: Path, name: str) -> None:
    assert _run("links", "sign", "--telegram", name, "--config", str(config_file)).exit_code == 1
