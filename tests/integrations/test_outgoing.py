"""Addresses that users type never lead into our own network, whatever they say."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
import requests

from integrations import addresses, outgoing

PUBLIC = "93.184.215.14"
# How our own network, this machine and the cloud around it can be spelled.
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 a literal among others
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.1.1",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
]
HOSTILE = [
    "http://push.example/x",
    "ftp://push.example/x",
    "file:///etc/passwd",
    "gopher://push.example/x",
    "//push.example/x",
    "push.example/x",
    "https:///x",
    "https://",
    "",
    "https://user@push.example/",
    "https://user:password@push.example/",
    "https://push.example:0/",
    "https://push.example:99999/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1/",
    "https://push.example/\n",
    "https://push.example/" + "x" * 1000,
]
# Names, old spellings and numbers that only a name server turns into an address.
LEADING_INSIDE = [
    "https://localhost/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://0/",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_for_everybody_is_known(address):
    assert not addresses.is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"]
)
def test_an_address_for_everybody_is_too(address):
    assert addresses.is_public(address)


@pytest.mark.promise(24)
@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused_without_asking_the_network(url):
    with pytest.raises(outgoing.Refused):
        outgoing.check(url)


@pytest.mark.parametrize(
    "url", ["https://push.example/x", f"https://{PUBLIC}/", "https://push.example:8443"]
)
def test_an_ordinary_address_is_fine(url):
    outgoing.check(url)


@pytest.mark.promise(24)
@pytest.mark.parametrize("url", LEADING_INSIDE)
def test_a_name_that_leads_inside_is_refused_when_it_is_called(url):
    with pytest.raises(outgoing.Refused, match="private network"):
        outgoing.session().post(url)


@pytest.mark.promise(24)
@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_is_refused_for_each_private_address_among_its_own(address):
    client = outgoing.session(resolve=lambda host, port: [PUBLIC, address])

    with pytest.raises(outgoing.Refused, match="private network"):
        client.post("https://push.example/")


@pytest.mark.promise(24)
def test_a_name_that_changes_its_mind_is_asked_once(server, settings):
    """What is checked is what is connected to."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    calls: list[tuple[str, int]] = []

    def connect(address, *args, **kwargs) -> socket.socket:
        calls.append(address)
        raise ConnectionRefusedError

    client = outgoing.session(resolve=rebinding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", connect)
        with pytest.raises(requests.ConnectionError):
            client.post("https://push.example/")
    assert (asked, calls) == (["push.example"], [(PUBLIC, 443)])
    # The second time it leads inside, and is found out.
    with pytest.raises(outgoing.Refused):
        client.post("https://push.example/")


def test_a_name_without_an_address_is_a_failure_of_the_network():
    def nothing(host: str, port: int) -> list[str]:
        raise addresses.Unresolved("no such name")

    with pytest.raises(requests.ConnectionError, match="no such name"):
        outgoing.session(resolve=nothing).post("https://push.example/")


class Server:
    """A web server on this machine whose answers a test decides."""

    def __init__(self) -> None:
        self.answer: Callable[[BaseHTTPRequestHandler], None] = ok
        self.heads: list[dict[str, str]] = []
        self.connections: set[object] = set()
        self.over = Event()
        self.url = ""


def ok(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "2")
    handler.send_header("Set-Cookie", "a=b")
    handler.end_headers()
    handler.wfile.write(b"ok")


@contextmanager
def serving() -> Iterator[Server]:
    served = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            served.heads.append(dict(self.headers))
            served.connections.add(self.client_address)
            served.answer(self)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{web.server_port}/"
    thread = Thread(target=web.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        web.shutdown()
        thread.join()
        web.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def client(settings) -> requests.Session:
    """A client where the operator lets this machine be called."""
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1", "hooks.internal"]
    return outgoing.session()


def test_what_the_operator_allows_is_called(server, client):
    answer = client.post(server.url, data=b"x")

    assert (answer.status_code, answer.text) == (200, "ok")


def test_nothing_else_is(server, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["hooks.internal"]

    with pytest.raises(outgoing.Refused):
        outgoing.session().post(server.url)
    assert server.heads == []


def test_the_host_keeps_its_name(server, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["hooks.internal"]
    client = outgoing.session(resolve=lambda host, port: ["127.0.0.1"])
    port = server.url.rstrip("/").rpartition(":")[2]

    client.post(f"http://hooks.internal:{port}/")

    assert server.heads[0]["Host"] == f"hooks.internal:{port}"


def test_connections_are_used_again_and_cookies_are_not_kept(server, client):
    for _ in range(3):
        client.post(server.url)

    assert len(server.connections) == 1
    assert not any("Cookie" in head for head in server.heads)


@pytest.mark.promise(24)
def test_a_redirect_is_an_answer(server, client):
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", server.url + "inside")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.answer = elsewhere

    assert client.post(server.url, allow_redirects=True).status_code == 307
    assert len(server.heads) == 1


def test_the_machines_proxies_and_passwords_are_not_used(server, client, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert client.post(server.url).status_code == 200
    assert "Authorization" not in server.heads[0]


@pytest.mark.promise(24)
def test_a_long_answer_is_not_read_to_its_end(server, client):
    def long(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        # Until we are hung up on.
        with suppress(OSError):
            while not server.over.is_set():
                handler.wfile.write(b"x" * 65536)
        handler.close_connection = True

    server.answer = long

    with pytest.raises(outgoing.TooLong):
        client.post(server.url)


def dripping(server: Server, start: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer a byte at a time, each well within the time for one."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while not server.over.wait(0.02):
            try:
                handler.wfile.write(b"x")
            except OSError:
                break
        handler.close_connection = True

    return drip


@pytest.mark.promise(24)
@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_a_dripping_answer_is_over_in_time(server, client, start):
    server.answer = dripping(server, start)

    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        client.post(server.url, timeout=0.3)


def test_a_silent_server_is_not_waited_for(server, client):
    server.answer = lambda handler: bool(server.over.wait(5)) and None

    with pytest.raises(requests.ReadTimeout):
        client.post(server.url, timeout=0.2)
