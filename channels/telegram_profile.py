"""What everybody who finds the bot can see of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from channels.telegram_http import Server
from channels.telegram_methods import (
    Description,
    GetMyCommands,
    GetMyDescription,
    GetMyShortDescription,
    ShortDescription,
    ShownCommand,
)
from channels.telegram_transport import Calls


@dataclass(frozen=True, slots=True)
class Profile:
    """What everybody who finds the bot can see of it; keep it neutral.

    `commands`: descriptions by name, names without a slash.  `description`: shown in the empty chat, at most 512
    characters.  `about`: shown on the bot's page, at most 120.
    """

    commands: Mapping[str, str]
    description: str
    about: str


async def show_profile(server: Server, profile: Profile) -> None:
    """Have everybody see this profile.  Raises TokenRejected, TryLater or Uncertain."""
    if not await _is_shown(Calls(server), profile):
        # The library takes a tenth of a second and 20 MiB, which a start that changes nothing need not spend.
        from channels.telegram_library import set_profile  # noqa: PLC0415

        await set_profile(server, profile)


async def _is_shown(calls: Calls, profile: Profile) -> bool:
    shown = [
        (command.command, command.description) for command in await calls.call(GetMyCommands(), list[ShownCommand])
    ]
    return (
        shown == list(profile.commands.items())
        and (await calls.call(GetMyDescription(), Description)).description == profile.description
        and (await calls.call(GetMyShortDescription(), ShortDescription)).short_description == profile.about
    )
