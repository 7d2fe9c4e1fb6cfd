"""A flow is edited while people are inside it: 6 questions x 6 edits, answered by button and by typing."""

from collections.abc import Callable

import pytest

from bot.dialogue.events import Event, Found, Opened, Picked, Typed
from bot.dialogue.flow import Settled
from bot.dialogue.script import Script
from bot.dialogue.state import State
from tests.bot.dialogue.talk import SCRIPT, Talk, small_content

#: id, kind, rest of the step; what a person types, and what it means.
QUESTIONS = {
    "goal": ("choose", 'choices = { stop = "Tuntas", less = "Kurangi" }', "Kurangi", "less"),
    "since": ("choose", 'choices = { new = "Baru mulai", long = "Bertahun" }', "2", "long"),
    "what": ("choose_many", 'choices = { sabu = "Sabu", ganja = "Ganja" }', "sabu", ("sabu",)),
    "alone": ("yes_no", "", "ya", True),
    "wish": ("rate", "", "7", 7),
    "told": ("choose", 'choices = { nobody = "Belum", friend = "Teman" }', "1", "nobody"),
}
Steps = list[str]
NEW = '[[step]]\nchoose = "added"\ntext = "Yang baru?"\nchoices = { one = "Satu", two = "Dua" }\n'


def _steps() -> Steps:
    return [
        f'[[step]]\n{kind} = "{name}"\ntext = "Soal {name}?"\nshort = "{name}"\n{rest}\n'
        for name, (kind, rest, _, _) in QUESTIONS.items()
    ]


def _script(steps: Steps) -> Script:
    texts = 'completes = true\nthen = "waiting"\n' + "\n".join(steps)
    return small_content({"flows/intake.toml": texts}).script


def _insert_early(steps: Steps, _: int) -> Steps:
    return [NEW, *steps]


def _insert_late(steps: Steps, _: int) -> Steps:
    return [*steps, NEW]


def _remove(steps: Steps, place: int) -> Steps:
    return [step for at, step in enumerate(steps) if at != place]


def _rename(steps: Steps, place: int) -> Steps:
    name = list(QUESTIONS)[place]
    renamed = steps[place].replace(f'= "{name}"\ntext', f'= "{name}_now"\nwas = ["{name}"]\ntext')
    return [*steps[:place], renamed, *steps[place + 1 :]]


def _swap(steps: Steps, place: int) -> Steps:
    other = (place + 1) % len(steps)
    swapped = list(steps)
    swapped[place], swapped[other] = steps[other], steps[place]
    return swapped


def _reword(steps: Steps, place: int) -> Steps:
    return [*steps[:place], steps[place].replace("Soal", "Boleh tahu soal"), *steps[place + 1 :]]


EDITS: dict[str, Callable[[Steps, int], Steps]] = {
    "insert early": _insert_early,
    "insert late": _insert_late,
    "remove": _remove,
    "rename": _rename,
    "swap": _swap,
    "reword": _reword,
}
CASES = [(edit, place, way) for edit in EDITS for place in range(6) for way in ("button", "typing")]
OLD = _script(_steps())


def _wait_at(place: int) -> Talk:
    """Talk up to the question at this place."""
    talk = Talk(OLD).take(Opened()).type("cari bantuan")
    return talk.type(*(typed for _, _, typed, _ in list(QUESTIONS.values())[:place]))


def _tap(name: str) -> Picked:
    answer = QUESTIONS[name][3]
    choice = answer[0] if isinstance(answer, tuple) else {True: "yes"}.get(answer is True, str(answer))
    return Picked("intake", name, choice)


def _judge(edit: str, place: int, way: str) -> tuple[str, ...]:
    """Answer what was on the screen, then every question that follows; return what went wrong."""
    name = list(QUESTIONS)[place]
    talk = Talk(_script(EDITS[edit](_steps(), place)), _wait_at(place).state)
    talk.take(_tap(name) if way == "button" else Typed(QUESTIONS[name][2]))
    if way == "button" and name == "what" and edit != "remove":
        talk.tap("Selesai memilih")
    asked = []
    for _ in range(8):
        if talk.completed or talk.state.asked is None:
            break
        asked.append(talk.state.asked)
        question = QUESTIONS.get(talk.state.asked.removesuffix("_now"))
        talk.type(question[2] if question else "Dua")
    return (*_misfiled(talk.completed[0][1]), *_unasked(edit, asked)) if talk.completed else ("stuck",)


def _misfiled(answers: Settled) -> list[str]:
    meant = {name: answer for name, (_, _, _, answer) in QUESTIONS.items()}
    return [
        f"{key} is {answer}" for key, answer in answers.items() if answer != meant.get(key.removesuffix("_now"), "two")
    ]


def _unasked(edit: str, asked: list[str]) -> list[str]:
    return ["the new question was not asked"] if edit.startswith("insert") and "added" not in asked else []


def test_nobody_is_stuck_no_answer_is_misfiled_and_every_new_question_is_asked() -> None:
    assert {case: wrong for case in CASES if (wrong := _judge(*case))} == {}
    assert len(CASES) == 2 * 36


@pytest.mark.parametrize("way", ["button", "typing"])
@pytest.mark.parametrize("place", range(6))
def test_the_answer_to_a_renamed_question_counts_under_its_new_name(place: int, way: str) -> None:
    name = list(QUESTIONS)[place]
    talk = Talk(_script(_rename(_steps(), place)), _wait_at(place).state)

    talk.take(_tap(name) if way == "button" else Typed(QUESTIONS[name][2]))

    if way == "button" and name == "what":
        talk.tap("Selesai memilih")
    answers = talk.answers if talk.state.flow == "intake" else talk.completed[0][1]
    assert answers[f"{name}_now"] == QUESTIONS[name][3]


@pytest.mark.parametrize("typed", ["1", "Kurangi", "ya", "7"])
def test_a_typed_answer_to_a_removed_question_is_dropped_and_the_next_is_asked(typed: str) -> None:
    talk = Talk(_script(_remove(_steps(), 0)), _wait_at(0).state).type(typed)

    assert not talk.answers
    assert talk.state.asked == "since"
    assert "Soal since?" in talk.text


@pytest.mark.parametrize("word", ["bantuan", "lanjut", "kembali", "lewati", "jeda", "mulai", "/apa"])
def test_every_word_works_although_the_question_was_removed(word: str) -> None:
    talk = Talk(_script(_remove(_steps(), 2)), _wait_at(2).state).type(word)

    assert talk.messages[-1].buttons
    assert talk.state.asked is not None


def test_danger_is_heard_although_the_question_was_removed() -> None:
    talk = Talk(_script(_remove(_steps(), 2)), _wait_at(2).state).type("mau mati")

    assert talk.alerts
    assert talk.tap("Saya aman").state.asked == "alone"


def test_a_late_reply_of_the_world_to_a_removed_question_is_ignored() -> None:
    talk = Talk(_script(_remove(_steps(), 2)), _wait_at(2).state)

    assert not talk.take(Found("what", settled="74.04")).effects


def test_picked_choices_that_were_removed_are_forgotten() -> None:
    waiting = _wait_at(2).tap("Sabu", "Ganja")
    steps = _steps()
    steps[2] = steps[2].replace('sabu = "Sabu", ', "")

    talk = Talk(_script(steps), waiting.state).type("bantuan")
    assert talk.state.draft == ("ganja",)

    talk.take(waiting.token("Selesai memilih"))
    assert talk.answers["what"] == ("ganja",)


def test_an_answer_that_no_longer_fits_is_asked_again() -> None:
    steps = _steps()
    steps[0] = steps[0].replace("less =", "fewer =")

    talk = Talk(_script(steps), _wait_at(3).state).type("ya")

    assert talk.state.asked == "goal"
    assert "less" not in talk.answers.values()


@pytest.mark.parametrize("event", [Typed("1"), Opened(), Picked("gone", "x", "yes"), Typed("lanjut"), Typed("kembali")])
def test_a_flow_that_was_taken_away_leads_to_the_menu_and_leaves_nothing(event: Event) -> None:
    state = State("id", "gone", answers={"gone": {"y": True}}, asked="x", draft=("z",))

    talk = Talk(SCRIPT, state).take(event)

    assert (talk.state.flow, talk.state.asked, talk.state.draft) == ("menu", "start", ())
    assert not talk.state.answers
