"""Formatting is read as Telegram reads it: plain text, entities in UTF-16 units, ends trimmed."""

import html

from hypothesis import given
from hypothesis import strategies as st

from tests.botapi.markup import count_units, find_commands, read_html, trim

_WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["b", "i", "u", "code", ""]), _WORDS), max_size=6))
def test_tags_disappear_and_entities_cover_exactly_their_words(parts: list[tuple[str, str]]) -> None:
    written = "".join(f"<{tag}>{html.escape(word)}</{tag}>" if tag else html.escape(word) for tag, word in parts)

    plain, entities = read_html(written)

    units = plain.encode("utf-16-le")
    covered = [units[2 * _int(one["offset"]) : 2 * (_int(one["offset"]) + _int(one["length"]))] for one in entities]
    assert plain == "".join(word for _, word in parts)
    assert [one.decode("utf-16-le") for one in covered] == [word for tag, word in parts if tag and word]


@given(st.text(" \n", max_size=4), _WORDS, st.text(" \n", max_size=4))
def test_trimming_keeps_every_entity_inside_the_text(lead: str, word: str, tail: str) -> None:
    text = lead + word + tail
    whole = [{"type": "bold", "offset": 0, "length": count_units(text)}] if text else []

    trimmed, entities = trim(text, [dict(one) for one in whole])

    assert trimmed == text.strip()
    assert [(one["offset"], one["length"]) for one in entities] == ([(0, count_units(trimmed))] if trimmed else [])


def test_a_link_keeps_its_address() -> None:
    assert read_html('<a href="https://contoh.example/?a=1&amp;b=2">sini</a>') == (
        "sini",
        [{"type": "text_link", "url": "https://contoh.example/?a=1&b=2", "offset": 0, "length": 4}],
    )


def test_commands_are_found_where_they_stand_alone() -> None:
    found = find_commands("👋 /mulai a/b /hapus@contoh_bot")

    assert [(one["offset"], one["length"]) for one in found] == [(3, 6), (14, 17)]


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
