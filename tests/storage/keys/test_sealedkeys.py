"""Keys behind a passphrase or a key service: what opens them, what does not, and what is never lost on the way."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from storage.keyproviders.locked import Locked
from storage.keyproviders.passphrase import Passphrase, PassphraseSeal, WrongPassphrase
from storage.keys.keyfiles import KeyFileExposed, KeysInsideData
from storage.keys.keyring import Keyring
from storage.keys.sealedkeys import (
    FILE,
    KeysAreSealed,
    NotSealedYet,
    Provider,
    SealDamaged,
    SealMissing,
    open_plain,
    open_sealed,
    seal_keys,
)
from storage.sealing.encryption import FolderId
from tests.storage.keys.sealing import fingerprint, transit
from tests.surroundings.keyservice import KeyService

PHRASE = "enam kata yang diundi dengan dadu"
FOLDER, KEY_ID, KEY = FolderId(b"f" * 16), b"kkid", b"k" * 32


@pytest.fixture(params=["passphrase", "transit"])
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> Provider:
    """Each way of sealing."""
    if request.param == "passphrase":
        return Passphrase(lambda: PHRASE)
    return transit(request.getfixturevalue("key_service"), tmp_path)


def test_sealing_keeps_every_key_and_leaves_no_open_file(keys: Path, data: Path, provider: Provider) -> None:
    plain = fingerprint(Keyring.open(keys, data))
    lying_open = [path.read_bytes() for path in keys.iterdir()]

    seal_keys(keys, data, provider, None)

    assert [path.name for path in keys.iterdir()] == [FILE]
    assert (keys / FILE).stat().st_mode & 0o777 == 0o600
    sealed = (keys / FILE).read_bytes()
    assert not any(key in sealed or key.hex().encode() in sealed for key in lying_open)
    assert fingerprint(open_sealed(keys, data, provider)) == plain


def test_a_new_installation_can_begin_sealed(keys: Path, data: Path, provider: Provider) -> None:
    seal_keys(keys, data, provider, None)

    ring = open_sealed(keys, data, provider)
    assert ring.kek_version == 1
    assert len({ring.keks[1], ring.index_key, ring.signing_key, ring.audit_key.seed}) == 4


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(keys: Path, data: Path) -> None:
    seal_keys(keys, data, Passphrase(lambda: PHRASE), None)
    before = (keys / FILE).read_bytes()

    for wrong in ("", "x", PHRASE.upper(), PHRASE[:-1], f"{PHRASE}."):
        with pytest.raises(WrongPassphrase, match="try again"):
            open_sealed(keys, data, Passphrase(partial(str, wrong)))
    with pytest.raises(Locked, match="singgah unseal"):
        open_sealed(keys, data, Passphrase(lambda: None))
    assert (keys / FILE).read_bytes() == before


def test_a_passphrase_typed_on_another_keyboard_opens(keys: Path, data: Path) -> None:
    seal_keys(keys, data, Passphrase(lambda: "sépuluh kata yang panjang"), None)

    open_sealed(keys, data, Passphrase(lambda: "  se\u0301puluh kata yang panjang\r\n"))


def test_the_passphrase_can_be_changed_and_the_old_one_opens_no_more(keys: Path, data: Path) -> None:
    old, new = Passphrase(lambda: PHRASE), Passphrase(lambda: "tujuh kata lain yang lebih baik")
    seal_keys(keys, data, old, None)
    before = fingerprint(open_sealed(keys, data, old))

    with pytest.raises(WrongPassphrase):
        seal_keys(keys, data, old, new)
    seal_keys(keys, data, new, old)

    assert fingerprint(open_sealed(keys, data, new)) == before
    with pytest.raises(WrongPassphrase):
        open_sealed(keys, data, old)


def test_keys_move_from_a_passphrase_to_a_key_service(
    keys: Path, data: Path, tmp_path: Path, key_service: KeyService
) -> None:
    old, new = Passphrase(lambda: PHRASE), transit(key_service, tmp_path)
    seal_keys(keys, data, old, None)
    before = fingerprint(open_sealed(keys, data, old))

    seal_keys(keys, data, new, old)

    assert fingerprint(open_sealed(keys, data, new)) == before
    with pytest.raises(Locked, match="transit"):
        open_sealed(keys, data, old)


def test_a_root_key_is_added_and_removed_while_another_process_has_them_open(
    keys: Path, data: Path, provider: Provider
) -> None:
    seal_keys(keys, data, provider, None)
    serving, command = open_sealed(keys, data, provider), open_sealed(keys, data, provider)

    assert command.add_root_key() == 2
    wrapped = command.wrap(2, FOLDER, KEY_ID, KEY, bytes(12))
    assert serving.unwrap(2, FOLDER, KEY_ID, wrapped) == KEY
    command.remove_root_key(1)
    serving.reload()

    assert list(serving.keks) == list(open_sealed(keys, data, provider).keks) == [2]


def test_every_damage_to_the_sealed_file_is_refused(keys: Path, data: Path) -> None:
    provider = _Known()
    seal_keys(keys, data, provider, None)
    whole = (keys / FILE).read_bytes()
    before = fingerprint(open_sealed(keys, data, provider))

    for place in range(len(whole)):
        (keys / FILE).write_bytes(whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :])
        try:
            opened = fingerprint(open_sealed(keys, data, provider))
        except (SealDamaged, Locked):
            continue
        assert opened == before, place  # a bit of base64 that stands for nothing
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        (keys / FILE).write_bytes(whole[:length])
        with pytest.raises(SealDamaged, match="restore"):
            open_sealed(keys, data, provider)


class _Known(Passphrase):
    """Spares a test two thousand slow hashes; what it returns is what the passphrase would give."""

    def __init__(self) -> None:
        """Know the passphrase."""
        super().__init__(lambda: PHRASE)
        self._sealing_key = b""

    def seal(self, sealing_key: bytes, random: Callable[[int], bytes]) -> PassphraseSeal:
        """Remember the sealing key."""
        self._sealing_key = sealing_key
        return super().seal(sealing_key, random)

    def unseal(self, seal: object) -> bytes:
        """Return the sealing key."""
        del seal
        return self._sealing_key


def test_a_sealed_file_of_another_installation_is_refused(keys: Path, data: Path, tmp_path: Path) -> None:
    provider = Passphrase(lambda: PHRASE)
    seal_keys(keys, data, provider, None)
    seal_keys(tmp_path / "other", data, provider, None)
    mine, other = (json.loads((folder / FILE).read_text()) for folder in (keys, tmp_path / "other"))
    (keys / FILE).write_text(json.dumps({**mine, "seal": other["seal"]}))

    with pytest.raises(SealDamaged, match="restore it from the backup"):
        open_sealed(keys, data, provider)


def test_what_is_missing_open_or_misplaced_is_said_with_the_remedy(keys: Path, data: Path) -> None:
    provider = Passphrase(lambda: PHRASE)
    with pytest.raises(SealMissing, match="singgah keys seal"):
        open_sealed(keys, data, provider)
    Keyring.open(keys, data)
    with pytest.raises(NotSealedYet, match=r"kek-1\.key.* lie open"):
        open_sealed(keys, data, provider)
    seal_keys(keys, data, provider, None)
    with pytest.raises(KeysAreSealed, match=r'keys\.provider = "passphrase"'):
        open_plain(keys, data)
    (keys / FILE).chmod(0o644)
    with pytest.raises(KeyFileExposed, match="chmod 600"):
        open_sealed(keys, data, provider)
    with pytest.raises(KeysInsideData):
        open_sealed(data / "keys", data, provider)
    assert [path.name for path in keys.iterdir()] == [FILE]


def test_open_files_that_came_back_are_removed_only_when_they_are_the_sealed_keys(keys: Path, data: Path) -> None:
    provider = Passphrase(lambda: PHRASE)
    Keyring.open(keys, data)
    copies = {path: path.read_bytes() for path in keys.iterdir()}
    seal_keys(keys, data, provider, None)
    for path, key in copies.items():
        for there in (path, path.with_name(f".{path.name}.4242")):  # the second as a process left it that was killed
            there.touch(mode=0o600)
            there.write_bytes(key)

    seal_keys(keys, data, provider, provider)
    assert [path.name for path in keys.iterdir()] == [FILE]

    (keys / "index.key").write_bytes(b"a key nobody knows anything about")
    with pytest.raises(NotSealedYet, match=r"index\.key is not the key that is sealed"):
        seal_keys(keys, data, provider, provider)
    assert (keys / "index.key").exists()


def test_a_process_killed_while_sealing_leaves_keys_that_can_be_sealed(keys: Path, data: Path) -> None:
    plain = fingerprint(Keyring.open(keys, data))
    script = (
        "import sys; from pathlib import Path; from storage.keys.sealedkeys import *; "
        "from storage.keyproviders.passphrase import Passphrase; "
        f"provider = Passphrase(lambda: {PHRASE!r}); folder, data = map(Path, sys.argv[1:]); print('go', flush=True);\n"
        "while True: seal_keys(folder, data, provider, provider if (folder / FILE).exists() else None)"
    )
    for milliseconds in itertools.chain(range(0, 300, 25)):
        with subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-c", script, str(keys), str(data)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                process.wait(milliseconds / 1000)
            except subprocess.TimeoutExpired:
                process.kill()
        assert process.returncode == -9

    provider = Passphrase(lambda: PHRASE)
    seal_keys(keys, data, provider, provider if (keys / FILE).exists() else None)
    assert fingerprint(open_sealed(keys, data, provider)) == plain
