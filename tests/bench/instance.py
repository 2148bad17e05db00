"""An own instance of the product on an own folder and port, with what it needs."""

import json
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

from oncall.embedded import environment, folders, processes
from oncall.embedded.processes import Child
from tests.bench.processes import Processes

MANAGE = (sys.executable, str(folders.ROOT / "manage.py"))
READY = "Ctrl-C stops everything"
PATIENCE = 180
SEED = "from tests.bench import seed; seed.main()"
SCHEDULES = "from tests.bench import schedules; schedules.main()"


@dataclass(frozen=True)
class Instance:
    """One running `manage.py up`."""

    folder: Path
    port: int
    processes: Processes

    @property
    def sockets(self) -> str:
        """The folder of the database's socket."""
        address = environment.published(self.folder)["DATABASE_URL"]
        return parse_qs(urlsplit(address).query)["host"][0]

    def seed(self) -> dict[str, list[str]]:
        """Make the accounts of the bench; this will return their integration keys."""
        keys: dict[str, list[str]] = self.shell(SEED)
        return keys

    def time_schedules(self) -> dict[str, float]:
        """Time the resolver, in an account of its own."""
        found: dict[str, float] = self.shell(SCHEDULES)
        return found

    def crowd(self, call: str) -> Any:
        """Call a function of what runs inside, such as `crowd`, and read its answer."""
        return self.shell(f"from tests.bench import crowd, listed, ticking; {call}")

    def shell(self, code: str) -> Any:
        """Run code that prints JSON on its last line."""
        done = subprocess.run(  # noqa: S603
            [*MANAGE, "shell", "--data", str(self.folder), "-c", code],
            env=environment.without(environment.ITS_OWN),
            cwd=folders.ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return json.loads(done.stdout.splitlines()[-1])

    def connect(self, database: str) -> psycopg.Connection[tuple[int]]:
        """Open a connection as the cluster's superuser, whom no policy holds."""
        return psycopg.connect(
            host=self.sockets, user="postgres", dbname=database, autocommit=True
        )


@contextmanager
def running(mail_port: int) -> Iterator[Instance]:
    """Start an instance that mails to that port; this will leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="oncall-bench-") as home:
        # The database runs as another user when we are root, and must get through.
        Path(home).chmod(0o711)
        folder, port = Path(home) / "data", free_port()
        child = _up(folder, port, mail_port, Path(home) / "up.log")
        try:
            processes.wait_until(
                lambda: READY in child.log.read_text(),
                child,
                patience=PATIENCE,
                stop=_never,
            )
            yield Instance(folder, port, Processes(child.pid))
        finally:
            child.stop(PATIENCE)


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def beside(name: str, command: list[str], log: Path, **more: str) -> Child:
    """Start a process that knows nothing of an instance, and that ends with us."""
    return processes.start(
        name,
        command,
        log=log,
        environment=environment.without(environment.ITS_OWN) | more,
        cwd=folders.ROOT,
        # It has processes of its own to end.
        orphaned=signal.SIGTERM,
    )


def _up(folder: Path, port: int, mail_port: int, log: Path) -> Child:
    options = ["--no-demo", f"--port={port}", "--data", str(folder)]
    return beside(
        "The instance",
        [*MANAGE, "up", *options],
        log,
        EMAIL_URL=f"smtp://127.0.0.1:{mail_port}",
        # The receivers of webhooks.
        ALLOWED_PRIVATE_HOSTS="127.0.0.1",
        PYTHONUNBUFFERED="1",
    )


def _never() -> None:
    """Nothing but an exception ends this start early."""
