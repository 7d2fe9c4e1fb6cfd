"""What tests of sealed keys have in common: the key service as a way of sealing, and a look at all keys at once."""

from pathlib import Path

from storage.keyproviders.transit import Transit
from storage.keys.keyring import Keyring
from tests.surroundings.keyservice import KeyService, write_token


def transit(service: KeyService, folder: Path) -> Transit:
    return Transit(service.address, "transit", "singgah", write_token(folder))


def fingerprint(ring: Keyring) -> tuple[object, ...]:
    return dict(ring.keks), ring.index_key, ring.signing_key, ring.audit_key.seed
