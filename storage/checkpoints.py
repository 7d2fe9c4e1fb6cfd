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

from storage.audit import Head
from storage.auditkey import AuditKey, is_signed
from storage.encryption import join_with_lengths
from storage.errors import StorageError

_FORM: Final = b"singgah checkpoint 1"
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


@dataclass(frozen=True, slots=True)
class _Line:
    text: bytes
    checkpoint: Checkpoint


def read_checkpoints(path: Path, public: bytes) -> list[Checkpoint]:
    """Read and check every checkpoint, oldest first; none when there is no file yet.

    Raises CheckpointDamaged for the first line that is not as it was signed.
    """
    if not path.exists():
        return []
    return [line.checkpoint for line in _read_lines(path, path.read_bytes(), public)]


def append_checkpoint(path: Path, key: AuditKey, head: Head, now: datetime, pruned: int = 0) -> bool:
    """Sign the end of the chain and append it to the file; False if a checkpoint there covers it already.

    `pruned`: up to this row the chain is about to be forgotten, 0 for no more than before.  Several processes may share
    the file.  Raises CheckpointDamaged rather than continue a file that was changed.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path) as file:
        content = file.read()
        whole = content[: content.rfind(b"\n") + 1]  # a crash may have left half a line
        lines = list(_read_lines(path, whole, key.public))
        last = lines[-1] if lines else None
        if last is not None and last.checkpoint.sequence >= head.sequence and last.checkpoint.pruned >= pruned:
            return False
        file.truncate(len(whole))
        file.seek(len(whole))
        file.write(_sign(key, head, now, pruned, last) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def _sign(key: AuditKey, head: Head, now: datetime, pruned: int, last: _Line | None) -> bytes:
    unsigned = Checkpoint(
        number=1 if last is None else last.checkpoint.number + 1,
        sequence=head.sequence,
        pruned=pruned if last is None else max(pruned, last.checkpoint.pruned),
        row_hash=head.row_hash.hex(),
        minute=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M+00:00}",
        previous=_NOTHING_BEFORE if last is None else hashlib.sha256(last.text).hexdigest(),
        signature="",
    )
    signed = msgspec.structs.replace(unsigned, signature=key.sign(unsigned.message).hex())
    return msgspec.json.encode(signed)


def _read_lines(path: Path, content: bytes, public: bytes) -> Iterator[_Line]:
    previous = _NOTHING_BEFORE
    texts = content.split(b"\n")[:-1]  # what follows the last line break was never finished
    for number, text in enumerate(texts, 1):
        checkpoint = _parse(path, number, text)
        if (checkpoint.number, checkpoint.previous) != (number, previous) or not _is_signed(checkpoint, public):
            raise CheckpointDamaged(path, number, checkpoint.sequence)
        yield _Line(text, checkpoint)
        previous = hashlib.sha256(text).hexdigest()


def _parse(path: Path, number: int, text: bytes) -> Checkpoint:
    try:
        checkpoint = msgspec.json.decode(text, type=Checkpoint)
        checkpoint.made_at  # noqa: B018 - a time that cannot be read is damage as well
    except (msgspec.MsgspecError, ValueError):
        raise CheckpointDamaged(path, number, None) from None
    return checkpoint


def _is_signed(checkpoint: Checkpoint, public: bytes) -> bool:
    try:
        signature = bytes.fromhex(checkpoint.signature)
    except ValueError:
        return False
    return is_signed(public, checkpoint.message, signature)


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield file
