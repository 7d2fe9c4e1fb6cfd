"""What staff read in their chats: offers without content, and clients' words under a label nobody can imitate."""

from collections.abc import Callable

from bot.care.units.unit import Unit
from bot.dialogue import wording
from bot.dialogue.effects import Button, Message
from bot.dialogue.flow import NO, YES, Answer, Step, read
from bot.dialogue.layout import count_units, split
from bot.dialogue.state import settled_from
from handlers.caring.checkwords import check_words_of
from handlers.conversing.lookup import unit_name
from handlers.conversing.unit_choice import say_way
from handlers.discreet.shown import is_over
from handlers.world import World
from storage.casework.cases import Case, Status

#: `flow` of every button in a staff chat.
STAFF = "staff"
#: Longest text of a platform, where this process sends on none itself.
_TEXT_UNITS = 4_096

#: Somebody has looked at an alarm that no case belongs to.
SEEN = "seen"
ACCEPT, DECLINE, REPLY, CLOSE, STAGE, TRANSFER = "accept", "decline", "reply", "close", "stage", "transfer"


def offer_card(world: World, case: Case) -> Message:
    """Offer a case: code and unit only, for the chat may be read by many."""
    phrase = "staff_offer_urgent" if is_urgent(world, case) else "staff_offer"
    text = _say(world, phrase, code=case.code, unit=unit_name(world, case.unit_id))
    return Message(text, (_button(world, case, ACCEPT), _button(world, case, DECLINE)))


def is_urgent(world: World, case: Case) -> bool:
    """Tell whether the client gave an answer that calls a human at once."""
    steps = world.script.flow(case.flow, world.script.default).steps
    return any(_is_alarm(step, case.answers.get(step.id)) for step in steps)


def case_card(world: World, case: Case) -> Message:
    """Show the counsellor who has the case exactly what the client sent."""
    words = check_words_of(world, case)
    known_by = () if words is None else ((_say(world, "staff_check_words"), words),)
    lines = (f"• {name}: {value}" for name, value in (*card_lines(world, case), *known_by))
    text = "\n".join((_say(world, "staff_accepted", code=case.code), "", *lines, *_last_check_in(world, case)))
    return Message(text, (_reply_button(case), *_case_buttons(world, case)))


def card_lines(world: World, case: Case) -> list[tuple[str, str]]:
    """List (name, value) of what the client shows, with the unit that has the case now and the way there."""
    if is_over(case, f"{world.clock():%Y-%m-%d}"):
        return []
    language = world.script.default
    flow = world.script.flow(case.flow, language)
    reading = read(flow, {**case.answers, "unit": case.unit_id})
    lines = wording.card(world.script, flow, reading, language, case.withheld)
    way = "" if "area" in case.withheld else say_way(world, case.answers, case.unit_id, language)
    reckoned = [(_say(world, "staff_way"), way)] if way else []
    return [*((name, value) for _, name, value in lines), *reckoned]


def check_in_lines(world: World, case: Case) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """List (day, lines) of every check-in the client answered, oldest first."""
    if is_over(case, f"{world.clock():%Y-%m-%d}"):
        return []
    language = world.script.default
    shown = []
    for noted in case.check_ins:
        flow = world.script.flow(str(noted["flow"]), language)
        reading = read(flow, settled_from(noted["answers"]))
        lines = tuple((name, value) for _, name, value in wording.card(world.script, flow, reading, language))
        shown.append((str(noted["day"]), lines))
    return shown


def client_words(world: World, case: Case, text: str) -> list[Message]:
    """Pass on what a client wrote, every piece of it under the label of the case."""

    def label(piece: str) -> str:
        quoted = "\n".join(f"│ {line}" for line in piece.splitlines() or [""])
        return f"{_say(world, 'staff_says', code=case.code)}\n{quoted}"

    return [Message(piece, (_reply_button(case),)) for piece in _fit(world, text, label)]


def counsellor_words(world: World, case: Case, text: str, language: str) -> list[Message]:
    """Pass on what a counsellor wrote, every piece of it under the name of the unit."""
    head = world.script.say("counsellor_says", language, unit=unit_name(world, case.unit_id))
    return [Message(piece) for piece in _fit(world, text, lambda piece: f"{head}\n{piece}")]


def task_card(world: World, case: Case, reason: str) -> Message:
    """Say that a human must look; only whoever has or had the case reads what was answered, and can write at once.

    A closed case that nobody has any more can be taken by anybody of the unit.
    """
    said = _say(world, "staff_task", code=case.code, reason=_say(world, f"task_{reason}"))
    if case.staff_id is None:
        return Message(said, (_button(world, case, ACCEPT),) if case.status is Status.CLOSED else ())
    answers = _last_check_in(world, case) if reason == "worrying_check_in" else ()
    return Message("\n".join((said, *answers)), (_reply_button(case),))


def pick_outcome(world: World, case: Case, outcomes: tuple[str, ...]) -> Message:
    """Ask how a case ended."""
    buttons = tuple(
        Button(STAFF, case.code, f"{CLOSE}={outcome}", _say(world, f"outcome_{outcome}")) for outcome in outcomes
    )
    return Message(_say(world, "staff_ask_outcome", code=case.code), buttons)


def pick_stage(world: World, case: Case, stages: tuple[str, ...]) -> Message:
    """Ask which stage the client is in."""
    buttons = tuple(Button(STAFF, case.code, f"{STAGE}={stage}", _say(world, f"stage_{stage}")) for stage in stages)
    return Message(_say(world, "staff_ask_stage", code=case.code), buttons)


def pick_unit(world: World, case: Case, units: list[Unit]) -> Message:
    """Ask which unit takes over."""
    buttons = tuple(Button(STAFF, case.code, f"{TRANSFER}={unit.id}", unit.name) for unit in units)
    return Message(_say(world, "staff_ask_unit", code=case.code), buttons)


def pick_case(world: World, mine: list[Case]) -> Message:
    """Ask which client the words are for."""
    return Message(_say(world, "staff_pick_case"), tuple(_reply_button(case) for case in mine))


def _is_alarm(step: Step, answer: Answer) -> bool:
    if isinstance(answer, bool):
        answer = YES if answer else NO
    picked = answer if isinstance(answer, tuple) else (answer,)
    return any(one in step.alarms for one in picked)


def _fit(world: World, text: str, label: Callable[[str], str]) -> list[str]:
    """Label a text in as many pieces as the narrowest channel needs, none without its label."""
    room = min((channel.limits.text_units for channel in world.channels.values()), default=_TEXT_UNITS)
    if count_units(label(text)) <= room:
        return [label(text)]
    halves = split(text, max(count_units(text) // 2, 2))
    return [piece for half in halves for piece in _fit(world, half, label)]


def _last_check_in(world: World, case: Case) -> tuple[str, ...]:
    """Write out the newest check-in; nothing if there was none."""
    noted = check_in_lines(world, case)
    if not noted:
        return ()
    day, lines = noted[-1]
    return ("", _say(world, "staff_check_in", day=day), *(f"• {name}: {value}" for name, value in lines))


def _case_buttons(world: World, case: Case) -> tuple[Button, ...]:
    return (
        Button(STAFF, case.code, STAGE, _say(world, "staff_stage", code=case.code)),
        Button(STAFF, case.code, TRANSFER, _say(world, "staff_transfer", code=case.code)),
        Button(STAFF, case.code, CLOSE, _say(world, "staff_close", code=case.code)),
    )


def _reply_button(case: Case) -> Button:
    return Button(STAFF, case.code, REPLY, f"↩ {case.code}")


def _button(world: World, case: Case, choice: str) -> Button:
    return Button(STAFF, case.code, choice, _say(world, f"staff_{choice}"))


def _say(world: World, phrase: str, **words: object) -> str:
    return world.script.say(phrase, world.script.default, **words)
