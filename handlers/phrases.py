"""Return phrases: made ready beforehand, because their slow hash must not hold up a turn."""

import secrets
from collections import deque

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.care.phrases import Phrase, PhraseWords, looks_like_phrase, make_phrase, read_phrase
from storage.keyring import Keyring

_READY = 2
_MEMORY_KIB, _ROUNDS, _LANES, _LENGTH = 65_536, 3, 1, 32


class PhraseStock:
    """Makes phrases and the index each is found by."""

    def __init__(self, words: PhraseWords, keyring: Keyring) -> None:
        """Work over the word list; nothing is made yet."""
        self._words = words
        self._keyring = keyring
        self._ready: deque[tuple[Phrase, bytes]] = deque()

    def take(self) -> tuple[Phrase, bytes]:
        """Return a fresh phrase and its index; at once if one is ready."""
        try:
            return self._ready.popleft()
        except IndexError:
            return self._make()

    def refill(self) -> None:
        """Make phrases ready; takes a tenth of a second each, so call it outside the event loop."""
        while len(self._ready) < _READY:
            self._ready.append(self._make())

    def find_index(self, typed: str) -> bytes | None:
        """Return the index of a typed phrase, known or not; None if the text is not a phrase at all."""
        if not looks_like_phrase(self._words, typed):
            return None
        phrase = read_phrase(self._words, typed)
        return None if phrase is None else self.index(phrase)

    def index(self, phrase: Phrase) -> bytes:
        """Blind a phrase: slow hash first, keyed hash after, so that neither key nor phrase alone finds anybody."""
        salt = self._keyring.index("phrase.salt", "")
        slow = Argon2id(salt=salt, length=_LENGTH, iterations=_ROUNDS, lanes=_LANES, memory_cost=_MEMORY_KIB)
        return self._keyring.index("phrase", slow.derive(phrase.encode()).hex())

    def _make(self) -> tuple[Phrase, bytes]:
        phrase = make_phrase(self._words, secrets.randbelow)
        return phrase, self.index(phrase)
