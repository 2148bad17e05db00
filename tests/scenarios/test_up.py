"""`manage.py up` as a newcomer meets it: real processes on a real folder."""

import http.client
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
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

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        self.process = subprocess.Popen(  # noqa: S603
            [*MANAGE, "up", "--no-demo", f"--port={self.port}", *self.data, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=SURROUNDINGS,
        )
        self.said = self._read_until_ready()
        # Their own children too: those of the web server and of the database.
        self.parts = psutil.Process(self.process.pid).children(recursive=True)

    @property
    def data(self) -> tuple[str, str]:
        return "--data", str(self.folder)

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

    def _read_until_ready(self) -> str:
        assert self.process.stdout is not None
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        watchdog.start()
        said = ""
        for line in self.process.stdout:
            said += str(line)
            if READY in line:
                break
        watchdog.cancel()
        assert READY in said, said
        return said


@contextmanager
def up(folder: Path, *options: str) -> Iterator[Up]:
    instance = Up(folder, *options)
    try:
        yield instance
    finally:
        instance.end(signal.SIGTERM)
        if instance.process.stdout:
            instance.process.stdout.close()


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory(prefix="oncall-test-") as around:
        # Root's database runs as another user, who must get through to its folder.
        Path(around).chmod(0o711)
        yield Path(around) / "data"


@pytest.fixture(scope="module")
def running(folder):
    with up(folder) as instance:
        yield instance


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [*MANAGE, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=SURROUNDINGS,
    )


def test_it_answers_and_says_where(running):
    status, body = running.answer("/readyz")

    assert status == 200, body
    assert f"http://localhost:{running.port}\n" in running.said
    assert f"http://localhost:{running.port}/outbox" in running.said


def test_the_folder_is_its_owners_only(running):
    readable = [
        path
        for path in (running.folder, *running.folder.iterdir())
        if path.stat().st_mode & 0o007
    ]

    assert readable == []


def test_only_migrate_knows_the_owner_of_the_tables(running):
    found = [part.info["environ"] or {} for part in psutil.process_iter(["environ"])]
    parts = [part for part in found if part.get("DATA_DIR") == str(running.folder)]

    # The web server and its process, the worker, and the clock.
    assert len(parts) == 4
    assert [part for part in parts if "DATABASE_OWNER_URL" in part] == []


def test_another_command_finds_it_by_its_folder(running):
    done = manage("showmigrations", "accounts", *running.data)

    assert "[X] 0001_initial" in done.stdout, done.stderr


def test_the_same_folder_twice_is_refused_in_words(running):
    refused = manage("up", *running.data, "--port", str(running.port + 1))

    assert refused.returncode == 1
    assert f"already running on {running.folder}" in refused.stderr
    assert f"pid {running.process.pid}" in refused.stderr
    assert running.answer("/healthz")[0] == 200


def test_the_same_port_twice_is_refused_in_words(running, tmp_path):
    refused = manage("up", "--data", str(tmp_path), "--port", str(running.port))

    assert refused.returncode == 1
    assert f"Another program has port {running.port}" in refused.stderr


def test_a_second_one_runs_beside_it_and_leaves_no_orphans_when_killed(running):
    beside = running.folder.with_name("beside")
    with up(beside, "--tls", "--workers", "2") as second:
        assert second.answer("/healthz", beside / "tls/ca.pem")[0] == 200
        second.end(signal.SIGKILL)

        assert len(second.parts) > 8
        assert second.orphans() == []
    assert running.answer("/healthz")[0] == 200


def test_the_death_of_a_part_ends_the_whole_with_its_last_words(running):
    beside = running.folder.with_name("beside")
    # The second start on a folder that a kill -9 has left as it was.
    with up(beside) as again:
        [worker] = [part for part in again.parts if "worker" in part.cmdline()]
        worker.kill()
        again.process.wait(PATIENCE)

        assert again.end(signal.SIGTERM) == 1
        assert "The worker was killed by signal 9" in again.said
        assert again.orphans() == []


def test_a_term_stops_everything_cleanly(running):
    assert running.end(signal.SIGTERM) == 0
    assert "Everything is stopped." in running.said
    assert running.orphans() == []
    assert not (running.folder / "instance.json").exists()
