"""The one client for addresses that users type: it never reaches our own network.

A name is resolved once, every address that it stands for is checked, and the
connection goes to a checked one, so a name that changes its mind gains nothing.
No redirect is followed, no proxy or password of the machine is used, and an answer
has a size and a time beyond which nobody listens.
"""

import ipaddress
import socket
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from integrations import addresses, deadlines

SECONDS = 10.0
LONGEST_ANSWER = 64 * 1024
# So many hosts and connections to each stay open for the next message.
HOSTS, CONNECTIONS = 64, 16
LONGEST_URL = 1000

Resolver = Callable[[str, int], list[str]]


class Refused(Exception):
    """This address is not called; str() says why, fit for a person."""


class TooLong(Exception):
    """The answer goes on beyond what anybody needs; its status is known."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


def check(url: str) -> None:
    """Look at an address without asking the network, for forms. Raises Refused.

    What it stands for is checked when it is called, each time.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").rstrip(".")
    except ValueError:
        raise Refused(_("This is not an address of the web.")) from None
    if not host or port == 0 or len(url) > LONGEST_URL or not url.isprintable():
        raise Refused(_("This is not an address of the web."))
    if parts.username is not None or parts.password is not None:
        raise Refused(_("An address with a password in it is not called."))
    if _is_allowed(host) and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise Refused(_("The address must begin with https://."))
    if _is_literal(host) and not addresses.is_public(host):
        raise Refused(_("Addresses of private networks are not called."))


def session(resolve: Resolver = addresses.resolve) -> requests.Session:
    """Return a client; threads may share it. Its calls raise Refused and TooLong."""
    made = _Session()
    # Neither proxies nor netrc of the machine: both would speak for us.
    made.trust_env = False
    made.headers["User-Agent"] = "OnCall"
    # Packed, a short answer could be a very long one.
    made.headers["Accept-Encoding"] = "identity"
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        made.mount(scheme, _Adapter(resolve))
    return made


class _Session(requests.Session):
    """Takes a redirect for an answer like any other."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow nothing."""


class _Adapter(HTTPAdapter):
    """Checks every request, and reads no more of an answer than its limits allow."""

    def __init__(self, resolve: Resolver) -> None:
        self._resolve = resolve
        super().__init__(HOSTS, CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have connections made by us."""
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _pools(self._resolve)

    def send(  # type: ignore[override]
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        **options: Any,
    ) -> requests.Response:
        """Send it; raises Refused, TooLong and what requests raises."""
        check(request.url or "")
        answer = super().send(
            request, stream=True, timeout=timeout or SECONDS, **options
        )
        try:
            content = answer.raw.read(LONGEST_ANSWER + 1, decode_content=False)
        except (OSError, HTTPError) as error:
            answer.close()
            raise requests.ReadTimeout(error, request=request) from error
        if len(content) > LONGEST_ANSWER:
            answer.close()
            raise TooLong(_("The answer is too long."), answer.status_code)
        # As requests itself keeps what it has read.
        vars(answer).update(_content=content, _content_consumed=True)
        answer.raw.release_conn()
        return answer


def _pools(resolve: Resolver) -> dict[str, type[HTTPConnectionPool]]:
    """Make the pools whose connections go to checked addresses only."""

    class Plain(deadlines.Plain):
        def _new_conn(self) -> socket.socket:
            return _connect(self, resolve)

    class Encrypted(deadlines.Encrypted):
        def _new_conn(self) -> socket.socket:
            return _connect(self, resolve)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def _connect(connection: HTTPConnection, resolve: Resolver) -> socket.socket:
    """Connect to a checked address of the host, whose name stays for TLS."""
    host = connection.host
    try:
        found = resolve(host, connection.port)
        private = addresses.first_private(found)
        if private is not None and not _is_allowed(host):
            raise Refused(_("The name leads into a private network."))
        return _first_open(found, connection)
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from error


def _first_open(found: list[str], connection: HTTPConnection) -> socket.socket:
    """Try the addresses in turn, all within the time for one."""
    timeout = connection.timeout
    seconds = timeout if isinstance(timeout, int | float) else SECONDS
    until, failure = monotonic() + seconds, OSError("no address")
    for address in found:
        left = until - monotonic()
        if left <= 0:
            break
        try:
            opened = socket.create_connection((address, connection.port), left)
        except OSError as error:
            failure = error
        else:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return opened
    raise failure


def _is_allowed(host: str) -> bool:
    """Say whether the operator lets us call this host although it is private."""
    return host.lower() in settings.ALLOWED_PRIVATE_HOSTS


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
