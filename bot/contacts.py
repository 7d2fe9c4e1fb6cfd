"""Put the contacts that are true everywhere into what is said, and keep out numbers that must never be shown."""

import re
from collections.abc import Mapping
from typing import Any

from bot.steps import ContentError

_NUMBER = re.compile(r"(?<![\w])\d[\d\- ]{1,16}\d(?!\w)")
_BETWEEN = re.compile(r"[\- ]")


def insert_contacts(phrases: Mapping[str, str], document: Mapping[str, Any], language: str) -> dict[str, str]:
    """Put the contacts that hold everywhere into the sentences; never one number alone."""
    everywhere = [row for row in document.get("contact", []) if row.get("places") == "all"]
    if len(everywhere) < 2:  # noqa: PLR2004 - a busy line must not be the only one
        raise ContentError('safety.toml: at least two contacts must hold for places = "all"')
    lines = "\n".join(f"• {_contact(row, language)}" for row in everywhere)
    return {name: text.replace("{contacts}", lines) for name, text in phrases.items()}


def refuse_forbidden(files: Mapping[str, str], document: Mapping[str, Any]) -> None:
    """Raise ContentError if a contact, a flow, a sentence or an answer shows a number of safety.toml [forbidden]."""
    forbidden = {_digits(number) for number in document.get("forbidden", {}).get("numbers", ())}
    rows = {f"safety.toml: contact {row.get('id', '?')}": _told(row) for row in document.get("contact", [])}
    said = {path: text for path, text in files.items() if path.startswith(("flows/", "texts/", "faq/"))}
    for where, text in {**rows, **said}.items():
        for written in _NUMBER.findall(text):
            if _digits(written) in forbidden:
                raise ContentError(f"{where}: {written} must never be shown (safety.toml [forbidden]); take it out")


def _contact(row: Mapping[str, Any], language: str) -> str:
    reach = row.get("number") or row.get("link", "")
    return f"{reach}: {row.get(f'what_{language}', row.get('what', ''))}"


def _told(row: Mapping[str, Any]) -> str:
    return "\n".join(str(row.get(key, "")) for key in ("number", "name", "what", "what_en"))


def _digits(number: str) -> str:
    return _BETWEEN.sub("", number)
