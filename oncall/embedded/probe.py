"""Whether a port is free, and whether the one who answers there is us."""

import errno
import http.client
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from oncall.embedded.processes import Failed

LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 what they become


@dataclass(frozen=True)
class Door:
    """Where the web server listens, and the authority that signed its certificate."""

    host: str
    port: int
    authority: Path | None

    def require_free(self) -> None:
        """Raises Failed if the address is another's; this will let it go again."""
        try:
            found = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
        except socket.gaierror as error:
            raise Failed(f"--host {self.host}: {error.strerror}.") from None
        for family, kind, protocol, _, address in found[:1]:
            with socket.socket(family, kind, protocol) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self._bind(listener, address)

    def answers_as(self, instance: str) -> bool:
        """Whether it is that instance who answers; another program's 200 is not."""
        answer = self._ask("/healthz")
        return answer is not None and answer.headers["X-Instance-Id"] == instance

    def is_ready(self) -> bool:
        """Whether the worker has heard the clock, and the database and Redis answer."""
        return self._ask("/readyz") is not None

    def _ask(self, path: str) -> http.client.HTTPResponse | None:
        """The answer if it is a 200."""
        connection = self._connection()
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return answer if answer.status == 200 else None

    def _bind(self, listener: socket.socket, address: tuple[object, ...]) -> None:
        try:
            listener.bind(address)
            listener.listen(1)
        except OSError as error:
            raise Failed(self._refusal(error)) from None

    def _refusal(self, error: OSError) -> str:
        reasons = {
            errno.EADDRINUSE: f"Another program has port {self.port}: choose another, "
            f"as in --port {self.port + 1}.",
            errno.EACCES: f"Port {self.port} is for root only: choose one above 1023.",
            errno.EADDRNOTAVAIL: f"--host {self.host} is not of this machine.",
        }
        return reasons.get(error.errno or 0, f"Port {self.port}: {error.strerror}.")

    def _connection(self) -> http.client.HTTPConnection:
        host = LOOPBACK.get(self.host, self.host)
        if self.authority is None:
            return http.client.HTTPConnection(host, self.port, timeout=5)
        trusted = ssl.create_default_context(cafile=self.authority)
        # The certificate is checked; its names are for people, and we use an address.
        trusted.check_hostname = False
        return http.client.HTTPSConnection(host, self.port, timeout=5, context=trusted)
