"""Return phrases are hard to guess, easy to type, and not mistaken for chat."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.phrases import (
    LEAST_BITS,
    WORDS_PER_PHRASE,
    Phrase,
    PhraseWords,
    count_bits,
    looks_like_phrase,
    make_phrase,
    parse_phrase_words,
    read_phrase,
)

WORDS = parse_phrase_words((Path(__file__).parents[3] / "content" / "phrase_words.txt").read_text("utf-8"))
PLACES = st.lists(st.integers(0, len(WORDS.ordered) - 1), min_size=WORDS_PER_PHRASE, max_size=WORDS_PER_PHRASE)
FEW = PhraseWords(("bukit", "rumah", "sawah"), frozenset({"bukit", "rumah", "sawah"}))

FORBIDDEN = (
    "sabu ganja putau ekstasi kokain heroin obat pil suntik jarum bong mabuk candu rokok lem bensin "
    "polisi razia tangkap penjara jaksa hakim borgol bandar kurir lapor bunuh mati racun pisau tembak pukul perang "
    "darah seks cium perkosa doa salat masjid gereja pura dosa tuhan setan gendut kurus jelek cacat buta gila bodoh "
    "bego tolol anjing babi monyet partai pemilu presiden jawa sunda batak bugis dayak cina papua kotor bersih gagal "
    "bantuan kembali lewati berhenti hapus bicara orang lanjut mulai data jeda menu ya tidak singgah"
)

ORDINARY = (
    "Saya mau berhenti tapi takut sekali, bisa bicara dengan orang?",
    "Saya tinggal di dekat pasar lama, naik angkot satu kali dari rumah ibu saya.",
    "Kapan klinik buka? Kalau sore setelah pulang kerja masih bisa datang tidak ya?",
    "Kemarin adik saya ikut main bola di lapangan desa lalu pulang malam sekali.",
    "pagi kak, maaf baru balas, semalam ketiduran habis jaga warung",
    "Ayah, ibu, kakak dan adik saya belum tahu, tolong jangan hubungi rumah dulu",
)


def test_a_phrase_from_the_list_holds_at_least_eighty_bits() -> None:
    assert len(WORDS.ordered) >= 2900
    assert len(WORDS.ordered) ** WORDS_PER_PHRASE >= 2**LEAST_BITS
    assert count_bits(len(WORDS.ordered)) >= LEAST_BITS


def test_no_word_is_another_with_a_last_letter_that_is_easily_misheard() -> None:
    assert [word for word in WORDS.ordered if word[-1] in "hkt" and word[:-1] in WORDS.known] == []


def test_no_word_says_what_the_service_is_for_or_hurts_or_commands() -> None:
    assert WORDS.known.intersection(FORBIDDEN.split()) == set()


@given(PLACES)
def test_a_phrase_is_the_words_that_were_drawn(places: list[int]) -> None:
    draws = iter(places)
    assert make_phrase(WORDS, lambda _: next(draws)).split(" ") == [WORDS.ordered[place] for place in places]


def test_every_word_can_be_drawn_and_each_is_asked_for_among_all() -> None:
    asked: list[int] = []

    def choose(count: int) -> int:
        asked.append(count)
        return len(asked) % count

    drawn = make_phrase(FEW, choose)
    assert asked == [3] * WORDS_PER_PHRASE
    assert set(drawn.split()) == FEW.known


@given(PLACES, st.sampled_from([" ", "  ", "\n", " - ", "-", ", ", ". ", "\t", " / ", " 😀 ", "\u00a0"]))
def test_a_phrase_is_read_back_however_it_is_set_out(places: list[int], between: str) -> None:
    chosen = [WORDS.ordered[place] for place in places]
    phrase = Phrase(" ".join(chosen))
    assert read_phrase(WORDS, between.join(chosen)) == phrase
    assert read_phrase(WORDS, f'  "{between.join(chosen).upper()}".') == phrase
    assert read_phrase(WORDS, between.join(f"{n}. {word}" for n, word in enumerate(chosen, 1))) == phrase
    assert read_phrase(WORDS, between.join(f"{n}){word.title()}" for n, word in enumerate(chosen, 1))) == phrase
    assert looks_like_phrase(WORDS, f"ini kalimat saya: {between.join(chosen)} terima kasih")


def test_accents_and_invisible_signs_a_phone_adds_do_not_matter() -> None:
    assert read_phrase(FEW, "Rúmah bu\u00adkit sa\u200dwah ｒｕｍａｈ bukit sawah\u200f rumah") == Phrase(
        "rumah bukit sawah rumah bukit sawah rumah"
    )


@pytest.mark.parametrize("slip", ["ruma", "rumahh", "runah", "rumha", "umah", "rumaj"])
def test_one_slip_in_each_word_is_forgiven(slip: str) -> None:
    assert read_phrase(FEW, " ".join([slip] * WORDS_PER_PHRASE)) == Phrase(" ".join(["rumah"] * WORDS_PER_PHRASE))


def test_a_slip_that_could_mean_two_words_is_not_guessed() -> None:
    two = PhraseWords(("buku", "bulu"), frozenset({"buku", "bulu"}))
    assert read_phrase(two, "buku " * 6 + "buru") is None
    assert read_phrase(two, "buku " * 6 + "bulu") == "buku " * 6 + "bulu"


def test_two_slips_in_a_word_are_not_forgiven() -> None:
    assert read_phrase(FEW, "rumah " * 6 + "lunah") is None


@given(PLACES, st.integers(0, 6), st.integers(0, 7), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_a_slip_never_leads_to_another_phrase_unless_it_spells_or_nears_one(
    places: list[int], which: int, place: int, letter: str
) -> None:
    chosen = [WORDS.ordered[place] for place in places]
    typed = chosen[which][:place] + letter + chosen[which][place + 1 :]
    read = read_phrase(WORDS, " ".join([*chosen[:which], typed, *chosen[which + 1 :]]))
    if typed in WORDS.known:
        assert read == Phrase(" ".join([*chosen[:which], typed, *chosen[which + 1 :]]))
    else:
        assert read in {None, Phrase(" ".join(chosen))}


@given(st.text(max_size=400))
def test_whatever_is_typed_is_read_without_an_error_and_only_as_listed_words(typed: str) -> None:
    read = read_phrase(WORDS, typed)
    assert read is None or (len(read.split()) == WORDS_PER_PHRASE and WORDS.known.issuperset(read.split()))


@given(st.lists(st.sampled_from(WORDS.ordered), max_size=12).filter(lambda chosen: len(chosen) != WORDS_PER_PHRASE))
def test_only_seven_words_are_a_phrase(chosen: list[str]) -> None:
    assert read_phrase(WORDS, " ".join(chosen)) is None


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_message_is_not_taken_for_a_phrase(text: str) -> None:
    assert not looks_like_phrase(WORDS, text)


def test_a_phrase_with_one_slip_is_noticed_in_a_chat_but_not_with_two() -> None:
    assert looks_like_phrase(FEW, "rumah bukit sawah runah bukit sawah rumah")
    assert not looks_like_phrase(FEW, "rumah bukit sawah runah bukit sawah runah")


def test_a_very_long_message_is_looked_through() -> None:
    sequence = Random(7)
    chosen = " ".join(sequence.choice(WORDS.ordered) for _ in range(WORDS_PER_PHRASE))
    assert not looks_like_phrase(WORDS, "x" * 5000)
    assert looks_like_phrase(WORDS, "dan yang " * 600 + chosen)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rumah\nBukit", "line 2: write one word"),
        ("bukit\n\nrumah", "line 2: write one word"),
        ("rumah\nbukit", "line 2: sort"),
        ("bukit\nbukit", "line 2: sort"),
        ("bukit\nrumah", "2 words are too easy"),
        ("", "0 words are too easy"),
    ],
)
def test_a_broken_list_is_refused_with_the_line(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_phrase_words(text)
