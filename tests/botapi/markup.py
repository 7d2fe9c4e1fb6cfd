"""Reads Telegram's HTML into the plain text and the entities that a person's app shows."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.botapi.world import Json

_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?(?![\w/])")
_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


def read_html(text: str) -> tuple[str, list[Json]]:
    """Split well-formed Telegram HTML into plain text and entities (offsets in UTF-16 units)."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.plain, sorted(reader.entities, key=_place)


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Drop the white space at both ends, as Telegram does, and move the entities along."""
    lead = len(text) - len(text.lstrip())
    trimmed = text.strip()
    limit = count_units(trimmed)
    moved = [_move(entity, count_units(text[:lead]), limit) for entity in entities]
    return trimmed, [entity for entity in moved if _number(entity, "length") > 0]


def count_units(text: str) -> int:
    """Count UTF-16 units, which is how Telegram measures text."""
    return len(text.encode("utf-16-le")) // 2


def find_commands(text: str) -> list[Json]:
    """Find the `bot_command` entities Telegram marks in what a person typed."""
    return [
        {"type": "bot_command", "offset": count_units(text[: hit.start()]), "length": count_units(hit.group())}
        for hit in _COMMAND.finditer(text)
    ]


@dataclass(slots=True)
class _Open:
    tag: str
    entity: Json


@dataclass
class _Reader(HTMLParser):
    plain: str = ""
    entities: list[Json] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        entity: Json = {"offset": count_units(self.plain), **_describe(tag, dict(attrs))}
        self._open.append(_Open(tag, entity))

    def handle_endtag(self, _tag: str) -> None:
        opened = self._open.pop()
        length = count_units(self.plain) - _number(opened.entity, "offset")
        if length:
            self.entities.append({**opened.entity, "length": length})

    def handle_data(self, data: str) -> None:
        self.plain += data


def _describe(tag: str, attributes: dict[str, str | None]) -> Json:
    match tag:
        case "a":
            return {"type": "text_link", "url": attributes.get("href") or ""}
        case "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id") or ""}
        case "blockquote" if "expandable" in attributes:
            return {"type": "expandable_blockquote"}
        case _:
            return {"type": _SIMPLE[tag]}


def _move(entity: Json, lead: int, limit: int) -> Json:
    start = _number(entity, "offset") - lead
    end = min(limit, start + _number(entity, "length"))
    return {**entity, "offset": max(0, start), "length": end - max(0, start)}


def _place(entity: Json) -> tuple[int, int]:
    return _number(entity, "offset"), -_number(entity, "length")


def _number(entity: Json, name: str) -> int:
    value = entity[name]
    assert isinstance(value, int)
    return value
