"""Words that hurt are found wherever they stand, and long messages are noticed."""

import pytest

from bot.care.plainness import AvoidedWordsError, Plainness, find_avoided, is_long, longest_sentence, read_plainness
from bot.steps import parse_toml
from storage.shipped.library import CONTENT, read_library


def _plainness() -> Plainness:
    return read_plainness(parse_toml(read_library()["words/avoid.toml"], "words/avoid.toml"))


def _found(text: str) -> list[str]:
    return [said for said, _ in find_avoided(text, _plainness().avoided)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Para Pecandu boleh datang", "pecandu"),
        ("kamu sudah bersih sekarang", "sudah bersih"),
        ("you stay clean", "stay clean"),
        ("Silakan Anda datang", "anda"),
        ("ini dijamin aman", "dijamin"),
    ],
)
def test_a_word_that_hurts_is_found_with_what_to_write_instead(text: str, said: str) -> None:
    assert _found(text) == [said]
    assert all(instead for _, instead in find_avoided(text, _plainness().avoided))


@pytest.mark.parametrize(
    "text",
    [
        "Ketik bersih untuk mengosongkan obrolan",
        "anonim tidak dijamin",
        "the new Criminal Code",
        "orang yang memakai",
        "beranda",
    ],
)
def test_the_same_letters_in_another_sense_are_left(text: str) -> None:
    assert _found(text) == []


def test_a_long_message_and_a_long_sentence_are_noticed() -> None:
    assert not is_long("Satu kalimat pendek. " * 20)
    assert is_long("Satu kalimat pendek. " * 21)
    assert is_long("kata " * 26)
    assert longest_sentence("satu dua. tiga empat lima") == 3
    assert longest_sentence("") == 0


@pytest.mark.parametrize("document", [{}, {"avoid": [{"words": "x"}]}, {"avoid": [{"instead": "x"}]}])
def test_a_row_without_a_remedy_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(AvoidedWordsError, match="needs words and instead"):
        read_plainness(document)


def test_nothing_staff_read_at_the_desk_says_a_word_that_hurts() -> None:
    folder = CONTENT.parent / "console"
    texts = {path.name: path.read_text() for path in sorted(folder.glob("words_*.toml"))}

    assert {name: _found(text) for name, text in texts.items()} == {"words_en.toml": [], "words_id.toml": []}
