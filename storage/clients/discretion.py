"""What a person wishes about contact, sealed in their folder."""

from dataclasses import replace
from datetime import time

from bot.care.privacy.discretion import Discretion, Wording
from storage.clients import people
from storage.clients.people import ClientId, Profile
from storage.transaction import Work


def load_discretion(work: Work, client_id: ClientId) -> Discretion:
    """Load what a client wishes about contact; the ordinary manner for whoever wished nothing."""
    return read_discretion(people.load_client(work, client_id).profile)


def read_discretion(profile: Profile) -> Discretion:
    """Read the wishes out of a profile."""
    known = dict(profile.wishes)
    hours = known.pop("hours", None)
    wording = Wording(known.pop("wording", Wording.FIRST))
    spans = None if hours is None else (time.fromisoformat(hours[0]), time.fromisoformat(hours[1]))
    return Discretion(hours=spans, wording=wording, **known)


def save_discretion(work: Work, client_id: ClientId, wishes: Discretion) -> None:
    """Keep what a client wishes about contact."""
    profile = people.load_client(work, client_id).profile
    hours = None if wishes.hours is None else [f"{moment:%H:%M}" for moment in wishes.hours]
    document: dict[str, object] = {
        "shared": wishes.shared,
        "hours": hours,
        "wording": wishes.wording.value,
        "own": wishes.own,
        "pin": wishes.pin,
        "tries": wishes.tries,
        "retry_at": wishes.retry_at,
    }
    people.save_profile(work, client_id, replace(profile, wishes=document))
