"""`singgah keys rotate --signing` and `--audit`: keys that name or outlive their successor."""

import hashlib
from enum import StrEnum

from bot.config import Config
from commands.secondperson import require_consent
from handlers.running.clock import read_clock
from handlers.secondperson.asking import Asker
from handlers.secondperson.wanted import Matter, Wanted
from storage.keys.handover import is_audit_unfinished, is_signing_unfinished, turn_audit_key, turn_signing_key
from storage.keys.keyring import Keyring


class Kept(StrEnum):
    """Keys beside the root keys that can be turned."""

    SIGNING = "signing"
    AUDIT = "audit"


def turn(config: Config, keyring: Keyring, kept: Kept, asker: Asker) -> str:
    """Turn a key, or finish what was cut short; return what the operator has to know."""
    is_unfinished = is_signing_unfinished if kept is Kept.SIGNING else is_audit_unfinished
    if not is_unfinished(keyring):
        particulars = {"key": kept.value, "key_now": _name(keyring, kept)}
        require_consent(config, keyring, Wanted(Matter.KEYS_ROTATE, particulars), asker)
    if kept is Kept.SIGNING:
        until = turn_signing_key(keyring, read_clock().date())
        return f"Start every process of the service again. Older buttons and pages are taken until {until}."
    new = turn_audit_key(keyring, config.checkpoint_file, read_clock())
    return (
        f"The new audit key is {new.public.hex()}; the old one names it in {config.checkpoint_file}. "
        "Give it to whoever checks, and sign the addresses anew: singgah links sign."
    )


def _name(keyring: Keyring, kept: Kept) -> str:
    """Name the key there is now, so that an agreement to turn it is good for no later one."""
    if kept is Kept.AUDIT:
        return keyring.audit_key.public.hex()
    return hashlib.sha256(b"singgah name of a key" + keyring.signing_key).hexdigest()[:32]
