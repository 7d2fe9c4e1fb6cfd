"""Read one answer over HTTP as it comes, in whatever parts, and no further than it may go."""

from dataclasses import dataclass
from typing import Final

import httptools

#: A hundred updates of the longest kind are far shorter; what is longer is no answer of Telegram's.
LARGEST_ANSWER_BYTES: Final = 16 * 1_048_576


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    body: bytes


class Unbounded(Exception):
    """The answer is longer than any, or packed, which was not asked for."""


class Reading:
    """Reads one answer; the parser calls what begins with `on`."""

    def __init__(self) -> None:
        """Begin with the first byte."""
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._left = LARGEST_ANSWER_BYTES
        self._begun = 0
        self._has_length = False
        self._has_head = False
        self._keeps = False
        self._answer: Answer | None = None

    @property
    def is_over_for_good(self) -> bool:
        """Tell whether the connection is as it was before."""
        return self._answer is not None and self._keeps and self._begun == 1

    def read(self, data: bytes) -> Answer | None:
        """Read a part and return the answer once it is whole."""
        self._left -= len(data)
        if self._left < 0:
            raise Unbounded
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._answer is None:
                raise
            self._keeps = False  # what is wrong stands behind the answer
        return self._answer

    def end(self) -> Answer | None:
        """Return the answer if only the end of the connection ends it."""
        if self._has_head and not self._has_length and self._answer is None:
            return Answer(self._parser.get_status_code(), b"".join(self._body))
        return None

    def on_message_begin(self) -> None:
        """Count answers: the first is the one asked for."""
        self._begun += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note how the length is told; refuse what is packed."""
        lowered = name.lower()
        if lowered in _LENGTHS:
            self._has_length = True
        elif lowered == b"content-encoding" and value.strip().lower() != b"identity":
            raise Unbounded

    def on_headers_complete(self) -> None:
        """Note that the head is there."""
        self._has_head = self._parser.get_status_code() >= _FIRST_FINAL_STATUS

    def on_body(self, body: bytes) -> None:
        """Keep a part."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Keep the answer."""
        if not self._has_head:  # "continue", "early hints": the answer is still to come
            self._begun, self._has_length = self._begun - 1, False
        elif self._answer is None:
            self._keeps = self._parser.should_keep_alive()
            self._answer = Answer(self._parser.get_status_code(), b"".join(self._body))


_FIRST_FINAL_STATUS = 200
_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})
