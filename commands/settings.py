"""What every command begins with: the settings, and refusals in one line."""

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from bot.care.danger.errors import DangerContentError
from bot.care.followup import PlansError
from bot.care.geography.crossings import CrossingsError
from bot.care.plainness import AvoidedWordsError
from bot.care.questions.reading import QuestionsError
from bot.care.retention import RetentionError
from bot.care.units.directory import UnitsError
from bot.config import Config, ConfigError, parse
from bot.ports import ChannelError
from bot.steps import ContentError
from storage.errors import StorageError

F = TypeVar("F", bound=Callable[..., Any] | click.Command)
_DATABASE_ERRORS = "sqlalchemy.exc"
DEFAULT_FILE = Path("config.toml")
_NAMED = "singgah.config_file"
#: What a bot token looks like, which must not be shown by mistake.
_TOKEN = re.compile(r"\d+:[\w-]{20,}", re.ASCII)
_REFUSALS = (
    ConfigError,
    ContentError,
    DangerContentError,
    QuestionsError,
    AvoidedWordsError,
    UnitsError,
    CrossingsError,
    PlansError,
    RetentionError,
    StorageError,
    ChannelError,
)


class OneLine(click.ClickException):
    """Ends a command with one line on standard error and exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line."""
        click.echo(f"singgah: {self.format_message()}", file=file or sys.stderr)


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Turn what is refused, and why, into one line."""
    try:
        yield
    except Exception as error:
        said = _say(_take_out(error))
        if said is None:
            raise
        raise OneLine(said) from None


def _take_out(error: Exception) -> Exception:
    """Take a refusal out of the groups in which it left what runs side by side; nothing that failed beside others."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _say(error: Exception) -> str | None:
    if isinstance(error, _REFUSALS):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}; see whether its disk can be written, and whose it is"
    # By its name: the library takes a while to load, which commands without a database need not spend.
    if type(error).__module__ == _DATABASE_ERRORS:
        return f"a database does not hold what it should ({type(error).__name__}); restore a copy of it"
    return None


def config_option() -> Callable[[F], F]:
    """Make the `--config` option; the command gets the settings themselves as `config`."""

    def load(context: click.Context, _option: click.Parameter, path: Path | None) -> Config:
        context.meta[_NAMED] = path
        return load_config(path)

    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        callback=load,
        help="Settings file; without it ./config.toml, and without that the defaults.",
    )


def config_file() -> Path:
    """Return the settings file of the running command, whether it exists or not."""
    named = click.get_current_context().meta.get(_NAMED)
    return named if isinstance(named, Path) else DEFAULT_FILE


def load_config(path: Path | None) -> Config:
    """Read the settings; every setting has a default, so that no file is needed."""
    chosen = path or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    with refusals():
        if chosen is None:
            return parse("", str(DEFAULT_FILE))
        try:
            config = parse(chosen.read_text(encoding="utf-8"), str(chosen))
        except (OSError, UnicodeDecodeError, RecursionError) as error:
            raise OneLine(f"{chosen}: cannot be read ({type(error).__name__}); name another with --config") from None
        _refuse_exposed(chosen, config)
        return config


def _refuse_exposed(path: Path, config: Config) -> None:
    """Raise ConfigError for settings that tell others a password; without one anybody may read them."""
    if not path.stat().st_mode & 0o077:
        return
    urls = {"storage.database_url": config.storage.database_url, "keys.store_url": config.keys.store_url}
    for setting, url in urls.items():
        if url is not None and has_password(url):
            raise ConfigError(
                f"{path}: {setting} holds a password and others can read the file; run chmod 600 {path}, or name a "
                "passfile instead"
            )


def has_password(url: str) -> bool:
    """Tell whether the address of a database holds a password, before its host or among the parameters."""
    # Commands without a database need not wait for the library, and most settings name no address.
    from sqlalchemy import make_url  # noqa: PLC0415

    address = make_url(url)
    return address.password is not None or "password" in address.query


def read_secret(path: Path, setting: str) -> str:
    """Read a secret from its file.  Raises ConfigError when it is missing, empty, or others can read it."""
    if _TOKEN.fullmatch(path.name):
        raise ConfigError(f"{setting}: there stands a token; write it into a file of mode 0600 and name the file")
    try:
        mode = path.stat().st_mode
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{setting}: {path} cannot be read ({type(error).__name__}); write the secret there"
        ) from None
    if mode & 0o077:
        raise ConfigError(f"{setting}: others can read {path}; run chmod 600 {path}")
    if not secret:
        raise ConfigError(f"{setting}: {path} is empty; write the secret there")
    return secret
