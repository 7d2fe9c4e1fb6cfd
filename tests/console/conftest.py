"""A desk over a world of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console.desks import TestDesk
from tests.worlds import config_in, open_test_bed


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TestDesk]:
    """Open a desk with nobody in it."""
    async with open_test_bed(config_in(tmp_path)) as bed:
        opened = TestDesk(bed)
        yield opened
        await opened.close()
