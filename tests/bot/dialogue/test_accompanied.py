"""While a counsellor speaks with the person, the service is silent, relays, and still hears danger."""

import pytest

from bot.dialogue.events import Accompanied, Opened, Picked, Pinned, Released, Reminded, Restored, Sent
from tests.bot.dialogue.talk import Talk

TO_SUBSTANCES = ("cari bantuan", "1", "18-24 tahun", "Kolaka")


def _talk(*typed: str) -> Talk:
    return Talk().take(Opened()).type(*typed).take(Accompanied("Konselor sudah di sini."))


def test_the_counsellor_is_announced_and_nothing_is_asked() -> None:
    talk = _talk(*TO_SUBSTANCES)

    assert talk.text == "Konselor sudah di sini."
    assert talk.state.asked is None


@pytest.mark.parametrize("words", ["Selamat pagi", "1", "kembali", "menu", "lewati", "ya", "👍", "lanjut"])
def test_words_are_passed_on_and_nothing_is_said(words: str) -> None:
    talk = _talk(*TO_SUBSTANCES).type(words)

    assert talk.relayed == [words]
    assert not talk.messages


def test_danger_is_heard_and_passed_on() -> None:
    talk = _talk().type("aku mau mati")

    assert talk.alerts == [("high", "suicide")]
    assert talk.relayed == ["aku mau mati"]
    assert "000" in talk.text
    assert talk.labels == ["Saya aman", "Saya salah dipahami"]
    assert talk.tap("Saya aman").text == "Kamu sedang bicara dengan konselor."


def test_words_too_long_to_pass_on_are_refused_with_the_limit() -> None:
    talk = _talk().type("x" * 4_001)

    assert not talk.relayed
    assert talk.text == "Paling banyak 4000 huruf."


def test_danger_under_a_picture_calls_somebody_and_its_words_stay_here() -> None:
    talk = _talk().take(Sent("photo", "aku mau mati"))

    assert talk.alerts == [("high", "suicide")]
    assert not talk.relayed


@pytest.mark.parametrize("event", [Sent("photo"), Sent("photo", "lihat ini"), Pinned(-4.0, 121.0)])
def test_only_words_are_passed_on(event: Sent | Pinned) -> None:
    talk = _talk().take(event)

    assert not talk.relayed
    assert talk.text == "Konselor hanya menerima tulisan."


@pytest.mark.parametrize(("word", "action"), [("berhenti", "stop"), ("jeda", "pause")])
def test_stop_and_pause_still_act(word: str, action: str) -> None:
    talk = _talk().type(word)

    assert talk.done == [action]
    assert not talk.relayed


def test_help_and_emergency_still_come() -> None:
    assert _talk().type("bantuan").labels == ["Darurat"]
    assert _talk().type("darurat").alerts == [("immediate", "asked")]
    assert _talk().type("/apa").text == "Perintah itu belum dikenal."


@pytest.mark.parametrize(
    ("word", "closing"), [("data saya", "Tutup"), ("hapus", "Batal"), ("bahasa", "English"), ("hapus", "batal")]
)
def test_a_detour_opens_and_closes_back_to_the_counsellor(word: str, closing: str) -> None:
    talk = _talk(*TO_SUBSTANCES).type(word)
    assert talk.messages

    talk = talk.tap(closing) if closing[0].isupper() else talk.type(closing)

    assert (talk.state.flow, talk.state.asked) == ("intake", None)
    assert talk.text in ("Kamu sedang bicara dengan konselor.", "You are talking with a counsellor.")
    assert talk.type("halo").relayed == ["halo"]


def test_words_that_fit_no_button_of_an_open_detour_are_passed_on() -> None:
    talk = _talk().type("data saya", "saya takut datanya dibaca")

    assert talk.relayed == ["saya takut datanya dibaca"]
    assert talk.state.flow == "mydata"


@pytest.mark.parametrize("choice", ["human", "menu", "back", "skip", "resume", "start", "open", "nonsense"])
def test_an_old_button_that_leads_elsewhere_only_reminds_of_the_counsellor(choice: str) -> None:
    talk = _talk(*TO_SUBSTANCES)
    before = talk.state

    assert talk.take(Picked("_", "_", choice)).text == "Kamu sedang bicara dengan konselor."
    assert talk.state == before


def test_old_buttons_of_questions_change_nothing() -> None:
    talk = _talk(*TO_SUBSTANCES)
    before = talk.state

    for token in [Picked(one.flow, one.key, one.choice) for one in talk.seen]:
        assert talk.take(token).text == "Kamu sedang bicara dengan konselor."
        assert talk.state == before


def test_reminders_are_silent() -> None:
    assert not _talk().take(Reminded("checkin")).effects


def test_opening_the_chat_or_correcting_only_reminds_of_the_counsellor() -> None:
    assert _talk().take(Opened()).text == "Kamu sedang bicara dengan konselor."
    assert _talk().take(Restored("intake", {"consent": "agree"})).state.asked is None


def test_the_service_speaks_again_when_the_counsellor_leaves() -> None:
    talk = _talk(*TO_SUBSTANCES).take(Released("Percakapan ditutup.", "waiting"))

    assert talk.text == "Percakapan ditutup.\nKami menunggu bersamamu."
    assert talk.type("menu", "lanjut").state.asked == "substances"


def test_a_detour_open_when_the_counsellor_came_is_closed() -> None:
    talk = _talk(*TO_SUBSTANCES, "data saya")

    assert (talk.state.flow, talk.state.beneath) == ("intake", None)
    assert talk.take(Released("Selesai.", "intake")).state.asked == "substances"
