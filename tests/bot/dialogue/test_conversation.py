"""A conversation from the first message on: asking, going back, editing, skipping, resuming."""

from dataclasses import replace

from bot.dialogue.effects import Ask, Button
from bot.dialogue.events import Found, Opened, Picked
from bot.dialogue.state import State, read_state, write_state
from tests.bot.dialogue.talk import Talk, small_content

TO_AREA = ("cari bantuan", "1", "18-24 tahun")
TO_SUBSTANCES = (*TO_AREA, "Kolaka")
TO_REVIEW = (*TO_SUBSTANCES, "1", "2", "ya", "8", "lewati")


def _talk(*typed: str) -> Talk:
    return Talk().take(Opened()).type(*typed)


def test_a_new_person_meets_the_menu() -> None:
    talk = _talk()

    assert talk.text == "Halo. Mau ke mana?"
    assert talk.labels == ["Cari bantuan", "Untuk keluarga", "Pilih bahasa"]


def test_a_card_is_shown_before_the_question_and_only_once() -> None:
    talk = _talk("cari bantuan")

    assert [message.text for message in talk.messages] == ["Janji kami.", "Setuju?"]
    assert "Janji" not in talk.type("1", "kembali").text


def test_a_card_is_shown_again_to_somebody_who_left_before_answering() -> None:
    talk = _talk("cari bantuan", "menu")

    assert "Janji kami." in talk.type("cari bantuan").text


def test_the_whole_intake_can_be_typed() -> None:
    talk = _talk(*TO_REVIEW)

    assert "Hati-hati" not in talk.text
    assert talk.text.splitlines() == [
        "Ini yang akan dilihat konselor.",
        "",
        "• Usia: 18-24 tahun",
        "• Daerah: Kolaka",
        "• Zat: Sabu",
        "• Seberapa sering (Sabu): Sering",
        "• Jarum suntik: Ya",
        "• Keinginan: 8/10",
        "• Catatan: dilewati",
    ]
    answers = talk.type("kirim").completed
    assert answers == [
        (
            "intake",
            {
                "consent": "agree",
                "age_band": "young",
                "area": "74.04",
                "substances": ("sabu",),
                "how_often[sabu]": "often",
                "injecting": True,
                "wish": 8,
                "note": None,
            },
        )
    ]
    assert talk.state.flow == "waiting"
    assert not talk.state.answers


def test_the_whole_intake_can_be_tapped() -> None:
    talk = _talk().tap("Cari bantuan", "Saya setuju", "45 tahun ke atas", "Sulawesi Tenggara", "Baubau")
    talk.tap("Sabu", "Pil / obat", "Selesai memilih", "Jarang", "Sering", "Lewati", "2", "Kirim ke konselor")

    ((_, answers),) = talk.completed
    assert answers["substances"] == ("sabu", "pills")
    assert answers["how_often[pills]"] == "often"
    assert answers["injecting"] is None
    assert "note" not in answers


def test_a_score_opens_the_card_it_stands_for() -> None:
    talk = _talk(*TO_SUBSTANCES, "1, 3", "2", "1", "tidak")

    assert "Hati-hati di jalan." in talk.type("3").text


def test_a_repeated_question_says_what_it_is_about() -> None:
    talk = _talk(*TO_SUBSTANCES, "sabu dan ganja")

    assert talk.text.startswith("Sabu: Seberapa sering?")
    assert talk.type("1").text.startswith("Ganja: Seberapa sering?")


def test_nothing_is_asked_about_a_choice_that_stands_alone() -> None:
    assert _talk(*TO_SUBSTANCES, "tidak satu pun").state.asked == "injecting"


def test_taps_mark_choices_on_the_same_message_until_done() -> None:
    talk = _talk(*TO_SUBSTANCES).tap("Sabu", "Ganja", "Sabu")

    (message,) = talk.messages
    assert message.replace
    assert [button.label for button in message.buttons if button.picked] == ["Ganja"]
    assert talk.tap("Selesai memilih").answers["substances"] == ("ganja",)


def test_typed_choices_join_those_already_tapped() -> None:
    assert _talk(*TO_SUBSTANCES).tap("Sabu").type("ganja").answers["substances"] == ("sabu", "ganja")
    assert _talk(*TO_SUBSTANCES).tap("Sabu").type("tidak satu pun").answers["substances"] == ("nothing",)


def test_the_way_on_is_typed_by_number_or_label_too() -> None:
    talk = _talk(*TO_SUBSTANCES).tap("Sabu").type("selesai memilih")

    assert talk.answers["substances"] == ("sabu",)
    assert _talk(*TO_SUBSTANCES).type("6").answers["substances"] is None


def test_an_alarm_brings_the_help_card_and_calls_a_human() -> None:
    talk = _talk(*TO_SUBSTANCES, "4")

    assert "000: gawat darurat" in talk.text
    assert talk.alerts == [("high", "intake.substances.unknown")]
    assert talk.state.asked == "how_often[unknown]"


def test_an_alarm_on_yes_calls_a_human() -> None:
    talk = Talk(state=State("id", "checkin")).type("halo", "baik", "ya")

    assert talk.alerts == [("high", "checkin.alone.yes")]


def test_a_number_beside_the_scale_is_no_button() -> None:
    talk = _talk(*TO_SUBSTANCES, "5", "lewati", "11")

    assert talk.state.asked == "wish"
    assert "Ketuk" in talk.text or "belum paham" in talk.text


def test_progress_counts_the_lines_of_the_card() -> None:
    assert "(1 dari 7)" in _talk("cari bantuan", "1").text
    assert "(2 dari 7)" in _talk(*TO_AREA).text
    assert "dari" not in _talk("cari bantuan").text


def test_a_question_that_turns_out_not_to_come_makes_the_way_shorter() -> None:
    talk = _talk(*TO_SUBSTANCES)
    assert "dari 7)" in talk.text

    talk.type("lewati")
    assert "dari 5)" in talk.text or "dari 6)" in talk.text


def test_a_button_that_acts_acts_and_asks_again() -> None:
    talk = _talk("data saya").tap("Lihat isinya")

    assert talk.done == ["show_data"]
    assert talk.text == "Mau apa dengan datamu?"


def test_a_no_that_leads_elsewhere_leads_there_typed_or_tapped() -> None:
    assert _talk("bicara", "tidak jadi").state.flow == "menu"
    assert _talk("bicara", "tidak").state.flow == "menu"
    assert _talk("bicara").tap("Tidak jadi").state.flow == "menu"


def test_what_may_not_be_skipped_is_asked_again_kindly() -> None:
    talk = _talk(*TO_AREA[:2], "lewati")

    assert "perlu dijawab" in talk.text
    assert talk.state.asked == "age_band"


def test_a_person_comes_back_to_the_same_question() -> None:
    kept = write_state(_talk(*TO_SUBSTANCES).state)
    talk = Talk(state=read_state(kept)).take(Opened())

    assert talk.text.startswith("Selamat datang kembali.")
    assert talk.state.asked == "substances"


def test_an_unfinished_flow_is_found_again_from_the_menu() -> None:
    talk = _talk(*TO_SUBSTANCES, "menu", "lanjut")

    assert talk.state.asked == "substances"


def test_the_world_decides_what_a_typed_place_means() -> None:
    talk = _talk(*TO_AREA)
    talk.take(Picked("intake", "area", "74"))

    assert talk.messages[-1].ask is Ask.PLACE
    assert talk.type("2").asked_world[0].picked == "74.72"
    assert talk.answers["area"] == "74.72"


def test_a_reply_of_the_world_to_an_old_question_is_ignored() -> None:
    talk = _talk(*TO_SUBSTANCES)
    before = talk.state

    assert not talk.take(Found("area", settled="74.72")).effects
    assert talk.take(Found("substances", settled="74.72")).state == before


def test_a_forged_answer_is_never_settled() -> None:
    talk = _talk("cari bantuan", "1")
    before = talk.state

    for choice in ("gone", "yes", "!", "", "²"):
        assert talk.take(Picked("intake", "age_band", choice)).state == before
    assert talk.take(Picked("intake", "how_often[sabu]", "often")).state == before
    assert Button("intake", "age_band", "young", "18-24 tahun") in talk.messages[-1].buttons


def test_a_flow_that_is_only_looked_at_leaves_nothing_behind() -> None:
    looked_at = """
        then = "menu"
        [[step]]
        choose = "where"
        text = "Di mana?"
        choices = { near = "Dekat", far = "Jauh" }
        [[step]]
        choose = "when"
        text = "Kapan?"
        choices = { now = "Sekarang", later = "Nanti" }
    """
    talk = Talk(small_content({"flows/family.toml": looked_at}).script)
    talk.state = replace(talk.state, flow="family", answers={"family": {"where": "near"}})
    assert talk.type("halo").state.answers == {"family": {"where": "near"}}

    assert talk.type("menu").state.answers == {}
