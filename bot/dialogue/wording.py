"""Turn a question, a card or a notice into a message."""

from collections.abc import Collection

from bot.dialogue.effects import Ask, Button, Message
from bot.dialogue.events import Offer
from bot.dialogue.flow import NO, QUESTIONS, YES, Answer, Flow, Kind, Reading, Step
from bot.dialogue.script import MENU, RETURN, UNLOCK, Script
from bot.dialogue.state import State

#: Key of the buttons that belong to no question.
SYSTEM = "_"
#: Choice of a question's button that asks the question again.
AGAIN = "?"
#: Choice of a question's button that ends picking several.
DONE = "!"
#: Choice of a question's button that skips it; it carries the question, so that an old one skips no other.
SKIP = "-"
#: Choice of a question's button that goes back from it; tapped twice in haste, it goes back once.
BACK = "<"
#: Choice of the card's button that leads to what staff is shown, line by line.
LINES = "="


def ask_step(script: Script, flow: Flow, state: State, reading: Reading, *, replace: bool = False) -> Message:
    """Ask the question `state.asked`."""
    key = state.asked or ""
    step = _step_of(flow, key)
    if step.kind is Kind.REVIEW:
        return review(script, flow, state, reading)
    buttons = (*choice_buttons(step, key, state, script), *_ways_on(script, flow, state, reading, step))
    parts = (_about(flow, step, key), _hint(script, step, state), _progress(script, flow, state, reading))
    return Message("\n\n".join(part for part in parts if part), buttons, _waits_for(step), replace)


def offer(script: Script, flow: Flow, state: State, reading: Reading, text: str, offers: tuple[Offer, ...]) -> Message:
    """Show what the world offers for the question `state.asked`."""
    key = state.asked or ""
    step = _step_of(flow, key)
    shown = tuple(Button(state.flow, key, one.id, one.label) for one in offers)
    whole = "\n\n".join(part for part in (text or step.text, _progress(script, flow, state, reading)) if part)
    return Message(whole, (*shown, *_ways_on(script, flow, state, reading, step)), _waits_for(step))


def review(script: Script, flow: Flow, state: State, reading: Reading) -> Message:
    """Show the card exactly as the counsellor will see it, each line editable."""
    lines = card(script, flow, reading, state.language, state.withheld)
    edit = tuple(
        Button(state.flow, key, AGAIN, script.say("edit", state.language, line=name)) for key, name, _ in lines
    )
    key = state.asked or ""
    text = "\n".join((_step_of(flow, key).text, "", *(f"• {name}: {value}" for _, name, value in lines)))
    send = Button(state.flow, key, YES, script.say("send", state.language))
    choose = Button(state.flow, key, LINES, script.say("choose_shown", state.language))
    return Message(text, (send, *edit, choose), Ask.CHOICE)


def card(
    script: Script, flow: Flow, reading: Reading, language: str, withheld: Collection[str] = ()
) -> tuple[tuple[str, str, str], ...]:
    """List (key, name, value) of every settled line that has a short name, in page order.

    A line of `withheld` reads like one that was skipped, so that nobody is asked why.
    """
    return tuple(
        (key, _name_line(flow, step, key), say_answer(script, step, _shown(reading, key, withheld), language))
        for key in reading.path
        if key in reading.kept and (step := flow.step(key)) is not None and step.short
    )


def _shown(reading: Reading, key: str, withheld: Collection[str]) -> Answer:
    return None if key in withheld else reading.kept[key]


def say_answer(script: Script, step: Step, answer: Answer, language: str) -> str:
    """Put an answer into words."""
    match answer:
        case None:
            return script.say("skipped", language)
        case bool():
            choice = step.choice(YES if answer else NO)
            return choice.label if choice else script.say(YES if answer else NO, language)
        case tuple():
            return ", ".join(_label(step, one) for one in answer)
        case str() if step.kind is Kind.LOOK_UP:
            return script.name(step.source, answer)
        case str():
            return _label(step, answer)
        case int():
            return f"{answer}/{step.most}"


def system_button(script: Script, language: str, phrase: str, choice: str) -> Button:
    """Make a button that works at any step."""
    return Button(SYSTEM, SYSTEM, choice, script.say(phrase, language))


def choice_buttons(step: Step, key: str, state: State, script: Script) -> tuple[Button, ...]:
    """Make the buttons of a question's own choices."""
    match step.kind:
        case Kind.YES_NO if not step.choices:
            return tuple(Button(state.flow, key, one, script.say(one, state.language)) for one in (YES, NO))
        case Kind.RATE:
            return tuple(Button(state.flow, key, str(value), str(value)) for value in range(step.least, step.most + 1))
        case Kind.CHOOSE_MANY:
            picked = tuple(Button(state.flow, key, one.id, one.label, one.id in state.draft) for one in step.choices)
            done = Button(state.flow, key, DONE, script.say("done_choosing", state.language))
            return (*picked, done) if state.draft else picked
        case _:
            return tuple(Button(state.flow, key, one.id, one.label) for one in step.choices)


def _ways_on(script: Script, flow: Flow, state: State, reading: Reading, step: Step) -> tuple[Button, ...]:
    """Offer skip and back; a menu that already leads somewhere needs neither."""
    key, ways = state.asked or "", []
    if step.optional:
        ways.append(Button(flow.id, key, SKIP, script.say("skip", state.language)))
    if question_before(flow, reading, key) is not None:
        ways.append(Button(flow.id, key, BACK, script.say("back", state.language)))
    elif flow.id not in (MENU, UNLOCK) and not state.accompanied and not _leads_back(step):
        ways.append(system_button(script, state.language, "menu_button", "menu"))
    return tuple(ways)


def _leads_back(step: Step) -> bool:
    return any(one.goes in (RETURN, MENU) for one in step.choices)


def question_before(flow: Flow, reading: Reading, key: str) -> str | None:
    """Return the last settled question above this one on the page, or None if it is the first."""
    if not reading.kept:
        return None
    above = reading.path[: reading.path.index(key)] if key in reading.path else reading.path
    return next((one for one in reversed(above) if one in reading.kept and asks(flow, one)), None)


def asks(flow: Flow, key: str) -> bool:
    """Tell whether the key belongs to a question, not to a card that is only shown."""
    step = flow.step(key)
    return step is not None and step.kind in QUESTIONS


def _step_of(flow: Flow, key: str) -> Step:
    """Return the step of a question that is being asked, which therefore exists."""
    return flow.by_id[key.partition("[")[0]]


def _progress(script: Script, flow: Flow, state: State, reading: Reading) -> str:
    """Say how far the person is, in flows long enough for it to matter.

    A question that hangs on an answer still to come is counted as if it came: a way that grows longer discourages.
    """
    counted = [key for key in reading.path if (step := flow.step(key)) and step.short and step.on_the_map]
    present = {key.partition("[")[0] for key in reading.path}
    hanging = (step for step in flow.steps if (step.when or step.for_each) and step.id not in present)
    coming = sum(step.on_the_map and bool(step.short) and _may_come(step, reading) for step in hanging)
    total = len(counted) + coming
    if total < 3 or state.asked not in counted:  # noqa: PLR2004 - two questions need no map
        return ""
    return script.say("progress", state.language, done=counted.index(state.asked) + 1, total=total)


def _may_come(step: Step, reading: Reading) -> bool:
    """Tell whether a question is not on the path only because what it hangs on has not been asked."""
    return not step.hangs_on.isdisjoint(reading.still_open)


def _about(flow: Flow, step: Step, key: str) -> str:
    """Name the choice a repeated question is about."""
    about = _copy(flow, step, key)
    return f"{about}: {step.text}" if about else step.text


def _name_line(flow: Flow, step: Step, key: str) -> str:
    """Name a line of the card; of a repeated question with the choice it is about."""
    about = _copy(flow, step, key)
    return f"{step.short} ({about})" if about else step.short


def _copy(flow: Flow, step: Step, key: str) -> str:
    return _label(flow.by_id[step.for_each], key.partition("[")[2].removesuffix("]")) if step.for_each else ""


def _hint(script: Script, step: Step, state: State) -> str:
    return script.say("pick_hint_many", state.language) if step.kind is Kind.CHOOSE_MANY else ""


def _waits_for(step: Step) -> Ask:
    match step.kind:
        case Kind.LOOK_UP:
            return Ask.PLACE if step.source == "areas" else Ask.CHOICE
        case Kind.WRITE:
            return Ask.TEXT
        case _:
            return Ask.CHOICE


def _label(step: Step, choice_id: str) -> str:
    choice = step.choice(choice_id)
    return choice.label if choice else choice_id
