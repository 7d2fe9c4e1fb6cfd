"""What one process says and hears people by, of which staff can change what is heard while the service runs."""

from dataclasses import replace

from bot.care.listening.checking import Heard
from bot.dialogue.script import Script


class Spoken:
    """The script in use.  `version`: of what staff changed; 0 for the content as it ships."""

    def __init__(self, script: Script) -> None:
        """Begin with the content as it ships."""
        self.shipped = script
        self.script = script
        self.version = 0

    def hear_by(self, heard: Heard, version: int) -> None:
        """Hear people in another way from now on."""
        self.script = replace(self.shipped, dangers=heard.rules, questions=heard.book)
        self.version = version
