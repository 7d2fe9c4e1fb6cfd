"""The one bundle of state that every Bot API method works on."""

from dataclasses import dataclass, field

from tests.botapi.refusals import FloodControl
from tests.botapi.updates import Feed
from tests.botapi.webhook import Courier
from tests.botapi.world import World


@dataclass(slots=True)
class Service:
    """The world, its updates, and the limits in force. `flood` is None while flood control is off."""

    world: World
    feed: Feed
    courier: Courier
    flood: FloodControl | None = None
    complaints: list[str] = field(default_factory=list)
