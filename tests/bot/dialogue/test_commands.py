"""Words that work at any step, danger before everything, detours, languages, and what cannot be read."""

import pytest

from bot.dialogue.events import Opened, Picked, Pinned, Reminded, Restored, Sent, Typed
from bot.dialogue.state import State
from tests.bot.dialogue.talk import SCRIPT, Talk

HERE = Pinned(-4.05, 121.6)
TO_AREA = ("cari bantuan", "1", "18-24 tahun")
TO_SUBSTANCES = (*TO_AREA, "Kolaka")
PLACES: dict[str, tuple[str, ...]] = {
    "menu": (),
    "choose": ("cari bantuan",),
    "look_up": TO_AREA,
    "choose_many": TO_SUBSTANCES,
    "repeated": (*TO_SUBSTANCES, "1"),
    "yes_no": (*TO_SUBSTANCES, "5"),
    "rate": (*TO_SUBSTANCES, "5", "ya"),
    "write": (*TO_SUBSTANCES, "5", "ya", "8"),
    "review": (*TO_SUBSTANCES, "5", "ya", "8", "lewati"),
    "detour": ("cari bantuan", "data saya"),
}


def _talk(*typed: str) -> Talk:
    return Talk().take(Opened()).type(*typed)


@pytest.fixture(params=PLACES)
def talk(request: pytest.FixtureRequest) -> Talk:
    return _talk(*PLACES[request.param])


def test_help_is_given_anywhere_and_the_place_is_kept(talk: Talk) -> None:
    before = talk.state.asked

    assert talk.type("/bantuan").text.startswith("Kata yang selalu bisa dipakai.")
    assert talk.state.asked == before
    assert {"Darurat", "Bicara dengan manusia", "Ke halaman awal"} <= {button.label for button in talk.seen}


def test_danger_is_heard_before_everything_and_the_place_is_kept(talk: Talk) -> None:
    before = talk.state

    talk.type("Aku MAU MATIIII saja!!")

    assert talk.state == before
    assert talk.alerts == [("high", "suicide")]
    assert "000: gawat darurat" in talk.text
    assert "bantuan.example: konseling" in talk.text
    assert talk.tap("Saya aman").state.asked == before.asked


def test_an_idiom_is_no_danger(talk: Talk) -> None:
    assert not talk.type("lucu sekali, mau mati ketawa").alerts


def test_emergency_help_comes_anywhere(talk: Talk) -> None:
    before = talk.state

    assert talk.type("darurat").alerts == [("immediate", "asked")]
    assert talk.state == before


@pytest.mark.parametrize(("word", "action"), [("berhenti", "stop"), ("jeda", "pause"), ("/pause", "pause")])
def test_stop_and_pause_act_anywhere_and_ask_again(talk: Talk, word: str, action: str) -> None:
    before = talk.state.asked

    assert talk.type(word).done == [action]
    assert talk.state.asked == before
    assert talk.messages


@pytest.mark.parametrize(
    ("word", "flow"), [("menu", "menu"), ("bicara dengan orang", "talk"), ("hapus", "erase"), ("data saya", "mydata")]
)
def test_a_word_leads_to_its_flow_from_anywhere(talk: Talk, word: str, flow: str) -> None:
    assert talk.type(word).state.flow == flow
    assert talk.messages


def test_an_unknown_slash_command_is_answered_kindly_and_the_place_is_kept(talk: Talk) -> None:
    before = talk.state.asked

    assert talk.type(" /takada@bot").text.startswith("Perintah itu belum dikenal.")
    assert talk.state.asked == before


@pytest.mark.parametrize(
    ("what", "said"), [("photo", "Foto tidak kami buka."), ("voice", "Itu tidak bisa"), ("edited", "Itu tidak bisa")]
)
def test_what_cannot_be_read_is_refused_kindly_and_the_place_is_kept(talk: Talk, what: str, said: str) -> None:
    before = talk.state.asked

    assert talk.take(Sent(what)).text.startswith(said)
    assert talk.state.asked == before


@pytest.mark.parametrize("words", ["aku mau mati", "darurat", "/darurat"])
@pytest.mark.parametrize("what", ["photo", "edited"])
def test_danger_in_words_under_a_picture_is_heard_and_the_place_is_kept(talk: Talk, what: str, words: str) -> None:
    before = talk.state

    talk.take(Sent(what, words))

    assert "000" in talk.text
    assert len(talk.alerts) == 1
    assert talk.state == before


def test_ordinary_words_under_a_picture_are_not_read(talk: Talk) -> None:
    assert talk.take(Sent("photo", "menu")).text.startswith("Foto tidak kami buka.")


def test_a_slash_command_may_be_addressed_to_the_service() -> None:
    assert _talk("/MENU@singgah_contoh_bot").state.flow == "menu"
    assert SCRIPT.command("menu@contoh") is None


@pytest.mark.parametrize("word", ["bahasa", "data saya", "hapus"])
def test_a_detour_returns_to_the_question_beneath(word: str) -> None:
    talk = _talk(*TO_SUBSTANCES, word)
    closing = {"bahasa": "Bahasa Indonesia", "data saya": "Tutup", "hapus": "Batal"}[word]

    assert talk.state.beneath == "intake"
    talk.tap(closing)
    assert (talk.state.flow, talk.state.asked) == ("intake", "substances")


def test_detours_do_not_pile_up() -> None:
    talk = _talk(*TO_SUBSTANCES, "bahasa", "data saya").tap("Hapus semuanya", "Batal")

    assert talk.state.asked == "substances"


def test_back_leaves_a_detour() -> None:
    assert _talk(*TO_SUBSTANCES, "data saya", "kembali").state.asked == "substances"


def test_an_old_button_of_a_detour_returns_to_the_question_too() -> None:
    talk = _talk("data saya").tap("Tutup").type(*TO_SUBSTANCES).tap("Hapus semuanya")

    assert talk.state.flow == "erase"
    assert talk.tap("Batal").state.asked == "substances"


def test_a_changed_language_keeps_place_and_answers_and_asks_again_in_it() -> None:
    talk = _talk(*TO_SUBSTANCES)
    before = talk.state

    talk.type("bahasa").tap("English")

    assert talk.text.startswith("What do you use?")
    assert (talk.state.asked, talk.state.answers) == (before.asked, before.answers)
    assert talk.type("meth and cannabis").answers["substances"] == ("sabu", "ganja")
    assert talk.text.startswith("Meth: How often?")


def test_a_language_is_chosen_by_typing_too() -> None:
    assert _talk("language", "english").text == "Hello. Where to?"


def test_commands_of_every_language_work_in_every_language() -> None:
    assert _talk("my data").state.flow == "mydata"


def test_a_language_that_is_gone_falls_back() -> None:
    assert Talk(state=State("xx", "menu")).type("halo").text == "Halo. Mau ke mana?"


def test_erasing_needs_the_whole_label_and_no_sentence_around_it() -> None:
    assert _talk("hapus", "aku belum mau hapus sekarang").done == []
    assert _talk("hapus", "jangan, ya, hapus sekarang itu menakutkan").done == []
    assert _talk("hapus", "ya, hapus sekarang").done == ["erase"]


def test_words_too_long_to_keep_are_refused_with_the_limit() -> None:
    talk = _talk(*PLACES["write"], "kembali lewati " * 400)

    assert "Paling banyak 1000 huruf." in talk.text
    assert talk.state.asked == "note"


@pytest.mark.parametrize("place", ["menu", "choose", "look_up", "choose_many", "rate", "review"])
def test_five_thousand_characters_leave_the_place_as_it_is(place: str) -> None:
    talk = _talk(*PLACES[place])
    before = talk.state.asked

    assert talk.type("menu dan lewati " * 320).messages
    assert talk.state.asked == before


def test_half_characters_are_made_whole_before_they_are_kept() -> None:
    talk = _talk(*PLACES["write"], "ha\ud800lo")

    assert talk.answers["note"] == "ha?lo"


def test_an_empty_message_is_answered() -> None:
    assert "belum paham" in _talk(*PLACES["write"], " \n").text


def test_a_position_answers_the_question_about_a_place() -> None:
    assert _talk(*TO_AREA).take(HERE).answers["area"] == "74.04"


def test_a_position_before_the_place_is_asked_for_is_not_kept() -> None:
    talk = _talk("cari bantuan").take(HERE)

    assert talk.text.startswith("Lokasi belum diperlukan.")
    assert talk.answers == {"promise": True}


def test_a_position_after_the_place_was_told_corrects_it_and_the_question_stays() -> None:
    talk = _talk(*TO_SUBSTANCES)
    before = dict(talk.answers)

    assert talk.take(HERE).state.asked == "substances"
    assert talk.messages[0].text == "Lokasi dipakai."
    assert talk.answers == {**before, "area": "74.04"}


def test_a_position_at_the_menu_shows_what_is_near() -> None:
    talk = Talk().take(HERE)

    assert (talk.state.flow, talk.state.asked) == ("near", "unit")
    assert talk.state.settled("near") == {"area": "74.04"}


def test_a_reminder_is_neutral_and_opens_only_on_a_tap() -> None:
    talk = _talk(*TO_SUBSTANCES).take(Reminded("checkin"))

    assert talk.text == "Halo, ada pesan untukmu."
    assert talk.labels == ["Buka"]
    assert talk.state.asked == "substances"
    assert talk.tap("Buka").text == "Bagaimana kabarmu?"
    assert talk.state.invited is None


def test_an_opened_check_in_leaves_the_place_to_come_back_to() -> None:
    talk = _talk(*TO_SUBSTANCES).take(Reminded("checkin")).tap("Buka").type("baik", "tidak")

    assert talk.completed == [("checkin", {"how_are_you": "good", "alone": False})]
    assert talk.type("menu", "lanjut").state.asked == "substances"


def test_a_second_tap_on_a_reminder_changes_nothing() -> None:
    talk = _talk().take(Reminded("checkin")).tap("Buka").type("baik")

    assert talk.tap("Buka").state.asked == "alone"


def test_sent_answers_lie_open_again_on_the_card() -> None:
    sent = {"consent": "agree", "age_band": "grown", "area": "74.72", "substances": None, "injecting": False, "wish": 2}
    talk = _talk("menu").take(Restored("intake", sent))

    assert talk.state.asked == "card"
    assert "Janji kami." not in talk.text
    assert "• Jarum suntik: Tidak" in talk.text
    assert talk.tap("Ubah: Keinginan").type("3", "kirim").completed[0][1]["wish"] == 3


def test_a_first_message_of_any_kind_brings_the_menu() -> None:
    for event in (
        Typed("halo"),
        Typed(""),
        Sent("sticker"),
        Picked("intake", "consent", "agree"),
        Picked("_", "_", "x"),
    ):
        assert Talk().take(event).labels[-1] == "Pilih bahasa"
