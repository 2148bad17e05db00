"""`manage.py up`: starts every part, says where it is, and ends them all together."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from oncall.embedded import (
    environment,
    folders,
    parts,
    postgres,
    processes,
    services,
    welcome,
)
from oncall.embedded.probe import Door
from oncall.embedded.processes import Child, Failed
from oncall.embedded.terminal import Interrupts, Stopped, say, step

# The order of stopping is the reverse of starting: web, clock, worker, database, Redis.
PATIENCE = 15
FIRST_ANSWER = 60
LOOK = 0.2


@dataclass
class Instance:
    """One installation on one folder, while it runs."""

    options: argparse.Namespace
    folder: Path
    interrupts: Interrupts
    running: ExitStack
    children: list[Child] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def door(self) -> Door:
        authority = self.folder / "tls/ca.pem" if self.options.tls else None
        return Door(self.options.host, self.options.port, authority)

    def start(self) -> None:
        """Start all parts in order; raises Failed or Stopped."""
        self.environment = environment.of_instance(
            self.folder,
            host=self.options.host,
            port=self.options.port,
            tls=self.options.tls,
        )
        self._start_services()
        environment.publish(self.folder, self.environment)
        self.running.callback(environment.withdraw, self.folder)
        self._prepare()
        self._start_parts()

    def watch(self) -> None:
        """Wait for Stopped; raises Failed, with its last words, when a part ends."""
        while True:
            self._check()
            time.sleep(LOOK)

    def _check(self) -> None:
        """Raises Stopped if somebody asked for it, or Failed if a part has ended."""
        self.interrupts.check()
        for child in self.children:
            if not child.is_running():
                raise Failed(_obituary(child))

    def _start_services(self) -> None:
        """Redis first, because it must be the last to go."""
        needed = services.needed()
        stop = self.interrupts.check
        if "Redis" in needed:
            with step("Starting Redis"):
                self._keep(services.broker(self.folder, stop=stop))
        if "PostgreSQL" in needed:
            if detour := postgres.detour(self.folder):
                say(detour)
            with step("Starting PostgreSQL"):
                self._keep(services.database(self.folder, stop=stop))

    def _keep(self, service: services.Service) -> None:
        child, found = self.running.enter_context(service)
        self.children.append(child)
        self.environment |= found

    def _prepare(self) -> None:
        folder, given, stop = self.folder, self.environment, self.interrupts.check
        if self.options.tls:
            with step("Checking the certificate"):
                parts.certify(folder, given, stop)
        with step("Bringing the database up to date"):
            parts.migrate(folder, given, stop)
        if not self.options.no_demo and not welcome.knows_demo(folder):
            with step("Making the demo account"):
                welcome.remember_demo(folder, parts.load_demo(folder, given, stop))

    def _start_parts(self) -> None:
        folder, given = self.folder, self.environment
        with step("Starting the worker, the clock and the web"):
            self._adopt(parts.worker(folder, given))
            self._adopt(parts.beat(folder, given))
            if given.get("SLACK_APP_TOKEN"):
                self._adopt(parts.slack(folder, given))
            self._adopt(parts.web(self.door, self.options.workers, folder, given))
            self._await(lambda: self.door.answers_as(given["INSTANCE_ID"]))
        with step("Waiting for the first tick"):
            self._await(self.door.is_ready)

    def _await(self, is_true: Callable[[], bool]) -> None:
        """The last child is the web server, whom we ask; no part may end meanwhile."""
        processes.wait_until(
            is_true, self.children[-1], patience=FIRST_ANSWER, stop=self._check
        )

    def _adopt(self, child: Child) -> None:
        self.children.append(child)
        self.running.callback(child.stop, PATIENCE)


def main(arguments: list[str]) -> int:
    """Run until somebody stops us or a part ends; this will return the exit code."""
    options = _options(arguments)
    interrupts = Interrupts()
    interrupts.listen()
    try:
        with _instance(options, interrupts) as instance:
            instance.start()
            say(welcome.words(instance.folder, instance.environment, options.tls))
            instance.watch()
    except Stopped:
        say("Everything is stopped.")
        return 0
    except Failed as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


@contextmanager
def _instance(
    options: argparse.Namespace, interrupts: Interrupts
) -> Iterator[Instance]:
    """Hold the folder and, after all else, let it go again."""
    folder = folders.prepare(options.data)
    with folders.locked(folder), ExitStack() as running:
        instance = Instance(options, folder, interrupts, running)
        instance.door.require_free()
        try:
            yield instance
        finally:
            say("Stopping ...")


def _obituary(child: Child) -> str:
    code = child.process.returncode
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return (
        f"{child.name} {how}, so everything is stopped. The end of {child.log}:\n"
        f"{child.last_words()}"
    )


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py up",
        description="Start all of OnCall on this machine: database, broker, web "
        "server, worker and clock. Ctrl-C stops them.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="where to listen")
    parser.add_argument("--port", type=_port, default=8000, help="default: 8000")
    parser.add_argument(
        "--data",
        type=Path,
        default=folders.DEFAULT,
        metavar="DIR",
        help="the folder that keeps everything; default: .data of the checkout",
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="make no demo account at the first start"
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        help="https with a certificate made here, for clients that refuse http",
    )
    parser.add_argument(
        "--workers", type=_count, default=1, metavar="N", help="web server processes"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port from 1 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 64")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:]))
