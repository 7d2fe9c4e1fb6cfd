"""What the operator can want, in the one form that is shown, hashed and done."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

#: The longest reason for going on alone.
MOST_REASON_CHARS: Final = 300


class Matter(StrEnum):
    """What needs two persons at the command line."""

    KEYS_ROTATE = "keys_rotate"
    KEYS_RETIRE = "keys_retire"
    KEYS_SEAL = "keys_seal"
    RETENTION = "retention"
    FIGURES = "figures"


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wanted.

    `particulars`: what exactly, name -> value, shown to both persons.  `figures`: the tables that would be published,
    for the matter of figures only.  `asked_as`: id of the operator's own desk in hexadecimal, "" without one.
    """

    matter: Matter
    particulars: Mapping[str, str]
    asked_as: str = ""
    figures: Mapping[str, Any] | None = None

    def encode(self) -> bytes:
        """Return the bytes an approval is bound to; the same wish always gives the same."""
        return msgspec.json.encode(self, order="deterministic")

    def describe(self) -> dict[str, str]:
        """Say for the audit chain what is wanted."""
        return {"matter": self.matter.value, **self.particulars}


def decode_wanted(content: bytes) -> Wanted:
    """Read what was asked for."""
    return msgspec.json.decode(content, type=Wanted)
