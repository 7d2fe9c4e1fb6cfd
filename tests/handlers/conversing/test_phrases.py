"""Return phrases cannot be guessed: enough bits, one answer for everything wrong, and few tries."""

import hashlib
import secrets
import time

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.care.phrases import LEAST_BITS, count_bits, make_phrase, parse_phrase_words, read_phrase
from bot.ports import Incoming, Text
from handlers.receiving.limits import ALL_RETURN_PHRASES, RETURN_PHRASES
from storage.clients import phrases
from storage.shipped.library import CONTENT
from tests.handlers.walking import CLIENT, OTHER_CLIENT, client_at, in_world, send_intake
from tests.worlds import TestBed, real_house

_ACCOUNTS = 20
_MEASURED = 12


def test_a_phrase_holds_more_than_eighty_bits() -> None:
    words = parse_phrase_words((CONTENT / "phrase_words.txt").read_text())

    assert count_bits(len(words.ordered)) >= LEAST_BITS


@pytest.mark.usefixtures("full_price")
async def test_whoever_took_the_data_pays_64_mib_three_times_over_for_every_guess(bed: TestBed) -> None:
    phrase = make_phrase(real_house().words, secrets.randbelow)
    keyring = bed.world.keyring
    salt = keyring.index("phrase.salt", "")
    slow = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=64 * 1024).derive(phrase.encode())

    assert bed.world.phrases.index(phrase) == keyring.index("phrase", slow.hex())


async def test_every_wrong_phrase_gets_the_same_answer_and_soon_no_look(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = real_house().words
    hashed: list[str] = []

    def hash_fast(phrase: str) -> bytes:
        hashed.append(phrase)
        return hashlib.sha256(phrase.encode()).digest()[:16]

    monkeypatch.setattr(bed.world.phrases, "index", hash_fast)
    for number in range(_ACCOUNTS):
        for _ in range(RETURN_PHRASES.most + 3):
            await bed.say(f"9{number:03}", make_phrase(words, secrets.randbelow))

    answers = {text for number in range(_ACCOUNTS) for text in bed.heard(f"9{number:03}") if "Kalimat" in text}
    assert answers == {bed.world.script.say("phrase_unknown", "id")}
    assert len(hashed) == _ACCOUNTS * RETURN_PHRASES.most


async def test_all_accounts_together_have_a_limit(bed: TestBed) -> None:
    taken = [
        bed.world.allowances.all_return_phrases.take("all", bed.clock().timestamp())
        for _ in range(ALL_RETURN_PHRASES.most)
    ]
    assert all(taken)
    await send_intake(bed)
    owned = make_phrase(real_house().words, secrets.randbelow)
    index = bed.world.phrases.index(owned)
    owner = await client_at(bed)
    await in_world(bed, lambda work: phrases.keep_phrase(work, owner, index))

    await bed.say(OTHER_CLIENT, owned)

    assert bed.world.script.say("phrase_unknown", "id") in bed.heard(OTHER_CLIENT)


async def test_a_known_and_an_unknown_phrase_take_equally_long(bed: TestBed) -> None:
    await send_intake(bed)
    words = real_house().words
    stock = bed.world.phrases
    mine = make_phrase(words, secrets.randbelow)
    owner = await client_at(bed)
    await in_world(bed, lambda work: phrases.keep_phrase(work, owner, stock.index(mine)))

    async def hash_typed(phrase: str) -> bytes:
        return await stock.find_index(read_phrase(words, phrase) or mine)

    async def measure(index: bytes) -> float:
        began = time.perf_counter()
        await bed.world.database.read(lambda work: phrases.find_by_phrase(work, index))
        return time.perf_counter() - began

    somebodys, nobodys = await hash_typed(mine), await hash_typed(make_phrase(words, secrets.randbelow))
    known, unknown = [], []
    for _ in range(_MEASURED):  # in turn, and the calmest of each, so that what else the machine does falls on both
        known.append(await measure(somebodys))
        unknown.append(await measure(nobodys))
    assert abs(min(known) - min(unknown)) < 0.005


async def test_a_code_opens_nothing(bed: TestBed) -> None:
    await send_intake(bed)
    code = next(text for text in bed.heard(CLIENT) if "Kodemu" in text).split("Kodemu ")[1].split(";")[0]
    await bed.receiver.receive(Incoming(bed.channel.name, "7777", "guess", Text(code)))
    await bed.flush()

    assert all(code not in text and "Permintaan" not in text for text in bed.heard("7777"))
