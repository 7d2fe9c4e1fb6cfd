"""Move one client's conversation inside a transaction: events in, rows out."""

from collections import deque
from dataclasses import replace

from bot.care.safety import IMMEDIATE
from bot.content import fingerprint
from bot.dialogue.effects import Act, Alert, Complete, LookUp, Message, Relay, Say, Withhold
from bot.dialogue.engine import advance, begin
from bot.dialogue.events import Event, Picked, Restored
from bot.dialogue.script import Command, Script
from bot.dialogue.state import State
from handlers.caring import handoff
from handlers.conversing import actions, completion
from handlers.conversing.lookup import look_up
from handlers.conversing.unit_choice import choose_unit
from handlers.danger import danger_calls, danger_watch
from handlers.danger.nearby_help import say_help
from handlers.discreet import guard, shown, wishing
from handlers.speak import Way, to_client
from handlers.world import World
from storage.clients import conversations, hidden_words, people
from storage.clients.people import Arrival, ClientId
from storage.outbox import Lane
from storage.transaction import Work

#: An event may cause others (a look-up its reply); more than this is a loop.
_MOST_EVENTS = 20
_CONSENT, _AGREED = "consent", "agree"
#: Flow of somebody who says to be under age; it promises that nothing of them is kept.
_MINOR = "minor"


class Conversation:
    """The conversation of one client during one transaction."""

    def __init__(
        self,
        work: Work,
        world: World,
        client_id: ClientId,
        *,
        lane: Lane = Lane.REPLY,
        arrival: Arrival | None = None,
        channel: str | None = None,
    ) -> None:
        """Load the place, unless `arrival` brings it; somebody new starts at the beginning.

        `channel`: where to answer, None for wherever the person wrote from last.
        """
        self.work = work
        self.world = world
        self.client_id = client_id
        self.channel = channel
        self.erased = False
        self._is_hushed = False
        self._lane = lane
        self._said: list[Message] = []
        self._danger = self._called = ""
        loaded: tuple[State, int] | None
        if arrival is not None and arrival.state is not None:
            loaded = conversations.open_state(work, client_id, arrival.state), arrival.revision
        else:
            loaded = conversations.load_state(work, client_id)
        self.state, self._revision = loaded or (begin(world.script), 0)
        self._language = self.state.language if loaded else None
        self._was_hidden = self.state.hidden

    def take(self, event: Event) -> None:
        """Take an event and everything that follows from it, and keep the new place."""
        first, waiting = event, deque([event])
        for _ in range(_MOST_EVENTS):
            if not waiting or self.erased:
                break
            event, before = waiting.popleft(), self.state
            self.state, effects = guard.advance_guarded(self, event)
            self._note_turn(before, event)
            for effect in effects:
                following = self._perform(effect)
                if self._is_hushed:
                    break
                if following is not None:
                    waiting.append(following)
                    if isinstance(effect, Act):  # the conversation goes on elsewhere: what was asked is not asked again
                        break
        if not self.erased:
            guard.remind_of_held(self, first)
            self._flush()
            self._save()

    def take_silently(self, event: Event) -> None:
        """Keep the place an event leads to, and say nothing about it now."""
        self.state, _ = advance(self.world.script, self.state, event)
        self._save()

    def hush(self) -> None:
        """Say nothing more of what this event leads to but what an action adds: the screen is to stay empty."""
        self._is_hushed = True

    def say(self, phrase: str, /, **words: object) -> None:
        """Say one of the service's own sentences, in the order of everything else."""
        self._said.append(Message(self.world.script.say(phrase, self.state.language, **words)))

    def add(self, message: Message) -> None:
        """Say a message, in the order of everything else."""
        self._said.append(message)

    def _perform(self, effect: Say | LookUp | Act | Complete | Relay | Withhold | Alert) -> Event | None:
        match effect:
            case Say(message):
                self._said.append(self._say_help(message))
            case LookUp():
                return self._look_up(effect)
            case Act(action):
                return actions.act(self, action)
            case Complete(flow, answers):
                completion.complete(self, flow, answers)
            case Relay(text):
                handoff.client_says(self.work, self.world, self.client_id, text)
            case Withhold():
                guard.keep_hidden(self, effect)
            case Alert():
                self._alert(effect)
        return None

    def _alert(self, alert: Alert) -> None:
        self._lane = Lane.DANGER
        self._danger = alert.danger
        self._called = danger_calls.call_human(self.work, self.world, self.client_id, self.state, alert)
        if alert.severity == IMMEDIATE:
            danger_watch.watch_alarm(self.work, self.client_id)

    def _say_help(self, message: Message) -> Message:
        about, told = self._danger, self._called
        return say_help(self.work, self.world, self.client_id, self.state, message, danger=about, called=told)

    def _look_up(self, asked: LookUp) -> Event | None:
        match asked.source:
            case "lines":
                return shown.choose_line(self, asked)
            case "areas":
                return look_up(self.world, asked)
            case source if source in wishing.SOURCES:
                return wishing.look_up_wish(self, asked)
            case _:
                return choose_unit(self.work, self.world, asked)

    def _flush(self) -> None:
        if self._said:
            language = self.state.language
            way = Way(self._lane, self.channel, language)
            to_client(self.work, self.world, self.client_id, self._said, way)
            self._said = []

    def _save(self) -> None:
        conversations.save_state(self.work, self.client_id, self.state, self._revision)
        if self._was_hidden and not self.state.hidden:
            hidden_words.forget(self.work, self.client_id)
        if self.state.language != self._language:
            people.set_language(self.work, self.client_id, self.state.language)

    def _note_turn(self, before: State, event: Event) -> None:
        """Keep or let go of what follows from where the conversation has come."""
        if _agrees_anew(before, self.state) and not isinstance(event, Restored):
            self._note_consent()
        if self.state.wondering and self.state.quiet_until != before.quiet_until:
            danger_watch.watch_question(self.work, self.client_id)
        if isinstance(event, Picked) and event.choice == Command.RESUME:
            danger_calls.call_no_more(self.work, self.client_id)
        if before.flow != _MINOR == self.state.flow:
            handoff.forget_minor(self.work, self.world, self.client_id)

    def _note_consent(self) -> None:
        """Keep which wording was agreed to, the moment it is agreed to."""
        version = consent_version(self.world.script, self.state.flow, self.state.language)
        client = people.load_client(self.work, self.client_id)
        if client.consent_version != version:
            people.give_consent(self.work, self.client_id, version)
            agreed = replace(client.profile, consented_at=f"{self.work.now:%Y-%m-%dT%H:%MZ}")
            people.save_profile(self.work, self.client_id, agreed)


def _agrees_anew(before: State, after: State) -> bool:
    """Tell whether consent to the flow on the screen was given just now, not earlier or in other words."""
    return before.settled(after.flow).get(_CONSENT) != _AGREED == after.settled(after.flow).get(_CONSENT)


def consent_version(script: Script, flow_id: str, language: str) -> str:
    """Name the consent text a person saw: flow, language and fingerprint of the wording."""
    step = script.flow(flow_id, language).by_id[_CONSENT]
    return f"{flow_id}.{language}.{fingerprint(step)}"


def place_of(world: World, work: Work, client_id: ClientId) -> State:
    """Return where a client is, for those who only look."""
    loaded = conversations.load_state(work, client_id)
    return loaded[0] if loaded else begin(world.script)
