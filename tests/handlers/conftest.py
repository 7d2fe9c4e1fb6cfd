"""Fixtures of the handlers: a running world on each database."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.surroundings.stores import NewStores
from tests.worlds import TestBed, config_in, open_test_bed


@pytest.fixture
async def bed(tmp_path: Path, new_stores: NewStores) -> AsyncIterator[TestBed]:
    """A world over the real content, on SQLite and on PostgreSQL."""
    async with open_test_bed(config_in(tmp_path, *new_stores())) as opened:
        yield opened


@pytest.fixture
async def year(tmp_path: Path, new_sqlite: Callable[[], str]) -> AsyncIterator[TestBed]:
    """A world on SQLite, for long stretches of time."""
    async with open_test_bed(config_in(tmp_path, new_sqlite(), new_sqlite())) as opened:
        yield opened
