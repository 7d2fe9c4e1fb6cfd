"""`singgah links`: the service's own addresses, signed, so that a false bot or page can be told from ours."""

import re
from pathlib import Path

import click

from bot.config import Config
from commands.keys import read_passphrase
from commands.settings import OneLine, config_option, refusals
from handlers.house.opening import make_folders
from handlers.house.unlocking import open_keyring
from handlers.running.clock import read_clock
from storage.keys.signedlinks import are_genuine, links_file, read_links, sign_links

_BOT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


@click.group()
def links() -> None:
    """Sign the service's own addresses, and check a list of them."""


@links.command()
@config_option()
@click.option("--telegram", default="", help="Name of the bot, as singgah connect telegram prints it.")
def sign(config: Config, telegram: str) -> None:
    """Sign the web chat's address and the bot's name; the service gives them at /.well-known/singgah.json."""
    name = telegram.removeprefix("@")
    if name and not _BOT_NAME.fullmatch(name):
        raise OneLine("--telegram: the name of a bot has letters, digits and low lines, such as singgah_bot")
    with refusals():
        make_folders(config)
        key = open_keyring(config, read_passphrase).audit_key
        web = f"{config.server.url}/chat" if config.channels.webchat.enabled else ""
        signed = sign_links(links_file(config.storage.data_dir), key, web, name, read_clock().date())
    click.echo(f"Signed {signed.web} and @{signed.telegram}" if name else f"Signed {signed.web}")
    click.echo(f"Whoever checks them needs the key from you, not from the page: {signed.key}")


@links.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", required=True, help="Public key as singgah links sign or singgah keys audit-key prints it.")
def verify(file: Path, key: str) -> None:
    """Say whether addresses were signed with this key (exit code 1 if not); needs no settings and no secret."""
    if not _KEY.fullmatch(key):
        raise OneLine("--key: 64 digits from 0 to f, as singgah keys audit-key prints them")
    with refusals():
        found = read_links(file)
    if found is None or not are_genuine(found, bytes.fromhex(key)):
        raise OneLine(f"{file}: not signed with this key; do not trust these addresses")
    bot = f" @{found.telegram}" if found.telegram else ""
    click.echo(f"genuine, signed on {found.made_on}: {found.web}{bot}")
