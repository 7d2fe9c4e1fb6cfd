"""What commands that need a second person have in common: their options, and what they say while they wait."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, assert_never

import click

from bot.config import Config
from bot.dialogue.layout import plain
from commands.settings import OneLine
from commands.signing import write_signed
from handlers.secondperson.asking import (
    Asker,
    Granted,
    NobodyElse,
    OthersCould,
    Refused,
    Verdict,
    Waiting,
    WhoAsks,
    settle,
)
from handlers.secondperson.wanted import MOST_REASON_CHARS, Wanted
from storage.keys.keyring import Keyring

F = TypeVar("F", bound=Callable[..., Any])

_FEWEST_WORDS = 2


def asker_options(command: F) -> F:
    """Add `--as` and `--alone`; the command gets them as `as_id` and `alone`, for `read_asker`."""
    own = click.option(
        "--as", "as_id", metavar="ID", help='Your own id from singgah staff list, or "nobody" if you have no desk.'
    )
    alone = click.option("--alone", metavar="REASON", help="Go on where there is nobody else to agree; kept for good.")
    return own(alone(command))


def read_asker(as_id: str | None, alone: str | None) -> Asker:
    """Read the two options.  Raises OneLine for a reason that says nothing, or more than a line."""
    if alone is None:
        return Asker(as_id, None)
    reason = " ".join(alone.split())
    if len(reason.split()) < _FEWEST_WORDS or len(reason) > MOST_REASON_CHARS or plain(reason) != reason:
        raise OneLine(f"--alone: say in a few words why this cannot wait (at most {MOST_REASON_CHARS} characters)")
    return Asker(as_id, reason)


def require_consent(config: Config, keyring: Keyring, wanted: Wanted, asker: Asker) -> None:
    """Go on only when somebody else agreed to exactly this; otherwise ask for it and end with OneLine."""
    take_granted(asyncio.run(write_signed(config, keyring, lambda work: settle(work, wanted, asker))))


def take_granted(verdict: Verdict) -> Wanted:
    """Return what may be done now; otherwise say what has to happen first and end with OneLine."""
    match verdict:
        case Granted(wanted):
            return wanted
        case Waiting():
            raise _tell_waiting(verdict)
        case Refused(code):
            raise OneLine(f"{code} was refused at the desk; nothing was changed. The same command asks again")
        case NobodyElse():
            raise OneLine(
                "this needs a second person, and there is no other administrator or auditor: let one in with "
                'singgah staff invite, or go on with --alone "REASON", which is kept in the audit chain'
            )
        case OthersCould(others):
            raise OneLine(f"--alone: {_name(others)} can agree; leave it out and ask")
        case WhoAsks():
            raise OneLine(
                "say who asks: --as ID with your own id from singgah staff list, or --as nobody if you have no desk"
            )
        case _ as never:
            assert_never(never)


def _tell_waiting(waiting: Waiting) -> OneLine:
    click.echo(f"Code {waiting.code}: {waiting.wanted.matter.value}", err=True)
    for name, value in waiting.wanted.particulars.items():
        click.echo(f"  {name:<12} {value}", err=True)
    asked = "asked for" if waiting.is_new else "still waits"
    return OneLine(
        f"{asked}; nothing was changed. {_name(waiting.others)} can agree at the desk under Approvals until "
        f"{waiting.until:%Y-%m-%d %H:%M}Z; then run the same command again"
    )


def _name(others: tuple[str, ...]) -> str:
    return " or ".join(others)
