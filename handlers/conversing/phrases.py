"""Return phrases: made ready beforehand, because their slow hash must not hold up a turn."""

import asyncio
import secrets
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.care.phrases import Phrase, PhraseWords, draw_words, looks_like_phrase, make_phrase, read_phrase
from bot.ports import Crowded
from handlers.receiving.limits import MOST_HASHES_WAITING
from storage.keys.keyring import Keyring

_READY = 2
_MEMORY_KIB, _ROUNDS, _LANES, _LENGTH = 65_536, 3, 1, 32
#: Seven words with numbers and line breaks are far shorter; what is longer would only cost time.
_LONGEST_TYPED = 400


class NoPhraseReady(Exception):
    """The stock is empty: refill it, outside the transaction, and take the step again."""


class PhraseStock:
    """Makes phrases and the index each is found by."""

    def __init__(self, words: PhraseWords, keyring: Keyring) -> None:
        """Work over the word list; nothing is made yet."""
        self._words = words
        self._keyring = keyring
        self._ready: deque[tuple[Phrase, bytes]] = deque()
        # One thread: each hash takes a core and 64 MiB for a tenth of a second.
        self._hashing = ThreadPoolExecutor(1, "phrases")
        self._waiting = 0

    def take(self) -> tuple[Phrase, bytes]:
        """Return a fresh phrase and its index at once.  Raises NoPhraseReady."""
        try:
            return self._ready.popleft()
        except IndexError:
            raise NoPhraseReady from None

    async def make_ready(self) -> None:
        """Make phrases ready while everything else goes on."""
        await asyncio.get_running_loop().run_in_executor(self._hashing, self._fill)

    def read(self, typed: str) -> Phrase | None:
        """Return the phrase a text means, known or not; None if the text is not a phrase at all."""
        if len(typed) > _LONGEST_TYPED or not looks_like_phrase(self._words, typed):
            return None
        return read_phrase(self._words, typed)

    async def find_index(self, phrase: Phrase) -> bytes:
        """Return the index of a phrase, hashed apart from everything else.  Raises Crowded when too many wait."""
        if self._waiting >= MOST_HASHES_WAITING:
            raise Crowded("too many return phrases at once; try again")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hashing, partial(self.index, phrase))
        finally:
            self._waiting -= 1

    def index(self, phrase: Phrase) -> bytes:
        """Blind a phrase: slow hash first, keyed hash after, so that neither key nor phrase alone finds anybody."""
        salt = self._keyring.index("phrase.salt", "")
        slow = Argon2id(salt=salt, length=_LENGTH, iterations=_ROUNDS, lanes=_LANES, memory_cost=_MEMORY_KIB)
        return self._keyring.index("phrase", slow.derive(phrase.encode()).hex())

    def words_of(self, purpose: str, canonical: str) -> str:
        """Return two words of the list that only this service can tell, the same each time it is asked."""
        return draw_words(self._words, self._keyring.index(purpose, canonical))

    def _fill(self) -> None:
        while len(self._ready) < _READY:
            phrase = make_phrase(self._words, secrets.randbelow)
            self._ready.append((phrase, self.index(phrase)))
