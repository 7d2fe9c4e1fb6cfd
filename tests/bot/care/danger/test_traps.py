"""Sentences that mislead: a "not" that is none, a joke that is none, idioms, disguises, glued particles."""

import pytest

from bot.care.safety import IMMEDIATE, Alarm
from tests.bot.care.danger.hearing import hear_in, name


@pytest.mark.parametrize(
    "text", ["dosa ga sih kalo bunuh diri", "boleh ga mati", "tak akhiri uripku", "jgn tahan gw, gw mau mati"]
)
def test_a_not_that_only_asks_or_means_something_else_cancels_nothing(text: str) -> None:
    assert name(hear_in(text)) == "suicide"


def test_a_question_that_hopes_for_no_is_at_least_asked_about() -> None:
    assert name(hear_in("ga overdosis kan ini?")) in ("overdose", "ask")


@pytest.mark.parametrize("text", ["dia tidak sadar", "temenku ga napas", "dibangunin ga bangun bangun"])
def test_a_not_inside_the_meaning_cancels_nothing(text: str) -> None:
    assert name(hear_in(text)) == "overdose"


@pytest.mark.parametrize(
    "text", ["ga becanda gw mau mati", "ga takut mati malah pengen", "ga mau sakit tapi pengen bunuh diri"]
)
def test_what_is_denied_is_something_else(text: str) -> None:
    assert name(hear_in(text)) == "suicide"


@pytest.mark.parametrize(
    "text",
    [
        "saya ga pernah kepikiran bunuh diri",
        "ga ada niat bunuh diri",
        "bunuh diri ga pernah kepikiran",
        "ga sampe overdosis kok",
    ],
)
def test_what_is_denied_raises_no_alarm(text: str) -> None:
    assert not isinstance(hear_in(text), Alarm)


@pytest.mark.parametrize("text", ["wkwk gw mau mati, gw serius", "haha mau mati aja tapi takut sakit"])
def test_laughter_beside_something_serious_is_heard(text: str) -> None:
    assert name(hear_in(text)) == "suicide"


@pytest.mark.parametrize("text", ["ngakak sampe mau mati wkwk", "makan seblak serasa mau mati haha"])
def test_laughter_alone_raises_no_alarm(text: str) -> None:
    assert not isinstance(hear_in(text), Alarm)


@pytest.mark.parametrize(
    "text",
    [
        "pukul 9 bisa?",
        "scan barcode nya gimana",
        "selamat tinggal kak besok chat lagi",
        "akhiri sesi",
        "mau mengakhiri kecanduan",
        "bunuh waktu nunggu antrean",
        "mati lampu",
        "mati gaya",
        "mati rasa",
        "butuh bantuan",
        "hati saya senang",
        "beli baju silat",
        "halo bang mau nanya",
        "takut dipukulin di rehab",
        "overdosis itu apa",
    ],
)
def test_everyday_words_stay_calm(text: str) -> None:
    assert name(hear_in(text)) == "calm"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("barcode di tangan nambah", "self_harm"),
        ("d pukuli suami", "violence_or_abuse"),
        ("mau d bunuh bandar", "violence_or_abuse"),
        ("temen gw ga bangun2", "overdose"),
        ("kejang2 dia", "withdrawal_emergency"),
        ("o.d temen gw", "overdose"),
        ("b.u.n.u.h d.i.r.i", "suicide"),
        ("p e n g e n m a t i", "suicide"),
        ("b*nuh diri", "suicide"),
        ("pengen m4t1 aja", "suicide"),
        ("bvnuh diri", "suicide"),
        ("pengen ma\u200bti aja", "suicide"),
        ("pengen mаti aja", "suicide"),
        ("PENGEN MATIIIII", "suicide"),
        ("bnuh dri", "suicide"),
        ("mauma mati", "suicide"),
        ("sakauka parah", "withdrawal_emergency"),
        ("kejangki", "withdrawal_emergency"),
        ("bibirnya biru dinginmi", "overdose"),
        ("beta su mau mati", "suicide"),
    ],
)
def test_disguises_and_particles_hide_nothing(text: str, label: str) -> None:
    assert name(hear_in(text)) == label


def test_past_and_resolved_raises_no_alarm_but_what_came_back_does() -> None:
    assert not isinstance(hear_in("dulu pernah mau bunuh diri, sekarang udah sembuh"), Alarm)
    assert name(hear_in("dulu pernah mau bunuh diri, sekarang kepikiran lagi")) == "suicide"
    assert name(hear_in("semalem gw nyoba bunuh diri")) == "suicide"


@pytest.mark.parametrize(
    "text",
    [
        "logout dari hidup",
        "pulang selamanya aja",
        "kalian lebih enak tanpa gw",
        "semoga besok ga bangun",
        "kalo ketangkep mending bunuh diri",
    ],
)
def test_pictures_wishes_and_threats_are_heard(text: str) -> None:
    assert name(hear_in(text)) == "suicide"


@pytest.mark.parametrize(
    "text",
    [
        "suami ngamuk bawa golok",
        "bibirnya biru, dibangunin ga bangun",
        "barusan minum baygon",
        "suara nyuruh gw bunuh ibu",
    ],
)
def test_danger_to_life_now_is_immediate(text: str) -> None:
    verdict = hear_in(text)

    assert isinstance(verdict, Alarm)
    assert verdict.severity == IMMEDIATE


@pytest.mark.parametrize(
    "text",
    [
        "saya ga mau data saya ada di sini lagi",
        "aku mau hilang dari catatan kalian",
        "pengen ngilang dari data rehab",
        "saya gak mau nama saya ada di sistem ini lagi",
        "takut data gw kesebar, pengen ilang dari aplikasi",
    ],
)
def test_whoever_wants_nothing_kept_about_them_is_not_taken_for_somebody_who_wants_to_die(text: str) -> None:
    assert not isinstance(hear_in(text), Alarm)


@pytest.mark.parametrize(
    "text",
    [
        "aku mau hilang dari dunia ini, hapus aja dataku",
        "data boleh dihapus, saya juga mau mati aja",
        "hapus semua chatku, besok aku udah ga ada",
    ],
)
def test_whoever_wants_to_die_is_heard_beside_the_wish_that_nothing_be_kept(text: str) -> None:
    assert name(hear_in(text)) == "suicide"
