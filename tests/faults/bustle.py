"""An ordinary busy hour: intakes, counsellors and clients who talk, a broadcast, check-ins that are due."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from itertools import chain
from random import Random

from handlers.world import World
from storage.casework import reminders
from storage.clients import people
from storage.team import staffing
from storage.team.staffing import Purpose, Role
from storage.transaction import Work
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import INTAKE_ID, OFFER, PATIENCE_S, hear, walk
from tests.end_to_end.soak import Walker
from tests.end_to_end.telegram_process import TelegramProcess
from tests.end_to_end.test_broadcast import KNOCK, SUBSCRIBE, WRITE
from tests.faults import record
from tests.faults.checker import Due, History, Kept, check, count
from tests.faults.waiting import until
from tests.worlds import TELEGRAM, real_house

#: What an installation needs, so that a broadcast reaches a few people at any hour.
SETTINGS = '[broadcast]\nsmallest_group = 3\n\n[care]\nquiet_from = "00:00"\nquiet_until = "00:00"\n'
_MENU = "Mau mulai dari mana?"
_MONTHLY = "checkin_month"
_LONGEST_CALL_S = 3.0
_TROUBLE_EVERY_S, _LONGEST_TROUBLE_S = 0.5, 0.7
_LONGEST_SILENCE_S = 3.0


@dataclass(slots=True)
class Voice:
    """One of two who talk.  `said`: every sentence, each unlike any other."""

    speaker: Person
    hearer: Person
    line: str
    said: list[str] = field(default_factory=list)

    async def speak(self, ended: asyncio.Event, chance: Random, pace_s: float) -> None:
        """Say one sentence after the other until it is over; a little later while the other hears nothing.

        Otherwise a slow machine has minutes to make up for, and whoever waits for an answer takes it for lost.
        """
        while not ended.is_set():
            words = f"kalimat-{self.line}-{len(self.said):05d}."
            before = len(self.hearer.received)
            self.said.append(words)
            await self.speaker.send(words)
            await asyncio.sleep(chance.uniform(0, 2 * pace_s))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_SILENCE_S):
                    while len(self.hearer.received) == before and not ended.is_set():  # noqa: ASYNC110
                        await asyncio.sleep(pace_s)

    def due(self) -> list[Due]:
        """List what must have reached the other."""
        return [Due(self.hearer.chat_id, words, self.line) for words in self.said]


@dataclass(slots=True)
class Bustle:
    """Everybody who takes part.  `pairs`: client and counsellor."""

    bot_api: BotApi
    installed: TelegramProcess
    chance: Random
    pace_s: float = 0.25
    pairs: list[tuple[Person, Person]] = field(default_factory=list)
    voices: list[Voice] = field(default_factory=list)
    walkers: list[Walker] = field(default_factory=list)
    subscribers: list[Person] = field(default_factory=list)
    asked: list[Person] = field(default_factory=list)
    _author: Person | None = None
    _calls_before: int = 0

    async def gather(self, pairs: int, walkers: int, subscribers: int, asked: int) -> None:
        """Bring everybody to where the hour begins, while the service runs."""
        self._calls_before = len(self.bot_api.calls("sendMessage"))
        await asyncio.gather(self._subscribe(subscribers), self._pair(pairs), self._ask(asked))
        for number in range(walkers):
            person = self.bot_api.person(f"Contoh Jalan {number}")
            self.walkers.append(Walker(person, Random(self.chance.random()), self.pace_s))

    async def run(self, ended: asyncio.Event) -> None:
        """Let everybody do what they do until `ended` is set; the broadcast begins with it."""
        for person in self.subscribers:
            delay = self.chance.uniform(0, _LONGEST_CALL_S)
            self.bot_api.fault("sendMessage", delay=delay, chat_id=person.chat_id)
        if self._author is not None:
            await self._author.press("Kirim sekarang")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._trouble(ended))
            for walker in self.walkers:
                group.create_task(walker.run(ended))
            for voice in self.voices:
                group.create_task(voice.speak(ended, Random(self.chance.random()), self.pace_s))

    async def settle(self) -> None:
        """Wait until everything has been taken and sent."""
        async with record.looking_into(self.installed) as world:

            async def is_settled() -> bool:
                return not self.bot_api.pending and not await world.database.read(record.count_unsettled)

            await until(is_settled, 4 * PATIENCE_S)

    async def judge(self) -> tuple[str, list[object]]:
        """Return what the run amounted to, and everything that went wrong.

        A delivery that was given up, because five kills met it, may be without effect: it is listed as dead.
        """
        history, dead = await self.read()
        figures, found = count(history), check(history)
        excused = [one for one in found if one.kind == "no effect"][:dead]
        wrong: list[object] = [one for one in found if one not in excused]
        wrong += [fault for walker in self.walkers for fault in walker.faults]
        copies = f"{figures.copies} came twice with the mark, {figures.uncertain} uncertain"
        return f"{figures.letters} letters, {copies} ({figures.unheard} never arrived), {dead} given up", wrong

    async def read(self) -> tuple[History, int]:
        """Read the history of the run, and how many deliveries were given up because kills met them too often."""
        async with record.looking_into(self.installed) as world:
            kept, dead = await world.database.read(lambda work: (self._kept(work, world), record.count_dead(work)))
        return History(tuple(self._due()), record.list_heard(self.bot_api, self._calls_before), tuple(kept)), dead

    async def _trouble(self, ended: asyncio.Event) -> None:
        """Let single calls go wrong now and then, as they do on a mobile network."""
        everybody = [one.chat_id for pair in self.pairs for one in pair] + [one.chat_id for one in self.subscribers]
        while not ended.is_set():
            chat = self.chance.choice(everybody)
            match self.chance.randrange(4):
                case 0:
                    self.bot_api.fault("sendMessage", 502, chat_id=chat)
                case 1:
                    self.bot_api.fault("sendMessage", 429, retry_after=1, chat_id=chat)
                case 2:
                    self.bot_api.fault("sendMessage", drop="after", chat_id=chat)
                case _:
                    self.bot_api.fault("sendMessage", delay=_LONGEST_TROUBLE_S, chat_id=chat)
            await asyncio.sleep(self.chance.uniform(0, 2 * _TROUBLE_EVERY_S))
        self.bot_api.clear_faults()

    async def _subscribe(self, number: int) -> None:
        if not number:
            return
        self._author = await self._join(Role.BROADCASTER, "Kak Sekar")
        approver = await self._join(Role.COORDINATOR, "Kak Bayu")
        self.subscribers = [self.bot_api.person(f"Contoh Langganan {one}") for one in range(number)]
        await asyncio.gather(*(walk(person, *SUBSCRIBE) for person in self.subscribers))
        await walk(self._author, *WRITE)
        await hear(approver, "minta persetujuanmu")
        await approver.press("Setujui")
        await hear(self._author, "Siaranmu disetujui")
        await self._author.press("Lihat siaran")
        await hear(self._author, "Siaran (disetujui)")

    async def _pair(self, number: int) -> None:
        for one in range(number):
            counsellor = await self._join(Role.COUNSELLOR, f"Kak Contoh {one}", "bnnk-kendari")
            client = self.bot_api.person(f"Contoh Klien {one}")
            await walk(client, *INTAKE_ID)
            await hear(counsellor, OFFER)
            await counsellor.press("Terima")
            await hear(client, "siap mendengar")
            self.pairs.append((client, counsellor))
            self.voices += [Voice(client, counsellor, f"k{one}"), Voice(counsellor, client, f"s{one}")]

    async def _ask(self, number: int) -> None:
        """Let a check-in be due for some who have only said hello."""
        self.asked = [self.bot_api.person(f"Contoh Kabar {one}") for one in range(number)]
        for person in self.asked:
            await person.send("/start")
            await hear(person, _MENU)
        async with record.looking_into(self.installed) as world:
            await world.database.write(lambda work: self._plan(work, world))

    async def _join(self, role: Role, alias: str, unit: str | None = None) -> Person:
        """Let somebody come to work here; the command for it would take seconds of a short run."""

        def invite(work: Work) -> str:
            return staffing.invite(work, staffing.add_staff(work, role, unit, alias).id, Purpose.LINK_CHAT)

        async with record.looking_into(self.installed) as world:
            code = await world.database.write(invite)
        member = self.bot_api.person(alias)
        await member.start(code)
        await hear(member, "Selamat datang")
        return member

    def _plan(self, work: Work, world: World) -> None:
        for person in self.asked:
            client_id = people.find_client(work, world.address_index(TELEGRAM, str(person.chat_id)))
            assert client_id is not None
            reminders.schedule(work, client_id, None, [(_MONTHLY, "contoh", work.now)])

    def _due(self) -> list[Due]:
        said = list(chain.from_iterable(voice.due() for voice in self.voices))
        asked = [Due(person.chat_id, _reminder(), is_private=False) for person in self.asked]
        told = [Due(person.chat_id, KNOCK, may_repeat=False, is_private=False) for person in self.subscribers]
        return said + asked + told

    def _kept(self, work: Work, world: World) -> list[Kept]:
        return [
            *record.list_chats(work, world, self.pairs),
            *record.list_reminders(work, world, self.asked, _reminder()),
            *record.list_broadcast(work, world, self.subscribers, KNOCK),
        ]


def _reminder() -> str:
    return real_house().content.script.say("reminder_first", "id")
