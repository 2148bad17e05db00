"""The instance that is broken: every part a process of its own, known by its id.

Parts are started as `manage.py up` starts them, and started again when they end, as a
supervisor would.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg

from oncall.embedded import environment, folders, parts, postgres, processes, redis
from oncall.embedded.probe import Door
from oncall.embedded.processes import Child
from tests.prove.ledger import Ledger
from tests.prove.plans import WORKERS

Result = TypeVar("Result")

MANAGE = str(folders.ROOT / "manage.py")
FURNISH = "from tests.prove import furnishing; furnishing.main()"
# What each says as soon as it works.
READY = {"worker": " ready.", "beat": " is starting."}
PATIENCE = 240.0
LOOK = 0.1
# So long a supervisor waits before it starts a part again that ended by itself.
RESTART_PAUSE = 1.0
GOODBYE = 15.0
ALWAYS = ("web", *WORKERS, "beat-1")


class Instance:
    """One installation on one folder."""

    def __init__(
        self,
        folder: Path,
        port: int,
        settings: Mapping[str, str],
        ledger: Ledger,
        always: Sequence[str] = ALWAYS,
    ) -> None:
        self.folder = folders.prepare(folder)
        self.door = Door("127.0.0.1", port, None)
        self.ledger = ledger
        self.always = always
        self.children: dict[str, Child] = {}
        # Parts that must run, and are started again by the supervisor.
        self.wanted: set[str] = set()
        # Parts that a fault keeps down for now.
        self.held: set[str] = set()
        self._running = ExitStack()
        # Children die with the thread that started them, so one thread starts all.
        self._hands = ThreadPoolExecutor(1, "hands")
        self._starts: dict[str, int] = {}
        given = environment.of_instance(
            self.folder, host="127.0.0.1", port=port, tls=False
        )
        self.given = given | dict(settings)

    async def start(self) -> None:
        """Start everything; this will return after the engine's first tick."""
        await self._do(self._start_services, PATIENCE)
        await self._do(
            lambda: parts.migrate(self.folder, self.given, stop=_never), PATIENCE
        )
        self.wanted.update(self.always)
        for part in self.always:
            await self.launch(part)
        await self.is_ready(PATIENCE)

    async def stop(self) -> None:
        """End everything in order."""
        self.wanted.clear()
        await self._do(self._stop)
        self._hands.shutdown()

    async def is_ready(self, patience: float = PATIENCE) -> None:
        """Wait until the web answers and the worker hears the clock."""
        deadline = time.monotonic() + patience
        while not await asyncio.to_thread(self.door.is_ready):
            if time.monotonic() > deadline:
                raise processes.Failed("The instance does not get ready")
            await asyncio.sleep(LOOK)

    async def supervise(self) -> None:
        """Start parts again that ended by themselves, until cancelled."""
        while True:
            for part in self.wanted - self.held:
                child = self.children.get(part)
                if child is not None and not child.is_running():
                    self.ledger.fallen.append(part)
                    await asyncio.sleep(RESTART_PAUSE)
                    if part in self.wanted - self.held and not child.is_running():
                        await self.launch(part)
            await asyncio.sleep(LOOK)

    async def launch(self, part: str) -> None:
        """Start a part; this will not wait until it works."""
        self.children[part] = await self._do(lambda: self._launch(part))

    async def works(self, part: str, patience: float) -> None:
        """Wait until a part says that it works; the web is asked for it."""
        child, end = self.children[part], time.monotonic() + patience
        while time.monotonic() < end and self.children[part] is child:
            if part == "web":
                mine = self.given["INSTANCE_ID"]
                if await asyncio.to_thread(self.door.answers_as, mine):
                    return
            elif READY[part.partition("-")[0]] in child.log.read_text():
                return
            await asyncio.sleep(LOOK)

    async def kill(self, part: str) -> None:
        """`kill -9` of a part and of its own children."""
        child = self.children[part]
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await asyncio.to_thread(child.process.wait)

    def signal_all(self, part: str, number: signal.Signals) -> None:
        """Send a signal to a part and to all below it."""
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.children[part].pid)
            for process in (root, *root.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)

    async def restart_database(self, number: signal.Signals) -> None:
        """Stop PostgreSQL by a signal, and start it again at once."""
        child = self.children["postgres"]
        child.process.send_signal(number)
        await asyncio.to_thread(child.process.wait)
        self.children["postgres"] = await self._do(self._start_database)

    async def restart_redis(self, pause: float) -> None:
        """`kill -9` of Redis; after a pause start it again, empty."""
        await self.kill("redis")
        await asyncio.sleep(pause)
        self.children["redis"] = await self._do(self._start_redis)

    def connect(self) -> psycopg.Connection[Any]:
        """Open a connection as the cluster's superuser, whom no policy holds."""
        return psycopg.connect(
            host=str(self._postgres.sockets),
            user="postgres",
            dbname="oncall",
            autocommit=True,
            connect_timeout=10,
        )

    async def furnish(self, given: Mapping[str, str]) -> Any:
        """Make the accounts, by the product's own models; this will describe them.

        `furnishing` says what it is given in its environment.
        """
        return await self._do(lambda: self._furnish(given), PATIENCE)

    async def _do(
        self, work: Callable[[], Result], patience: float = PATIENCE
    ) -> Result:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(patience):
            return await loop.run_in_executor(self._hands, work)

    def _start_services(self) -> None:
        self._running.enter_context(folders.locked(self.folder))
        self._sockets = self._running.enter_context(
            folders.sockets(self.folder / "run", None)
        )
        self._postgres = self._running.enter_context(postgres.cluster(self.folder))
        # For the accounting: when a verb was done, not only when it was asked for.
        self._postgres.settings["track_commit_timestamp"] = "on"
        self.children["redis"] = self._start_redis()
        self.children["postgres"] = self._start_database()
        self.given |= {
            "DATABASE_URL": self._postgres.url("oncall_app"),
            "DATABASE_OWNER_URL": self._postgres.url("oncall_owner"),
            "REDIS_URL": redis.url(self._sockets),
        }
        # So that `manage.py shell --data FOLDER` works while it runs.
        environment.publish(self.folder, self.given)
        self._running.callback(environment.withdraw, self.folder)

    def _start_database(self) -> Child:
        logs = self.folder / "logs"
        self._keep(logs / "postgres.log")
        return postgres.start(self._postgres, logs, stop=_never)

    def _start_redis(self) -> Child:
        logs = self.folder / "logs"
        self._keep(logs / "redis.log")
        return redis.start(self._sockets, logs, stop=_never)

    def _launch(self, part: str) -> Child:
        # A folder for each, because its log's name is that of its kind.
        home = self.folder / part
        for name in ("logs", "beat"):
            (home / name).mkdir(parents=True, exist_ok=True)
        kind = part.partition("-")[0]
        self._keep(home / "logs" / f"{kind}.log")
        if kind == "web":
            return parts.web(self.door, 1, home, self.given)
        return {"worker": parts.worker, "beat": parts.beat}[kind](home, self.given)

    def _keep(self, log: Path) -> None:
        """Put the log of the part's last life aside: it may be evidence."""
        life = self._starts[str(log)] = self._starts.get(str(log), 0) + 1
        if log.exists():
            log.rename(log.with_suffix(f".{life}.log"))

    def _stop(self) -> None:
        for part in reversed(list(self.children)):
            if part not in ("postgres", "redis"):
                self.signal_all(part, signal.SIGCONT)
                self.children[part].stop(GOODBYE)
        for part in ("postgres", "redis"):
            if part in self.children:
                self.signal_all(part, signal.SIGCONT)
                self.children[part].stop(GOODBYE)
        self._running.close()

    def _furnish(self, given: Mapping[str, str]) -> Any:
        done = subprocess.run(  # noqa: S603 our own command
            [sys.executable, MANAGE, "shell", "-c", FURNISH],
            env=environment.of_the_app(self.given) | dict(given),
            cwd=folders.ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise processes.Failed(f"The accounts were not made:\n{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])


def _never() -> None:
    """Nothing but an exception ends a start early."""
