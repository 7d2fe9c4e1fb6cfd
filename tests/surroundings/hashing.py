"""Slow hashes made quick: at their full price they would be most of what the tests cost.

A hash by Argon2id takes a fifth of a second of a processor, and every world of a test has two made beforehand.  What a
test learns from them does not depend on the price; the tests about the price itself ask for it with `full_price`.
"""

from collections.abc import Iterator, Mapping
from types import ModuleType

import pytest

from handlers.conversing import phrases
from storage.keyproviders import passphrase

#: The least that is allowed to be read back.
_QUICK: Mapping[ModuleType, Mapping[str, int]] = {
    phrases: {"_MEMORY_KIB": 64, "_ROUNDS": 1},
    passphrase: {"_MEMORY_KIB": 8_192, "_PASSES": 1},
}
_FULL = {module: {name: vars(module)[name] for name in prices} for module, prices in _QUICK.items()}


def make_hashes_quick() -> None:
    """Let this process, and those forked from it, hash quickly from now on."""
    _charge(_QUICK)


@pytest.fixture
def full_price() -> Iterator[None]:
    """Hash as slowly as an installation does."""
    _charge(_FULL)
    yield
    _charge(_QUICK)


def _charge(prices: Mapping[ModuleType, Mapping[str, int]]) -> None:
    for module, of_module in prices.items():
        vars(module).update(of_module)
