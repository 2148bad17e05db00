"""Bodies as they really arrive: in chunks, compressed, cut off, too large, slowly."""

import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

import pytest

from tests.scenarios.instance import Up, manage

ENQUEUE = "/v2/enqueue"


@dataclass
class Wire:
    """A running instance, a key of its API and an integration key."""

    instance: Up
    secret: str
    key: str = ""

    def call(self, method: str, path: str, body: object = None) -> dict:
        """Ask as everybody does."""
        headers = {"Authorization": f"Token token={self.secret}"}
        with closing(
            http.client.HTTPConnection("localhost", self.instance.port, timeout=60)
        ) as connection:
            connection.request(method, f"/api{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            said = answer.read()
        assert answer.status < 300, said
        return json.loads(said)

    def event(self, summary: str = "Disk is full") -> bytes:
        """A trigger as it is sent."""
        payload = {"summary": summary, "source": "db-7", "severity": "error"}
        event = {
            "routing_key": self.key,
            "event_action": "trigger",
            "payload": payload,
        }
        return json.dumps(event).encode()

    @contextmanager
    def open(self, path: str, *headers: str) -> Iterator[socket.socket]:
        """Send the head of a POST, and let the body be sent by hand."""
        address = ("127.0.0.1", self.instance.port)
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Token token={self.secret}",
            "Content-Type: application/json",
            *headers,
        ]
        with socket.create_connection(address, timeout=15) as wire:
            wire.sendall("\r\n".join([*lines, "", ""]).encode())
            yield wire

    def answer(self, wire: socket.socket) -> tuple[int, dict]:
        """Read the answer."""
        response = http.client.HTTPResponse(wire)
        response.begin()
        return response.status, json.loads(response.read())


# For as long as the product runs: its account is made once.
@pytest.fixture(scope="session")
def wire(oncall: Up) -> Wire:
    made = manage("create_account", "Shop", "--owner", "ann@shop.example", *oncall.data)
    assert made.returncode == 0, made.stderr
    made = manage("create_api_key", "--account", "shop", *oncall.data)
    found = Wire(oncall, made.stdout.split()[-1])
    found.key = _integration_key(found)
    return found


def _integration_key(wire: Wire) -> str:
    [ann] = wire.call("GET", "/users")["users"]
    target = {"id": ann["id"], "type": "user_reference"}
    rule = {"escalation_delay_in_minutes": 30, "targets": [target]}
    policy = {"name": "Of the shop", "escalation_rules": [rule]}
    policy = wire.call("POST", "/escalation_policies", {"escalation_policy": policy})
    service = {"name": "Shop", "escalation_policy": policy["escalation_policy"]}
    service = wire.call("POST", "/services", {"service": service})["service"]
    body = {"integration": {"type": "events_api_v2_inbound_integration"}}
    made = wire.call("POST", f"/services/{service['id']}/integrations", body)
    return made["integration"]["integration_key"]


def chunks(body: bytes, size: int = 100) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


def team(name: str) -> bytes:
    return json.dumps({"team": {"name": name}}).encode()


def test_an_event_in_chunks_is_taken(wire):
    with wire.open(ENQUEUE, "Transfer-Encoding: chunked") as open_wire:
        open_wire.sendall(chunks(wire.event()))
        status, answer = wire.answer(open_wire)

    assert (status, answer["status"]) == (202, "success")


def test_a_resource_in_chunks_is_made(wire):
    with wire.open("/api/teams", "Transfer-Encoding: chunked") as open_wire:
        open_wire.sendall(chunks(team("In chunks"), size=7))
        status, answer = wire.answer(open_wire)

    assert (status, answer["team"]["name"]) == (201, "In chunks")


def test_compressed_bodies_are_taken(wire):
    for path, body, wanted in (
        (ENQUEUE, wire.event(), 202),
        ("/api/teams", team("Compressed"), 201),
    ):
        packed = gzip.compress(body)
        length = f"Content-Length: {len(packed)}"
        with wire.open(path, length, "Content-Encoding: gzip") as open_wire:
            open_wire.sendall(packed)
            assert wire.answer(open_wire)[0] == wanted


def test_what_only_says_that_it_is_compressed_is_refused(wire):
    for path in (ENQUEUE, "/api/teams"):
        length = "Content-Length: 5"
        with wire.open(path, length, "Content-Encoding: gzip") as open_wire:
            open_wire.sendall(b"hello")
            assert wire.answer(open_wire)[0] == 400


@pytest.mark.parametrize(
    ("path", "most"), [(ENQUEUE, 512 * 1024), ("/api/teams", 1024 * 1024)]
)
def test_too_large_a_body_is_413_in_the_door_s_own_shape(wire, path, most):
    large = b'{"a":"' + b"x" * most + b'"}'
    packed = gzip.compress(large)
    for headers, body in (
        ([f"Content-Length: {len(large)}"], large),
        (["Transfer-Encoding: chunked"], chunks(large, size=64 * 1024)),
        ([f"Content-Length: {len(packed)}", "Content-Encoding: gzip"], packed),
    ):
        with wire.open(path, *headers) as open_wire:
            # The answer may come before the body has gone out.
            with suppress(ConnectionError):
                open_wire.sendall(body)
            status, answer = wire.answer(open_wire)
        assert status == 413, headers
        words = answer["errors"] if path == ENQUEUE else answer["error"]["errors"]
        assert words
        assert all(isinstance(each, str) for each in words)


@pytest.mark.parametrize("path", [ENQUEUE, "/api/teams"])
def test_a_body_that_is_cut_off_is_not_taken(wire, path):
    before = wire.call("GET", "/teams?total=true")["total"]
    body = team("Cut off") if path != ENQUEUE else wire.event("Cut off")

    with wire.open(path, f"Content-Length: {len(body) + 50}") as open_wire:
        open_wire.sendall(body)
        open_wire.shutdown(socket.SHUT_WR)
        answer = open_wire.recv(65536)

    # Refused, or hung up on: but never a success.
    assert not answer or answer.split()[1] == b"400", answer
    assert wire.call("GET", "/teams?total=true")["total"] == before


@pytest.mark.parametrize("path", [ENQUEUE, "/api/teams"])
@pytest.mark.parametrize("length", ["-1", "many", "1, 2"])
def test_a_length_that_is_none_is_refused(wire, path, length):
    with wire.open(path, f"Content-Length: {length}") as open_wire:
        answer = open_wire.recv(65536)

    assert not answer or answer.split()[1] == b"400", answer


def test_slow_bodies_keep_nobody_else_waiting(wire):
    body = wire.event("Slow")
    head = f"Content-Length: {len(body)}"
    with (
        wire.open(ENQUEUE, head) as first,
        wire.open(ENQUEUE, head) as second,
        wire.open("/api/teams", "Content-Length: 30") as third,
    ):
        for each in (first, second, third):
            each.sendall(b"{")
        # Others are answered meanwhile; the rest of the body still counts.
        assert wire.call("GET", "/abilities")["abilities"]
        first.sendall(body[1:])
        assert wire.answer(first)[0] == 202
