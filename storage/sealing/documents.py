"""Sealed JSON documents: one per row and column, opened only at the place they were sealed for."""

from typing import Any

import msgspec

from storage.sealing.encryption import FolderId
from storage.transaction import Work


def seal_document(work: Work, folder: FolderId, column: str, row_id: bytes, document: object) -> bytes:
    """Seal a JSON-like document.  `column`: "table.column"."""
    table, _, name = column.partition(".")
    return work.vault.seal(folder, table, name, row_id, msgspec.json.encode(document))


def open_document(work: Work, folder: FolderId, column: str, row_id: bytes, blob: bytes) -> Any:  # noqa: ANN401 - JSON
    """Open a JSON document; raises FolderGone or Unreadable."""
    table, _, name = column.partition(".")
    return msgspec.json.decode(work.vault.open(folder, table, name, row_id, blob))
