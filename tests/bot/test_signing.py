"""What nobody of the trade has signed says so, until somebody has, and again once the wording changes."""

import pytest

from bot.content import Content
from bot.steps import ContentError
from tests.bot.dialogue.talk import small_content, small_files

DOCTOR, LAWYER = "Belum ditinjau dokter.", "Belum ditinjau ahli hukum."


def _content(*rows: str, card: str = "Hubungi salah satu:\\n{contacts}\\n{reviewed}") -> Content:
    files = small_files()
    texts = files["texts/id.toml"].replace(
        'emergency_card = "Hubungi salah satu:\\n{contacts}"',
        f'emergency_card = "{card}"\nunsigned_doctor = "{DOCTOR}"\nunsigned_lawyer = "{LAWYER}"',
    )
    signed = "\n".join(f"[[sign_off]]\n{row}" for row in rows)
    return small_content({"texts/id.toml": texts, "safety.toml": f"{files['safety.toml']}\n{signed}\n"})


def _row(text: str, by: str = "doctor", *, wording: str = "", signed_by: str = "", signed_on: str = '""') -> str:
    names = {"text": text, "by": by, "wording": wording, "signed_by": signed_by}
    return "\n".join([*(f'{key} = "{value}"' for key, value in names.items()), f"signed_on = {signed_on}"])


CARD, LAW = "phrase emergency_card", "flow family.welcome"


def test_an_unsigned_text_says_so() -> None:
    content = _content(_row(CARD))

    assert content.script.say("emergency_card", "id").endswith(DOCTOR)
    assert [(one.text, one.by) for one in content.unsigned] == [(CARD, "doctor")]


def test_an_unsigned_law_text_says_so_in_each_language_and_nowhere_else() -> None:
    content, plain = _content(_row(LAW, "lawyer")), small_content()

    for language in ("id", "en"):
        flow, before = content.script.flow("family", language), plain.script.flow("family", language)
        assert flow.by_id["welcome"].text == f"{before.by_id['welcome'].text} {LAWYER}"
        assert flow.steps[1:] == before.steps[1:]


def test_a_signed_text_says_nothing() -> None:
    (wanted,) = _content(_row(CARD)).unsigned
    content = _content(_row(CARD, wording=wanted.wording, signed_by="dokter rekaan", signed_on="2026-11-21"))

    assert content.unsigned == ()
    assert DOCTOR not in content.script.say("emergency_card", "id")
    assert "{reviewed}" not in content.script.say("emergency_card", "id")


def test_a_signature_ends_with_the_wording_it_stood_under() -> None:
    (wanted,) = _content(_row(CARD)).unsigned
    signed = _row(CARD, wording=wanted.wording, signed_by="dokter rekaan", signed_on="2026-11-21")

    assert _content(signed, card="Hubungi salah satu sekarang:\\n{contacts}\\n{reviewed}").unsigned != ()


@pytest.mark.parametrize("half", [{"signed_by": "dokter rekaan"}, {"signed_on": "2026-11-21"}, {"wording": "00000000"}])
def test_half_a_signature_is_none(half: dict[str, str]) -> None:
    (wanted,) = _content(_row(CARD)).unsigned

    assert _content(_row(CARD, **{"wording": wanted.wording, **half})).unsigned != ()


@pytest.mark.parametrize("text", ["phrase nothing", "flow family.nothing", "flow nothing.card", "faq nothing", "card"])
def test_a_signature_under_nothing_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="names no text"):
        _content(_row(text))


def test_who_is_to_sign_must_be_known() -> None:
    with pytest.raises(ContentError, match="by must be one of doctor, lawyer"):
        _content(_row(CARD, by="friend"))


def test_the_day_of_a_signature_is_a_day() -> None:
    with pytest.raises(ContentError, match="signed_on must be a day"):
        _content(_row(CARD, signed_on='"kemarin"'))
