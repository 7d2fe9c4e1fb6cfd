"""The command line, and the only module of `bot` that knows the other packages."""

import gc
import importlib
from typing import Any

import click

#: Loaded only when asked for, so that no command waits for another's imports.
_COMMANDS = {
    "run": "commands.run:run",
    "talk": "commands.talk:talk",
    "check": "commands.check:check",
    "connect": "commands.telegram:connect",
    "nearest": "commands.nearest:nearest",
    "units": "commands.units:units",
    "staff": "commands.staff:staff",
    "screen": "commands.screen:screen_lines",
    "erase": "commands.erase:erase",
    "purge": "commands.purge:purge",
    "retention": "commands.retention:retention",
    "audit": "commands.audit:audit",
    "doctor": "commands.doctor:doctor",
    "dead": "commands.dead:dead",
    "keys": "commands.keys:keys",
    "links": "commands.links:links",
    "unseal": "commands.keys:unseal",
    "backup": "commands.backup:backup",
    "stats": "commands.stats:stats",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def main(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - what click hands on
        """Run a command, in a process whose memory holds keys before long and is nobody else's business.

        A test that brings its own arguments keeps the process as it is.
        """
        if named.get("args") is None and not arguments:
            from commands.hardening import protect_memory  # noqa: PLC0415 - as every command

            protect_memory()
        return super().main(*arguments, **named)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List every command in the order people need them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is none of that name."""
        del ctx
        module, _, name = _COMMANDS.get(cmd_name, "").partition(":")
        if not name:
            return None
        gc.disable()  # what is read stays: collecting would only walk over it again and again
        try:
            command: Any = getattr(importlib.import_module(module), name)
        finally:
            gc.enable()
        return command if isinstance(command, click.Command) else None


@click.group(cls=LazyGroup)
@click.version_option("0.1.0", prog_name="singgah")
def main() -> None:
    """Run Singgah, a place to stop by on the way to recovery."""


if __name__ == "__main__":
    main(prog_name="singgah")
