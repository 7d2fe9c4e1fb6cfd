"""What tells who somebody is gets found in every form people type; ordinary talk is left alone."""

import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.privacy.masking import Private, find_private, mask
from tests.bot.care.privacy.private_cases import (
    ACCOUNTS,
    ADDRESSES,
    HANDLES,
    NAMES,
    NIKS,
    PHONES,
    PLATES,
    numbers_and_mails,
)

SENTENCES = (Path(__file__).parent / "ordinary_sentences.txt").read_text().splitlines()
#: A long message may take longer, but nobody may be held up by one.
LONGEST_SECONDS = 0.5


def _left(text: str) -> str:
    return mask(text, find_private(text), dict.fromkeys(Private, "*"))


def _is_caught(text: str) -> bool:
    left = _left(text)
    return "*" in left and sum(map(str.isdigit, left)) < 5


def test_nearly_every_form_of_a_number_or_mail_address_is_caught() -> None:
    forms = numbers_and_mails()
    missed = [form for form in forms if not _is_caught(form)]

    assert len(forms) >= 200
    assert len(missed) <= len(forms) * 0.02, missed


def test_ordinary_sentences_are_left_as_they_are() -> None:
    false = [sentence for sentence in SENTENCES if find_private(sentence)]

    assert len(SENTENCES) >= 300
    assert len(false) <= len(SENTENCES) * 0.01, false


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (ADDRESSES, Private.ADDRESS),
        (ACCOUNTS, Private.ACCOUNT),
        (HANDLES, Private.HANDLE),
        (PLATES, Private.PLATE),
        (NAMES, Private.NAME),
        (NIKS, Private.IDENTITY),
        (tuple(f"0{phone}" for phone in PHONES), Private.PHONE),
    ],
)
def test_each_kind_is_called_by_its_name(texts: tuple[str, ...], kind: Private) -> None:
    assert [(text, {span.kind for span in find_private(text)} >= {kind}) for text in texts] == [
        (text, True) for text in texts
    ]


def test_only_what_is_private_is_replaced() -> None:
    said = "saya takut, hubungi istri saya Wulan di 0812-3456-7890 jam 21.00 ya"

    words = {kind: f"<{kind}>" for kind in Private}

    assert mask(said, find_private(said), words) == "saya takut, hubungi istri saya <name> di <phone> jam 21.00 ya"


def test_digits_of_other_scripts_are_read_too() -> None:
    assert _left("nomor saya ٠٨١٢٣٤٥٦٧٨٩٠") == "nomor saya *"


@given(st.text(max_size=300))
def test_no_text_is_refused_and_nothing_outside_of_what_is_found_changes(text: str) -> None:
    spans = find_private(text)

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
    assert mask(text, (), {}) == text


@given(st.text(st.sampled_from("01289 .-@aoljsinrtwkgb\n"), max_size=200))
def test_what_was_masked_is_not_found_again(text: str) -> None:
    assert not any(span.kind is Private.EMAIL for span in find_private(_left(text)))


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "a.", "nol ", "@", "jl a ", "suami saya A ", "12.", "a@", "si a ", "0-", "rt 1 ", "A1 "]
)
def test_no_text_holds_up_the_others(piece: str) -> None:
    text = (piece * 4_000)[:4_000]

    started = time.process_time()
    find_private(text)

    assert time.process_time() - started < LONGEST_SECONDS


def test_an_ordinary_message_takes_less_than_a_millisecond() -> None:
    started = time.process_time()
    for sentence in SENTENCES:
        find_private(sentence)

    assert (time.process_time() - started) / len(SENTENCES) < 0.001


@pytest.mark.parametrize(
    "text",
    [
        "kirim ke contoh_99 at surat.contoh.org.",
        "emailku contoh(at)surat.contoh.org ya",
        "x.y.z[at]surat dot contoh dot org",
        "Contoh.Satu at ui(dot)ac(dot)id",
        "0812\u200b3456\u200b7890",
        "0812\n3456\n7890",
        "0812 tiga empat lima 67890",
        "+62812 tiga empat lima enam tujuh delapan",
        "passport A1234567",
        "paspor saya: B 7654321",
    ],
)
def test_forms_that_once_slipped_through_are_caught(text: str) -> None:
    assert _is_caught(text)


@pytest.mark.parametrize(
    "text", ["look at bnn.go.id", "jam 0800 satu jam lagi", "1\n2\n3\n4\n5", "paspor saya hilang 2 tahun lalu"]
)
def test_what_only_looks_like_them_is_left(text: str) -> None:
    assert find_private(text) == ()
