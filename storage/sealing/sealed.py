"""Column types: sealed blobs, moments and random ids, alike on SQLite and PostgreSQL."""

import math
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Dialect, LargeBinary
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from storage.errors import StorageError
from storage.sealing.encryption import ID_BYTES, looks_sealed


class ClearTextRefused(StorageError, DontWrapMixin):
    """A sealed column was given something that is not a sealed blob."""


class NaiveMoment(StorageError, DontWrapMixin):
    """A time without a zone was about to be stored."""


class WrongIdLength(StorageError, DontWrapMixin):
    """An id is not 16 bytes long."""


class Sealed(TypeDecorator[bytes]):
    """A blob made by `Vault.seal`; anything else is refused before it reaches the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, _dialect: Dialect) -> bytes | None:
        """Refuse clear text."""
        if value is not None and not looks_sealed(value):
            raise ClearTextRefused("a sealed column takes only what Vault.seal returns; seal the value first")
        return value


class Moment(TypeDecorator[datetime]):
    """An aware UTC time, stored as whole seconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Turn an aware time into seconds, rounding down."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveMoment("a time without a zone cannot be stored; give it one, UTC if in doubt")
        return math.floor(value.timestamp())

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Turn seconds into an aware UTC time."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Minute(Moment):
    """A moment whose seconds nobody needs, so they are not kept; compared by the minute as well."""

    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn an aware time into the seconds of its minute, rounding down."""
        seconds = super().process_bind_param(value, dialect)
        return None if seconds is None else seconds - seconds % 60


class Id16(TypeDecorator[bytes]):
    """A random id or a blind index: exactly 16 bytes."""

    impl = LargeBinary(ID_BYTES)
    cache_ok = True

    def process_bind_param(self, value: bytes | None, _dialect: Dialect) -> bytes | None:
        """Refuse ids of another length."""
        if value is not None and len(value) != ID_BYTES:
            raise WrongIdLength(f"an id has {ID_BYTES} bytes, not {len(value)}; make it with new_id()")
        return value
