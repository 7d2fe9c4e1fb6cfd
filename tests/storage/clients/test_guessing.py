"""A hundred thousand guesses of return phrases find nobody."""

import hashlib
import secrets

from sqlalchemy import select

from bot.care.phrases import make_phrase, parse_phrase_words, read_phrase
from storage import tables
from storage.clients import people, phrases
from storage.shipped.library import CONTENT
from storage.transaction import Work
from tests.storage.conftest import Stores

_GUESSES, _LOOKED_UP, _PEOPLE = 100_000, 5_000, 500


async def test_a_hundred_thousand_guesses_find_nobody(sqlite_stores: Stores) -> None:
    words = parse_phrase_words((CONTENT / "phrase_words.txt").read_text())
    keyring = sqlite_stores.keyring

    def index_of(phrase: str) -> bytes:
        """Blind a phrase as the service does, with a fast hash in the place of the slow one."""
        return keyring.index("phrase", hashlib.sha256(phrase.encode()).hexdigest())

    def welcome_all(work: Work) -> None:
        for number in range(_PEOPLE):
            client_id = people.welcome(work, number.to_bytes(16, "big"), "telegram", f"10{number}", "id")
            phrases.keep_phrase(work, client_id, index_of(make_phrase(words, secrets.randbelow)))

    def guess(work: Work) -> int:
        """Look the first guesses up one by one, as the service does, and all of them in what it would look in."""
        guessed = [index_of(read_phrase(words, make_phrase(words, secrets.randbelow)) or "") for _ in range(_GUESSES)]
        found = [phrases.find_by_phrase(work, index) for index in guessed[:_LOOKED_UP]]
        stored = set(work.data.execute(select(tables.phrases.c.phrase_index)).scalars())
        assert len(stored) == _PEOPLE
        return sum(one is not None for one in found) + len(stored.intersection(guessed))

    database = await sqlite_stores.open()
    await database.write(welcome_all)
    hits = await database.read(guess)
    await database.close()

    assert hits == 0
