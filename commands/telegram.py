"""Put the Telegram channel together from the settings, and `singgah connect telegram`."""

import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path

import click

from bot.config import Config
from bot.dialogue.script import Command
from bot.ports import TryLater
from channels.telegram import TelegramChannel, Webhook
from channels.telegram_errors import NotTaken, OtherReceiver, TokenRejected, UnreadableUpdate
from channels.telegram_polling import DEFAULT_PACE, Pace, persist, poll
from channels.telegram_profile import Profile
from channels.telegram_rates import Rates
from channels.telegram_webhook import PATH
from commands.settings import DEFAULT_FILE, OneLine, config_file, config_option, read_secret, refusals
from handlers.receiving.receive import Receiver
from handlers.running.signals import Signals
from handlers.world import World

log = logging.getLogger(__name__)

_TOKEN_FILE = "telegram-token"  # noqa: S105 - the name of a file
#: So many failures in a row are an outage.
_TROUBLE_FROM = 2


def build_telegram(config: Config) -> TelegramChannel | None:
    """Make the channel if a token is set; None otherwise.  Raises ConfigError."""
    settings = config.channels.telegram
    if settings.token_file is None:
        return None
    token = read_secret(settings.token_file, "channels.telegram.token_file")
    return TelegramChannel(
        token,
        base_url=settings.base_url,
        rates=Rates(
            settings.messages_per_second, settings.messages_per_chat_second, settings.messages_per_group_minute
        ),
    )


def webhook_of(config: Config) -> Webhook | None:
    """Return where Telegram is to deliver to; None for polling."""
    settings = config.channels.telegram
    if settings.mode != "webhook" or settings.webhook_secret_file is None:
        return None
    secret = read_secret(settings.webhook_secret_file, "channels.telegram.webhook_secret_file")
    return Webhook(f"{config.server.url}{PATH}", secret)


def profile_of(world: World) -> Profile:
    """Describe the bot in neutral words: whoever sees it on a phone learns nothing."""
    script = world.script
    words = {command: next(word for word, means in script.commands.items() if means is command) for command in Command}
    shown = (Command.START, Command.MENU, Command.HELP, Command.EMERGENCY, Command.LANGUAGE, Command.DATA, Command.STOP)
    described = {words[command]: script.say(f"command_{command}", script.default) for command in shown}
    return Profile(
        {"start": described[words[Command.START]], **described},
        script.say("bot_description", script.default),
        script.say("bot_about", script.default),
    )


def report_trouble(error: Exception) -> None:
    """Note that the platform made trouble, by class only."""
    log.warning("telegram", extra={"action": "telegram.trouble", "channel": "telegram", "error": error})


async def converse(
    world: World,
    telegram: TelegramChannel,
    receiver: Receiver,
    stop: asyncio.Event,
    ended: asyncio.Future[None],
    pace: Pace = DEFAULT_PACE,
) -> None:
    """Set the bot up, waiting for the platform if it must, and poll unless it delivers by itself.

    A token that is refused at the start ends the service: somebody is there to read why.  Whatever goes wrong later
    on, Telegram is tried again and again, and the web chat and the desk go on meanwhile.  `ended`: carries the reason
    why the process must end.
    """
    reception, pause, now = Reception(world.signals, telegram.name), pace.first_pause, asyncio.get_running_loop().time
    while not stop.is_set():
        begun = now()
        try:
            await _receive(world, telegram, receiver, stop, pace, reception)
        except Exception as error:  # noqa: BLE001 - whatever it was, people write on, and somebody must listen again
            reception.lose()
            if isinstance(error, TokenRejected) and not reception.was_up:
                _end(ended, error)
                return
            report_trouble(error)
        else:
            return
        pause = pace.first_pause if now() - begun > pace.longest_pause else min(2 * pause, pace.longest_pause)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


class Reception:
    """Whether a platform can be reached, as everybody in this process may know it."""

    def __init__(self, signals: Signals, name: str) -> None:
        """Begin without having heard anything."""
        self.was_up = False
        self._signals = signals
        self._name = name
        self._failures = 0

    def hear(self) -> None:
        """Note that the platform answered."""
        self.was_up, self._failures = True, 0
        self._signals.receiving.add(self._name)
        self._signals.deaf.discard(self._name)

    def report(self, error: Exception) -> None:
        """Note trouble; a single one passes unnoticed."""
        report_trouble(error)
        self._failures += not isinstance(error, NotTaken | UnreadableUpdate)
        if self._failures >= _TROUBLE_FROM:
            self.lose()

    def lose(self) -> None:
        """Note that nothing comes any more."""
        self._signals.receiving.discard(self._name)
        self._signals.deaf.add(self._name)


async def _receive(
    world: World, telegram: TelegramChannel, receiver: Receiver, stop: asyncio.Event, pace: Pace, reception: Reception
) -> None:
    webhook = webhook_of(world.config)
    if await persist(lambda: telegram.set_up(profile_of(world), webhook), stop, reception.report, pace) is None:
        return
    reception.hear()
    if webhook is None:
        await poll(telegram, receiver.receive, stop, reception.report, pace, reception.hear)
    else:
        await _watch(telegram, webhook, stop, pace, reception)


async def _watch(
    telegram: TelegramChannel, webhook: Webhook, stop: asyncio.Event, pace: Pace, reception: Reception
) -> None:
    """Look now and then whether Telegram still delivers to us.

    Raises OtherReceiver when it does not, for then somebody else has the token; setting up again takes it back.
    """
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pace.watch)
            return
        if await persist(telegram.read_webhook_url, stop, reception.report, pace) not in {None, webhook.url}:
            raise OtherReceiver
        reception.hear()


def _end(ended: asyncio.Future[None], error: Exception) -> None:
    if not ended.done():
        ended.set_exception(error)


@click.group()
def connect() -> None:
    """Connect a platform."""


@connect.command("telegram")
@config_option()
@click.option(
    "--token-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Read the token from this file."
)
def connect_telegram(config: Config, token_file: Path | None) -> None:
    """Ask for a bot's token without showing it, check it, and keep it in a file only you can read."""
    token = token_file.read_text(encoding="utf-8") if token_file else _ask_token()
    settings = config.channels.telegram
    channel = TelegramChannel(token.strip(), base_url=settings.base_url)
    with refusals():
        username = asyncio.run(_check(channel, settings.base_url))
    kept = settings.token_file or config.keys.dir / _TOKEN_FILE
    _write_secret(kept, token.strip())
    click.echo(f"@{username} is connected; the token is in {kept}.")
    _set_in_config(kept, config_file())


def _ask_token() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return str(click.prompt("Token from @BotFather", hide_input=True))


async def _check(channel: TelegramChannel, base_url: str) -> str:
    try:
        return await channel.check()
    except TokenRejected:
        raise OneLine(
            "Telegram refuses this token, so nothing was kept; copy the whole line from @BotFather, digits and colon "
            f"included ({base_url} must be the Bot API's, too)"
        ) from None
    except TryLater:
        raise OneLine(
            f"nobody answers at {base_url}, so nothing was kept; see whether this machine reaches it, then repeat"
        ) from None
    finally:
        await channel.close()


def _write_secret(path: Path, secret: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret + "\n")


def _set_in_config(token_file: Path, settings: Path) -> None:
    """Name the token file in the settings; a file that has Telegram settings already is left as it is."""
    named = _name_from(token_file, settings)
    text = settings.read_text(encoding="utf-8") if settings.exists() else ""
    if "[channels.telegram]" in text:
        click.echo(f'Set token_file = "{named}" under [channels.telegram] in {settings} if it is not there.')
        return
    try:
        before = f"{text.rstrip()}\n\n" if text.strip() else ""
        settings.write_text(f'{before}[channels.telegram]\ntoken_file = "{named}"\n', encoding="utf-8")
    except OSError as error:
        raise OneLine(f"{settings} cannot be written ({error.strerror}); add token_file yourself") from None
    click.echo(f"{settings} names it. Start again with: {_start_with(settings)}")


def _name_from(token_file: Path, settings: Path) -> Path:
    """Name a file as the settings must: paths there are taken from their own folder."""
    file, folder = token_file.resolve(), settings.resolve().parent
    return file.relative_to(folder) if file.is_relative_to(folder) else file


def _start_with(settings: Path) -> str:
    return "make run" if settings == DEFAULT_FILE else f"singgah run --config {settings}"
