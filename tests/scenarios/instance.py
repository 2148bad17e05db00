"""A running `manage.py up` on a folder of its own, and the other commands of it."""

import http.client
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from oncall.embedded import environment

MANAGE = [sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py")]
SURROUNDINGS = environment.without(environment.ITS_OWN)
READY = "Ctrl-C stops everything"
PATIENCE = 120


class Up:
    """One running `manage.py up`, and what it has said so far."""

    def __init__(
        self, folder: Path, *options: str, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.process = start(
            *("up", "--no-demo", f"--port={self.port}", *self.data, *options),
            settings=settings,
        )
        self.said = read_until(self.process, READY)
        # Their own children too: those of the web server and of the database.
        self.parts = psutil.Process(self.process.pid).children(recursive=True)

    @property
    def data(self) -> tuple[str, str]:
        return "--data", str(self.folder)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def answer(self, path: str, authority: Path | None = None) -> tuple[int, str]:
        """The status and the body of a page, over https if an authority is named."""
        if authority is None:
            connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        else:
            trusted = ssl.create_default_context(cafile=authority)
            connection = http.client.HTTPSConnection(
                "localhost", self.port, timeout=10, context=trusted
            )
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def end(self, number: signal.Signals) -> int:
        """Send the signal and wait; a later call has nothing left to do."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.said += self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode

    def orphans(self) -> list[psutil.Process]:
        """The parts that are still there when each had time to go."""
        _gone, alive = psutil.wait_procs(self.parts, timeout=20)
        return list(alive)


@contextmanager
def up(
    folder: Path, *options: str, settings: Mapping[str, str] | None = None
) -> Iterator[Up]:
    """Start an instance; this will stop it in the end."""
    instance = Up(folder, *options, settings=settings)
    try:
        yield instance
    finally:
        instance.end(signal.SIGTERM)
        if instance.process.stdout:
            instance.process.stdout.close()


@contextmanager
def new_folder() -> Iterator[Path]:
    """A folder for data that is not there yet, and in the end is gone."""
    with tempfile.TemporaryDirectory(prefix="oncall-test-") as around:
        # Root's database runs as another user, who must get through to its folder.
        Path(around).chmod(0o711)
        yield Path(around) / "data"


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(  # noqa: S603
        [*MANAGE, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=SURROUNDINGS,
    )


def start(
    *arguments: str, settings: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a command that goes on, with settings of its own."""
    return subprocess.Popen(  # noqa: S603
        [*MANAGE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=SURROUNDINGS | dict(settings or {}),
    )


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What a command says until it has said the words; else this will fail."""
    assert process.stdout is not None
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    said = ""
    for line in process.stdout:
        said += str(line)
        if words in line:
            break
    watchdog.cancel()
    if words not in said:
        process.kill()
        process.communicate()
        pytest.fail(f"It never said {words!r}:\n{said}")
    return said


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
