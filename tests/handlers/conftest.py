"""Fixtures of the handlers: a running world on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.surroundings.stores import NewStores
from tests.worlds import TestBed, config_in, open_test_bed


@pytest.fixture
async def bed(tmp_path: Path, new_stores: NewStores) -> AsyncIterator[TestBed]:
    """A world over the real content, on SQLite and on PostgreSQL."""
    async with open_test_bed(config_in(tmp_path, *new_stores())) as opened:
        yield opened
