"""What the audit key signed can be checked by whoever holds its public half, and by nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from storage.trail.auditkey import AuditKey, is_signed

KEY = AuditKey(b"a" * 32)
messages = st.binary(max_size=200)


@given(messages)
def test_what_was_signed_is_recognised_by_the_public_half(message: bytes) -> None:
    assert is_signed(KEY.public, message, KEY.sign(message))


@given(messages, messages, st.integers(0, 511))
def test_another_message_key_or_signature_is_refused(message: bytes, other: bytes, bit: int) -> None:
    signature = bytearray(KEY.sign(message))
    if other != message:
        assert not is_signed(KEY.public, other, bytes(signature))
    assert not is_signed(AuditKey(b"b" * 32).public, message, bytes(signature))

    signature[bit // 8] ^= 1 << bit % 8
    assert not is_signed(KEY.public, message, bytes(signature))


def test_what_is_no_signature_is_refused_quietly() -> None:
    assert not is_signed(KEY.public, b"message", b"short")
    assert not is_signed(b"short", b"message", KEY.sign(b"message"))


def test_signatures_of_earlier_releases_are_still_recognised() -> None:
    # RFC 8032, section 7.1, test 2
    key = AuditKey(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))

    assert key.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert key.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_the_key_does_not_show_when_it_is_printed() -> None:
    assert repr(KEY) == "AuditKey()"
