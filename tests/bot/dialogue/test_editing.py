"""Changing what was said: going back, editing from the card, old buttons."""

import pytest

from bot.dialogue.events import Opened, Picked
from tests.bot.dialogue.talk import Talk

TO_AREA = ("cari bantuan", "1", "18-24 tahun")
TO_SUBSTANCES = (*TO_AREA, "Kolaka")
TO_REVIEW = (*TO_SUBSTANCES, "1", "2", "ya", "8", "lewati")


def _talk(*typed: str) -> Talk:
    return Talk().take(Opened()).type(*typed)


def test_back_asks_the_last_question_again() -> None:
    talk = _talk(*TO_SUBSTANCES, "kembali")

    assert talk.state.asked == "area"
    assert "area" not in talk.answers
    assert talk.type("kembali").state.asked == "age_band"


def test_back_first_takes_back_what_was_tapped() -> None:
    talk = _talk(*TO_SUBSTANCES).tap("Sabu").type("kembali")

    assert (talk.state.asked, talk.state.draft) == ("substances", ())
    assert talk.type("kembali").state.asked == "area"


def test_back_from_a_look_up_with_offers_leads_on_to_the_question_above() -> None:
    talk = _talk(*TO_AREA).tap("Sulawesi Tenggara").type("kembali")

    assert talk.state.asked == "age_band"


def test_back_before_the_first_question_leaves_the_flow() -> None:
    assert _talk("cari bantuan", "kembali").state.flow == "menu"


def test_a_back_button_tapped_twice_in_haste_goes_back_once() -> None:
    talk = _talk(*TO_SUBSTANCES)
    back = talk.token("Kembali")

    talk.take(back).take(back)

    assert talk.state.asked == "area"
    assert "lama" in talk.text


def test_a_back_button_of_an_older_question_goes_back_from_no_other() -> None:
    talk = _talk(*TO_AREA)
    old = talk.token("Kembali")

    talk.type("Kolaka").take(old)

    assert talk.state.asked == "substances"
    assert "lama" in talk.text


def test_back_while_editing_the_first_line_drops_nothing_below() -> None:
    talk = _talk(*TO_REVIEW).tap("Ubah: Usia")
    below = {key for key in talk.answers if key != "consent"}
    talk.type("kembali", "kembali")

    assert talk.state.asked == "consent"
    assert below <= set(talk.answers)
    assert talk.tap("Saya setuju").state.asked == "age_band"


def test_every_line_of_the_card_can_be_edited() -> None:
    talk = _talk(*TO_REVIEW).tap("Ubah: Keinginan").type("9")

    assert talk.state.asked == "card"
    assert "• Keinginan: 9/10" in talk.text


def test_editing_drops_what_no_longer_applies_and_asks_what_does() -> None:
    talk = _talk(*TO_REVIEW).tap("Ubah: Zat", "Ganja", "Selesai memilih")

    assert talk.answers["substances"] == ("sabu", "ganja")
    assert talk.state.asked == "how_often[sabu]"
    talk.type("jarang", "jarang").tap("Ubah: Zat").type("lewati")
    assert talk.state.asked == "card"
    assert not any(key.startswith("how_often") for key in talk.answers)


def test_editing_what_opens_other_questions_keeps_them_when_the_answer_still_calls_for_them() -> None:
    talk = _talk(*TO_REVIEW[:-1], "Rahasia kecil").take(Picked("intake", "wish", "9"))

    assert talk.state.asked == "card"
    assert talk.answers["note"] == "Rahasia kecil"
    assert "note" not in talk.take(Picked("intake", "injecting", "no")).take(Picked("intake", "wish", "2")).answers


def test_an_old_button_edits_its_own_question_and_no_other() -> None:
    talk = _talk("cari bantuan", "1").tap("18-24 tahun").type("Kolaka").tap("25-44 tahun")

    assert talk.answers["age_band"] == "grown"
    assert talk.state.asked == "substances"


def test_an_old_skip_button_skips_its_own_question() -> None:
    talk = _talk(*TO_SUBSTANCES)
    skip = talk.token("Lewati")
    talk.type("5")

    talk.take(skip)

    assert talk.answers["substances"] is None
    assert talk.state.asked == "injecting"


def test_an_old_button_of_several_choices_opens_them_again_with_what_was_picked() -> None:
    talk = _talk(*TO_SUBSTANCES).tap("Sabu", "Selesai memilih").tap("Ganja")

    assert (talk.state.asked, talk.state.draft) == ("substances", ("sabu", "ganja"))


def test_an_old_offer_of_the_world_edits_its_own_question() -> None:
    talk = _talk(*TO_AREA).tap("Sulawesi Tenggara", "Kolaka").tap("Baubau")

    assert talk.answers["area"] == "74.72"


def test_an_old_button_of_a_finished_flow_changes_nothing() -> None:
    talk = _talk(*TO_REVIEW)
    old = talk.token("Saya setuju")
    talk.tap("Kirim ke konselor")
    before = talk.state

    for token in (old, talk.token("Kirim ke konselor"), talk.token("18-24 tahun"), talk.token("Ubah: Zat")):
        assert talk.take(token).state == before
        assert "lama" in talk.text
        assert not talk.completed


@pytest.mark.parametrize("label", ["Ubah jawaban", "Lihat isinya"])
def test_an_old_button_that_acts_never_acts_again(label: str) -> None:
    talk = _talk(*TO_REVIEW).tap("Kirim ke konselor", "Buka data")
    old = talk.token(label)
    talk.type("menu", "cari bantuan")

    assert not talk.take(old).done
