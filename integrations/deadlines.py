"""An answer of a web server that must be over by a time, however slowly it drips."""

import http.client
import io
import socket
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

USUAL = 10.0


class TooLate(TimeoutError):
    """The answer was not over in time."""


class Answer(http.client.HTTPResponse):
    """Reads head and body within the socket's timeout, taken as a whole."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        until = monotonic() + (sock.gettimeout() or USUAL)
        # The usual one waits that long for every piece, so for ever in all.
        self.fp.close()
        self.fp = io.BufferedReader(_Dripping(sock, until))


class Plain(HTTPConnection):
    """A connection whose answers are over in time."""

    response_class = Answer


class Encrypted(HTTPSConnection):
    """The same with TLS."""

    response_class = Answer


class PlainPool(HTTPConnectionPool):
    """Keeps such connections."""

    ConnectionCls = Plain


class EncryptedPool(HTTPSConnectionPool):
    """The same with TLS."""

    ConnectionCls = Encrypted


class Adapter(HTTPAdapter):
    """Lets a session of requests have answers that are over within its timeout."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have connections made by us."""
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}


class _Dripping(io.RawIOBase):
    """Reads from a socket, each time only for as long as is left."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """Answer yes."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read a piece. Raises TooLate."""
        left = self._until - monotonic()
        if left <= 0:
            raise TooLate("the answer took too long")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let the socket go; this will close it if nobody else holds it."""
        if not self.closed:
            self._raw.close()
        super().close()
