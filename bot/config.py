"""The settings: their types, defaults and limits, and what is said about a wrong one."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1, description="a whole number, 1 or more")]
Bytes = Annotated[int, Meta(ge=1024, description="a whole number of bytes, 1024 or more")]
ClockTime = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description='a time of day such as "21:00"')]
ChatHours = Annotated[int, Meta(ge=1, le=47, description="a whole number of hours from 1 to 47")]
Rate = Annotated[float, Meta(gt=0, le=10_000, description="a number above 0, at most 10000")]
Language = Annotated[str, Meta(pattern="^[a-z]{2,3}$", description='a language code such as "id"')]


_LARGEST_PORT = 65_535
_SAFE_ADDRESS = re.compile(r"https://[^/\s]+/?$|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/?$", re.ASCII)


class ConfigError(Exception):
    """A setting cannot be used; the message names file, setting and remedy."""


class Server(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the web chat, the desk and the webhooks are served."""

    listen: str = "127.0.0.1:8080"
    public_url: str | None = None
    metrics_token_file: Path | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port; an IPv6 host comes without its brackets."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def url(self) -> str:
        """Return the address people reach the service under, without a closing slash."""
        return (self.public_url or f"http://{self.listen}").rstrip("/")


class Storage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where people's data is kept, encrypted."""

    database_url: str | None = None
    data_dir: Path = Path("var/data")

    @property
    def url(self) -> str:
        """Return the database to use: the one set, else a SQLite file in `data_dir`."""
        return self.database_url or f"sqlite:///{self.data_dir / 'singgah.db'}"


class Transit(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key service with the transit interface of Vault or OpenBao."""

    address: str | None = None
    mount: str = "transit"
    key: str = "singgah"
    token_file: Path | None = None
    authority_file: Path | None = None


class Keys(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the keys are kept, apart from the data they open, and who opens them."""

    dir: Path = Path("var/keys")
    store_url: str | None = None
    provider: Literal["file", "passphrase", "transit"] = "file"
    transit: Transit = Transit()

    @property
    def url(self) -> str:
        """Return the store of the wrapped keys: the one set, else a SQLite file in `keystore` beside `dir`."""
        return self.store_url or f"sqlite:///{self.dir.parent / 'keystore' / 'keystore.db'}"


class Telegram(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the service speaks on Telegram."""

    token_file: Path | None = None
    base_url: str = "https://api.telegram.org/bot"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret_file: Path | None = None
    messages_per_second: Rate = 30
    messages_per_chat_second: Rate = 1
    messages_per_group_minute: Rate = 20

    @property
    def enabled(self) -> bool:
        """Tell whether a bot is connected."""
        return self.token_file is not None


class Webchat(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The chat page of our own."""

    enabled: bool = True


class Channels(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The ways in and out."""

    telegram: Telegram = Telegram()
    webchat: Webchat = Webchat()


class Care(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How people are accompanied."""

    offer_minutes: Count = 15
    quiet_from: ClockTime = "21:00"
    quiet_until: ClockTime = "07:00"
    language: Language = "id"
    staff_chat_hours: ChatHours = 24
    content_dir: Path | None = None

    @property
    def quiet_hours(self) -> tuple[time, time]:
        """Return when no reminder is sent, from and until, on the person's own clock."""
        return time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)


class Broadcast(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How programme information is sent to many."""

    smallest_group: Count = 20
    most_per_week: Count = 2
    lasts_hours: Count = 72


class Audit(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How what staff did stays provable."""

    checkpoint_file: Path | None = None


class Limits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is accepted from outside."""

    messages_per_minute: Count = 30
    body_bytes: Bytes = 1_048_576


class Log(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the operator can read afterwards."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    file: Path | None = None


class Backup(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where copies go, and who can open them."""

    dir: Path = Path("var/backups")
    recipient: str | None = None


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings; every one has a default."""

    server: Server = Server()
    storage: Storage = Storage()
    keys: Keys = Keys()
    channels: Channels = Channels()
    care: Care = Care()
    broadcast: Broadcast = Broadcast()
    audit: Audit = Audit()
    limits: Limits = Limits()
    log: Log = Log()
    backup: Backup = Backup()

    @property
    def checkpoint_file(self) -> Path:
        """Return where checkpoints of the audit chain are kept: as set, else in `audit` beside the key folder."""
        return self.audit.checkpoint_file or self.keys.dir.parent / "audit" / "checkpoints.jsonl"


def parse(text: str, where: str) -> Config:
    """Read the settings from TOML.

    `where` is the path of the file the text came from: it is named in errors, and relative paths in
    the settings are taken from its folder.  Raises ConfigError for anything that cannot be used.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{where}: not valid TOML: {error}. Correct that line; config.example.toml shows the form."
        ) from error
    for complaint in _unknown_keys(document, Config, ()):
        raise ConfigError(f"{where}: {complaint}")
    config = _convert(_resolve(document, Config, Path(where).parent), where)
    for complaint in _contradictions(config):
        raise ConfigError(f"{where}: {complaint}")
    return config


def _unknown_keys(document: Mapping[str, Any], shape: type[Struct], above: tuple[str, ...]) -> Iterator[str]:
    known = {field.name: field.type for field in msgspec.structs.fields(shape)}
    for key, value in document.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}."
            yield f"unknown setting {'.'.join((*above, key))}; {remedy}"
        elif _is_section(known[key]) and isinstance(value, dict):
            yield from _unknown_keys(value, known[key], (*above, key))


def _resolve(document: Mapping[str, Any], shape: type[Struct], folder: Path) -> dict[str, Any]:
    resolved = {}
    for field in msgspec.structs.fields(shape):
        value = document.get(field.name, field.default)
        if _is_section(field.type):
            value = document.get(field.name, {})
            resolved[field.name] = _resolve(value, field.type, folder) if isinstance(value, dict) else value
        elif _is_path(field.type) and isinstance(value, str | Path):
            resolved[field.name] = folder / value
        else:
            resolved[field.name] = value
    return resolved


def _is_section(kind: Any) -> bool:  # noqa: ANN401 - field types are values of every kind here
    return isinstance(kind, type) and issubclass(kind, Struct)


def _is_path(kind: Any) -> bool:  # noqa: ANN401 - field types are values of every kind here
    return kind is Path or Path in get_args(kind)


def _convert(document: Mapping[str, Any], where: str) -> Config:
    try:
        return msgspec.convert(document, Config, dec_hook=_keep_path)
    except msgspec.ValidationError as error:
        setting = str(error).partition(" - at `$.")[2].rstrip("`")
        raise ConfigError(f"{where}: {setting} must be {_describe(_find_kind(setting))}.") from error


def _keep_path(kind: type[Any], value: Any) -> Any:  # noqa: ANN401 - the signature msgspec calls
    if kind is Path and isinstance(value, Path):
        return value
    raise TypeError


def _find_kind(setting: str) -> Any:  # noqa: ANN401 - field types are values of every kind here
    kind: Any = Config
    for name in setting.split("."):
        kind = next(field.type for field in msgspec.structs.fields(kind) if field.name == name)
    return kind


def _describe(kind: Any) -> str:  # noqa: ANN401 - field types are values of every kind here
    if get_origin(kind) is Annotated:
        return str(kind.__metadata__[0].description)
    if get_origin(kind) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(kind))
    if _is_section(kind):
        return "a section with settings in it"
    return "true or false" if kind is bool else "text in quotes"


def _contradictions(config: Config) -> Iterator[str]:
    host, _, port = config.server.listen.rpartition(":")
    if not host or not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > _LARGEST_PORT:
        yield 'server.listen must be HOST:PORT, such as "127.0.0.1:8080" or "[::1]:8080".'
    if config.server.public_url and not re.match(r"https?://[^/\s]", config.server.public_url):
        yield 'server.public_url must begin with http:// or https://, such as "https://chat.example.org".'
    yield from _key_contradictions(config.keys)
    telegram = config.channels.telegram
    if telegram.mode == "webhook" and telegram.webhook_secret_file is None:
        yield 'channels.telegram.mode = "webhook" needs channels.telegram.webhook_secret_file.'
    if telegram.mode == "webhook" and config.server.public_url is None:
        yield 'channels.telegram.mode = "webhook" needs server.public_url, the address Telegram calls.'


def _key_contradictions(keys: Keys) -> Iterator[str]:
    transit = keys.transit
    if keys.provider == "transit" and (transit.address is None or transit.token_file is None):
        yield 'keys.provider = "transit" needs keys.transit.address and keys.transit.token_file.'
    if transit.address and not _SAFE_ADDRESS.match(transit.address):
        yield "keys.transit.address must begin with https://; http:// only reaches this machine, such as 127.0.0.1."
