"""Folders of sealed documents, as one step of work sees them."""

import contextlib
from collections.abc import Callable, Mapping, Sequence

from storage.errors import StorageError
from storage.keys.keystore import FolderKey, KeyChanges, KeyStore
from storage.sealing.encryption import Cipher, FolderGone, FolderId, Place, Unreadable, new_id, new_nonce


class ReadOnlyWork(StorageError):
    """A reading step tried to change something."""


class Vault:
    """Seals and opens documents, and makes and destroys the folders they belong to.

    New folders take effect in the key store just before the data of the step are committed, destroyed ones just after.
    """

    __slots__ = ("_changes", "_keys", "_random")

    def __init__(self, keys: KeyStore, changes: KeyChanges | None, random: Callable[[int], bytes]) -> None:
        """Work over the key store; `changes` None means that folders can be neither made nor destroyed."""
        self._keys = keys
        self._changes = changes
        self._random = random

    def has_folder(self, folder: FolderId) -> bool:
        """Tell whether the folder can be opened: it was made, and not destroyed since."""
        return self._key(folder) is not None

    def list_known(self, folders: Sequence[FolderId]) -> set[FolderId]:
        """List which of these folders have a key, without opening any."""
        changes = self._changes or {}
        known = self._keys.list_known([folder for folder in folders if folder not in changes])
        return known | {folder for folder in folders if changes.get(folder) is not None}

    def make_folder(self) -> FolderId:
        """Make a folder under a fresh id, which therefore nobody has to look for."""
        folder = FolderId(new_id())
        self._changing()[folder] = self._keys.make(folder)
        return folder

    def create_folder(self, folder: FolderId) -> None:
        """Make the key of a folder; one that has a key keeps it.

        Raises FolderGone when this step destroyed the folder: take a new id instead.
        """
        changes = self._changing()
        if folder in changes:
            if changes[folder] is None:
                raise _gone()
        elif self._keys.find(folder) is None:
            changes[folder] = self._keys.make(folder)

    def destroy_folder(self, folder: FolderId) -> None:
        """Destroy the key of a folder and with it all that was ever sealed in it; harmless when repeated."""
        self._changing()[folder] = None

    def seal(self, folder: FolderId, table: str, column: str, row_id: bytes, plaintext: bytes) -> bytes:
        """Seal a document for one column of one row; raises FolderGone or DocumentTooLong."""
        return self._cipher(folder).seal(Place(folder, table, column, row_id), plaintext, new_nonce(self._random))

    def open(self, folder: FolderId, table: str, column: str, row_id: bytes, blob: bytes) -> bytes:
        """Open what was sealed for this column of this row; raises FolderGone or Unreadable."""
        return self._cipher(folder).open(Place(folder, table, column, row_id), blob)

    def open_many(self, table: str, column: str, sealed: Mapping[FolderId, bytes]) -> dict[FolderId, bytes]:
        """Open one column of many folders, in rows named by their folders; what cannot be opened is left out.

        For reading steps: what the step itself has changed is not seen.
        """
        keys, opened = self._keys.find_many(list(sealed)), dict[FolderId, bytes]()
        for folder, key in keys.items():
            with contextlib.suppress(Unreadable):
                opened[folder] = key.cipher.open(Place(folder, table, column, folder), sealed[folder])
        return opened

    def _cipher(self, folder: FolderId) -> Cipher:
        key = self._key(folder)
        if key is None:
            raise _gone()
        return key.cipher

    def _key(self, folder: FolderId) -> FolderKey | None:
        return self._changes[folder] if self._changes and folder in self._changes else self._keys.find(folder)

    def _changing(self) -> KeyChanges:
        if self._changes is None:
            raise ReadOnlyWork("a reading step cannot change folders; use write()")
        return self._changes


def _gone() -> FolderGone:
    return FolderGone("the key of this folder was destroyed or never made; what it held is erased for good")
