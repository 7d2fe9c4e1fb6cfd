"""A copy is one encrypted file: what opens it, and what is said of one that does not open."""

import base64
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.backup.archives import (
    ArchiveDamaged,
    IdentityUnusable,
    Kind,
    Manifest,
    RecipientUnusable,
    WrongIdentity,
    make_identity,
    open_archive,
    read_identity,
    read_recipient,
    write_archive,
)

CONTENT = bytes(range(256)) * 600
MANIFEST = Manifest(Kind.DATA, "2026-11-22T08:00Z", "0003", {"clients": 2}, len(CONTENT))
#: Written by the first release that had backups; every later one must open it.
FROZEN_IDENTITY = "AGE-SECRET-KEY-17QDG0SXYS90N2309LVXJJHEAXRCX4M0DX2ESFC6MNP8E0SSXWYMQZZ7P0X"
FROZEN = """
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSByQU1TTHkvV1ZqRjZBTE5UNTNhdWVxU21iMUw4cm9iR1hZdlVYRnZrdUFj
CldFTVlRT0pVTzY2LzMyQmxIcWhRYU5mU1NhcEM0QW9LSGxNZjhHRG0yQlEKLT4gVkNHfmwtZ3JlYXNlICU2WykmL2ZgIFdJXUJV
JyUgSiB8NnNlClVmbGRBY2JHQ3U3TTFyV2RGcEpacnVUTThaWmtCZCtzVFJpTG84MVhTTXIrUmFIOCs3TlBXOE0zVER1eFFzQWYK
cDZVenhRCi0tLSBCekFPVFp4bmxMS3owOHRPQW9KMnFBQjFHN1hyTDhOZlFTRm04SnZFTy9FCkWN2lB9UJIWKrejqkg3vTd96/WK
xuPeuIKtuNTbjmgLfxfaU29rJr8+jq1O/grfe7aTIpdWYTyByORRGTt+d603XPR6swTuIV6d3WfmjOCtZ4VSCs1VPHKK/N0U+rRX
TOgaMlGgjBqvKBjuMQ8s2YTUd6Zrl0EU6+lxOXogfTWQ
"""


def _no_progress(_size: int) -> None:
    """Show nothing."""


def _write(folder: Path, content: bytes = CONTENT, manifest: Manifest = MANIFEST) -> tuple[Path, object]:
    """Encrypt something and return the file and what opens it."""
    recipient = read_recipient(make_identity(folder / "identity"))
    (folder / "content").write_bytes(content)
    write_archive(folder / "copy.age", manifest, folder / "content", recipient, _no_progress)
    return folder / "copy.age", read_identity(folder / "identity")


def test_what_was_encrypted_comes_back(tmp_path: Path) -> None:
    path, identity = _write(tmp_path)

    manifest = open_archive(path, identity, tmp_path / "back")

    assert (manifest, (tmp_path / "back").read_bytes()) == (MANIFEST, CONTENT)


def test_progress_adds_up_to_the_content(tmp_path: Path) -> None:
    (tmp_path / "content").write_bytes(CONTENT)
    seen: list[int] = []

    recipient = read_recipient(make_identity(tmp_path / "identity"))
    write_archive(tmp_path / "copy.age", MANIFEST, tmp_path / "content", recipient, seen.append)

    assert sum(seen) == len(CONTENT)


def test_a_file_is_in_the_age_format_that_other_tools_read(tmp_path: Path) -> None:
    path, _ = _write(tmp_path)
    private = next(line for line in (tmp_path / "identity").read_text().splitlines() if not line.startswith("#"))

    line, _, rest = pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(private)]).partition(b"\n")

    assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert json.loads(line)["kind"] == "data"
    assert rest == CONTENT


def test_a_file_of_the_first_release_opens(tmp_path: Path) -> None:
    (tmp_path / "old.age").write_bytes(base64.b64decode(FROZEN))
    identity = tmp_path / "identity"
    identity.touch(mode=0o600)
    identity.write_text(FROZEN_IDENTITY)

    manifest = open_archive(tmp_path / "old.age", read_identity(identity), tmp_path / "back")

    assert manifest == Manifest(Kind.LEDGER, "2026-11-22T08:00Z", "", {}, 2)
    assert (tmp_path / "back").read_bytes() == b"[]"


def test_private_half_and_files_can_be_read_by_their_owner_only(tmp_path: Path) -> None:
    path, identity = _write(tmp_path)
    open_archive(path, identity, tmp_path / "back")

    assert {oct(file.stat().st_mode)[-3:] for file in (tmp_path / "identity", path, tmp_path / "back")} == {"600"}


def test_a_private_half_is_never_overwritten(tmp_path: Path) -> None:
    make_identity(tmp_path / "identity")

    with pytest.raises(IdentityUnusable, match="does not exist"):
        make_identity(tmp_path / "identity")


def test_a_private_half_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_identity(tmp_path / "identity")
    (tmp_path / "identity").chmod(0o640)

    with pytest.raises(IdentityUnusable, match="chmod 600"):
        read_identity(tmp_path / "identity")


@pytest.mark.parametrize("content", [b"", b"AGE-SECRET-KEY-1QQQ\n", b"\xff\xfe", b"age1nothing\n"])
def test_what_is_no_private_half_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "identity"
    file.touch(mode=0o600)
    file.write_bytes(content)

    with pytest.raises(IdentityUnusable, match="private half"):
        read_identity(file)


@pytest.mark.parametrize("text", [None, "", "age1short", "AGE-SECRET-KEY-1QQQ"])
def test_without_a_public_half_the_remedy_is_named(text: str | None) -> None:
    with pytest.raises(RecipientUnusable, match="singgah backup keygen"):
        read_recipient(text)


def test_another_key_does_not_open_a_file(tmp_path: Path) -> None:
    path, _ = _write(tmp_path)
    make_identity(tmp_path / "other")

    with pytest.raises(WrongIdentity, match="another backup key"):
        open_archive(path, read_identity(tmp_path / "other"), tmp_path / "back")
    assert not (tmp_path / "back").exists()


@settings(max_examples=60)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_file_with_one_bit_changed_is_refused_and_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("bits")
    path, identity = _write(folder)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)

    with pytest.raises((ArchiveDamaged, WrongIdentity)):
        open_archive(path, identity, folder / "back")
    assert not (folder / "back").exists()


@pytest.mark.parametrize("kept", [0, 1, 30, 150, 1_000, 70_000, -1])
def test_a_file_cut_short_is_refused_and_leaves_nothing(tmp_path: Path, kept: int) -> None:
    path, identity = _write(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(ArchiveDamaged, match="take another copy"):
        open_archive(path, identity, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_file_that_holds_less_than_it_says_is_refused(tmp_path: Path) -> None:
    path, identity = _write(tmp_path, CONTENT[:-1])

    with pytest.raises(ArchiveDamaged, match="bytes instead of"):
        open_archive(path, identity, tmp_path / "back")


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"no line", b"{}\nrest", b'{"kind":"other"}\n', b"x" * 2_000_000),
        *(b'{"kind":' + b"[" * 100_000, b'{"kind":' + b'{"a":' * 100_000 + b"\n"),
    ],
)
def test_something_else_encrypted_to_the_same_key_is_no_backup(tmp_path: Path, content: bytes) -> None:
    recipient = pyrage.x25519.Recipient.from_str(make_identity(tmp_path / "identity"))
    (tmp_path / "other.age").write_bytes(pyrage.encrypt(content, [recipient]))

    with pytest.raises(ArchiveDamaged, match="no backup of this program"):
        open_archive(tmp_path / "other.age", read_identity(tmp_path / "identity"), tmp_path / "back")


@pytest.mark.parametrize(
    "name", ["../evil.toml", "/evil.toml", "..", "", "singgah.db-wal", "a\0b.toml", "x" * 300 + ".toml", "\u0663.toml"]
)
def test_a_file_that_would_put_anything_else_beside_a_store_is_refused(tmp_path: Path, name: str) -> None:
    path, identity = _write(tmp_path, manifest=replace(MANIFEST, files={name: "contoh"}))

    with pytest.raises(ArchiveDamaged, match="no backup of this program has"):
        open_archive(path, identity, tmp_path / "back")


def test_a_file_of_a_newer_release_is_named_as_such(tmp_path: Path) -> None:
    path, identity = _write(tmp_path, manifest=Manifest(Kind.DATA, "2027-01-01T00:00Z", "0009", {}, len(CONTENT), 2))

    with pytest.raises(ArchiveDamaged, match="newer release"):
        open_archive(path, identity, tmp_path / "back")


@contextmanager
def _full_disk() -> Iterator[None]:
    """Let no file grow beyond ten thousand bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_is_not_called_damage(tmp_path: Path) -> None:
    path, identity = _write(tmp_path)

    with pytest.raises(OSError, match="too large"), _full_disk():
        open_archive(path, identity, tmp_path / "back")
    with pytest.raises(OSError, match="too large"), _full_disk():
        write_archive(
            tmp_path / "second.age",
            MANIFEST,
            tmp_path / "content",
            read_recipient(make_identity(tmp_path / "other")),
            _no_progress,
        )
    assert not (tmp_path / "back").exists()
