"""Lay out a trained model as JSON that can be reviewed in git."""

import json
from typing import Any


def lay_out(document: dict[str, Any]) -> str:
    """Write one feature a line, so that a change can be read."""
    head = ",\n".join(f'"{key}": {json.dumps(value)}' for key, value in document.items() if key != "weights")
    rows = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}"
        for name, row in document["weights"].items()
    )
    return f'{{\n{head},\n"weights": {{\n{rows}\n}}\n}}\n'
