"""Settings: what is read, what is refused, and how the refusal helps."""

import tomllib
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, ConfigError, parse

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def test_nothing_set_gives_the_defaults() -> None:
    assert parse("", "config.toml") == Config()


def test_the_example_equals_the_defaults() -> None:
    assert parse(EXAMPLE.read_text(), "config.toml") == Config()


def test_every_setting_stands_in_the_example_once_the_comments_are_lifted() -> None:
    lifted = "\n".join(line.removeprefix("# ") for line in EXAMPLE.read_text().splitlines() if _is_setting(line))

    named = set(_names(tomllib.loads(lifted)))

    assert named == set(_names(msgspec.to_builtins(Config(), enc_hook=str)))


def test_every_commented_setting_of_the_example_can_be_used() -> None:
    lifted = "\n".join(line.removeprefix("# ") for line in EXAMPLE.read_text().splitlines() if _is_setting(line))

    config = parse(lifted, "config.toml")

    assert config.channels.telegram.enabled
    assert config.server.url == "https://chat.example.org"


def test_relative_paths_are_taken_from_the_folder_of_the_file() -> None:
    config = parse('[storage]\ndata_dir = "data"\n[keys]\ndir = "/srv/keys"', "/etc/singgah/config.toml")

    assert config.storage.data_dir == Path("/etc/singgah/data")
    assert config.keys.dir == Path("/srv/keys")
    assert config.storage.url == "sqlite:////etc/singgah/data/singgah.db"
    assert config.keys.url == "sqlite:////srv/keystore/keystore.db"


def test_a_set_database_is_used_as_it_is() -> None:
    config = parse('[storage]\ndatabase_url = "postgresql+psycopg://host/data"', "config.toml")

    assert config.storage.url == "postgresql+psycopg://host/data"


def test_quiet_hours_are_times_of_day() -> None:
    assert parse("", "config.toml").care.quiet_hours == (time(21), time(7))


@pytest.mark.parametrize(
    ("listen", "address", "url"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080), "http://127.0.0.1:8080"),
        ("[::1]:0", ("::1", 0), "http://[::1]:0"),
        ("localhost:65535", ("localhost", 65535), "http://localhost:65535"),
    ],
)
def test_listen_names_host_and_port(listen: str, address: tuple[str, int], url: str) -> None:
    server = parse(f'[server]\nlisten = "{listen}"', "config.toml").server

    assert (server.address, server.url) == (address, url)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[servr]", "unknown setting servr; did you mean server?"),
        ('[server]\nlisen = "x"', "unknown setting server.lisen; did you mean listen?"),
        ('[channels.telegram]\ntoken = "x"', "unknown setting channels.telegram.token; did you mean token_file?"),
        ("[log]\nzzz = 1", "unknown setting log.zzz; known here: level, file."),
        ("[server]\nlisten = 8080", "server.listen must be text in quotes."),
        ('[server]\nlisten = "8080"', 'server.listen must be HOST:PORT, such as "127.0.0.1:8080" or "[::1]:8080".'),
        ('[server]\nlisten = "a:65536"', 'server.listen must be HOST:PORT, such as "127.0.0.1:8080" or "[::1]:8080".'),
        (
            '[server]\npublic_url = "chat.example.org"',
            'server.public_url must begin with http:// or https://, such as "https://chat.example.org".',
        ),
        ("[storage]\ndata_dir = 3", "storage.data_dir must be text in quotes."),
        ('[channels.telegram]\nmode = "push"', 'channels.telegram.mode must be "polling" or "webhook".'),
        (
            '[channels.telegram]\nmode = "webhook"',
            'channels.telegram.mode = "webhook" needs channels.telegram.webhook_secret_file.',
        ),
        (
            '[channels.telegram]\nmode = "webhook"\nwebhook_secret_file = "x"',
            'channels.telegram.mode = "webhook" needs server.public_url, the address Telegram calls.',
        ),
        ("[channels.webchat]\nenabled = 1", "channels.webchat.enabled must be true or false."),
        ('[care]\nquiet_from = "25:00"', 'care.quiet_from must be a time of day such as "21:00".'),
        ("[care]\noffer_minutes = 0", "care.offer_minutes must be a whole number, 1 or more."),
        ('[care]\nlanguage = "Indonesia"', 'care.language must be a language code such as "id".'),
        ("[limits]\nmessages_per_minute = 0", "limits.messages_per_minute must be a whole number, 1 or more."),
        ("[limits]\nbody_bytes = 10", "limits.body_bytes must be a whole number of bytes, 1024 or more."),
        ("server = 3", "server must be a section with settings in it."),
        ("[channels]\ntelegram = 3", "channels.telegram must be a section with settings in it."),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "config.toml")

    assert str(caught.value) == f"config.toml: {said}"


def test_broken_toml_is_named_by_line_and_column() -> None:
    with pytest.raises(ConfigError, match=r"config\.toml: not valid TOML: .*line 2, column 10.*config\.example\.toml"):
        parse("[server]\nlisten = x", "config.toml")


@given(st.text() | st.from_regex(r'\[(server|care|log)\]\n[a-z_]{1,12} = ("[^"\\\n]*"|\d+|true)', fullmatch=True))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        parse(text, "config.toml")
    except ConfigError as error:
        assert str(error).startswith("config.toml: ")
        assert "\n" not in str(error)


def _is_setting(line: str) -> bool:
    body = line.removeprefix("# ")
    return body.startswith("[") or (" = " in body and body.split(" = ")[0].replace("_", "").isalpha())


def _names(document: dict[str, object], above: str = "") -> Iterator[str]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _names(value, f"{above}{key}.")
        else:
            yield f"{above}{key}"


TRANSIT = '[keys]\nprovider = "transit"\n[keys.transit]\ntoken_file = "token"\n'


@pytest.mark.parametrize(
    "address", ["https://vault.example.org:8200", "http://127.0.0.1:8200/", "http://[::1]:8200", "http://localhost"]
)
def test_a_key_service_is_reached_over_tls_or_on_this_machine(address: str) -> None:
    config = parse(f'{TRANSIT}address = "{address}"\n', "/etc/singgah/config.toml")

    assert config.keys.transit.address == address
    assert config.keys.transit.token_file == Path("/etc/singgah/token")


@pytest.mark.parametrize(
    "address", ["http://vault.example.org", "http://127.0.0.1.example.org", "vault", "https://", "https://a/b", ""]
)
def test_a_key_service_without_tls_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=r"keys\.transit\.address|needs keys\.transit"):
        parse(f'{TRANSIT}address = "{address}"\n' if address else TRANSIT, "config.toml")


def test_a_key_service_needs_address_and_token() -> None:
    with pytest.raises(ConfigError, match=r"needs keys\.transit\.address and keys\.transit\.token_file"):
        parse('[keys]\nprovider = "transit"', "config.toml")
