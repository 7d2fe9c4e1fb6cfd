"""`singgah doctor`: one screen that says what needs somebody, whether the service runs or not."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

import click
import httpx

from bot.config import Config, ConfigError
from bot.ports import ChannelError
from commands.settings import OneLine, config_option, refusals
from handlers.checkup.findings import Finding, Grade, act, fine, mention, say_time
from handlers.checkup.stores import check_data, check_keys
from handlers.checkup.surroundings import check_copies, check_disk, check_house, check_key_files
from handlers.house.opening import House, read_house
from handlers.running.clock import read_clock

_SERVICE_SECONDS: Final = 5.0
_PLATFORM_SECONDS: Final = 3.0
_MANY_WAITING: Final = 100
_RECENTLY: Final = timedelta(minutes=10)
_MARKS: Final = {Grade.FINE: " ", Grade.NOTE: "-", Grade.ACT: "!"}
_START: Final = "singgah run, or systemctl start singgah; then the log says why it ended"


@click.command()
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--offline", is_flag=True, help="Do not ask the platform.")
def doctor(config: Config, *, as_json: bool, offline: bool) -> None:
    """Look at stores, queues, keys, disks, copies, content and the platform; exit code 1 if somebody is needed."""
    with refusals():
        house = read_house(config)
        findings = list(examine(config, house, read_clock, ask_platform=not offline))
    if as_json:
        rows = [
            {"what": one.what, "grade": one.grade.value, "said": one.said, "remedy": one.remedy} for one in findings
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for one in findings:
            click.echo("\n".join(_describe(one)))
    counts = Counter(one.grade for one in findings)
    if counts[Grade.ACT]:
        raise OneLine(f"{counts[Grade.ACT]} of {len(findings)} need somebody; each says what to do")


def examine(config: Config, house: House, clock: Callable[[], datetime], *, ask_platform: bool) -> Iterator[Finding]:
    """Look at everything; `ask_platform`: whether Telegram is asked as well."""
    yield asyncio.run(_check_service(config))
    yield from check_data(config.storage.url, clock, house.retention.deliveries)
    now = clock()
    yield from check_keys(config.keys.url, now)
    yield check_key_files(config)
    yield check_disk(config)
    yield check_copies(config, now)
    if ask_platform and config.channels.telegram.enabled:
        yield asyncio.run(_check_telegram(config, now))
    yield from check_house(house, now)


def _describe(finding: Finding) -> Iterator[str]:
    yield f"{_MARKS[finding.grade]} {finding.what:<16} {finding.said}"
    if finding.remedy:
        yield f"{'':<18} > {finding.remedy}"


async def _check_service(config: Config) -> Finding:
    host, port = config.server.address
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_SERVICE_SECONDS) as client:
            answer = await client.get(f"http://{where}/readyz")
            told = answer.json()
    except httpx.TransportError as error:
        return act("service", f"does not answer on {config.server.listen} ({type(error).__name__})", _START)
    except ValueError:
        return act("service", f"something else answers on {config.server.listen}", "end it, or set server.listen")
    return _judge_service(told if isinstance(told, dict) else {})


def _judge_service(told: dict[str, object]) -> Finding:
    if told.get("why") == "sealed":
        return act("service", "runs, sealed: nobody has opened the keys", "singgah unseal")
    if not told.get("ready"):
        return act(
            "service",
            f"runs, not ready ({told.get('why', 'no reason given')})",
            "see the data store and the disk below",
        )
    duties, trouble = told.get("duties"), told.get("trouble")
    held = ", ".join(f"{name} {state}" for name, state in duties.items()) if isinstance(duties, dict) else ""
    said = "; ".join(part for part in ("runs", held) if part)
    if isinstance(trouble, list) and trouble:
        return act(
            "service", f"{said}; in trouble: {', '.join(map(str, trouble))}", 'docs/operations.md, "What to do when"'
        )
    if told.get("telegram") == "trouble":
        return act("service", f"{said}; Telegram brings nothing", "see the finding about Telegram below")
    return fine("service", said)


async def _check_telegram(config: Config, now: datetime) -> Finding:
    from channels.telegram import TelegramChannel  # noqa: PLC0415 - loaded only where there is a bot
    from commands.settings import read_secret  # noqa: PLC0415
    from commands.telegram import webhook_of  # noqa: PLC0415

    settings = config.channels.telegram
    if settings.token_file is None:
        return fine("telegram", "not connected")
    try:
        token = read_secret(settings.token_file, "channels.telegram.token_file")
        expected = webhook_of(config)
    except ConfigError as error:
        return act("telegram", "its settings cannot be used", str(error))
    channel = TelegramChannel(token, base_url=settings.base_url, timeout_seconds=_PLATFORM_SECONDS)
    try:
        found = await channel.read_delivery()
    except ChannelError as error:
        remedy = (
            str(error) if type(error).__name__ == "TokenRejected" else "see whether this machine reaches the platform"
        )
        return act("telegram", f"does not answer as it should ({type(error).__name__})", remedy)
    finally:
        await channel.close()
    return _judge_delivery("" if expected is None else expected.url, found.url, found.waiting, found.failed_at, now)


def _judge_delivery(expected: str, url: str, waiting: int, failed_at: datetime | None, now: datetime) -> Finding:
    if url != expected:
        what = "delivers to another address than ours" if url else "has no webhook of ours"
        remedy = (
            "a running service takes it back; if nobody of yours did this, revoke the token with @BotFather at once"
        )
        return act("telegram", what, remedy)
    said = f"{waiting:,} updates wait there"
    if failed_at is not None and now - failed_at < _RECENTLY:
        return act(
            "telegram", f"{said}; it could not deliver {say_time(now - failed_at)} ago", "see the proxy and /readyz"
        )
    if waiting > _MANY_WAITING:
        return mention("telegram", said, "see whether the service receives: turn.failed and 503 in the logs")
    return fine("telegram", said)
