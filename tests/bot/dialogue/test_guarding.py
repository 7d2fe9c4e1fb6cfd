"""What would tell who somebody is stays hidden until they say otherwise; what is said of others is let go."""

import pytest

from bot.dialogue.effects import Withhold
from bot.dialogue.events import Accompanied, Opened
from tests.bot.dialogue.talk import Talk, small_content

NUMBER = "081234567890"
HIDDEN = "[nomor telepon disembunyikan]"


def _talk() -> Talk:
    return Talk().take(Opened()).take(Accompanied("Konselor sudah di sini."))


def _waiting(talk: Talk) -> list[str]:
    return [effect.text for effect in talk.effects if isinstance(effect, Withhold)]


def _at_note(extra: str = "") -> Talk:
    note = f'[[step]]\nwrite = "note"\ntext = "Tulis."\nshort = "Catatan"\n{extra}'
    card = '[[step]]\nreview = "card"\ntext = "Sudah pas?"\n'
    script = small_content({"flows/family.toml": f"version = 1\n{note}\n{card}"}).script
    return Talk(script).take(Opened()).tap("Untuk keluarga")


def test_words_are_passed_on_at_once_with_the_number_hidden() -> None:
    talk = _talk().type(f"telepon saya di {NUMBER} ya")

    assert talk.relayed == [f"telepon saya di {HIDDEN} ya"]
    assert "nomor telepon" in talk.text
    assert talk.labels == ["Kirim apa adanya", "Biarkan"]
    assert _waiting(talk) == [f"telepon saya di {NUMBER} ya"]


@pytest.mark.parametrize("typed", [False, True])
def test_the_person_may_send_it_as_it_is(typed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    talk = _talk().type(NUMBER)

    talk = talk.type("kirim apa adanya") if typed else talk.tap("Kirim apa adanya")

    assert talk.done == ["send_as_is"]
    assert not talk.relayed
    assert not talk.state.hidden


def test_the_person_may_leave_it_hidden() -> None:
    assert _talk().type(NUMBER).tap("Biarkan").done == ["stay_hidden"]


def test_the_next_message_lets_go_of_it() -> None:
    talk = _talk().type(NUMBER, "halo")

    assert talk.relayed == ["halo"]
    assert not talk.state.hidden
    assert talk.tap("Kirim apa adanya").done == []
    assert talk.text == "Tulisan tadi sudah tidak kami simpan. Kalau perlu, tulis lagi."


def test_its_labels_are_ordinary_words_while_nothing_is_hidden() -> None:
    assert _talk().type("biarkan").relayed == ["biarkan"]


def test_who_supplies_is_declined_and_the_rest_arrives() -> None:
    talk = _talk().type("saya mau berhenti. bandarnya si Joko di gang mawar")

    assert talk.relayed == ["saya mau berhenti. [bagian soal orang lain tidak dicatat]"]
    assert "soal orang lain" in talk.text
    assert not _waiting(talk)


def test_nothing_is_passed_on_where_nothing_is_left() -> None:
    talk = _talk().type("saya beli dari Andi.")

    assert not talk.relayed
    assert "soal orang lain" in talk.text


def test_what_is_sent_as_it_is_never_holds_what_was_declined() -> None:
    talk = _talk().type(f"hubungi {NUMBER}. bandarnya si Joko")

    assert _waiting(talk) == [f"hubungi {NUMBER}. [bagian soal orang lain tidak dicatat]"]


def test_danger_goes_first_and_loses_no_word_but_what_is_private() -> None:
    talk = _talk().type(f"aku mau mati, hubungi {NUMBER}, bandarnya si Joko")

    assert talk.alerts
    assert talk.relayed == [f"aku mau mati, hubungi {HIDDEN}, bandarnya si [nama orang disembunyikan]"]
    assert talk.labels == ["Kirim apa adanya", "Biarkan"]


def test_in_danger_too_nothing_said_of_others_is_sent_as_it_is() -> None:
    talk = _talk().type("aku mau mati, bandarnya si Joko")

    assert talk.relayed == ["aku mau mati, bandarnya si [nama orang disembunyikan]"]
    assert not _waiting(talk)
    assert not talk.state.hidden


def test_what_is_said_of_others_at_a_question_is_declined_too() -> None:
    talk = Talk().take(Opened()).type("saya beli dari si kribo")

    assert "soal orang lain" in talk.messages[0].text
    assert talk.state.asked is not None


def test_a_written_answer_is_kept_without_what_is_private() -> None:
    talk = _at_note().type(f"telepon {NUMBER}")

    assert talk.answers["note"] == f"telepon {HIDDEN}"
    assert talk.messages[0].buttons[0].label == "Kirim apa adanya"
    assert f"Catatan: telepon {HIDDEN}" in talk.text
    assert [(one.flow, one.key) for one in talk.effects if isinstance(one, Withhold)] == [("family", "note")]


def test_a_written_answer_about_others_is_asked_for_again() -> None:
    talk = _at_note().type("saya beli dari Andi")

    assert not talk.answers
    assert talk.text.endswith("Tulis.")


def test_a_written_answer_keeps_what_is_not_about_others() -> None:
    talk = _at_note().type("saya takut. saya beli dari Andi")

    assert talk.answers["note"] == "saya takut. [bagian soal orang lain tidak dicatat]"
    assert not talk.state.hidden


def test_nothing_is_masked_where_the_service_asked_for_just_that() -> None:
    assert _at_note("as_written = true\n").type("nama saya Wulan").answers["note"] == "nama saya Wulan"
