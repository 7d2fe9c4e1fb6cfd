"""Tables for spreadsheets, in which no cell is ever taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_CALCULATED = re.compile(r"[\s\0-\x1f]*[=+\-@＝＋－＠]|\s*[\0-\x1f]")


def write_csv(rows: Iterable[Sequence[str | int]]) -> str:
    """Write rows as comma-separated text, every text quoted; numbers stay numbers."""
    output = io.StringIO()
    writer = csv.writer(output, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([cell if isinstance(cell, int) else disarm(cell) for cell in row] for row in rows)
    return output.getvalue()


def disarm(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate, blanks before it or not."""
    visible = text.replace("\0", "")
    return f"'{visible}" if _CALCULATED.match(text) else visible
