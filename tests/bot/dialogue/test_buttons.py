"""Signed buttons: only what we offered, only to the person we offered it to."""

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.buttons import MAX_TOKEN_BYTES, fits_token, read_token, sign
from bot.dialogue.effects import Button
from bot.dialogue.events import Picked

SECRET, PERSON = b"0" * 32, b"somebody"
BUTTON = Button("intake", "how_often[sabu]", "often", "Sering")

ids = st.from_regex(r"[a-z_][a-z0-9_\[\]]{0,15}", fullmatch=True)


def test_a_button_comes_back_as_it_was_made() -> None:
    assert read_token(SECRET, PERSON, sign(SECRET, PERSON, BUTTON)) == Picked("intake", "how_often[sabu]", "often")


@given(ids, ids, ids, st.binary(max_size=40))
def test_every_button_that_fits_is_carried_whole(flow: str, key: str, choice: str, person: bytes) -> None:
    token = sign(SECRET, person, Button(flow, key, choice, ""))

    assert read_token(SECRET, person, token) == Picked(flow, key, choice)
    assert fits_token(flow, key, choice) == (len(token.encode()) <= MAX_TOKEN_BYTES)


@given(st.binary(max_size=40))
def test_a_button_of_one_person_is_refused_for_another(other: bytes) -> None:
    accepted = read_token(SECRET, other, sign(SECRET, PERSON, BUTTON)) is not None

    assert accepted == (other == PERSON)


def test_the_end_of_one_person_cannot_be_the_start_of_anothers_flow() -> None:
    token = sign(SECRET, b"some", Button("body_intake", "age", "x", ""))

    assert read_token(SECRET, b"somebody", token[:14] + token[18:]) is None


def test_a_button_of_another_secret_is_refused() -> None:
    assert read_token(b"1" * 32, PERSON, sign(SECRET, PERSON, BUTTON)) is None


def test_any_flipped_bit_is_refused() -> None:
    token = sign(SECRET, PERSON, BUTTON).encode()

    for place in range(len(token) * 8):
        flipped = bytearray(token)
        flipped[place // 8] ^= 1 << place % 8
        assert read_token(SECRET, PERSON, flipped.decode("latin-1")) is None


@given(st.text(st.characters(), max_size=70))
def test_any_other_text_is_refused(text: str) -> None:
    assert read_token(SECRET, PERSON, text) is None
    assert read_token(SECRET, PERSON, sign(SECRET, PERSON, BUTTON) + text) is None or not text


def test_a_button_too_long_for_a_platform_is_told_apart() -> None:
    assert fits_token("a" * 16, "b" * 16, "c" * 16)
    assert not fits_token("a" * 17, "b" * 16, "c" * 16)
    assert not fits_token("é" * 16, "b" * 16, "c" * 16)
