"""All keys in one sealed file, for an installation whose disk alone must open nothing."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import StorageError
from storage.keyproviders.passphrase import PassphraseSeal
from storage.keyproviders.transit import TransitSeal
from storage.keys.keyfiles import AUDIT, INDEX, SIGNING, KeyFiles, alone_in, prepare_folder, refuse_exposed, write_over
from storage.keys.keyring import Keyring, refuse_equal
from storage.sealing.encryption import KEY_BYTES, new_nonce

FILE = "keys.sealed"

_PURPOSE = b"singgah sealed keys 1"
Seal = PassphraseSeal | TransitSeal


class SealDamaged(StorageError):
    """The sealed file does not open with the sealing key that was given: damaged, or of another installation."""


class SealMissing(StorageError):
    """There is no sealed file where the settings say that keys are sealed."""


class NotSealedYet(StorageError):
    """Keys lie open beside or instead of the sealed file."""


class KeysAreSealed(StorageError):
    """The settings expect open key files and the keys are sealed."""


class Provider(Protocol):
    """Wraps and unwraps the sealing key, under which all other keys are sealed."""

    @property
    def name(self) -> str:
        """How the settings call it."""
        ...

    def seal(self, sealing_key: bytes, random: Callable[[int], bytes]) -> Seal:
        """Wrap the sealing key."""
        ...

    def unseal(self, seal: object) -> bytes:
        """Return the sealing key; raises Locked when it cannot be had now."""
        ...


class SealedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file holds.  `keys`: nonce and sealed keys."""

    format: Literal[1]
    seal: Seal
    keys: bytes


class SealedKeys:
    """Keeps all keys in the sealed file; holds the sealing key, so that a key can be added while the service runs."""

    def __init__(self, folder: Path, sealing_key: bytes) -> None:
        """Work with a file whose sealing key is known."""
        self._folder = folder
        self._sealing_key = sealing_key

    def read(self) -> Mapping[str, bytes]:
        """Open every key; raises SealMissing, KeyFileExposed or SealDamaged."""
        return self._open(read_file(self._folder))

    def add(self, name: str, key: bytes) -> None:
        """Seal one more key with the others."""
        with alone_in(self._folder):
            file = read_file(self._folder)
            self.write(file.seal, {**self._open(file), name: key})

    def put(self, name: str, key: bytes) -> None:
        """Seal a key in the place of the one of this name, or beside the others."""
        self.add(name, key)

    def remove(self, name: str) -> None:
        """Seal the others without this key; harmless when repeated."""
        with alone_in(self._folder):
            file = read_file(self._folder)
            self.write(file.seal, {each: key for each, key in self._open(file).items() if each != name})

    def write(self, seal: Seal, keys: Mapping[str, bytes]) -> None:
        """Write the file anew, whole or not at all."""
        nonce = new_nonce()
        sealed = nonce + AESGCM(self._sealing_key).encrypt(nonce, msgspec.json.encode(dict(keys)), _PURPOSE)
        write_over(self._folder / FILE, msgspec.json.encode(SealedFile(1, seal, sealed)))

    def _open(self, file: SealedFile) -> dict[str, bytes]:
        try:
            keys = AESGCM(self._sealing_key).decrypt(file.keys[:12], file.keys[12:], _PURPOSE)
        except (InvalidTag, ValueError):
            raise SealDamaged(
                f"{self._folder / FILE} does not open with the key it was sealed with; restore it from the backup"
            ) from None
        return msgspec.json.decode(keys, type=dict[str, bytes])


def open_plain(folder: Path, data_folder: Path) -> Keyring:
    """Open keys that lie in files of their own, making them at the first start; raises what Keyring.open raises."""
    if (folder / FILE).exists():
        provider = type(read_file(folder).seal).__struct_config__.tag
        raise KeysAreSealed(f'the keys in {folder} are sealed; set keys.provider = "{provider}"')
    return Keyring.open(folder, data_folder)


def open_sealed(folder: Path, data_folder: Path, provider: Provider) -> Keyring:
    """Open sealed keys.

    Raises Locked when the provider cannot open them now, SealMissing, SealDamaged, NotSealedYet, KeysInsideData,
    KeyFileExposed or KeysEqual.
    """
    prepare_folder(folder, data_folder)
    _refuse_open_keys(folder)
    return Keyring.read(SealedKeys(folder, provider.unseal(read_file(folder).seal)))


def seal_keys(
    folder: Path,
    data_folder: Path,
    provider: Provider,
    earlier: Provider | None,
    random: Callable[[int], bytes] = os.urandom,
) -> None:
    """Seal the keys of a folder, new ones if there are none, and remove the open files once the sealed one is whole.

    `earlier`: opens keys that are sealed already, to seal them anew; None when there is no sealed file. A command that
    was cut short is repeated.  Raises what opening and sealing raise; the open files stay then.
    """
    prepare_folder(folder, data_folder)
    with alone_in(folder):
        if earlier is None:
            KeyFiles(folder).make_missing(random)
            keys, sealing_key = KeyFiles(folder).read(), random(KEY_BYTES)
        else:
            sealing_key = earlier.unseal(read_file(folder).seal)
            keys = SealedKeys(folder, sealing_key).read()
        refuse_equal(keys)
        sealed = SealedKeys(folder, sealing_key)
        sealed.write(provider.seal(sealing_key, random), keys)
        _remove_open(folder, sealed.read())


def read_file(folder: Path) -> SealedFile:
    """Read the sealed file without opening it; raises SealMissing, KeyFileExposed or SealDamaged."""
    path = folder / FILE
    if not path.exists():
        raise SealMissing(f"{path} is missing; restore it from the backup, or run singgah keys seal if it is new")
    refuse_exposed(path, "600")
    try:
        return msgspec.json.decode(path.read_bytes(), type=SealedFile)
    except msgspec.MsgspecError:
        raise SealDamaged(f"{path} is no sealed file any more; restore it from the backup of the keys") from None


def _refuse_open_keys(folder: Path) -> None:
    lying = _list_open(folder)
    if lying:
        raise NotSealedYet(f"{', '.join(sorted(lying))} lie open in {folder}; run: singgah keys seal")


def _remove_open(folder: Path, sealed: Mapping[str, bytes]) -> None:
    for name in _list_open(folder):
        if (folder / name).read_bytes() != sealed.get(name):
            raise NotSealedYet(f"{folder / name} is not the key that is sealed under this name; move one of them away")
    for name in sealed:
        KeyFiles(folder).remove(name)


def _list_open(folder: Path) -> list[str]:
    changing = KeyFiles(folder).list_changing()
    return [*changing, *(name for name in (INDEX, SIGNING, AUDIT) if (folder / name).exists())]
