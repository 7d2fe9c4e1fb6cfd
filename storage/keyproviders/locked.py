"""What it is called when the keys are there, whole, and closed."""

from storage.errors import StorageError


class Locked(StorageError):
    """The keys are sealed and nobody has opened them yet; nothing is damaged."""
