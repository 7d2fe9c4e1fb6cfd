"""Puts another signing key or audit key in the place of the one there is; a command that was cut short is repeated."""

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from storage.keys.keyfiles import AUDIT, NEXT_AUDIT, SIGNING, accepted_until, name_earlier_signing
from storage.keys.keyring import Keyring
from storage.sealing.encryption import KEY_BYTES
from storage.trail.auditkey import AuditKey
from storage.trail.checkpoints import introduce_key

#: For so long buttons and pages signed with the earlier key are taken.
ACCEPTED: Final = timedelta(days=30)


def is_signing_unfinished(keyring: Keyring) -> bool:
    """Tell whether a signing key was put aside and not replaced yet."""
    keys = keyring.kept().read()
    return any(accepted_until(name) and key == keys[SIGNING] for name, key in keys.items())


def turn_signing_key(keyring: Keyring, today: date, random: Callable[[int], bytes] = os.urandom) -> date:
    """Sign with a new key from the next start on; return the day up to which the earlier one is accepted.

    Earlier ones whose day is over are destroyed.
    """
    source = keyring.kept()
    keys = source.read()
    until = today + ACCEPTED
    if not is_signing_unfinished(keyring):
        while name_earlier_signing(until) in keys:
            until += timedelta(days=1)
        source.put(name_earlier_signing(until), keys[SIGNING])
    source.put(SIGNING, random(KEY_BYTES))
    for name in keys:
        last = accepted_until(name)
        if last is not None and last < today:
            source.remove(name)
    return until


def is_audit_unfinished(keyring: Keyring) -> bool:
    """Tell whether a next audit key was made and does not sign yet."""
    return NEXT_AUDIT in keyring.kept().read()


def turn_audit_key(
    keyring: Keyring, checkpoints: Path, now: datetime, random: Callable[[int], bytes] = os.urandom
) -> AuditKey:
    """Have the audit key name a new one in the file of checkpoints, which then takes its place; return the new one.

    Raises CheckpointDamaged when the file is not as it was signed.
    """
    source = keyring.kept()
    if not is_audit_unfinished(keyring):
        source.put(NEXT_AUDIT, random(KEY_BYTES))
    keys = source.read()
    old, new = AuditKey(keys[AUDIT]), AuditKey(keys[NEXT_AUDIT])
    if old.seed != new.seed:
        introduce_key(checkpoints, old, new, now)
        source.put(AUDIT, new.seed)
    source.remove(NEXT_AUDIT)
    return new
