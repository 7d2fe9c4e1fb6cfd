"""A key is turned without losing what was signed before, and a turn that was cut short is only finished."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.dialogue.buttons import read_any_token, sign
from bot.dialogue.effects import Button
from storage.keyproviders.passphrase import Passphrase
from storage.keys.handover import (
    ACCEPTED,
    is_audit_unfinished,
    is_signing_unfinished,
    turn_audit_key,
    turn_signing_key,
)
from storage.keys.keyfiles import NEXT_AUDIT, name_earlier_signing
from storage.keys.keyring import Keyring, KeySource
from storage.keys.sealedkeys import FILE, open_sealed, seal_keys
from storage.trail.audit import Head
from storage.trail.auditkey import AuditKey
from storage.trail.checkpoints import CheckpointDamaged, KeyReplaced, append_checkpoint, introduce_key, read_checkpoints

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PERSON = b"p" * 16
BUTTON = Button("menu", "menu", "seek", "Bantuan untuk saya")


def _open(folder: Path) -> Keyring:
    return Keyring.open(folder / "keys", folder / "data")


class _Killed(Exception):
    """Stands for a process that ends here."""


class _Dying:
    """Keys of a process that is killed after so many changes of them."""

    def __init__(self, source: KeySource, changes: int) -> None:
        self._source = source
        self._left = changes
        self.read = source.read
        self.add = source.add

    def put(self, name: str, key: bytes) -> None:
        self._live()
        self._source.put(name, key)

    def remove(self, name: str) -> None:
        self._live()
        self._source.remove(name)

    def _live(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _Killed


def _head(sequence: int) -> Head:
    return Head(sequence, bytes([sequence]) * 32, 0)


def test_buttons_of_before_are_taken_for_thirty_days_and_not_longer(tmp_path: Path) -> None:
    before = _open(tmp_path)
    old = sign(before.signing_key, PERSON, BUTTON)

    until = turn_signing_key(before, TODAY)

    after = _open(tmp_path)
    new = sign(after.signing_key, PERSON, BUTTON)
    assert until == TODAY + ACCEPTED
    assert old != new
    for token in (old, new):
        assert read_any_token(after.signing_keys(until), PERSON, token) is not None
    assert read_any_token(after.signing_keys(until + timedelta(days=1)), PERSON, old) is None
    assert read_any_token(after.signing_keys(until), b"q" * 16, old) is None
    turn_signing_key(after, until + timedelta(days=1))
    assert before.signing_key not in _open(tmp_path).kept().read().values()


def test_turned_twice_on_a_day_both_earlier_keys_are_taken(tmp_path: Path) -> None:
    keys = []
    for _ in range(3):
        ring = _open(tmp_path)
        keys.append(ring.signing_key)
        turn_signing_key(ring, TODAY)

    assert set(keys) < set(_open(tmp_path).signing_keys(TODAY))


@pytest.mark.parametrize("changes", range(2))
def test_a_turn_of_the_signing_key_that_was_killed_is_finished(tmp_path: Path, changes: int) -> None:
    ring = _open(tmp_path)
    dying = Keyring(
        ring.keks, ring.index_key, ring.signing_key, ring.audit_key, _Dying(ring.kept(), changes), ring.earlier_signing
    )
    with pytest.raises(_Killed):
        turn_signing_key(dying, TODAY)

    again = _open(tmp_path)
    assert is_signing_unfinished(again) is bool(changes)
    turn_signing_key(again, TODAY)

    after = _open(tmp_path)
    assert after.signing_keys(TODAY)[1:] == (ring.signing_key,)
    assert (tmp_path / "keys" / name_earlier_signing(TODAY + ACCEPTED)).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("changes", range(3))
def test_a_turn_of_the_audit_key_that_was_killed_is_finished(tmp_path: Path, changes: int) -> None:
    ring, path = _open(tmp_path), tmp_path / "audit" / "checkpoints.jsonl"
    append_checkpoint(path, ring.audit_key, _head(1), NOW)
    dying = Keyring(ring.keks, ring.index_key, ring.signing_key, ring.audit_key, _Dying(ring.kept(), changes))
    with pytest.raises(_Killed):
        turn_audit_key(dying, path, NOW)

    again = _open(tmp_path)
    assert is_audit_unfinished(again) is bool(changes)
    new = turn_audit_key(again, path, NOW)

    after = _open(tmp_path)
    assert after.audit_key.public == new.public != ring.audit_key.public
    assert NEXT_AUDIT not in after.kept().read()
    append_checkpoint(path, after.audit_key, _head(2), NOW)
    for public in (ring.audit_key.public, new.public):
        assert [one.sequence for one in read_checkpoints(path, public)] == [1, 2]


def test_every_line_is_checked_with_the_key_that_signed_when_it_was_written(tmp_path: Path) -> None:
    path, keys = tmp_path / "checkpoints.jsonl", [AuditKey(bytes([n]) * 32) for n in range(4)]
    for number, key in enumerate(keys[:3]):
        append_checkpoint(path, key, _head(2 * number + 1), NOW)
        append_checkpoint(path, key, _head(2 * number + 2), NOW)
        if number < 2:
            introduce_key(path, key, keys[number + 1], NOW)
            introduce_key(path, key, keys[number + 1], NOW)
    whole = path.read_bytes()
    lines = whole.split(b"\n")[:-1]
    assert len(lines) == 8
    assert len(read_checkpoints(path, keys[2].public)) == 6

    with pytest.raises(CheckpointDamaged):
        read_checkpoints(path, keys[3].public)
    with pytest.raises(KeyReplaced):
        append_checkpoint(path, keys[0], _head(9), NOW)
    for number, line in enumerate(lines):
        spoiled = [*lines]
        spoiled[number] = line.replace(b'"minute":"2026', b'"minute":"2025')
        for broken in (spoiled, lines[:number] + lines[number + 1 :] if number < 7 else spoiled):
            path.write_bytes(b"\n".join(broken) + b"\n")
            with pytest.raises(CheckpointDamaged):
                read_checkpoints(path, keys[2].public)


def test_whoever_has_only_the_old_key_cannot_write_the_file_anew(tmp_path: Path) -> None:
    path, old, new, forged = tmp_path / "checkpoints.jsonl", *(AuditKey(bytes([n]) * 32) for n in range(3))
    append_checkpoint(path, old, _head(1), NOW)
    introduce_key(path, old, new, NOW)
    append_checkpoint(path, new, _head(2), NOW)
    path.unlink()

    append_checkpoint(path, old, _head(3), NOW)
    with pytest.raises(CheckpointDamaged):
        read_checkpoints(path, new.public)
    introduce_key(path, old, forged, NOW)
    with pytest.raises(CheckpointDamaged):
        read_checkpoints(path, new.public)


def test_keys_that_are_sealed_are_turned_too(tmp_path: Path) -> None:
    folder, data, provider = tmp_path / "keys", tmp_path / "data", Passphrase(lambda: "enam kata yang diundi")
    before = _open(tmp_path)
    seal_keys(folder, data, provider, None)

    ring = open_sealed(folder, data, provider)
    turn_signing_key(ring, TODAY)
    new = turn_audit_key(ring, tmp_path / "checkpoints.jsonl", NOW)

    after = open_sealed(folder, data, provider)
    assert after.signing_keys(TODAY)[1:] == (before.signing_key,)
    assert after.signing_key != before.signing_key
    assert after.audit_key.public == new.public != before.audit_key.public
    assert [path.name for path in folder.iterdir()] == [FILE]
