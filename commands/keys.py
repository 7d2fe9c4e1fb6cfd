"""`singgah keys` and `singgah unseal`: turn, seal and open the keys."""

import asyncio
import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.config import Config
from commands.handover import Kept, turn
from commands.secondperson import asker_options, read_asker, require_consent
from commands.settings import OneLine, config_option, refusals
from commands.signing import write_signed
from commands.unsealing import NobodyWaits, hand_over
from handlers.house.opening import make_folders
from handlers.house.unlocking import open_before_sealing, open_keyring, seal_keyring
from handlers.running.clock import read_clock
from handlers.secondperson.wanted import Matter, Wanted
from storage.engine.engines import open_writer
from storage.keyproviders.passphrase import SHORTEST
from storage.keys import rotation
from storage.keys.keyring import Keyring
from storage.keys.rotation import RootKey
from storage.keys.sealedkeys import FILE
from storage.migrate import Store, bring_up_to_date
from storage.trail.audit import OPERATOR, Deed, record

#: A root key older than this should be followed by a new one.
ADVISED_DAYS = 90

_SHOWN_DIGITS = 32
_MOST_VERSIONS = 1_000_000


@click.group()
def keys() -> None:
    """Look at the keys, turn them, seal them."""


@keys.command()
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def status(config: Config, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Show each root key with its age and how many folders it wraps; works while sealed."""
    with _key_store(config) as store:
        found = rotation.list_root_keys(store)
    today = read_clock().date()
    rows = [_row(key, today) for key in found]
    advice = _advise(found, today)
    if as_json:
        click.echo(json.dumps({"provider": config.keys.provider, "root_keys": rows, "advice": advice}))
        return
    click.echo(f"Keys are kept by: {config.keys.provider}")
    for row in rows:
        end = "retired" if row["retired"] else f"{row['age_days']} days old"
        click.echo(f"root key {row['version']:<4} {row['folders']:>9,} folders   {end}")
    click.echo(advice)


@keys.command()
@config_option()
@asker_options
@click.option("--signing", "kept", flag_value=Kept.SIGNING.value, help="Turn the key of buttons and pages instead.")
@click.option("--audit", "kept", flag_value=Kept.AUDIT.value, help="Turn the key of the audit chain instead.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def rotate(config: Config, as_id: str | None, alone: str | None, kept: str | None, *, as_json: bool) -> None:
    """Make a new root key and wrap every folder key with it, while the service runs; run it again after a break."""
    asker = read_asker(as_id, alone)
    with _key_store(config) as store:
        keyring = open_keyring(config, read_passphrase)
        if kept is not None:
            said = turn(config, keyring, Kept(kept), asker)
            _note(config, keyring, Deed.KEYS_ROTATED)
            click.echo(json.dumps({"turned": kept}) if as_json else said)
            return
        if not rotation.is_unfinished(store, keyring):
            old = keyring.kek_version
            wanted = Wanted(Matter.KEYS_ROTATE, {"version_from": str(old), "version_to": str(old + 1)})
            require_consent(config, keyring, wanted, asker)
        version = rotation.begin_rotation(store, keyring, read_clock().date())
        _note(config, keyring, Deed.KEYS_ROTATED)
        total, done = rotation.count_left(store, keyring), 0
        shown = sys.stderr if as_json else None
        with click.progressbar(length=total, label=f"root key {version}", file=shown) as bar:
            for count in rotation.rewrap(store, keyring):
                bar.update(count)
                done += count
    if as_json:
        click.echo(json.dumps({"version": version, "rewrapped": done}))
    else:
        click.echo(f"{done:,} folders moved to root key {version}. Older ones: singgah keys status, then retire.")


@keys.command()
@config_option()
@click.argument("version", type=click.IntRange(1, _MOST_VERSIONS))
@asker_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def retire(config: Config, version: int, as_id: str | None, alone: str | None, *, as_json: bool) -> None:
    """Destroy a root key that wraps nothing any more; copies of the key store from before can then not be opened."""
    asker = read_asker(as_id, alone)
    with _key_store(config) as store:
        keyring = open_keyring(config, read_passphrase)
        rotation.check_retirable(store, keyring, version)
        if not rotation.is_retired(store, version):
            wanted = Wanted(Matter.KEYS_RETIRE, {"version": str(version), "newest": str(keyring.kek_version)})
            require_consent(config, keyring, wanted, asker)
        rotation.retire(store, keyring, version)
        _note(config, keyring, Deed.KEY_RETIRED)
    click.echo(json.dumps({"retired": version}) if as_json else f"root key {version} is gone.")


@keys.command()
@config_option()
@asker_options
def seal(config: Config, as_id: str | None, alone: str | None) -> None:
    """Seal the keys as `keys.provider` says, or change the passphrase; open files go once the sealed one is whole."""
    asker = read_asker(as_id, alone)
    with refusals():
        make_folders(config)
        ask_earlier = lru_cache(partial(read_passphrase, "Passphrase until now"))
        keyring = open_before_sealing(config, ask_earlier)
        if keyring is not None:
            wanted = Wanted(Matter.KEYS_SEAL, {"provider": config.keys.provider, "sealed_now": _hash_sealed(config)})
            require_consent(config, keyring, wanted, asker)
        if not seal_keyring(config, ask_earlier, _choose_passphrase):
            raise OneLine('keys.provider is "file"; set it to "passphrase" or "transit" in the settings, then seal')
        if keyring is not None:
            # The file they were read from is gone, or has another passphrase by now.
            _note(config, replace(keyring, source=None), Deed.KEYS_SEALED)
    click.echo(f"The keys are sealed in {config.keys.dir}. Keep a copy of that file apart from the data.")


@keys.command(name="audit-key")
@config_option()
def show_audit_key(config: Config) -> None:
    """Print the public half of the audit key, for whoever is to check the audit chain elsewhere."""
    with refusals():
        click.echo(open_keyring(config, read_passphrase).audit_key.public.hex())


@click.command()
@config_option()
def unseal(config: Config) -> None:
    """Open a service that started sealed; the passphrase is asked for, or read from a pipe."""
    if config.keys.provider != "passphrase":
        raise OneLine(f'keys.provider is "{config.keys.provider}": there is no passphrase to give')
    passphrase = read_passphrase()
    try:
        refusal = hand_over(config.storage.data_dir, passphrase)
    except NobodyWaits:
        raise OneLine("no sealed service waits here; start it with singgah run, or see /readyz") from None
    if refusal:
        raise OneLine(refusal)
    click.echo("Open. The service comes up now.")


def read_passphrase(prompt: str = "Passphrase of the keys") -> str:
    """Ask for a passphrase without showing it; without a terminal, take the next line of the input."""
    if sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def _choose_passphrase() -> str:
    if sys.stdin.isatty():
        chosen = str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))
    else:
        chosen = sys.stdin.readline()
    if len(chosen.strip()) < SHORTEST:
        raise OneLine(f"a passphrase has at least {SHORTEST} characters; six or more words drawn by dice are good ones")
    return chosen


@contextlib.contextmanager
def _key_store(config: Config) -> Iterator[Engine]:
    with refusals():
        make_folders(config)
        bring_up_to_date(Store.KEYS, config.keys.url)
        store = open_writer(config.keys.url)
        try:
            yield store
        except DBAPIError as error:
            raise OneLine(f"the key store did not answer ({type(error).__name__}); run the command again") from None
        finally:
            store.dispose()


def _hash_sealed(config: Config) -> str:
    """Hash the sealed file there is, so that an agreement to seal it is good for no later one."""
    file = config.keys.dir / FILE
    return hashlib.sha256(file.read_bytes()).hexdigest()[:_SHOWN_DIGITS] if file.exists() else "-"


def _note(config: Config, keyring: Keyring, deed: Deed) -> None:
    asyncio.run(write_signed(config, keyring, lambda work: record(work, OPERATOR, deed)))


def _row(key: RootKey, today: date) -> dict[str, object]:
    return {
        "version": key.version,
        "made_on": key.made_on.isoformat(),
        "age_days": (today - key.made_on).days,
        "retired": key.retired,
        "folders": key.folders,
    }


def _advise(keys: list[RootKey], today: date) -> str:
    if not keys:
        return "No root key is in use yet; the first start makes one."
    newest, *older = keys
    if any(key.folders for key in older):
        return "A rotation is not finished: run singgah keys rotate."
    if (today - newest.made_on).days >= ADVISED_DAYS:
        return f"The newest root key is {ADVISED_DAYS} days old or older: run singgah keys rotate."
    waiting = [str(key.version) for key in older if not key.retired]
    if waiting:
        return f"Once no copy of the key store from before is needed: singgah keys retire {waiting[-1]}."
    return f"Nothing to do until the newest root key is {ADVISED_DAYS} days old, or somebody who had the keys leaves."
