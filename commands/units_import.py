"""`singgah units import`: a new directory, looked at before it is taken."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import click

from bot.care.geography.gazetteer import Gazetteer
from bot.care.units.revision import Revision, judge, revise, write_listing
from bot.care.units.sheets import Entry, Mistake
from bot.care.units.unit import OFFSETS
from bot.config import Config
from commands.settings import OneLine, config_option, refusals
from handlers.house.directory import directory_file, own_file
from handlers.running.clock import read_clock
from storage.shipped.areas import load_gazetteer, load_listing
from storage.shipped.directory_file import read_entries, write_directory

#: Where more than one in so many open units would be closed, the file is probably not the whole directory.
_MANY = 3


@click.command(name="import")
@config_option()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", "applies", is_flag=True, help="Write the directory; without it nothing is written.")
@click.option("--partial", is_flag=True, help="The file holds some units only: close none of the others.")
@click.option("--close-many", is_flag=True, help="Close units even if they are more than a third of the directory.")
def import_units(config: Config, file: Path, *, applies: bool, partial: bool, close_many: bool) -> None:
    """Read a directory from a .csv or .toml FILE and say what would change; with --apply, take it.

    Units that are not in the file any more are closed, never deleted.  Rows with a mistake are named and left out, and
    then no unit is closed: a row that cannot be read may be its own.
    """
    with refusals():
        gazetteer = load_gazetteer()
        revision, mistakes = _compare(config, file, gazetteer, partial=partial)
        _tell(file, revision, mistakes)
        if applies:
            _refuse_closing_many(revision, close_many=close_many)
            write_directory(own_file(config), write_listing(revision.listing, gazetteer))
            click.echo(f"{own_file(config)} is written; a running service reads it within a minute.")
        else:
            click.echo(f"Nothing was written. With --apply, {own_file(config)} is.")
    if mistakes:
        click.get_current_context().exit(1)


def _compare(
    config: Config, file: Path, gazetteer: Gazetteer, *, partial: bool
) -> tuple[Revision, tuple[Mistake, ...]]:
    present = load_listing(gazetteer, directory_file(config))
    entries, unread = read_entries(file)
    judged = judge(entries, gazetteer, _today(), _show_progress)
    mistakes = tuple(sorted((*unread, *judged.mistakes), key=lambda mistake: mistake.line))
    closes = not partial and not mistakes
    return revise(present, judged.listing, _today(), closes=closes), mistakes


def _today() -> date:
    return read_clock().astimezone(OFFSETS["Asia/Jakarta"]).date()


def _show_progress(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Show on a terminal how far the reading is; elsewhere say nothing."""
    rows = list(entries)
    if not sys.stderr.isatty():
        yield from rows
        return
    with click.progressbar(rows, label="Reading units", file=sys.stderr) as shown:
        yield from shown


def _tell(file: Path, revision: Revision, mistakes: Sequence[Mistake]) -> None:
    for mistake in mistakes:
        column = f", column {mistake.column}" if mistake.column else ""
        click.echo(f"! {file.name}, line {mistake.line}{column}: {mistake.problem}; {mistake.remedy}")
    for unit_id in revision.new:
        click.echo(f"+ {unit_id:<28} {revision.listing.units[unit_id].name}")
    for unit_id, names in revision.changed.items():
        click.echo(f"~ {unit_id:<28} {', '.join(names)}")
    for unit_id in revision.closed:
        click.echo(f"x {unit_id:<28} {revision.listing.units[unit_id].name}")
    counts = {
        "new": len(revision.new),
        "changed": len(revision.changed),
        "closed": len(revision.closed),
        "as before": len(revision.same),
        "not usable": len(mistakes),
    }
    click.echo(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


def _refuse_closing_many(revision: Revision, *, close_many: bool) -> None:
    still_open = sum(unit.active for unit in revision.listing.units.values()) - len(revision.new)
    many = len(revision.closed) * _MANY > still_open + len(revision.closed)
    if many and not close_many:
        raise OneLine(
            f"{len(revision.closed)} units would be closed, more than a third of the directory; nothing was written. "
            "Is the file the whole directory? If it is, add --close-many; if not, add --partial."
        )
