"""Questions are answered at any moment of the conversation, and what was asked stays."""

from functools import cache

import pytest

from bench.questions import SETS, read_questions
from bot.care.questions.book import Answer
from bot.care.questions.understanding import Answered, Offered, understand
from bot.care.safety import Calm, Doubt, screen
from bot.content import read_content
from bot.dialogue.effects import Relay
from bot.dialogue.events import Accompanied, Found, Typed
from bot.dialogue.script import Script
from storage.shipped.library import read_library
from tests.bot.dialogue.talk import Talk, name_place

_COST = "Rawat jalan di klinik BNN gratis"
#: Questions whose names stand on buttons of the menu as well.
_ON_THE_MENU = {"arrest_fear", "for_family_member", "talk_to_human"}


@cache
def _script() -> Script:
    return read_content(read_library(), "id", name_place).script


def _talk() -> Talk:
    return Talk(_script())


def _at_the_age() -> Talk:
    return _talk().type("mulai").tap("🌱 Bantuan untuk saya", "Ya, saya setuju")


def _at_the_substances() -> Talk:
    talk = _at_the_age().tap("25-34 tahun").take(Found("area", settled="74.04"))
    assert talk.state.asked == "substances"
    return talk


def test_a_first_message_that_is_a_question_is_answered_and_the_menu_follows() -> None:
    talk = _talk().type("bayar ga?")

    assert _COST in talk.messages[0].text
    assert "Mau mulai dari mana?" in talk.messages[-1].text


def test_a_question_at_the_menu_is_answered() -> None:
    talk = _talk().type("mulai", "apa sa ditangkap kalo lapor?")

    assert "tidak ditangkap" in talk.messages[0].text
    assert talk.state.asked == "start"


def test_a_question_in_the_middle_of_the_intake_is_answered_and_the_question_stays() -> None:
    talk = _at_the_age()
    before = talk.state

    talk.type("ini rahasia kan? keluarga saya ga dikasih tau?")

    assert "tidak perlu memberi nama" in talk.messages[0].text
    assert "Berapa usiamu?" in talk.messages[-1].text
    assert talk.state == before


def test_a_question_where_a_place_was_awaited_is_not_looked_up() -> None:
    talk = _at_the_age().tap("25-34 tahun").type("rehab bayar berapa ya?")

    assert _COST in talk.messages[0].text
    assert talk.state.asked == "area"


@pytest.mark.parametrize("place", ["Kolaka", "kecamatan wua wua kendari", "di baubau"])
def test_a_place_is_still_taken_as_a_place(place: str) -> None:
    talk = _at_the_age().tap("25-34 tahun")
    talk.take(Typed(place), world=False)

    assert [asked.text for asked in talk.asked_world] == [place]


def _find_unsure() -> tuple[str, Answer]:
    """Find words the service is not sure of, and the answer it thinks of first."""
    script = _script()
    assert script.questions is not None
    for text, _ in read_questions("test"):
        understood = understand(text, script.questions)
        if isinstance(understood, Offered) and isinstance(screen(text, script.dangers), Calm):
            thought_of = script.questions.answers[understood.questions[0]]
            if thought_of.id not in _ON_THE_MENU:
                return text, thought_of
    raise AssertionError("it is sure of everything")


def test_what_is_not_sure_is_offered_and_a_tap_answers() -> None:
    text, thought_of = _find_unsure()

    talk = _talk().type("mulai", text)

    labels = [button.label for button in talk.messages[0].buttons]
    assert thought_of.labels["id"] in labels
    assert "Bicara dengan manusia" in labels
    assert thought_of.short["id"] in talk.tap(thought_of.labels["id"]).messages[0].text


def test_more_is_said_on_a_tap() -> None:
    talk = _talk().type("bayar ga?").tap("Selengkapnya")

    assert "jangan diberi" in talk.messages[0].text


def test_harm_is_refused_kindly_and_a_human_offered() -> None:
    talk = _at_the_age().type("beli sabu dimana")

    assert "tidak kami jawab" in talk.messages[0].text
    assert "Bicara dengan manusia" in [button.label for button in talk.messages[0].buttons]
    assert talk.state.asked == "age_band"


@pytest.mark.parametrize(
    ("text", "said"), [("terima kasih banyak kak", "Sama-sama"), ("selamat sore min", "senang kamu singgah")]
)
def test_thanks_and_greetings_are_returned(text: str, said: str) -> None:
    assert said in _talk().type("mulai", text).messages[0].text


def test_it_is_answered_in_the_language_of_the_person() -> None:
    talk = Talk(_script())
    talk.type("bahasa").tap("English").type("how much does it cost?")

    assert "Outpatient care at a BNN clinic is free" in talk.messages[0].text


def test_gibberish_is_not_answered_as_a_question() -> None:
    talk = _at_the_age().type("xzxzx qwqwq")

    assert "belum paham" in talk.messages[0].text


def test_where_a_counsellor_listens_a_question_is_passed_on() -> None:
    talk = _talk().take(Accompanied("Konselor di sini.")).type("bayar ga?")

    assert talk.effects == [Relay("bayar ga?")]


def test_the_button_of_an_answer_opens_what_it_says() -> None:
    talk = _talk().type("gimana cara hapus data saya").tap("Hapus data saya")

    assert talk.state.flow == "erase"


def test_a_substance_named_in_own_words_is_marked_and_waits_for_a_tap() -> None:
    talk = _at_the_substances().type("gw pake sabu sama tramadol tiap hari")

    assert "sabu, tramadol atau kodein" in talk.messages[0].text
    assert talk.state.draft == ("stimulants", "opioids")
    assert "substances" not in talk.answers
    assert talk.tap("Selesai memilih").answers["substances"] == ("stimulants", "opioids")


def test_an_unmarked_pill_is_an_answer_of_its_own() -> None:
    assert _at_the_substances().type("obat tanpa merek").state.draft == ("unknown",)


def test_a_substance_named_elsewhere_is_not_kept() -> None:
    talk = _at_the_age().type("saya pakai sabu")

    assert talk.state.draft == ()
    assert "substances" not in talk.answers


@pytest.mark.parametrize("asked", ["klo gw dtg sendiri bakal ditangkep ga", "tolong hapus semua data saya dong"])
def test_what_people_ask_most_is_not_taken_for_danger(asked: str) -> None:
    talk = _talk().type(asked)

    assert talk.alerts == []
    assert not talk.state.wondering


def _find_doubted_question() -> str:
    """Find a question that is understood, and in which there may be danger."""
    script = _script()
    assert script.questions is not None
    for text, _ in (row for which in SETS for row in read_questions(which)):
        is_understood = isinstance(understand(text, script.questions), Answered)
        if is_understood and isinstance(screen(text, script.dangers), Doubt):
            return text
    raise AssertionError("no question is doubted")


def test_what_is_known_is_answered_before_a_doubt_is_asked_about() -> None:
    talk = _talk().type(_find_doubted_question())

    assert talk.state.wondering
    assert len(talk.messages) > 1
