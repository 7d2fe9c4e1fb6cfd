"""What commands hear text by: the content, with what staff changed at the desk of this installation laid over it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from bot.care.listening.changes import Change, ChangeError
from bot.care.listening.checking import Heard, build
from bot.config import Config

F = TypeVar("F", bound=Callable[..., Any])
_SQLITE: Final = "sqlite:///"


def shipped_option() -> Callable[[F], F]:
    """Make the `--shipped` option."""
    said = "By the content alone, without what staff changed at the desk."
    return click.option("--shipped", is_flag=True, help=said)


def lay_over(config: Config, files: Mapping[str, str], content: Heard, *, shipped: bool) -> tuple[Heard, str]:
    """Lay the changes in force over the content, and name their version on standard error.

    `files`: of the content folder.  Changes that do not fit leave the content as it is, as in the service; what does
    not fit is returned as well, empty where everything does.  Raises StorageError when they cannot be read.
    """
    version, changes = (0, ()) if shipped else _read_in_force(config)
    if not version:
        return content, ""
    try:
        heard = build(files, content.book, changes)
    except ChangeError as error:
        misfit = f"version {version} of what staff changed does not fit the content here: {error}; bring another back"
        click.echo(f"singgah: {misfit}; heard by the content alone", err=True)
        return content, misfit
    click.echo(f"singgah: heard by version {version} of what staff changed; --shipped for the content alone", err=True)
    return heard, ""


def _read_in_force(config: Config) -> tuple[int, tuple[Change, ...]]:
    url = config.storage.url
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
        return 0, ()
    from handlers.listening.inforce import read_in_force  # noqa: PLC0415 - databases take a while to import

    return read_in_force(config)
