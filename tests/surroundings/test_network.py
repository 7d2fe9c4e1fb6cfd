"""Tests cannot reach the outside, and can reach their own servers."""

import socket

import pytest

from tests.surroundings.network import NetworkForbidden


def test_another_machine_cannot_be_reached() -> None:
    # 192.0.2.0/24 is kept for documentation: no machine is there.
    with socket.socket() as reaching, pytest.raises(NetworkForbidden):
        reaching.connect(("192.0.2.1", 80))


def test_a_server_on_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as reaching:
        assert reaching.getpeername() == server.getsockname()
