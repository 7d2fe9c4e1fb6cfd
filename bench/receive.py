"""Requests a second into a committed row: `python -m bench.receive`, against a server that keeps them in memory."""

import argparse
import asyncio

from bench.driving import Load
from bench.stage import OURS, PTB, PTB_SERVER, Posted, judge, open_stage, print_speed
from bench.turns import ratio

#: Aim of issue 5, relative to the webhook server of python-telegram-bot.
AIM = 3.0
CONNECTIONS = 32
#: Messages a second of our sender, so that taking in is what is measured.
_SENT_A_SECOND = 1.0


async def compare(people: int, rounds: int) -> None:
    """Print one load: the whole intake of so many people, posted over 32 connections without waiting for answers."""
    async with open_stage([OURS, PTB_SERVER, PTB], Posted, rate=_SENT_A_SECOND) as stage:
        measured = await stage.measure(Load(people, CONNECTIONS), rounds)
    print_speed(f"{people} people over {CONNECTIONS} connections", measured)
    for peer in (PTB_SERVER, PTB):
        found = ratio(measured[OURS], measured[peer], lambda one: one.rate)
        print(f"  ours / {peer}: {found:.2f} x requests/s ({judge(reached=found >= AIM)} {AIM:g})")


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=150, help="whose intake is posted in a round (default 150)")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds (default 3)")
    arguments = parser.parse_args()
    asyncio.run(compare(arguments.people, arguments.rounds))


if __name__ == "__main__":
    main()
