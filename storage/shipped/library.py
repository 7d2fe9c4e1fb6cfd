"""Read the content files from their folder."""

from pathlib import Path

from storage.errors import StorageError

#: The content that ships with the program.
CONTENT = Path(__file__).parents[2] / "content"
_READ = (
    "flows/*.toml",
    "texts/*.toml",
    "safety.toml",
    "danger/*.toml",
    "danger/*.json",
    "faq/*.toml",
    "questions.*",
    "substances.toml",
    "words/*.toml",
    "reminders.toml",
    "retention.toml",
    "phrase_words.txt",
)


class LibraryUnreadable(StorageError):
    """A content file is missing or not UTF-8 text."""


def read_library(folder: Path | None = None) -> dict[str, str]:
    """Read every content file: path relative to the folder, with forward slashes -> text.

    `folder`: None for the content that ships with the program.  Raises LibraryUnreadable naming the file.
    """
    root = folder or CONTENT
    found: dict[str, str] = {}
    for pattern in _READ:
        paths = sorted(root.glob(pattern))
        if not paths:
            raise LibraryUnreadable(f"{root.name}/{pattern}: no such file; restore the content folder")
        for path in paths:
            found[path.relative_to(root).as_posix()] = _read(path, root)
    return found


def _read(path: Path, root: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"not UTF-8 at byte {error.start}" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise LibraryUnreadable(f"{path.relative_to(root)}: cannot be read ({reason}); restore the file") from None
