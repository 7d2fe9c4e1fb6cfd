"""Signed checkpoints of the audit chain, kept outside the database: a chain alone cannot see that its end was cut."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from storage.errors import StorageError
from storage.sealing.encryption import join_with_lengths
from storage.trail.audit import Head
from storage.trail.auditkey import AuditKey, is_signed

_FORM: Final = b"singgah checkpoint 1"
_CHANGE_FORM: Final = b"singgah audit key change 1"
_NOTHING_BEFORE: Final = "0" * 64


class CheckpointDamaged(StorageError):
    """A line of the checkpoint file was changed, moved, or written by somebody else."""

    def __init__(self, path: Path, line: int, sequence: int | None) -> None:
        """Say which line it is.  `sequence`: the row it claims to cover, None if it cannot be read at all."""
        super().__init__(f"{path}, line {line}: not what this service signed; compare it with your other copies")
        self.line = line
        self.sequence = sequence


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: this row had this hash.

    `number`: from 1, without gaps.  `pruned`: up to this row the chain was forgotten because its time was over, 0 when
    nothing was.  `minute`: ISO, in UTC.  `previous`: SHA-256 of the line before, in hexadecimal.
    """

    number: int
    sequence: int
    pruned: int
    row_hash: str
    minute: str
    previous: str
    signature: str

    @property
    def message(self) -> bytes:
        """Return what the signature is over."""
        numbers = (str(self.number), str(self.sequence), str(self.pruned))
        fields = (*numbers, self.row_hash, self.minute, self.previous)
        return join_with_lengths(_FORM, *(field.encode() for field in fields))

    @property
    def made_at(self) -> datetime:
        """Return when it was signed."""
        return datetime.fromisoformat(self.minute)


class KeyChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed by both: after this line another key signs.

    `old_key`, `new_key`: public halves, in hexadecimal.  `signature` is made with the old key and `confirmation` with
    the new one; both are over all lines before, through `previous`.
    """

    number: int
    old_key: str
    new_key: str
    minute: str
    previous: str
    signature: str
    confirmation: str

    @property
    def message(self) -> bytes:
        """Return what the signatures are over."""
        fields = (str(self.number), self.old_key, self.new_key, self.minute, self.previous)
        return join_with_lengths(_CHANGE_FORM, *(field.encode() for field in fields))


class KeyReplaced(StorageError):
    """Another key signs this file now; whoever holds the earlier one has to read the keys anew."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: bytes
    entry: Checkpoint | KeyChange


def read_checkpoints(path: Path, public: bytes) -> list[Checkpoint]:
    """Read and check every checkpoint, oldest first; none when there is no file yet.

    `public`: the key that signs now, or one that did before and introduced its successor.  Raises CheckpointDamaged for
    the first line that is not as it was signed.
    """
    if not path.exists():
        return []
    return _checkpoints(_read_lines(path, path.read_bytes(), public))


def append_checkpoint(path: Path, key: AuditKey, head: Head, now: datetime, pruned: int = 0) -> bool:
    """Sign the end of the chain and append it to the file; False if a checkpoint there covers it already.

    `pruned`: up to this row the chain is about to be forgotten, 0 for no more than before.  Several processes may share
    the file.  Raises CheckpointDamaged rather than continue a file that was changed, and KeyReplaced.
    """
    with _opened(path, key.public) as (file, lines):
        signed = _checkpoints(lines)
        last = signed[-1] if signed else None
        if last is not None and last.sequence >= head.sequence and last.pruned >= pruned:
            return False
        if _key_after(lines, key.public) != key.public:
            raise KeyReplaced(f"{path}: another key signs here since singgah keys rotate --audit; start again")
        _append(file, _sign(key, head, now, pruned if last is None else max(pruned, last.pruned), lines))
    return True


def introduce_key(path: Path, old: AuditKey, new: AuditKey, now: datetime) -> None:
    """Have the key that signs until now name its successor; harmless when repeated.  Raises CheckpointDamaged."""
    with _opened(path, old.public) as (file, lines):
        if _key_after(lines, old.public) == new.public:
            return
        previous, minute = _hash_last(lines), _say_minute(now)
        unsigned = KeyChange(len(lines) + 1, old.public.hex(), new.public.hex(), minute, previous, "", "")
        both = {"signature": old.sign(unsigned.message).hex(), "confirmation": new.sign(unsigned.message).hex()}
        _append(file, msgspec.structs.replace(unsigned, **both))


def _checkpoints(lines: list[_Line]) -> list[Checkpoint]:
    return [line.entry for line in lines if isinstance(line.entry, Checkpoint)]


def _key_after(lines: list[_Line], public: bytes) -> bytes:
    changes = [line.entry for line in lines if isinstance(line.entry, KeyChange)]
    return bytes.fromhex(changes[-1].new_key) if changes else public


@contextmanager
def _opened(path: Path, public: bytes) -> Iterator[tuple[BinaryIO, list[_Line]]]:
    """Open the file at its end, alone, with every whole line that is in it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path) as file:
        content = file.read()
        whole = content[: content.rfind(b"\n") + 1]  # a crash may have left half a line
        lines = _read_lines(path, whole, public)
        file.truncate(len(whole))
        file.seek(len(whole))
        yield file, lines


def _append(file: BinaryIO, entry: Checkpoint | KeyChange) -> None:
    file.write(msgspec.json.encode(entry) + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _hash_last(lines: list[_Line]) -> str:
    return hashlib.sha256(lines[-1].text).hexdigest() if lines else _NOTHING_BEFORE


def _say_minute(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M+00:00}"


def _sign(key: AuditKey, head: Head, now: datetime, pruned: int, lines: list[_Line]) -> Checkpoint:
    unsigned = Checkpoint(
        number=len(lines) + 1,
        sequence=head.sequence,
        pruned=pruned,
        row_hash=head.row_hash.hex(),
        minute=_say_minute(now),
        previous=_hash_last(lines),
        signature="",
    )
    return msgspec.structs.replace(unsigned, signature=key.sign(unsigned.message).hex())


def _read_lines(path: Path, content: bytes, public: bytes) -> list[_Line]:
    texts = content.split(b"\n")[:-1]  # what follows the last line break was never finished
    lines = [_Line(text, _parse(path, number, text)) for number, text in enumerate(texts, 1)]
    changes = [line.entry for line in lines if isinstance(line.entry, KeyChange)]
    signs, keys, previous = changes[0].old_key if changes else public.hex(), set[str](), _NOTHING_BEFORE
    for number, line in enumerate(lines, 1):
        entry = line.entry
        if (entry.number, entry.previous) != (number, previous) or not _is_signed(entry, signs):
            raise CheckpointDamaged(path, number, entry.sequence if isinstance(entry, Checkpoint) else None)
        keys.add(signs)
        signs = entry.new_key if isinstance(entry, KeyChange) else signs
        previous = hashlib.sha256(line.text).hexdigest()
    if changes and public.hex() not in {*keys, signs}:
        raise CheckpointDamaged(path, changes[0].number, None)
    return lines


def _parse(path: Path, number: int, text: bytes) -> Checkpoint | KeyChange:
    try:
        kind: type[Checkpoint | KeyChange] = KeyChange if b'"new_key"' in text else Checkpoint
        entry = msgspec.json.decode(text, type=kind)
        datetime.fromisoformat(entry.minute)  # a time that cannot be read is damage as well
    except (msgspec.MsgspecError, ValueError):
        raise CheckpointDamaged(path, number, None) from None
    return entry


def _is_signed(entry: Checkpoint | KeyChange, signs: str) -> bool:
    """Tell whether the key that signs here signed the line, and its successor confirmed it."""
    try:
        by_old = is_signed(bytes.fromhex(signs), entry.message, bytes.fromhex(entry.signature))
        if isinstance(entry, Checkpoint):
            return by_old
        confirmation = bytes.fromhex(entry.confirmation)
        confirmed = is_signed(bytes.fromhex(entry.new_key), entry.message, confirmation)
    except ValueError:
        return False
    return by_old and confirmed and entry.old_key == signs


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield file
