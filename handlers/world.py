"""Everything a handler works with, put together once by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.care.followup import Plans
from bot.care.plainness import Plainness
from bot.care.retention import Retention
from bot.config import Config
from bot.dialogue.script import Script
from bot.ports import Channels
from handlers.broadcasts.later import Later
from handlers.conversing.phrases import PhraseStock
from handlers.house.land import Land, Landed, Lazily
from handlers.house.spoken import Spoken
from handlers.receiving.lately import Lately
from handlers.receiving.limits import Allowances
from handlers.running.signals import Signals
from handlers.running.tally import Tally
from handlers.running.watch import Watch
from handlers.sending.hatch import Hatch
from storage.database import Database
from storage.keys.keyring import Keyring


@dataclass(frozen=True, slots=True)
class World(Landed):
    """The parts of a running service.

    `channels`: those this process can send on.  `clock`: aware UTC time, the only source of it.
    `signals`: wakes who waits for new messages inside this process.  `hatch`: hands the sender what a turn has said.
    `tally`, `watch`: what this process has done, and what it last found when it looked whether all is well.
    """

    config: Config
    spoken: Spoken
    land: Lazily[Land]
    plans: Plans
    retention: Retention
    keyring: Keyring
    database: Database
    channels: Channels
    phrases: PhraseStock
    allowances: Allowances
    clock: Callable[[], datetime]
    signals: Signals = field(default_factory=Signals)
    hatch: Hatch = field(default_factory=Hatch)
    lately: Lately = field(default_factory=Lately)
    later: Later = field(default_factory=Later)
    plainness: Plainness = Plainness((), {})  # noqa: RUF009 - frozen
    tally: Tally = field(default_factory=Tally)
    watch: Watch = field(default_factory=Watch)

    @property
    def script(self) -> Script:
        """Return everything that is said, and what people are heard by just now."""
        return self.spoken.script

    def address_index(self, channel: str, address: str) -> bytes:
        """Blind a platform's id, so that it can be found but not read."""
        return self.keyring.index(f"address.{channel}", address)

    def delivery_index(self, channel: str, provider_id: str) -> bytes:
        """Blind a provider's delivery id."""
        return self.keyring.index(f"delivery.{channel}", provider_id)
