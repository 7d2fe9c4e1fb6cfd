"""A sealed document opens at its own place, unaltered, and nowhere else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select

from storage.keys.keyring import Keyring
from storage.sealing.encryption import (
    LONGEST_DOCUMENT_BYTES,
    Cipher,
    DocumentTooLong,
    FolderId,
    Place,
    Unreadable,
    looks_sealed,
    new_id,
    new_nonce,
)
from storage.sealing.sealed import ClearTextRefused, Sealed
from storage.trail.auditkey import AuditKey

CIPHER = Cipher(b"kkid", AESGCM(b"k" * 32))
PLACE = Place(FolderId(b"f" * 16), "conversations", "state", b"r" * 16)
VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())

ids = st.binary(min_size=16, max_size=16)
names = st.text(max_size=12)
places = st.builds(Place, ids.map(FolderId), names, names, ids)


def _seal(plaintext: bytes, place: Place = PLACE) -> bytes:
    return CIPHER.seal(place, plaintext, new_nonce())


@given(places, st.binary(max_size=5_000))
def test_what_was_sealed_comes_back(place: Place, plaintext: bytes) -> None:
    assert CIPHER.open(place, _seal(plaintext, place)) == plaintext


@given(places, places, st.binary(max_size=100))
def test_a_blob_opens_at_no_other_place(here: Place, there: Place, plaintext: bytes) -> None:
    blob = _seal(plaintext, here)

    if here != there:
        with pytest.raises(Unreadable):
            CIPHER.open(there, blob)


@pytest.mark.parametrize(
    "moved",
    [
        replace(PLACE, folder=FolderId(b"g" * 16)),
        replace(PLACE, table="transcripts"),
        replace(PLACE, column="screen"),
        replace(PLACE, row=b"s" * 16),
        replace(PLACE, table="conversation", column="sstate"),
        replace(PLACE, table="conversationss", column="tate"),
    ],
)
def test_a_blob_moved_by_one_part_of_its_place_is_refused(moved: Place) -> None:
    with pytest.raises(Unreadable, match="restore it from a backup"):
        CIPHER.open(moved, _seal(b"canary"))


def test_a_blob_with_any_bit_flipped_is_refused() -> None:
    blob = _seal(b"canary")

    for bit in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unreadable):
            CIPHER.open(PLACE, bytes(flipped))


@given(st.binary(max_size=200))
def test_bytes_that_were_never_sealed_are_refused(blob: bytes) -> None:
    with pytest.raises(Unreadable):
        CIPHER.open(PLACE, blob)


def test_a_cut_or_lengthened_blob_is_refused() -> None:
    blob = _seal(b"canary" * 20)

    for altered in (*(blob[:length] for length in range(len(blob))), blob + b"\0", blob + blob):
        with pytest.raises(Unreadable):
            CIPHER.open(PLACE, altered)


def test_a_blob_of_another_key_is_refused() -> None:
    for key_id in (b"kkid", b"else"):
        with pytest.raises(Unreadable):
            Cipher(key_id, AESGCM(b"K" * 32)).open(PLACE, _seal(b"canary"))


def test_an_error_does_not_repeat_what_was_sealed() -> None:
    with pytest.raises(Unreadable) as refusal:
        CIPHER.open(replace(PLACE, row=b"s" * 16), _seal(b"canary"))

    assert "canary" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_short_answers_look_alike() -> None:
    assert len(_seal(b"")) == len(_seal(b"ya")) == len(_seal(b"tidak")) == len(_seal(b"x" * 28))


@given(st.integers(0, 70_000))
def test_the_length_of_a_blob_tells_only_a_power_of_two(length: int) -> None:
    body = len(_seal(b"x" * length)) - 33

    assert body >= 32
    assert body & (body - 1) == 0
    assert body < 2 * max(32, length + 4)


def test_nonces_and_ids_do_not_repeat() -> None:
    nonces = {_seal(b"ya")[5:17] for _ in range(20_000)}

    assert len(nonces) == 20_000
    assert len({new_id() for _ in range(20_000)}) == 20_000


def test_a_document_beyond_the_limit_is_refused() -> None:
    with pytest.raises(DocumentTooLong, match="split"):
        _seal(bytes(LONGEST_DOCUMENT_BYTES + 1))


@pytest.mark.parametrize("vector", VECTORS["blobs"], ids=lambda vector: vector["about"])
def test_blobs_of_earlier_releases_still_open(vector: dict[str, str]) -> None:
    folder = FolderId(bytes.fromhex(vector["folder"]))
    place = Place(folder, vector["table"], vector["column"], bytes.fromhex(vector["row"]))
    ring = Keyring({1: bytes.fromhex(vector["kek"])}, b"", b"", AuditKey(b""))
    key_id = bytes.fromhex(vector["key_id"])
    key = ring.unwrap(1, folder, key_id, bytes.fromhex(vector["wrapped"]))

    assert Cipher(key_id, AESGCM(key)).open(place, bytes.fromhex(vector["blob"])) == bytes.fromhex(vector["plaintext"])


@pytest.mark.parametrize("vector", VECTORS["indexes"], ids=lambda vector: vector["purpose"])
def test_people_of_earlier_releases_are_still_found(vector: dict[str, str]) -> None:
    ring = Keyring({1: b""}, bytes.fromhex(vector["index_key"]), b"", AuditKey(b""))

    assert ring.index(vector["purpose"], vector["canonical"]).hex() == vector["index"]


@pytest.mark.parametrize("clear", [b"", b"sabu", b"\x01" + b"x" * 63, b"\x01" + b"x" * 65, b"\x02" + b"x" * 64])
def test_a_sealed_column_refuses_clear_text(clear: bytes) -> None:
    table = Table("notes", MetaData(), Column("note", Sealed))
    engine = create_engine("sqlite://")

    with engine.begin() as connection:
        table.create(connection)
        with pytest.raises(ClearTextRefused, match="seal the value"):
            connection.execute(insert(table).values(note=clear))
        connection.execute(insert(table), [{"note": _seal(b"sabu")}, {"note": None}])
        kept = connection.execute(select(table.c.note)).scalars().all()
    engine.dispose()

    assert [None if note is None else CIPHER.open(PLACE, note) for note in kept] == [b"sabu", None]
    assert not looks_sealed(clear)
