"""A picture as it is shown, and where channels get the pictures they show."""

import hashlib
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as it is shown: a JPEG or PNG that holds nothing but what is seen."""

    body: bytes = field(repr=False)

    @property
    def kind(self) -> str:
        """Name its media type."""
        return "image/png" if self.body.startswith(b"\x89PNG") else "image/jpeg"

    @property
    def digest(self) -> str:
        """Return its SHA-256 in hexadecimal, by which it is approved."""
        return hashlib.sha256(self.body).hexdigest()


class Pictures(Protocol):
    """Where a channel gets the pictures it shows.  Raises TryLater while nobody can tell."""

    async def find_name(self, picture: str, channel: str) -> str | None:
        """Return what a platform calls a picture that it was sent before; None before that."""
        ...

    async def load(self, picture: str) -> PictureFile | None:
        """Load a picture; None once it is gone."""
        ...

    async def keep_name(self, picture: str, channel: str, name: str) -> None:
        """Keep what a platform calls a picture.  Raises nothing."""
        ...
