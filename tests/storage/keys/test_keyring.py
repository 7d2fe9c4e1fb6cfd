"""The root keys are made once, kept private, and refused when they cannot be trusted."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.keys.keyfiles import (
    DataExposed,
    KeyFileExposed,
    KeyFileMissing,
    KeyFileWrongLength,
    KeysInsideData,
    prepare_store_folder,
)
from storage.keys.keyring import KeyRetired, Keyring, KeysEqual
from storage.sealing.encryption import FolderId, Unreadable

FILES = ("audit.key", "index.key", "kek-1.key", "signing.key")
FOLDER = FolderId(b"f" * 16)
WRAPPED_KEY = b"k" * 32
KEY_ID = b"kkid"


def test_the_first_start_makes_private_key_files(keys: Path, data: Path) -> None:
    previous = os.umask(0)
    try:
        Keyring.open(keys, data)
    finally:
        os.umask(previous)

    assert sorted(path.name for path in keys.iterdir()) == list(FILES)
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}
    assert len({path.read_bytes() for path in keys.iterdir()}) == len(FILES)


def test_the_second_start_reads_the_same_keys(keys: Path, data: Path) -> None:
    first, second = Keyring.open(keys, data), Keyring.open(keys, data)

    assert (first.keks, first.index_key, first.signing_key, first.audit_key.seed) == (
        second.keks,
        second.index_key,
        second.signing_key,
        second.audit_key.seed,
    )


def test_an_interrupted_first_start_goes_on_with_the_keys_it_has(keys: Path, data: Path) -> None:
    Keyring.open(keys, data)
    index_key = (keys / "index.key").read_bytes()
    for name in ("audit.key", "kek-1.key"):
        (keys / name).unlink()

    assert Keyring.open(keys, data).index_key == index_key


def test_processes_that_start_at_once_agree_on_the_keys(keys: Path, data: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from storage.keys.keyring import Keyring;"
        "ring = Keyring.open(Path(sys.argv[1]), Path(sys.argv[2]));"
        "print(ring.index('test', 'one').hex(), ring.wrap(1, b'f', b'k', b'x', bytes(12)).hex())"
    )
    command = [sys.executable, "-c", script, str(keys), str(data)]

    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]  # noqa: S603 - our own script
    answers = {process.communicate(timeout=30)[0] for process in started}

    assert {process.returncode for process in started} == {0}
    assert len(answers) == 1
    assert sorted(path.name for path in keys.iterdir()) == list(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_open_to_others_is_refused_with_the_remedy(keys: Path, data: Path, name: str, mode: int) -> None:
    Keyring.open(keys, data)
    (keys / name).chmod(mode)

    with pytest.raises(KeyFileExposed, match=f"chmod 600 .*{name}"):
        Keyring.open(keys, data)


def test_a_key_folder_open_to_others_is_refused_with_the_remedy(keys: Path, data: Path) -> None:
    keys.mkdir(mode=0o755)

    with pytest.raises(KeyFileExposed, match="chmod 700"):
        Keyring.open(keys, data)


@pytest.mark.parametrize("name", ["audit.key", "index.key", "signing.key"])
def test_a_lost_key_is_not_made_anew(keys: Path, data: Path, name: str) -> None:
    Keyring.open(keys, data)
    (keys / name).unlink()

    with pytest.raises(KeyFileMissing, match=name):
        Keyring.open(keys, data)
    assert not (keys / name).exists()


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_key_of_the_wrong_length_is_refused(keys: Path, data: Path, content: bytes) -> None:
    Keyring.open(keys, data)
    (keys / "index.key").write_bytes(content)

    with pytest.raises(KeyFileWrongLength, match=r"index\.key"):
        Keyring.open(keys, data)


def test_two_equal_keys_are_refused(keys: Path, data: Path) -> None:
    Keyring.open(keys, data)
    (keys / "index.key").write_bytes((keys / "kek-1.key").read_bytes())

    with pytest.raises(KeysEqual, match=r"kek-1\.key and index\.key"):
        Keyring.open(keys, data)


@pytest.mark.parametrize("inside", [".", "keys", "a/b/keys"])
def test_keys_inside_the_data_folder_are_refused(data: Path, inside: str) -> None:
    with pytest.raises(KeysInsideData):
        Keyring.open(data / inside, data)
    assert not (data / inside).exists()


def test_keys_that_reach_the_data_folder_by_a_link_are_refused(tmp_path: Path, data: Path) -> None:
    (data / "keys").mkdir(parents=True)
    (tmp_path / "link").symlink_to(data / "keys")

    with pytest.raises(KeysInsideData):
        Keyring.open(tmp_path / "link", data)


def test_a_blind_index_is_the_same_for_one_value_and_purpose_only(keys: Path, data: Path) -> None:
    ring = Keyring.open(keys, data)
    found = {ring.index(purpose, value) for purpose in ("telegram", "web") for value in ("1", "12", "2")}

    assert len(found) == 6
    assert {len(index) for index in found} == {16}
    assert ring.index("telegram", "12") == Keyring.open(keys, data).index("telegram", "12")


def test_the_keys_do_not_show_when_the_keyring_is_printed(keys: Path, data: Path) -> None:
    ring = Keyring.open(keys, data)

    for path in keys.iterdir():
        assert repr(path.read_bytes()) not in repr(ring)
        assert path.read_bytes().hex() not in repr(ring)
    assert repr(ring) == "Keyring()"


def test_a_newer_root_key_wraps_and_the_older_one_still_opens(keys: Path, data: Path) -> None:
    old = Keyring.open(keys, data)
    wrapped = old.wrap(1, FOLDER, KEY_ID, WRAPPED_KEY, os.urandom(12))
    (keys / "kek-2.key").write_bytes(b"2" * 32)
    (keys / "kek-2.key").chmod(0o600)

    new = Keyring.open(keys, data)

    assert (old.kek_version, new.kek_version) == (1, 2)
    assert new.unwrap(1, FOLDER, KEY_ID, wrapped) == WRAPPED_KEY
    assert new.unwrap(2, FOLDER, KEY_ID, new.wrap(2, FOLDER, KEY_ID, WRAPPED_KEY, os.urandom(12))) == WRAPPED_KEY
    with pytest.raises(Unreadable):
        new.unwrap(2, FOLDER, KEY_ID, wrapped)
    with pytest.raises(KeyRetired, match=r"kek-3\.key"):
        new.unwrap(3, FOLDER, KEY_ID, wrapped)


def test_a_wrapped_key_opens_for_its_own_folder_only(keys: Path, data: Path) -> None:
    ring = Keyring.open(keys, data)
    wrapped = ring.wrap(1, FOLDER, KEY_ID, WRAPPED_KEY, os.urandom(12))

    for folder, key_id in ((FolderId(b"g" * 16), KEY_ID), (FOLDER, b"else")):
        with pytest.raises(Unreadable):
            ring.unwrap(1, folder, key_id, wrapped)


def test_keys_that_systemd_hands_over_may_show_the_rights_of_its_access_list(
    keys: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Keyring.open(keys, data)
    for path in keys.iterdir():
        path.chmod(0o440)
    keys.chmod(0o550)
    with pytest.raises(KeyFileExposed):
        Keyring.open(keys, data)

    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(keys))
    assert Keyring.open(keys, data).keks == ring.keks
    (keys / "index.key").chmod(0o444)
    with pytest.raises(KeyFileExposed, match=r"index\.key"):
        Keyring.open(keys, data)


def test_a_folder_that_lost_every_root_key_is_noticed_by_a_running_process(keys: Path, data: Path) -> None:
    ring = Keyring.open(keys, data)
    (keys / "kek-1.key").unlink()

    with pytest.raises(KeyFileMissing, match=r"kek-\*\.key"):
        ring.reload()
    assert ring.kek_version == 1


@pytest.mark.parametrize("name", ["copy.bin", "deep/kek-1.key"])
@pytest.mark.parametrize("way", ["second name", "copy"])
def test_a_key_that_lies_among_the_data_as_well_is_refused(keys: Path, data: Path, name: str, way: str) -> None:
    Keyring.open(keys, data)
    there = data / name
    there.parent.mkdir(parents=True)
    if way == "copy":
        there.write_bytes((keys / "index.key").read_bytes())
    else:
        there.hardlink_to(keys / "index.key")

    with pytest.raises(KeysInsideData, match=name):
        Keyring.open(keys, data)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_a_key_that_is_no_file_is_refused_and_never_waited_for(
    keys: Path, data: Path, make: Callable[[Path, int], None]
) -> None:
    Keyring.open(keys, data)
    (keys / "index.key").unlink()
    make(keys / "index.key", 0o600)

    with pytest.raises(KeyFileWrongLength, match="no ordinary file"):
        Keyring.open(keys, data)


def test_a_file_named_like_an_earlier_key_of_a_day_there_is_not_counts_for_nothing(keys: Path, data: Path) -> None:
    Keyring.open(keys, data)
    (keys / "signing-until-2026-13-41.key").write_bytes(bytes(32))

    assert not Keyring.open(keys, data).earlier_signing


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_key_store_that_anybody_can_change_is_refused(tmp_path: Path, data: Path, mode: int) -> None:
    store = tmp_path / "keystore"
    prepare_store_folder(store, data)
    store.chmod(mode)

    with pytest.raises(DataExposed, match="chmod 700"):
        prepare_store_folder(store, data)


def test_a_key_store_among_the_data_is_refused(data: Path) -> None:
    with pytest.raises(KeysInsideData, match="lies in the data folder"):
        prepare_store_folder(data / "keystore", data)
    assert not data.exists()
