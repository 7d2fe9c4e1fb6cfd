"""Where the keys of a test lie, and a key service that answers as it is told to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.surroundings.keyservice import KeyService, running_key_service


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def key_service() -> Iterator[KeyService]:
    with running_key_service() as service:
        yield service
