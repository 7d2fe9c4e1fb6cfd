"""Write the stories anew after a change of wording: `python -m tests.stories [NAME ...]`, then read the difference."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.stories.playing import StoryStuck, play
from tests.stories.scripts import read_story
from tests.surroundings.postgres import announce_folder, stop_server


def main(names: list[str]) -> None:
    """Play the named stories, or all of them, and keep what was really said."""
    folder = Path(__file__).parent
    for path in sorted(folder.glob("*.txt")):
        if names and path.stem not in names:
            continue
        before = path.read_text()
        try:
            with tempfile.TemporaryDirectory() as fresh:
                after = asyncio.run(play(read_story(before), Path(fresh)))
        except StoryStuck as stuck:
            sys.stderr.write(f"{path.name}: {stuck}\n")
            continue
        path.write_text(after)
        sys.stdout.write(f"{'changed' if after != before else 'as before'}  {path.name}\n")


if __name__ == "__main__":
    announce_folder()
    try:
        main(sys.argv[1:])
    finally:
        stop_server()
