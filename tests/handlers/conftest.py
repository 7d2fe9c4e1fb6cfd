"""Fixtures of the handlers: a running world on each database."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.worlds import TestBed, config_in, open_test_bed


@pytest.fixture
async def bed(tmp_path: Path, new_database: Callable[[], str]) -> AsyncIterator[TestBed]:
    """A world over the real content, on SQLite and on PostgreSQL."""
    async with open_test_bed(config_in(tmp_path, new_database(), new_database())) as opened:
        yield opened
