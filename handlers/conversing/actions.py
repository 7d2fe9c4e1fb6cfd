"""Do what a person chose to have done: see, correct, pause, stop, withdraw, erase, come back later."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.dialogue import guarding, wording
from bot.dialogue.effects import Message
from bot.dialogue.events import Event, Picked, Released, Restored
from bot.dialogue.script import INTAKE, MENU, Command
from handlers.caring import handoff
from handlers.caring.checkwords import check_words_of
from handlers.conversing import moving
from handlers.discreet import cleaning, datapage, guard, wishing
from handlers.keeping import erase
from storage.casework import cases, reminders
from storage.clients import people, phrases

if TYPE_CHECKING:
    from handlers.conversing.conversation import Conversation

PAUSE = timedelta(days=7)
#: Flow of somebody whose request lies with a unit.
WAITING = "waiting"


def act(conversation: "Conversation", action: str) -> Event | None:
    """Do one of the actions content may name; return an event if the conversation goes on with it."""
    return _ACTIONS[action](conversation)


def _show_data(conversation: "Conversation") -> Event | None:
    datapage.show_data(conversation)
    return None


def _show_chat(conversation: "Conversation") -> Event | None:
    datapage.show_chat(conversation)
    return None


def _clear(conversation: "Conversation") -> Event | None:
    cleaning.clean(conversation)
    return None


def _move(conversation: "Conversation") -> Event | None:
    moving.begin(conversation)
    return None


def _keep(conversation: "Conversation") -> Event | None:
    """Let the days until the folder goes begin anew; the word or the tap has done so already."""
    people.restart_retention(conversation.work, conversation.client_id)
    conversation.say("kept")
    return None


def _correct(conversation: "Conversation") -> Event | None:
    case = cases.open_case_of(conversation.work, conversation.client_id)
    if conversation.state.accompanied:
        conversation.say("accompanied_button")
        return None
    if case is not None:
        conversation.say("correct_sent")
        conversation.state = replace(conversation.state, withheld=case.withheld)
        return Restored(case.flow, {**case.answers, "unit": case.unit_id})
    unsent = conversation.state.settled(INTAKE)
    if unsent:
        return Restored(INTAKE, unsent)
    conversation.say("correct_nothing")
    return None


def _pause(conversation: "Conversation") -> Event | None:
    until = conversation.work.now + PAUSE
    people.set_reminders(conversation.work, conversation.client_id, on=True, paused_until=until)
    reminders.drop_open(conversation.work, conversation.client_id)
    conversation.say("paused")
    return None


def _unpause(conversation: "Conversation") -> Event | None:
    people.set_reminders(conversation.work, conversation.client_id, on=True)
    conversation.say("unpaused")
    return None


def _stop(conversation: "Conversation") -> Event | None:
    people.set_reminders(conversation.work, conversation.client_id, on=False)
    reminders.drop_open(conversation.work, conversation.client_id)
    conversation.say("stopped")
    return None


def _withdraw(conversation: "Conversation") -> Event | None:
    """Take back the open request, or a closed one that still has follow-up."""
    case = cases.last_case_of(conversation.work, conversation.client_id, lock=True)
    if case is None:
        conversation.say("withdraw_nothing")
        return None
    handoff.withdraw(conversation.work, conversation.world, case)
    conversation.state = replace(conversation.state.settle(case.flow, {}), invited=None)
    return Released(_sayer(conversation)("withdrawn"), MENU)


def _erase(conversation: "Conversation") -> Event | None:
    erase.erase(conversation.work, conversation.world, conversation.client_id, conversation.state.language)
    conversation.erased = True
    return None


def _show_phrase(conversation: "Conversation") -> Event | None:
    phrase, index = conversation.world.phrases.take()
    phrases.keep_phrase(conversation.work, conversation.client_id, index)
    say = _sayer(conversation)
    conversation.add(Message(say("phrase_shown", phrase=phrase), afterwards=say("phrase_afterwards")))
    return None


def _show_check_words(conversation: "Conversation") -> Event | None:
    """Show by which words the counsellor of the open case is known, and nobody else."""
    case = cases.open_case_of(conversation.work, conversation.client_id)
    words = None if case is None else check_words_of(conversation.world, case)
    if words is None:
        conversation.say("check_words_nobody")
    else:
        conversation.say("check_words", words=words)
    return None


def _relapse(conversation: "Conversation") -> Event | None:
    """Lead back to a human, never to a list."""
    case = cases.last_case_of(conversation.work, conversation.client_id)
    if case is None:
        conversation.say("relapse_no_case")
        return Picked(wording.SYSTEM, wording.SYSTEM, Command.HUMAN.value)
    handoff.answer_relapse(conversation.work, conversation.world, case)
    return Released(_sayer(conversation)("relapse_thanks"), WAITING)


def _sayer(conversation: "Conversation") -> Callable[..., str]:
    def say(phrase: str, /, **words: object) -> str:
        return conversation.world.script.say(phrase, conversation.state.language, **words)

    return say


_ACTIONS: Mapping[str, Callable[["Conversation"], Event | None]] = {
    "show_data": _show_data,
    "correct": _correct,
    "pause": _pause,
    "unpause": _unpause,
    "stop": _stop,
    "withdraw": _withdraw,
    "erase": _erase,
    "show_phrase": _show_phrase,
    "relapse": _relapse,
    "check_words": _show_check_words,
    "show_chat": _show_chat,
    "clear": _clear,
    "move": _move,
    "keep": _keep,
    guarding.AS_IS: guard.send_as_is,
    guarding.STAYS_HIDDEN: guard.stay_hidden,
    "show_contact": wishing.show_contact,
    "remove_pin": wishing.remove_pin,
}
