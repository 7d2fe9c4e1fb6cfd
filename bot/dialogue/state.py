"""Where a person is in the conversation, and how that is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from bot.dialogue.flow import Answer, Settled

_FORM = 1


@dataclass(frozen=True, slots=True)
class State:
    """A place in the conversation.

    The place is derived from the answers; `asked` is the only pointer kept, and always a question still open in
    `flow` (None when nothing is being asked).
    """

    language: str
    flow: str
    answers: Mapping[str, Settled] = field(default_factory=dict)  #: flow id -> what is settled in it
    asked: str | None = None
    draft: tuple[str, ...] = ()  #: choices picked so far, or what a look-up has on offer; belongs to `asked`
    beneath: str | None = None  #: flow to go back to when the present one was only a detour
    invited: str | None = None  #: check-in flow waiting behind a neutral reminder
    accompanied: bool = False  #: a counsellor is speaking with the person; the service is silent

    def settled(self, flow_id: str) -> Settled:
        """Return what is settled in a flow."""
        return self.answers.get(flow_id, {})

    def settle(self, flow_id: str, settled: Settled) -> "State":
        """Replace what is settled in a flow; an empty flow leaves no trace."""
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
    )
