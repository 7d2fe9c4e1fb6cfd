"""Typed access to the parameters of one call, after the oracles have judged them."""

from dataclasses import dataclass, field

from tests.botapi.refusals import Refusal, bad_request
from tests.botapi.world import Json


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent along in a multipart body."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Arguments:
    """The parameters of one call; a missing required one is a 400."""

    values: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether the parameter was given."""
        return self.values.get(name) is not None

    def read_chat_id(self) -> int | str:
        """Read `chat_id`, a number or the name of a chat."""
        value = self._require("chat_id")
        if isinstance(value, int | str):
            return value
        raise _wrong("chat_id")

    def read_integer(self, name: str, default: int | None = None) -> int:
        """Read a whole number; a default makes it optional."""
        value = default if default is not None and not self.has(name) else self._require(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise _wrong(name)

    def read_float(self, name: str) -> float:
        """Read a number with a fraction."""
        value = self._require(name)
        if isinstance(value, int | float):
            return float(value)
        raise _wrong(name)

    def read_text(self, name: str, default: str | None = None) -> str:
        """Read a text; a default makes it optional."""
        value = default if default is not None and not self.has(name) else self._require(name)
        if isinstance(value, str):
            return value
        raise _wrong(name)

    def read_flag(self, name: str) -> bool:
        """Read a yes or no; a missing one is no."""
        return bool(self.values.get(name))

    def read_object(self, name: str) -> Json | None:
        """Read an object, or None if it was not given."""
        value = self.values.get(name)
        if value is None or isinstance(value, dict):
            return value
        raise _wrong(name)

    def read_objects(self, name: str) -> list[Json]:
        """Read a list of objects; a missing one is empty."""
        return [item for item in self._list(name) if isinstance(item, dict)]

    def read_texts(self, name: str) -> list[str] | None:
        """Read a list of texts, or None if it was not given."""
        return [str(item) for item in self._list(name)] if self.has(name) else None

    def read_integers(self, name: str) -> list[int]:
        """Read a list of whole numbers."""
        return [item for item in self._list(name) if isinstance(item, int)]

    def find_upload(self, name: str) -> Upload | None:
        """Find the file sent for a parameter: under its own name, or where `attach://` points."""
        pointer = str(self.values.get(name, "")).removeprefix("attach://")
        return self.uploads.get(name) or self.uploads.get(pointer)

    def _list(self, name: str) -> list[object]:
        value = self.values.get(name) or []
        if isinstance(value, list):
            return value
        raise _wrong(name)

    def _require(self, name: str) -> object:
        if not self.has(name):
            raise bad_request(f"{name} is empty")
        return self.values[name]


def _wrong(name: str) -> Refusal:
    return bad_request(f"parameter {name} has the wrong type")
