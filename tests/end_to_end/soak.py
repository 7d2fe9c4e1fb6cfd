"""People who answer at their own pace while the service is killed, and what each of them expects to read."""

import asyncio
import re
from dataclasses import dataclass, field
from random import Random

from bot.dialogue.flow import Flow
from bot.dialogue.script import INTAKE
from tests.botapi.people import NeverHappened, Person
from tests.worlds import real_house

AREAS = {
    "kecamatan kadia, kota kendari": "Kadia",
    "kecamatan poasia, kota kendari": "Poasia",
    "kecamatan mandonga, kota kendari": "Mandonga",
    "kecamatan baruga, kota kendari": "Baruga",
}
_NUDGE_AFTER_S = 25.0
_LOOK_EVERY_S = 0.05
_GIVE_UP_AFTER_S = 180.0
_MENU, _SENT, _WAITING = "Mau mulai dari mana?", "Terkirim ke", "Yang akan menjawab adalah manusia"
_CARD, _ERASED = "Ini yang akan dilihat konselor", "Semua datamu di sini sudah dihapus"
_LINE = re.compile(r"^• (?P<name>[^:]+): (?P<value>.+)$", re.MULTILINE)
_OFFERED = re.compile(r"^(?P<place>\d+)\. (?P<name>.+?) · ", re.MULTILINE)
_TAPPED_ONE_IN = 3


@dataclass(slots=True)
class Walker:
    """One chat that walks through the intake again and again.  `nudges`: how often it had to ask where it was."""

    person: Person
    chance: Random
    pace_s: float
    rounds: int = 0
    nudges: int = 0
    faults: list[str] = field(default_factory=list)
    _expected: dict[str, str] = field(default_factory=dict)
    _heard: list[str] = field(default_factory=list)

    async def run(self, ended: asyncio.Event) -> None:
        """Walk until `ended` is set and the round that was begun is finished."""
        while not ended.is_set() or not self.rounds:
            await self._walk_once()
            self.rounds += 1
            await self._erase()

    async def _walk_once(self) -> None:
        flow = real_house().content.script.flow(INTAKE, "id")
        self._expected = {}
        await self._say("/start", _MENU)
        await self._tap("🌱 Bantuan untuk saya", "Setuju?")
        await self._tap("Ya, saya setuju", flow.by_id["age_band"].text)
        await self._answer_one(flow, "age_band", (2, 3, 4, 5), "(2 dari 7)")
        area = self.chance.choice(sorted(AREAS))
        self._expected["Daerah"] = AREAS[area]
        await self._say(area, flow.by_id["substances"].text)
        await self._answer_many(flow, "substances", (1, 2, 3), "how_often")
        await self._answer_one(flow, "how_often", (2, 3, 4, 5), flow.by_id["safety"].text)
        await self._answer_many(flow, "safety", (2, 4), "readiness")
        await self._answer_one(flow, "readiness", (1, 2, 3, 4), flow.by_id["contact"].text)
        await self._answer_one(flow, "contact", (1, 2, 3, 4, 6), "1. ")
        await self._choose_unit()
        self._check_card()
        await self._tap("Kirim ke konselor", _SENT, _WAITING)

    async def _erase(self) -> None:
        await self._say("hapus", "Hapus sekarang?")
        await self._tap("Ya, hapus sekarang", _ERASED, _MENU)

    async def _answer_one(self, flow: Flow, step_id: str, places: tuple[int, ...], then: str) -> None:
        step = flow.by_id[step_id]
        place = self.chance.choice(places)
        label = step.choices[place - 1].label
        self._expected[step.short] = label
        if self.chance.randrange(_TAPPED_ONE_IN):
            await self._say(str(place), then)
        else:
            await self._tap(label, then)

    async def _answer_many(self, flow: Flow, step_id: str, places: tuple[int, ...], then: str) -> None:
        step = flow.by_id[step_id]
        picked = sorted(self.chance.sample(places, self.chance.randint(1, len(places))))
        self._expected[step.short] = ", ".join(step.choices[place - 1].label for place in picked)
        await self._say(", ".join(map(str, picked)), flow.by_id[then].text)

    async def _choose_unit(self) -> None:
        offered = [found["name"] for text in self._heard for found in _OFFERED.finditer(text)][-3:]
        place = self.chance.randint(1, len(offered))
        self._expected["Unit"] = offered[place - 1]
        await self._say(str(place), _CARD)

    def _check_card(self) -> None:
        card = next(text for text in reversed(self._heard) if _CARD in text)
        shown = {found["name"]: found["value"] for found in _LINE.finditer(card)}
        shown["Daerah"] = shown.get("Daerah", "").partition(",")[0]
        if shown != self._expected:
            self.faults.append(f"card shows {shown}, answered was {self._expected}")

    async def _say(self, text: str, *then: str) -> None:
        await self._think()
        before = len(self.person.received)
        await self.person.send(text)
        await self._await_answer(before, then, text)

    async def _tap(self, label: str, *then: str) -> None:
        await self._think()
        before = len(self.person.received)
        await self.person.press(label)
        await self._await_answer(before, then, label)

    async def _think(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 2 * self.pace_s))

    async def _await_answer(self, before: int, then: tuple[str, ...], sent: str) -> None:
        """Wait for what comes next; whoever waits in vain asks where they are, which answers nothing."""
        loop = asyncio.get_running_loop()
        give_up, nudge_at = loop.time() + _GIVE_UP_AFTER_S, loop.time() + _NUDGE_AFTER_S
        while not self._came(before, then):
            await asyncio.sleep(_LOOK_EVERY_S)
            if loop.time() > give_up:
                raise NeverHappened(f"after {sent!r} came none of {then}, but {self._heard}")
            if loop.time() > nudge_at:
                nudge_at = loop.time() + _NUDGE_AFTER_S
                self.nudges += 1
                await self.person.send("lanjut")

    def _came(self, before: int, then: tuple[str, ...]) -> bool:
        self._heard = self.person.received[before:]
        return any(words in text for words in then for text in self._heard)
