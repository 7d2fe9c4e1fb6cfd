"""A passphrase reaches the sealed service by a private socket, one at a time, whatever comes down it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from commands.unsealing import SOCKET_FILE, NobodyWaits, hand_over, hear_passphrases


class Taker:
    """Knows the passphrase, and how many were tried at once."""

    def __init__(self) -> None:
        """Nobody has tried yet."""
        self.tried: list[str] = []
        self.at_once = self.most_at_once = 0

    async def take(self, passphrase: str) -> str | None:
        """Try one, slowly."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.02)
        self.at_once -= 1
        self.tried.append(passphrase)
        return None if passphrase == "kata sandi contoh" else "that is not it"


@pytest.fixture
def taker() -> Taker:
    return Taker()


@pytest.fixture(params=["near", "deep"])
async def folder(request: pytest.FixtureRequest, tmp_path: Path, taker: Taker) -> AsyncIterator[Path]:
    """Listen in a folder, once so deep that the socket's path is too long for the system."""
    folder = tmp_path if request.param == "near" else tmp_path / ("d" * 120)
    folder.mkdir(mode=0o700, exist_ok=True)
    async with hear_passphrases(folder, taker.take):
        yield folder
    assert not (folder / SOCKET_FILE).exists()


async def _give(folder: Path, passphrase: str) -> str | None:
    return await asyncio.to_thread(hand_over, folder, passphrase)


async def test_the_right_one_opens_and_a_wrong_one_is_told_so(folder: Path, taker: Taker) -> None:
    assert await _give(folder, "salah") == "that is not it"
    assert await _give(folder, "kata sandi contoh") is None
    assert taker.tried == ["salah", "kata sandi contoh"]


async def test_only_the_account_of_the_service_reaches_the_socket(folder: Path) -> None:
    assert (folder / SOCKET_FILE).stat().st_mode & 0o777 == 0o600


async def test_guesses_are_tried_one_after_the_other(folder: Path, taker: Taker) -> None:
    answers = await asyncio.gather(*(_give(folder, f"tebakan {number}") for number in range(8)))

    assert set(answers) == {"that is not it"}
    assert taker.most_at_once == 1


async def test_noise_on_the_socket_disturbs_nobody(folder: Path, taker: Taker) -> None:
    def disturb(noise: bytes) -> None:
        with socket.socket(socket.AF_UNIX) as end:
            end.connect(str(folder / SOCKET_FILE))
            end.sendall(noise)

    if len(str(folder)) < 90:
        for noise in (b"", b"\xff\xfe\n", b"x" * 10_000 + b"\n", b"\0\n", b"half"):
            await asyncio.to_thread(disturb, noise)
    assert await _give(folder, "kata sandi contoh") is None
    assert taker.tried[-1] == "kata sandi contoh"


async def test_where_nobody_listens_nobody_waits(tmp_path: Path) -> None:
    with pytest.raises(NobodyWaits):
        hand_over(tmp_path, "kata sandi contoh")
