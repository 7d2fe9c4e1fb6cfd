"""The sealing key behind a key service that speaks the transit interface of Vault and OpenBao."""

import base64
import binascii
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec

from storage.errors import StorageError
from storage.keyproviders.locked import Locked
from storage.keys.keyfiles import refuse_exposed

_QUIET_SECONDS: Final = 5.0
_WHOLE_SECONDS: Final = 10.0
_LONGEST_ANSWER: Final = 65_536


class KeyServiceRefused(StorageError):
    """The key service answers, and the answer is no, or no answer of a key service."""


class TransitSeal(msgspec.Struct, frozen=True, tag="transit", tag_field="provider", forbid_unknown_fields=True):
    """What the sealed file says about the key service: the sealing key as it gave it back, encrypted."""

    wrapped: str


class _Data(msgspec.Struct, frozen=True):
    plaintext: str = ""
    ciphertext: str = ""


class _Answer(msgspec.Struct, frozen=True):
    data: _Data


class Transit:
    """Has the sealing key wrapped and unwrapped elsewhere.

    `address`: of the service, without a path.  `mount`, `key`: where transit is mounted, and which of its keys.
    `token_file`: read anew each time, so that a token can be replaced while the service waits.
    `authority_file`: certificates to trust instead of the system's.
    """

    name = "transit"

    def __init__(
        self, address: str, mount: str, key: str, token_file: Path, authority_file: Path | None = None
    ) -> None:
        """Speak to this service."""
        self._address, self._mount, self._key = address.rstrip("/"), mount.strip("/"), key
        self._token_file = token_file
        self._authority_file = authority_file

    def seal(self, sealing_key: bytes, random: Callable[[int], bytes]) -> TransitSeal:
        """Have the sealing key wrapped, and see that it comes back; raises Locked or KeyServiceRefused."""
        del random
        seal = TransitSeal(self._call("encrypt", plaintext=base64.b64encode(sealing_key).decode()).ciphertext)
        if self.unseal(seal) != sealing_key:
            raise KeyServiceRefused(f"{self._named()} did not give back what it was given; nothing was sealed")
        return seal

    def unseal(self, seal: object) -> bytes:
        """Return the sealing key; raises Locked when the service cannot be reached and KeyServiceRefused."""
        if not isinstance(seal, TransitSeal):
            raise KeyServiceRefused('the keys are not sealed by a key service; set keys.provider = "passphrase"')
        try:
            return base64.b64decode(self._call("decrypt", ciphertext=seal.wrapped).plaintext, validate=True)
        except (binascii.Error, ValueError):
            raise self._strange() from None

    def _call(self, what: str, **body: str) -> _Data:
        address = f"{self._address}/v1/{self._mount}/{what}/{self._key}"
        status, answer = self._post(address, body)
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Locked(f"{self._named()} answers {status}, it may be sealed itself; asking again")
        if status != HTTPStatus.OK:
            raise KeyServiceRefused(f"{self._named()} refuses ({status}); see its policy and the token file")
        try:
            return msgspec.json.decode(answer, type=_Answer).data
        except msgspec.MsgspecError:
            raise self._strange() from None

    def _post(self, address: str, body: dict[str, str]) -> tuple[int, bytes]:
        import httpx  # noqa: PLC0415 - takes a twentieth of a second, which a start without a key service need not spend

        trust = str(self._authority_file) if self._authority_file else True
        headers = {"X-Vault-Token": self._read_token(), "X-Vault-Request": "true"}
        until = time.monotonic() + _WHOLE_SECONDS
        try:
            with (
                httpx.Client(timeout=_QUIET_SECONDS, trust_env=False, verify=trust, follow_redirects=False) as client,
                client.stream("POST", address, json=body, headers=headers) as response,
            ):
                answer = bytearray()
                for chunk in response.iter_bytes():
                    answer += chunk
                    if time.monotonic() > until or len(answer) > _LONGEST_ANSWER:
                        raise httpx.ReadTimeout("too slow or too long")
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Locked(f"{self._named()} cannot be reached ({type(error).__name__}); asking again") from None
        return response.status_code, bytes(answer)

    def _read_token(self) -> str:
        try:
            refuse_exposed(self._token_file, "600")
            return self._token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise KeyServiceRefused(
                f"keys.transit.token_file: {self._token_file} cannot be read ({type(error).__name__}); write it there"
            ) from None

    def _named(self) -> str:
        return f"the key service at {self._address}"

    def _strange(self) -> KeyServiceRefused:
        return KeyServiceRefused(f"{self._named()} answers unlike transit; see keys.transit.address and mount")
