"""Where a person is in the conversation, and how that is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from bot.dialogue.flow import Answer, Settled

_FORM = 1
#: What states written by an earlier release do not say.
_NEWER = ("hidden", "careful", "has_pin", "present_until", "wondering", "wondered", "quiet_until")


@dataclass(frozen=True, slots=True)
class State:
    """A place in the conversation.

    The place is derived from the answers; `asked` is the only pointer kept, and always a question still open in
    `flow`, or one on request that the person opened (None when nothing is being asked).
    """

    language: str
    flow: str
    answers: Mapping[str, Settled] = field(default_factory=dict)  #: flow id -> what is settled in it
    asked: str | None = None
    draft: tuple[str, ...] = ()  #: choices picked so far, or what a look-up has on offer; belongs to `asked`
    beneath: str | None = None  #: flow to go back to when the present one was only a detour
    invited: str | None = None  #: check-in flow waiting behind a neutral reminder
    withheld: tuple[str, ...] = ()  #: lines of the card that are not to be shown to staff, before there is a case
    accompanied: bool = False  #: a counsellor is speaking with the person; the service is silent
    hidden: bool = False  #: something was hidden in what the person wrote last; the words themselves wait outside
    careful: bool = False  #: words sent unasked are held back until the person is there
    has_pin: bool = False  #: a PIN stands before everything that is shown
    present_until: int = 0  #: minute since 1970 until which the person counts as being there
    wondering: bool = False  #: whether there is danger is the question on the screen
    wondered: str = ""  #: label of the danger last asked about
    quiet_until: int = 0  #: minute since 1970 until which the same is not asked about again

    def settled(self, flow_id: str) -> Settled:
        """Return what is settled in a flow."""
        return self.answers.get(flow_id, {})

    def settle(self, flow_id: str, settled: Settled) -> "State":
        """Replace what is settled in a flow; an empty flow leaves no trace."""
        if settled == self.answers.get(flow_id, {}):
            return self
        others = {name: answers for name, answers in self.answers.items() if name != flow_id}
        return replace(self, answers={**others, flow_id: dict(settled)} if settled else others)


def write_state(state: State) -> str:
    """Write a state as JSON."""
    document = {
        "form": _FORM,
        "language": state.language,
        "flow": state.flow,
        "answers": state.answers,
        "asked": state.asked,
        "draft": state.draft,
        "beneath": state.beneath,
        "invited": state.invited,
        "accompanied": state.accompanied,
        "hidden": state.hidden,
        "careful": state.careful,
        "has_pin": state.has_pin,
        "present_until": state.present_until,
        "withheld": state.withheld,
        "wondering": state.wondering,
        "wondered": state.wondered,
        "quiet_until": state.quiet_until,
    }
    return msgspec.json.encode(document).decode()


def read_state(text: str) -> State:
    """Read a state back; equal to the one written.

    Raises ValueError (without the text) if the document is not one of ours.
    """
    try:
        document = msgspec.json.decode(text)
        state = _state_from(document) if document["form"] == _FORM else None
    except (KeyError, TypeError, AttributeError, msgspec.DecodeError):
        state = None
    if state is None:
        raise ValueError("a stored conversation state could not be read; restore it from a backup")
    return state


def settled_from(document: Mapping[str, Any]) -> dict[str, Answer]:
    """Restore what JSON cannot say: picked choices are tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in document.items()}


def _state_from(document: Mapping[str, Any]) -> State:
    return State(
        language=document["language"],
        flow=document["flow"],
        answers={name: settled_from(answers) for name, answers in document["answers"].items()},
        asked=document["asked"],
        draft=tuple(document["draft"]),
        beneath=document["beneath"],
        invited=document["invited"],
        accompanied=document["accompanied"],
        **{name: document[name] for name in _NEWER if name in document},
        withheld=tuple(document.get("withheld", ())),
    )
