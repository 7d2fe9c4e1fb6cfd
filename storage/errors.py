"""The one root of everything that can go wrong in storage."""


class StorageError(Exception):
    """Something was not stored or cannot be read; the message names the thing and the remedy."""


class StoreUnavailable(StorageError):
    """The database did not take the step; nothing of it was stored and it may be repeated."""


class CommitUnknown(StorageError):
    """The connection was lost during the commit: the step may or may not be stored.

    Repeat the delivery; what was stored already is recognised by its provider id.
    """


class Overtaken(StorageError):
    """Another process was faster; nothing of the step was stored, and run again it finds what the other has done."""


class Overloaded(StorageError):
    """Too many steps are waiting for the database; this one was not taken and may be repeated later."""


class Closed(StorageError):
    """The database was closed; the step was not taken."""
