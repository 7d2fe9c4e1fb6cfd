"""The command line of the service, run in a process that has read it already."""

from bot.__main__ import main as singgah


def main(arguments: list[str]) -> None:
    """Run `singgah` with these arguments; ends the process as the command does."""
    singgah(arguments, prog_name="singgah")
