"""The parts of our own that `up` runs, each as its command line."""

import json
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from oncall.embedded import environment, folders, processes
from oncall.embedded.probe import Door
from oncall.embedded.processes import Child, Failed

THREADS = "8"
STOP_WORKERS = "5"


def web(door: Door, workers: int, folder: Path, given: Mapping[str, str]) -> Child:
    """Start the web server; this will not wait until it answers."""
    options = [
        *("--interface", "wsgi", "--no-ws"),
        *("--host", door.host, "--port", str(door.port)),
        *("--workers", str(workers), "--blocking-threads", THREADS),
        *("--workers-kill-timeout", STOP_WORKERS),
        *(_tls(folder) if door.authority else ()),
    ]
    # Only here: Celery would close a pool at every task.
    surroundings = {**environment.of_the_app(given), "DATABASE_POOL": "true"}
    command = ["granian", *options, "oncall.wsgi:application"]
    return _start(
        "The web server",
        "web",
        command,
        folder,
        surroundings,
        # It has worker processes, which it would leave behind.
        orphaned=signal.SIGTERM,
    )


def worker(folder: Path, given: Mapping[str, str]) -> Child:
    """Start the one who delivers; this will not wait until it is ready."""
    options = [
        # It is the messenger too, whose process of its own would need as much memory
        # again. Webhooks and chats that keep silent have eight threads at most, so
        # that paging has as many as it would have alone.
        *("--queues", "celery,outbox,chat", "--concurrency", "16"),
        *("--pool", "threads", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    command = ["celery", "--app", "oncall", "worker", *options]
    surroundings = environment.of_the_app(given)
    return _start("The worker", "worker", command, folder, surroundings)


def beat(folder: Path, given: Mapping[str, str]) -> Child:
    """Start the clock; this will not wait for its first tick."""
    schedule = folder / "beat/schedule"
    # It would say that it ticked, each second.
    options = ["--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING"]
    command = ["celery", "--app", "oncall.clock", "beat", *options]
    return _start("The clock", "beat", command, folder, environment.of_the_app(given))


def slack(folder: Path, given: Mapping[str, str]) -> Child:
    """Start the one who listens to Slack; this will not wait until it is connected."""
    surroundings = environment.of_the_app(given)
    command = ["django", "slack_socket", "--skip-checks"]
    surroundings |= {"DJANGO_SETTINGS_MODULE": "oncall.settings"}
    return _start("The connection to Slack", "slack", command, folder, surroundings)


def migrate(folder: Path, given: Mapping[str, str], stop: Callable[[], None]) -> None:
    """Bring the database up to date as its owner; raises Failed with its words."""
    _run("migrate", ["manage.py", "migrate"], folder, given, stop)


def load_demo(
    folder: Path, given: Mapping[str, str], stop: Callable[[], None]
) -> dict[str, str]:
    """Make the demo account; this will return how to sign in, or raise Failed."""
    surroundings = environment.of_the_app(given)
    log = _run("load_demo", ["manage.py", "load_demo"], folder, surroundings, stop)
    said = [line for line in log.read_text().splitlines() if line.startswith("{")]
    # It names a password.
    log.unlink()
    try:
        demo: dict[str, str] = json.loads(said[-1])
    except (IndexError, ValueError):
        raise Failed("load_demo did not say how to sign in.") from None
    return demo


def certify(folder: Path, given: Mapping[str, str], stop: Callable[[], None]) -> None:
    """Have a certificate for the names in our address; raises Failed."""
    named = [name.strip("[]") for name in given["ALLOWED_HOSTS"].split(",")]
    names = [name for name in named if name.replace("*", "").strip(".")]
    command = ["-m", "oncall.certificates", str(folder / "tls"), *names]
    _run("certificates", command, folder, given, stop)


def _tls(folder: Path) -> list[str]:
    certificate, key = folder / "tls/localhost.pem", folder / "tls/localhost.key"
    files = ["--ssl-certificate", str(certificate), "--ssl-keyfile", str(key)]
    return [*files, "--ssl-protocol-min", "tls1.2"]


def _start(
    name: str,
    log: str,
    command: list[str],
    folder: Path,
    given: Mapping[str, str],
    orphaned: signal.Signals = signal.SIGKILL,
) -> Child:
    return processes.start(
        name,
        [sys.executable, "-m", *command],
        log=folder / "logs" / f"{log}.log",
        environment=given,
        cwd=folders.ROOT,
        orphaned=orphaned,
    )


def _run(
    name: str,
    command: list[str],
    folder: Path,
    given: Mapping[str, str],
    stop: Callable[[], None],
) -> Path:
    """Run it to its end; this will return its log."""
    log = folder / "logs" / f"{name}.log"
    child = processes.start(
        name,
        [sys.executable, *command],
        log=log,
        environment=given,
        cwd=folders.ROOT,
    )
    try:
        processes.wait_for_end(child, stop=stop)
    finally:
        child.stop(patience=5)
    if child.process.returncode:
        raise Failed(f"{name} failed:\n{child.last_words()}")
    return log
