"""A port that is taken, and somebody else who answers on it."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from oncall.embedded.probe import Door
from oncall.embedded.processes import Failed


class Other(BaseHTTPRequestHandler):
    """A program that answers 200 to everything, and says who it is."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-Instance-Id", "other")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def port():
    with HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_answer_of_another_program_is_not_ours(port):
    door = Door("127.0.0.1", port, None)

    assert door.answers_as("other")
    assert not door.answers_as("ours")


def test_nobody_there_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert not Door("127.0.0.1", port, None).answers_as("ours")


def test_a_port_that_is_taken_is_refused_in_words(port):
    with pytest.raises(Failed, match=f"Another program has port {port}"):
        Door("127.0.0.1", port, None).require_free()


def test_a_host_of_another_machine_is_refused_in_words():
    with pytest.raises(Failed, match=r"--host 192\.0\.2\.1 is not of this machine"):
        Door("192.0.2.1", 8000, None).require_free()


def test_a_port_that_was_asked_for_is_free_after():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    door = Door("127.0.0.1", port, None)

    door.require_free()

    with socket.create_server(("127.0.0.1", port)):
        pass
