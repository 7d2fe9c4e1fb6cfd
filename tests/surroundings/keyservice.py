"""A key service on loopback that speaks transit, and that fails, delays, and gives back wrong keys when told to."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Mood = Literal["well", "sealed", "broken", "crowded", "refusing", "hanging up", "dripping", "strange", "wrong", "moved"]
TOKEN = "hvs.obviously-invented-for-tests"

_STATUS: dict[Mood, int] = {"sealed": 503, "broken": 500, "crowded": 429, "refusing": 403, "moved": 307}


@dataclass
class KeyService:
    """What the service is like now, and what was asked of it."""

    mood: Mood = "well"
    asked: list[tuple[str, str]] = field(default_factory=list)  #: path and token
    address: str = ""
    _key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)

    def answer(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        """Answer a call as transit does."""
        self.asked.append((path, token))
        if self.mood in _STATUS:
            return _STATUS[self.mood], b'{"errors": ["not now"]}'
        if self.mood == "strange":
            return 200, b"<html>somebody else</html>"
        if token != TOKEN:
            return 403, b'{"errors": ["permission denied"]}'
        asked = json.loads(body)
        if path == "/v1/transit/encrypt/singgah":
            return _say(ciphertext=self._encrypt(base64.b64decode(asked["plaintext"])))
        if path == "/v1/transit/decrypt/singgah":
            return _say(plaintext=base64.b64encode(self._decrypt(asked["ciphertext"])).decode())
        return 404, b'{"errors": ["no handler for route"]}'

    def _encrypt(self, plaintext: bytes) -> str:
        nonce = os.urandom(12)
        return f"vault:v1:{base64.b64encode(nonce + AESGCM(self._key).encrypt(nonce, plaintext, b'')).decode()}"

    def _decrypt(self, ciphertext: str) -> bytes:
        sealed = base64.b64decode(ciphertext.removeprefix("vault:v1:"))
        plaintext = AESGCM(self._key).decrypt(sealed[:12], sealed[12:], b"")
        return os.urandom(len(plaintext)) if self.mood == "wrong" else plaintext


@contextmanager
def running_key_service() -> Iterator[KeyService]:
    """Run a key service on a free port."""
    service, ended = KeyService(), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(service, ended))
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield service
    ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


def write_token(folder: Path, token: str = TOKEN) -> Path:
    """Write a token file only its owner can read."""
    file = folder / "transit-token"
    file.touch(mode=0o600)
    file.write_text(f"{token}\n")
    return file


def _say(**data: str) -> tuple[int, bytes]:
    return 200, json.dumps({"request_id": "contoh", "data": {**data, "key_version": 1}}).encode()


def _make_handler(service: KeyService, ended: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer, in the mood the service is in."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = service.answer(self.path, self.headers["X-Vault-Token"], body)
            if service.mood == "hanging up":
                self.close_connection = True
            else:
                self._reply(status, answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _reply(self, status: int, answer: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            if service.mood == "moved":
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            if service.mood == "dripping":
                _drip(self.wfile, answer, ended)
            else:
                self.wfile.write(answer)

    return Handler


def _drip(client: BufferedIOBase, answer: bytes, ended: threading.Event) -> None:
    with suppress(OSError):
        for byte in answer:
            client.write(bytes((byte,)))
            client.flush()
            if ended.wait(0.2):
                return
