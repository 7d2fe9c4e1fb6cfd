"""`singgah backup`: copies that only the private half, kept elsewhere, can open; and the way back from them."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import ArgumentError

from bot.config import Config
from commands.keys import read_passphrase
from commands.settings import OneLine, config_option, has_password, refusals
from handlers.house.unlocking import open_keyring
from handlers.running.clock import read_clock
from storage.backup.archives import Kind, Progress, make_identity, read_identity, read_recipient
from storage.backup.aside import aside
from storage.backup.backups import KEPT_DAYS, Sources, create, measure_all
from storage.backup.restoring import Restored, restore
from storage.backup.verifying import Keys, Verified, unpack_keys, verify
from storage.keys.keyfiles import KeyFiles
from storage.keys.sealedkeys import FILE as SEALED_FILE
from storage.trail.audit import OPERATOR, Deed
from storage.trail.keylessdeeds import note_deed

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
#: Small files of the data folder that go with the data: the directory taken in, and what was published.
_BESIDE = ("units.toml", "published-figures.json")
_IDENTITY = click.option(
    "--identity", type=click.Path(path_type=Path), required=True, help="File with the private half of the backup key."
)


@click.group()
def backup() -> None:
    """Make copies, prove them, bring them back."""


@backup.command()
@config_option()
@click.argument("file", type=click.Path(path_type=Path))
def keygen(config: Config, file: Path) -> None:
    """Write the private half of a new backup key to FILE, to be carried away, and print the public half."""
    for folder in (config.keys.dir, config.storage.data_dir, config.backup.dir):
        if file.resolve().is_relative_to(folder.resolve()):
            raise OneLine(f"{file} lies in {folder}, which it must open; choose a place outside, best a stick")
    with refusals():
        public = make_identity(file)
    click.echo(f"Private half: {file}. Carry it away from this machine and keep a second one.")
    click.echo(f'Put into the settings:\n\n[backup]\nrecipient = "{public}"')


@backup.command(name="create")
@config_option()
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Folder for the copies instead of [backup] dir.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def create_copies(config: Config, folder: Path | None, *, as_json: bool) -> None:
    """Copy data, key store and list of erasures, encrypted, while the service runs; remove copies past their time."""
    beside = tuple(config.storage.data_dir / name for name in _BESIDE)
    sources = Sources(config.storage.url, config.keys.url, beside)
    with refusals():
        recipient = read_recipient(config.backup.recipient)
        # Before the copy, so that it stands there too: nobody carries data away without a trace.
        note_deed(config.storage.url, OPERATOR, Deed.BACKUP_MADE, read_clock())
        with _progress(measure_all(sources)) as progress:
            made = create(sources, folder or config.backup.dir, recipient, read_clock(), progress)
    rows = [
        {"file": str(path), "kind": manifest.kind.value, "rows": manifest.rows, "keep_days": KEPT_DAYS[manifest.kind]}
        for path, manifest in made.files
    ]
    if as_json:
        click.echo(json.dumps({"made": rows, "pruned": [str(path) for path in made.pruned]}))
        return
    for row in rows:
        click.echo(f"{row['kind']:<9} {row['file']}  (keep {row['keep_days']} days)")
    click.echo(f"{len(made.pruned)} older copies were removed. A copy counts once `singgah backup verify` has read it.")


@backup.command(name="verify")
@config_option()
@_IDENTITY
@click.option("--keystore", type=_FILE, help="Copy of the key store to read with, instead of the one in use.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.argument("file", type=_FILE)
def verify_copy(config: Config, identity: Path, keystore: Path | None, file: Path, *, as_json: bool) -> None:
    """Bring FILE back aside, prove it whole, and open a hundred of its documents with the keys of this machine."""
    with refusals(), aside() as folder:
        private = read_identity(identity)
        store_url = unpack_keys(keystore, private, folder) if keystore else config.keys.url
        keys = _find_keys(config, store_url)
        found = verify(file, private, keys, read_clock(), config.storage.url)
        note_deed(config.storage.url, OPERATOR, Deed.BACKUP_VERIFIED, read_clock())
    click.echo(json.dumps(_row(found)) if as_json else "\n".join(_describe(found)))
    if not found.is_good:
        raise OneLine(f"{file}: this copy does not count; see above")


@backup.command(name="restore")
@config_option()
@_IDENTITY
@click.option("--to", "target", required=True, help="A folder, or postgresql://... of an empty database.")
@click.argument("file", type=_FILE)
def restore_copy(config: Config, identity: Path, target: str, file: Path) -> None:
    """Bring FILE back; what was erased goes again, what was on its way is not sent again."""
    _refuse_target(target)
    with refusals():
        back = restore(file, read_identity(identity), target, read_clock(), config.storage.url)
        _note_restored(config, back, target)
    click.echo(f"{back.manifest.kind} as of {back.manifest.made_at} is back: {back.where}")
    if back.files:
        click.echo(f"beside it: {', '.join(back.files)}")
    click.echo(f"{back.erased} erased folders were removed again, after {back.ledgers} lists of erasures.")
    if back.manifest.kind is Kind.DATA:
        click.echo(f"{back.stopped} messages that were on their way are marked uncertain and will not be sent.")
        click.echo("Staff sign in anew. Who was revoked after this copy works here again: see singgah staff list.")
    if not back.ledgers:
        click.echo("No list of erasures was found: people erased after this copy may be back. Treat it as an incident.")


def _refuse_target(target: str) -> None:
    """Refuse an address of something else, and a password, which every account reads in the list of processes."""
    if not target.startswith("postgres"):
        if not target or "://" in target:
            raise OneLine("--to: name a folder, or postgresql://... of an empty database")
        return
    try:
        is_told = has_password(target)
    except ArgumentError:
        raise OneLine("--to: that is no address of a database; write postgresql://ACCOUNT@HOST/DATABASE") from None
    if is_told:
        raise OneLine("--to: others can read a password there; leave it out and add ?passfile=FILE, a file of mode 600")


def _note_restored(config: Config, back: Restored, target: str) -> None:
    """Record it in the data that are back, or where only keys came back in those they belong to."""
    url = target if target.startswith("postgres") else f"sqlite:///{back.where}"
    note_deed(
        url if back.manifest.kind is Kind.DATA else config.storage.url, OPERATOR, Deed.BACKUP_RESTORED, read_clock()
    )


@contextmanager
def _progress(total: int) -> Iterator[Progress]:
    with click.progressbar(length=total, label="Copying", file=sys.stderr) as bar:
        yield bar.update


def _find_keys(config: Config, store_url: str) -> Keys | None:
    """Open the keys of this machine; None where there are none, for opening would make new ones."""
    folder = config.keys.dir
    if not folder.exists() or not (KeyFiles(folder).list_root_keys() or (folder / SEALED_FILE).exists()):
        return None
    return Keys(open_keyring(config, read_passphrase), store_url, config.checkpoint_file)


def _row(found: Verified) -> dict[str, object]:
    sample = found.sample
    return {
        "kind": found.manifest.kind.value,
        "made_at": found.manifest.made_at,
        "revision": found.manifest.revision,
        "rows": found.manifest.rows,
        "opened": sample.opened if sample else None,
        "keyless": sample.keyless if sample else None,
        "damaged": list(sample.damaged) if sample else None,
        "bad_audit_row": found.fault.sequence if found.fault else None,
        "stopped": found.stopped,
        "erased_again": found.erased,
        "ledgers": found.ledgers,
        "good": found.is_good,
    }


def _describe(found: Verified) -> Iterator[str]:
    yield f"{found.manifest.kind} as of {found.manifest.made_at}, tables {found.manifest.revision}: whole"
    yield f"{sum(found.manifest.rows.values()):,} rows in {len(found.manifest.rows)} tables, as its first line says"
    match found.sample:
        case None:
            yield "nothing was opened: the keys are not on this machine"
        case sample:
            yield f"{sample.opened} of {sample.opened + sample.keyless + len(sample.damaged)} tried were opened"
            yield from (f"does not open: {place}" for place in sorted(set(sample.damaged)))
            if sample.keyless:
                yield f"{sample.keyless} have no key and were not erased: data and key store do not belong together"
    if found.fault is not None:
        yield f"its audit chain: row {found.fault.sequence} {found.fault.damage.value}; see singgah audit verify"
    yield f"{found.erased} erased folders would go again ({found.ledgers} lists), {found.stopped} messages would stop"
