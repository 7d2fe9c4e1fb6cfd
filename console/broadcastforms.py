"""Read what the form of a broadcast says; what means nothing is left out, and the page says what is missing."""

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final, TypeVar

from browser.forms import Form
from handlers.broadcasts.desk import Audience, Content, Group, Illustration, Stage, Topic, Words, Written

Named = TypeVar("Named", bound=StrEnum)

#: Stands between the regions in the form, whose codes hold digits and dots only.
_BETWEEN: Final = ","
_MOST_REGIONS: Final = 60
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def read_written(form: Form, languages: Iterable[str]) -> Written:
    """Read everything the form says, but for a file that goes along."""
    return Written(read_revision(form), read_content(form, languages), read_audience(form))


def read_content(form: Form, languages: Iterable[str]) -> Content:
    """Read words, choices (one on each line), the link, and what the picture shows."""
    known = tuple(languages)
    words = {
        language: Words(form.get(f"text_{language}", ""), _lines(form.get(f"choices_{language}", "")))
        for language in known
    }
    return Content(words, form.get("link", ""), _read_picture(form, known))


def read_audience(form: Form) -> Audience:
    """Read whom it is for, with the region that is added or taken away by this very form."""
    regions = [code for code in form.get("regions", "").split(_BETWEEN) if code]
    regions = [code for code in regions if code != form.get("remove")]
    added = form.get("add", "")
    if added and added not in regions:
        regions.append(added)
    group = _named(Group, form.get("group", "")) or Group.CLIENTS
    topic, stage = _named(Topic, form.get("topic", "")), _named(Stage, form.get("stage", ""))
    return Audience(group, topic, tuple(regions[:_MOST_REGIONS]), stage)


def join_regions(audience: Audience) -> str:
    """Write out the regions as the form carries them."""
    return _BETWEEN.join(audience.regions)


def read_start(form: Form, zone: tzinfo) -> datetime | None:
    """Read when it is to begin, on the clock of a zone.  Raises ValueError for what is no time."""
    said = form.get("at", "")
    return datetime.fromisoformat(said).replace(tzinfo=zone) if said else None


def read_revision(form: Form) -> int:
    """Read which state of the broadcast the form was made from; 0, which no broadcast has, for anything else."""
    said = form.get("revision", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0  # noqa: PLR2004 - fits any column


def _read_picture(form: Form, languages: Iterable[str]) -> Illustration | None:
    """Read which picture is kept, none if it is taken away, and what is said of it or of the one that is added."""
    kept = form.get("picture_kept", "")
    digest = kept if _DIGEST.fullmatch(kept) and "picture_drop" not in form else ""
    return Illustration(digest, {language: form.get(f"described_{language}", "") for language in languages})


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _named(kind: type[Named], said: str) -> Named | None:
    return kind(said) if said in [known.value for known in kind] else None
