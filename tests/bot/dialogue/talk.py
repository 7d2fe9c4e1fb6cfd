"""A person who talks with the engine, and a small world that answers its look-ups."""

from collections.abc import Mapping
from pathlib import Path

from bot.content import Content, read_content
from bot.dialogue.effects import Act, Alert, Button, Complete, Effect, LookUp, Message, Relay, Say
from bot.dialogue.engine import advance, begin
from bot.dialogue.events import Event, Found, Offer, Picked, Typed
from bot.dialogue.flow import Answer
from bot.dialogue.script import Script
from bot.dialogue.state import State, read_state, write_state
from storage.shipped.library import CONTENT

FOLDER = Path(__file__).parent / "content"
#: Danger is heard by the real rules.
_DANGER = {f"danger/{path.name}": path.read_text() for path in sorted((CONTENT / "danger").iterdir())}
_AREAS = {"74": "Sulawesi Tenggara", "74.04": "Kolaka", "74.72": "Baubau", "unit-a": "Unit A", "unit-b": "Unit B"}


def small_files() -> dict[str, str]:
    """Read the small content of these tests: path -> text."""
    own = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in sorted(FOLDER.rglob("*.toml"))}
    return {**own, **_DANGER}


def small_content(changed: Mapping[str, str] | None = None) -> Content:
    """Build the small content, with some files replaced."""
    return read_content({**small_files(), **(changed or {})}, "id", name_place)


def name_place(_: str, answer: str) -> str:
    """Say what people call an area or a unit of the small world."""
    return _AREAS.get(answer, answer)


SCRIPT = small_content().script


class Talk:
    """A conversation with one person.  Every state is written down and read back, as between two messages."""

    def __init__(self, script: Script = SCRIPT, state: State | None = None) -> None:
        """Start with somebody new, or where `state` says."""
        self.script = script
        self.state = state or begin(script)
        self.effects: list[Effect] = []
        self.seen: list[Button] = []

    def take(self, event: Event, *, world: bool = True) -> "Talk":
        """Take an event; the world answers look-ups at once unless `world` is False."""
        self.effects = []
        self._take(event, world=world)
        return self

    def type(self, *texts: str) -> "Talk":
        """Write several messages."""
        for text in texts:
            self.take(Typed(text))
        return self

    def tap(self, *labels: str) -> "Talk":
        """Tap buttons by label, the newest that carries it."""
        for label in labels:
            self.take(self.token(label))
        return self

    def token(self, label: str) -> Picked:
        """Return what comes back from the newest button with this label."""
        button = next(one for one in reversed(self.seen) if one.label == label)
        return Picked(button.flow, button.key, button.choice)

    @property
    def messages(self) -> list[Message]:
        """Everything said after the last event."""
        return [effect.message for effect in self.effects if isinstance(effect, Say)]

    @property
    def text(self) -> str:
        """All words said after the last event."""
        return "\n".join(message.text for message in self.messages)

    @property
    def labels(self) -> list[str]:
        """Labels under the last message."""
        return [button.label for button in self.messages[-1].buttons]

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Everything settled in the present flow."""
        return self.state.settled(self.state.flow)

    @property
    def done(self) -> list[str]:
        """Actions asked for after the last event."""
        return [effect.action for effect in self.effects if isinstance(effect, Act)]

    @property
    def alerts(self) -> list[tuple[str, str]]:
        """Humans called after the last event."""
        return [(effect.severity, effect.danger) for effect in self.effects if isinstance(effect, Alert)]

    @property
    def relayed(self) -> list[str]:
        """Words passed on after the last event."""
        return [effect.text for effect in self.effects if isinstance(effect, Relay)]

    @property
    def completed(self) -> list[tuple[str, Mapping[str, Answer]]]:
        """Questionnaires completed after the last event."""
        return [(effect.flow, effect.answers) for effect in self.effects if isinstance(effect, Complete)]

    @property
    def asked_world(self) -> list[LookUp]:
        """Look-ups after the last event."""
        return [effect for effect in self.effects if isinstance(effect, LookUp)]

    def _take(self, event: Event, *, world: bool) -> None:
        moved, effects = advance(self.script, self.state, event)
        self.state = read_state(write_state(moved))
        assert self.state == moved
        self.effects.extend(effects)
        self.seen.extend(button for effect in effects if isinstance(effect, Say) for button in effect.message.buttons)
        for effect in effects:
            if world and isinstance(effect, LookUp):
                self._take(answer_from_world(effect), world=True)


def answer_from_world(asked: LookUp) -> Found:
    """Answer as the real world would: provinces first, then regencies; units by name."""
    if asked.source == "units":
        return _settle_or_offer(asked, ("unit-a", "unit-b"), "Ini yang terdekat.")
    if asked.position is not None:
        return Found(asked.key, settled="74.04")
    if asked.picked == "74":
        return Found(asked.key, text="Kabupaten mana?", offers=_offers(("74.04", "74.72")))
    return _settle_or_offer(asked, ("74",), "Provinsi mana?")


def _settle_or_offer(asked: LookUp, first: tuple[str, ...], question: str) -> Found:
    named = next(
        (code for code, name in _AREAS.items() if asked.text and name.casefold() == asked.text.casefold()), None
    )
    settled = asked.picked if asked.picked in _AREAS else named
    return Found(asked.key, settled=settled) if settled else Found(asked.key, text=question, offers=_offers(first))


def _offers(codes: tuple[str, ...]) -> tuple[Offer, ...]:
    return tuple(Offer(code, _AREAS[code]) for code in codes)
