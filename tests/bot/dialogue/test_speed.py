"""Deciding is fast: the longest flow, every event."""

from statistics import median
from time import thread_time

from bot.dialogue.engine import advance
from bot.dialogue.events import Event, Opened, Picked, Typed
from bot.dialogue.script import Script
from tests.bot.dialogue.talk import Talk, small_content

STEPS = 30
LIMIT_S = 100e-6


def _long_script() -> Script:
    steps = "\n".join(
        f'[[step]]\nchoose = "question_{place}"\ntext = "Soal {place}?"\nshort = "Baris {place}"\noptional = true\n'
        + "".join(f'choices.answer_{one} = "Jawaban {"abcdef"[one]}"\n' for one in range(6))
        + (f"when = {{ question_{place - 1} = {{ in = ['answer_0', 'answer_1'] }} }}\n" if place % 3 == 2 else "")
        for place in range(STEPS)
    )
    card = '[[step]]\nreview = "card"\ntext = "Kartu."\n'
    return small_content({"flows/intake.toml": f'completes = true\nthen = "waiting"\n{steps}\n{card}'}).script


def test_deciding_takes_at_most_a_hundred_microseconds_at_the_median() -> None:
    script = _long_script()
    best = min(median(_time_walk(script)) for _ in range(200))  # the calmest: a busy machine is not the engine

    assert best <= LIMIT_S, f"{best * 1e6:.0f} microseconds"


def _time_walk(script: Script) -> list[float]:
    """Answer the whole flow by turns typed and tapped; return the seconds each event took of the processor."""
    state = Talk(script).take(Opened()).type("cari bantuan").state
    spent = []
    for place in range(STEPS):
        tapped = Picked("intake", f"question_{place}", "answer_1")
        event: Event = Typed("jawaban b") if place % 2 else tapped
        start = thread_time()
        state, _ = advance(script, state, event)
        spent.append(thread_time() - start)
    assert state.asked == "card"
    return spent
