"""What every test may ask for, and what holds for all of them."""

import gc
import signal
from collections.abc import Generator

import pytest
from hypothesis import settings

from tests.surroundings.chromium import chromium_path
from tests.surroundings.hashing import full_price, make_hashes_quick
from tests.surroundings.kept import kept_databases
from tests.surroundings.network import close_network
from tests.surroundings.postgres import (
    announce_folder,
    database_url,
    new_database,
    new_postgresql,
    new_sqlite,
    stop_server,
)
from tests.surroundings.stores import new_postgresql_stores, new_stores

__all__ = [
    "chromium_path",
    "database_url",
    "full_price",
    "kept_databases",
    "new_database",
    "new_postgresql",
    "new_postgresql_stores",
    "new_sqlite",
    "new_stores",
]

# Two slow cores share the machine with a database and a browser: a slow example is no defect.
settings.register_profile("singgah", deadline=None, print_blob=True)
settings.load_profile("singgah")


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run once, in the process that starts the workers; close the network and hash quickly in all."""
    close_network()
    make_hashes_quick()
    if not _is_worker(config):
        # Ended from outside, the run still stops the server it started.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        announce_folder()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while tests are read, nor walk over them later: they stay."""
    gc.disable()
    try:
        found = yield
        gc.freeze()
    finally:
        gc.enable()
    return found


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started."""
    if not _is_worker(config):
        stop_server()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
