"""Let the person see the exact card staff sees, withhold or release single lines of it, and set the day it ends."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.dialogue import wording
from bot.dialogue.effects import LookUp
from bot.dialogue.events import Found, Offer
from bot.dialogue.flow import Answer, read
from bot.dialogue.script import INTAKE
from bot.dialogue.state import settled_from
from handlers.conversing.unit_choice import say_way
from storage.casework import cases
from storage.casework.cases import Case

if TYPE_CHECKING:
    from handlers.conversing.conversation import Conversation

DONE = "done"
_FOR_EVER = "for_ever"
#: Offer -> for how many days from today staff is shown the card.
_DAYS: Mapping[str, int] = {"days_7": 7, "days_30": 30}
#: Staff works in the unit, so this line says nothing that could be withheld.
_ALWAYS_SHOWN = "unit"


def choose_line(conversation: "Conversation", asked: LookUp) -> Found:
    """Take a tap on a line or on a day, and show the card as it is then."""
    case = cases.last_case_of(conversation.work, conversation.client_id, lock=True)
    if asked.picked == DONE:
        return Found(asked.key, settled=DONE)
    if asked.picked is not None:
        case = _change(conversation, case, asked.picked)
    lines = _lines(conversation, case)
    if not lines:
        conversation.say("nothing_stored")
        return Found(asked.key, settled=DONE)
    return Found(asked.key, text=_text(conversation, case, lines), offers=_offers(conversation, case, lines))


def is_over(case: Case, today: str) -> bool:
    """Tell whether the last day has passed on which staff is shown anything.  `today`: ISO."""
    return case.shown_until is not None and today > case.shown_until


def _change(conversation: "Conversation", case: Case | None, picked: str) -> Case | None:
    withheld = _withheld(conversation, case)
    if case is not None and picked in {_FOR_EVER, *_DAYS}:
        changed = replace(case, shown_until=_last_day(conversation, picked))
    elif picked not in [key for key, _, _ in _lines(conversation, case)] or picked == _ALWAYS_SHOWN:
        return case
    else:
        toggled = tuple(one for one in withheld if one != picked) if picked in withheld else (*withheld, picked)
        if case is None:
            conversation.state = replace(conversation.state, withheld=toggled)
            return None
        changed = replace(case, withheld=toggled)
    cases.save_case(conversation.work, changed)
    conversation.work.after_commit(lambda: conversation.world.signals.wake_page(changed.id))
    return changed


def _last_day(conversation: "Conversation", picked: str) -> str | None:
    if picked == _FOR_EVER:
        return None
    return f"{conversation.work.now + timedelta(days=_DAYS[picked]):%Y-%m-%d}"


def _lines(conversation: "Conversation", case: Case | None) -> tuple[tuple[str, str, str], ...]:
    """List (key, name, value) as staff is shown them, in the language of the person."""
    script, state = conversation.world.script, conversation.state
    answers: Mapping[str, Answer] = state.settled(INTAKE)
    if case is not None:
        answers = {**case.answers, "unit": case.unit_id}
    flow = script.flow(case.flow if case else INTAKE, state.language)
    return wording.card(script, flow, read(flow, answers), state.language, _withheld(conversation, case))


def _withheld(conversation: "Conversation", case: Case | None) -> tuple[str, ...]:
    return conversation.state.withheld if case is None else case.withheld


def _text(conversation: "Conversation", case: Case | None, lines: tuple[tuple[str, str, str], ...]) -> str:
    over = case is not None and is_over(case, f"{conversation.work.now:%Y-%m-%d}")
    also = (*_way(conversation, case), *_check_ins(conversation, case))
    shown = (*((name, value) for _, name, value in lines), *also)
    card = [_say(conversation, "shown_over")] if over else [f"• {name}: {value}" for name, value in shown]
    until = []
    if case is not None and case.shown_until is not None and not over:
        until = [_say(conversation, "shown_until", date=case.shown_until)]
    heading = _say(conversation, "shown_now" if case else "shown_later")
    return "\n".join((heading, "", *card, *until, "", _say(conversation, "shown_hint")))


def _way(conversation: "Conversation", case: Case | None) -> list[tuple[str, str]]:
    """Say the way to the unit, which is reckoned from the area and shown with it."""
    answers: Mapping[str, Answer] = conversation.state.settled(INTAKE) if case is None else case.answers
    unit_id = str(answers.get("unit", "")) if case is None else case.unit_id
    if "area" in _withheld(conversation, case):
        return []
    way = say_way(conversation.world, answers, unit_id, conversation.state.language)
    return [(_say(conversation, "staff_way"), way)] if way else []


def _check_ins(conversation: "Conversation", case: Case | None) -> list[tuple[str, str]]:
    """Say how the person said they were, one line for each time."""
    script, language = conversation.world.script, conversation.state.language
    shown = []
    for noted in case.check_ins if case else ():
        flow = script.flow(str(noted["flow"]), language)
        said = wording.card(script, flow, read(flow, settled_from(noted["answers"])), language)
        name = _say(conversation, "staff_check_in", day=noted["day"]).removesuffix(":")
        shown.append((name, ", ".join(value for _, _, value in said)))
    return shown


def _offers(
    conversation: "Conversation", case: Case | None, lines: tuple[tuple[str, str, str], ...]
) -> tuple[Offer, ...]:
    withheld = _withheld(conversation, case)
    offers = [
        Offer(key, _say(conversation, "line_release" if key in withheld else "line_withhold", line=name))
        for key, name, _ in lines
        if key != _ALWAYS_SHOWN
    ]
    if case is not None:
        offers.extend(Offer(name, _say(conversation, "shown_for_days", days=days)) for name, days in _DAYS.items())
    if case is not None and case.shown_until is not None:
        offers.append(Offer(_FOR_EVER, _say(conversation, "shown_for_ever")))
    return (*offers, Offer(DONE, _say(conversation, "shown_done")))


def _say(conversation: "Conversation", phrase: str, /, **words: object) -> str:
    return conversation.world.script.say(phrase, conversation.state.language, **words)
