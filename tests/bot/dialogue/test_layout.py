"""Messages fitted into what a channel can carry."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.effects import Ask, Picture
from bot.dialogue.layout import count_units, fit, plain, rows, split, without_picture
from bot.ports import Key, Limits, Outgoing

LIMITS = Limits(text_units=40, keys=3, label_chars=10, token_bytes=64, can_replace=True)
SHOWING = replace(LIMITS, caption_units=10)
MACHINE = Picture("7", "Mesin jahit")


def _keys(*labels: str) -> tuple[Key, ...]:
    return tuple(Key(f"token-{place}", label) for place, label in enumerate(labels))


def _laid(*labels: str) -> list[list[str]]:
    return [[key.label for key in row] for row in rows(_keys(*labels))]


def test_a_message_that_fits_stays_as_it_is() -> None:
    message = Outgoing("Halo", _keys("Ya", "Tidak"), Ask.CHOICE, replaces="7", share_label="Kirim")

    assert fit(message, LIMITS) == (message,)


def test_a_long_text_is_cut_at_a_paragraph_then_a_line_then_a_word() -> None:
    assert split("a" * 25 + "\n\n" + "b" * 25, 40) == ["a" * 25, "b" * 25]
    assert split("a" * 25 + "\n" + "b" * 25, 40) == ["a" * 25, "b" * 25]
    assert split("a" * 25 + " " + "b" * 25, 40) == ["a" * 25, "b" * 25]
    assert split("x\n\n" + "a" * 25 + " " + "b" * 25, 40) == ["x\n\n" + "a" * 25, "b" * 25]


def test_a_word_longer_than_a_message_is_cut_where_it_must_be() -> None:
    assert split("a" * 90, 40) == ["a" * 40, "a" * 40, "a" * 10]


def test_emoji_count_twice_and_are_never_cut_in_two() -> None:
    assert count_units("a👍") == 3
    assert split("👍" * 3, 3) == ["👍", "👍", "👍"]


@given(st.text(st.characters(), max_size=200), st.integers(2, 60))
def test_every_piece_fits_and_no_character_is_lost(text: str, units: int) -> None:
    pieces = split(text, units)

    assert all(count_units(piece) <= units for piece in pieces)
    assert all(pieces) or pieces == [""]
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(st.characters(), max_size=100))
def test_what_is_shown_can_be_sent_and_turns_nothing_around(text: str) -> None:
    shown = plain(text)

    shown.encode()
    assert not any(char in shown for char in "\u202e\u2066\u200f\u061c\ufeff\x00\x1b\r\x7f\u2028")


def test_line_ends_of_every_system_are_line_ends() -> None:
    assert plain("a\r\nb\rc\td") == "a\nb\nc\td"


def test_what_is_let_through_at_a_glance_is_what_a_closer_look_lets_through() -> None:
    shown = [chr(code) for code in (*range(0x3200), *range(0xFE00, 0xFF00), *range(0x1F000, 0x1FB00)) if code != 0x0A]

    # The sign at the end makes it look more closely.
    assert [char for char in shown if plain(f"a{char}b") != plain(f"a{char}b\r")[:-1]] == []


def test_joined_emoji_stay_joined() -> None:
    assert plain("👨\u200d👩") == "👨\u200d👩"


def test_keys_stand_under_the_last_piece_and_are_paged() -> None:
    first, last, more = fit(Outgoing("a" * 60, _keys("1", "2", "3", "4"), Ask.CHOICE, replaces="7"), LIMITS)

    assert (first.keys, first.ask, first.replaces) == ((), Ask.NOTHING, None)
    assert [key.label for key in last.keys] == ["1", "2", "3"]
    assert (last.text, last.replaces) == ("a" * 20, None)
    assert (more.text, [key.label for key in more.keys]) == ("…", ["4"])


def test_nothing_is_replaced_where_the_channel_cannot() -> None:
    limits = Limits(text_units=40, keys=3, label_chars=10, token_bytes=64, can_replace=False)

    assert fit(Outgoing("Halo", replaces="7"), limits)[0].replaces is None


def test_labels_too_long_are_written_out_under_their_numbers() -> None:
    (fitted,) = fit(Outgoing("Yang mana?", _keys("Kota Baubau Raya", "Muna")), LIMITS)

    assert fitted.text == "Yang mana?\n\n1. Kota Baubau Raya\n2. Muna"
    assert [key.label for key in fitted.keys] == ["1. Kota B…", "2. Muna"]


def test_labels_the_text_already_names_are_not_written_out_again() -> None:
    (fitted,) = fit(Outgoing("1. Kota Baubau Raya", _keys("Kota Baubau Raya")), LIMITS)

    assert fitted.text == "1. Kota Baubau Raya"


def test_tokens_and_marks_survive_fitting() -> None:
    (fitted,) = fit(Outgoing("?", (Key("token", "Sangat panjang sekali", picked=True),)), LIMITS)

    assert (fitted.keys[0].token, fitted.keys[0].picked) == ("token", True)


@pytest.mark.parametrize(
    ("labels", "laid"),
    [
        (["Ya", "Tidak", "Kembali"], [["Ya", "Tidak"], ["Kembali"]]),
        (["Saya setuju sekali", "Tidak"], [["Saya setuju sekali"], ["Tidak"]]),
        (
            [*map(str, range(11)), "Lewati", "Kembali"],
            [["0", "1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"], ["Lewati", "Kembali"]],
        ),
        ([], []),
    ],
)
def test_short_keys_share_a_row(labels: list[str], laid: list[list[str]]) -> None:
    assert _laid(*labels) == laid


@given(st.lists(st.text(max_size=20), max_size=30))
def test_no_key_is_lost_in_rows(labels: list[str]) -> None:
    assert [label for row in _laid(*labels) for label in row] == labels


def test_a_picture_stands_above_words_that_are_short_enough_and_before_longer_ones() -> None:
    short, long = (
        Outgoing("Halo", _keys("Ya"), picture=MACHINE),
        Outgoing("Halo semuanya", _keys("Ya"), picture=MACHINE),
    )

    assert fit(short, SHOWING) == (short,)
    assert fit(long, SHOWING) == (Outgoing("", picture=MACHINE), replace(long, picture=None))


def test_where_no_picture_is_shown_it_is_said_what_it_shows() -> None:
    message = Outgoing("Halo", _keys("Ya"), picture=MACHINE)

    assert fit(message, LIMITS) == (Outgoing("🖼 Mesin jahit\n\nHalo", _keys("Ya")),)
    assert without_picture(Outgoing("", picture=MACHINE)) == Outgoing("🖼 Mesin jahit")
    assert without_picture(Outgoing("Halo")) == Outgoing("Halo")


def test_a_message_with_a_picture_takes_the_place_of_no_other() -> None:
    assert [piece.replaces for piece in fit(Outgoing("Halo", replaces="7", picture=MACHINE), SHOWING)] == [None]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=120), st.integers(0, 60), st.integers(0, 7))
def test_a_picture_is_shown_once_and_first_and_no_word_of_the_message_is_lost(text: str, units: int, keys: int) -> None:
    labels = _keys(*(str(number) for number in range(keys)))

    pieces = fit(Outgoing(text, labels, picture=MACHINE), replace(LIMITS, caption_units=units))

    assert [piece.picture for piece in pieces] == [MACHINE] + [None] * (len(pieces) - 1)
    assert count_units(pieces[0].text) <= units
    assert tuple(key for piece in pieces for key in piece.keys) == labels
    assert "".join("".join(piece.text.split()) for piece in pieces if piece.text != "…") == "".join(plain(text).split())
