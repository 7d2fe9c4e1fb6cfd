"""A closed network: a test that reaches beyond this machine fails instead of depending on the outside."""

import ssl
import sys
from ipaddress import ip_address
from typing import Any

#: For clients on loopback: to read all the authorities one usually trusts takes longer than most of their calls.
TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class NetworkForbidden(Exception):
    """A test tried to reach another machine."""


def close_network() -> None:
    """Refuse every connection of this process that is not to this machine, until it ends."""
    sys.addaudithook(_refuse_outside)


def _refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"} and not _is_here(arguments[1]):
        raise NetworkForbidden("a test tried to reach another machine; speak to a server of the test on 127.0.0.1")


def _is_here(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    try:
        return ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] in {"localhost", ""}
