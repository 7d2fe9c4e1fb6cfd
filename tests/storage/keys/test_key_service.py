"""Keys behind a key service: what it may do wrong, and that nothing is lost by it."""

from pathlib import Path
from time import perf_counter

import pytest

from storage.keyproviders.locked import Locked
from storage.keyproviders.transit import KeyServiceRefused, Transit
from storage.keys.keyfiles import KeyFileExposed
from storage.keys.keyring import Keyring
from storage.keys.sealedkeys import (
    FILE,
    SealDamaged,
    open_plain,
    open_sealed,
    seal_keys,
)
from tests.storage.keys.sealing import fingerprint, transit
from tests.surroundings.keyservice import KeyService, Mood, write_token


@pytest.mark.parametrize("mood", ["sealed", "broken", "crowded", "hanging up"])
def test_a_key_service_that_cannot_answer_now_leaves_the_keys_locked(
    keys: Path, data: Path, tmp_path: Path, key_service: KeyService, mood: Mood
) -> None:
    provider = transit(key_service, tmp_path)
    seal_keys(keys, data, provider, None)
    before = (keys / FILE).read_bytes()
    key_service.mood = mood

    with pytest.raises(Locked, match="asking again"):
        open_sealed(keys, data, provider)

    key_service.mood = "well"
    open_sealed(keys, data, provider)
    assert (keys / FILE).read_bytes() == before


def test_a_key_service_that_drips_its_answer_does_not_hold_up_for_long(
    keys: Path, data: Path, tmp_path: Path, key_service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = transit(key_service, tmp_path)
    seal_keys(keys, data, provider, None)
    monkeypatch.setattr("storage.keyproviders.transit._WHOLE_SECONDS", 1.0)
    key_service.mood = "dripping"

    begun = perf_counter()
    with pytest.raises(Locked, match="cannot be reached"):
        open_sealed(keys, data, provider)
    assert perf_counter() - begun < 12


def test_a_key_service_that_is_not_there_leaves_the_keys_locked(
    keys: Path, data: Path, tmp_path: Path, key_service: KeyService
) -> None:
    seal_keys(keys, data, transit(key_service, tmp_path), None)
    gone = Transit("http://127.0.0.1:1", "transit", "singgah", write_token(tmp_path))

    with pytest.raises(Locked, match=r"127\.0\.0\.1:1 cannot be reached \(ConnectError\)"):
        open_sealed(keys, data, gone)


@pytest.mark.parametrize("mood", ["refusing", "strange", "moved"])
def test_a_key_service_that_refuses_is_an_error_with_a_remedy(
    keys: Path, data: Path, tmp_path: Path, key_service: KeyService, mood: Mood
) -> None:
    provider = transit(key_service, tmp_path)
    seal_keys(keys, data, provider, None)
    key_service.mood = mood

    with pytest.raises(KeyServiceRefused, match=r"token file|answers unlike transit"):
        open_sealed(keys, data, provider)


def test_a_wrong_key_from_the_key_service_opens_nothing_and_overwrites_nothing(
    keys: Path, data: Path, tmp_path: Path, key_service: KeyService
) -> None:
    provider = transit(key_service, tmp_path)
    seal_keys(keys, data, provider, None)
    before = (keys / FILE).read_bytes()
    key_service.mood = "wrong"

    with pytest.raises(SealDamaged, match="does not open"):
        open_sealed(keys, data, provider)
    with pytest.raises(SealDamaged):
        seal_keys(keys, data, provider, provider)
    assert (keys / FILE).read_bytes() == before


@pytest.mark.parametrize("mood", ["wrong", "broken", "refusing", "strange", "hanging up"])
def test_keys_stay_open_files_when_the_key_service_cannot_seal_them(
    keys: Path, data: Path, tmp_path: Path, key_service: KeyService, mood: Mood
) -> None:
    plain = fingerprint(Keyring.open(keys, data))
    key_service.mood = mood

    with pytest.raises((Locked, KeyServiceRefused)):
        seal_keys(keys, data, transit(key_service, tmp_path), None)

    assert not (keys / FILE).exists()
    assert fingerprint(open_plain(keys, data)) == plain


def test_the_token_comes_from_a_private_file_and_is_read_at_each_try(
    keys: Path, data: Path, tmp_path: Path, key_service: KeyService
) -> None:
    provider = transit(key_service, tmp_path)
    seal_keys(keys, data, provider, None)
    token_file = write_token(tmp_path, "hvs.revoked")
    with pytest.raises(KeyServiceRefused, match="403"):
        open_sealed(keys, data, provider)
    token_file.chmod(0o640)
    with pytest.raises(KeyFileExposed, match="chmod 600"):
        open_sealed(keys, data, provider)
    token_file.unlink()
    with pytest.raises(KeyServiceRefused, match=r"keys\.transit\.token_file"):
        open_sealed(keys, data, provider)

    write_token(tmp_path)
    open_sealed(keys, data, provider)
    assert {path for path, _ in key_service.asked} == {"/v1/transit/encrypt/singgah", "/v1/transit/decrypt/singgah"}
