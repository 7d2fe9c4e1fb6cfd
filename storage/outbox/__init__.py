"""Messages on their way out: written with the turn that caused them, gone once the platform has them."""

from storage.outbox.claiming import claim, claim_own
from storage.outbox.letters import Clearing, Lane, Letter
from storage.outbox.looking import count_states, count_waiting, hold_channel, is_congested, list_holds
from storage.outbox.parked import Parked, drop_parked, forget_parked, list_parked, retry_parked
from storage.outbox.putting import drop_broadcast, put, put_farewell, take_out, take_waiting
from storage.outbox.settling import mark_sent, park, postpone, put_back, recover, recover_strays, revive

__all__ = [
    "Clearing",
    "Lane",
    "Letter",
    "Parked",
    "claim",
    "claim_own",
    "count_states",
    "count_waiting",
    "drop_broadcast",
    "drop_parked",
    "forget_parked",
    "hold_channel",
    "is_congested",
    "list_holds",
    "list_parked",
    "mark_sent",
    "park",
    "postpone",
    "put",
    "put_back",
    "put_farewell",
    "recover",
    "recover_strays",
    "retry_parked",
    "revive",
    "take_out",
    "take_waiting",
]
