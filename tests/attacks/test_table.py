"""The page that says which test tries which threat points at tests that exist."""

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "threat-tests.md").read_text(encoding="utf-8")


def test_every_row_of_the_threat_list_stands_on_the_page_once_with_a_test_or_a_reason() -> None:
    rows = re.findall(r"^\| (T\d+) \|(.*)$", _PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == [f"T{number}" for number in range(1, 29)]
    assert [name for name, text in rows if "::test_" not in text and "does not apply" not in text] == []


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", _PAGE))
    assert len(named) > len(set(range(28)))
    assert [f"{file}::{name}" for file, name in sorted(named) if f"def {name}(" not in (_ROOT / file).read_text()] == []
