"""`manage.py prove`: breaks an instance at random, then accounts for every page."""

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from oncall.embedded import environment
from oncall.embedded.terminal import say, step
from tests.prove import accounting, plans, report, rows
from tests.prove.faults import Breaker
from tests.prove.instance import Instance
from tests.prove.ledger import Ledger
from tests.prove.responders import SLOWEST, Responders
from tests.prove.rows import Rows
from tests.prove.slack import Chats
from tests.prove.stage import stage
from tests.prove.tools import Tools
from tests.prove.verdict import Verdict
from tests.prove.world import World

# Events a second, over all tools.
RATE = 12.0
# With the faults over, this long levels go on before the tools say that all is well:
# more than any level waits, and than the auditor needs.
DRAIN = 75.0
QUIET = 90.0
LOOK = 1.0
FAILING: Final = "failing"
BOTH: Final = ("none", FAILING)


@dataclass
class Proof:
    """One run."""

    options: argparse.Namespace
    folder: Path
    has_chat: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    chats: Chats = field(default_factory=Chats)

    async def run(self) -> tuple[World, Rows]:
        """Do all of it; this will return what the accounting needs."""
        async with stage(
            self.folder,
            self.ledger,
            seed=self.options.seed,
            has_chat=self.has_chat,
        ) as found:
            supervisor = asyncio.create_task(found.instance.supervise())
            try:
                await self._break(found.tools, found.breaker)
                await self._calm_down(found.instance, found.tools, found.responders)
            finally:
                supervisor.cancel()
            with found.instance.connect() as connection:
                if found.slack:
                    self.chats = found.slack.seen(connection)
                return found.world, rows.load(connection)

    async def _break(self, tools: Tools, breaker: Breaker) -> None:
        seconds = self.options.minutes * 60
        plan = plans.of(
            self.options.seed,
            seconds=seconds,
            rate=self.options.rate,
            services=len(tools.services),
        )
        with step(f"Sending and breaking for {seconds:.0f} s"):
            async with asyncio.timeout(seconds + 2 * QUIET):
                await asyncio.gather(
                    tools.say(plan.conversations), breaker.break_all(plan.faults)
                )

    async def _calm_down(
        self, instance: Instance, tools: Tools, responders: Responders
    ) -> None:
        """Let everything that waits come, end what is open, and wait for silence."""
        with step("Waiting for what is still to come"):
            await instance.is_ready()
            await asyncio.sleep(DRAIN - SLOWEST)
            # Who is at it by now has answered when the time is over.
            responders.is_off = True
            await asyncio.sleep(SLOWEST)
            await responders.rest()
        with step("Ending what is open"), instance.connect() as connection:
            found = {s.id: place for place, s in enumerate(tools.services)}
            keys = [
                (found[service], key) for service, key in rows.open_keys(connection)
            ]
            last = max(sent.event.number for sent in self.ledger.sent)
            await tools.end(keys, last + 1)
            deadline = time.monotonic() + QUIET
            while rows.waiting(connection) and time.monotonic() < deadline:
                await asyncio.sleep(LOOK)


def main(arguments: list[str]) -> int:
    """Prove, or show what was lost; this will return the exit code."""
    options = _options(arguments)
    for name in environment.ITS_OWN:
        os.environ.pop(name, None)
    modes = BOTH if options.chat == "both" else (options.chat,)
    found = {mode: _prove(options, mode) for mode in modes}
    _write(options, found)
    if len(found) > 1:
        say(f"\n{report.side_by_side(found)}")
    return 0 if all(map(report.is_proved, found.values())) else 1


def _prove(options: argparse.Namespace, chat: str) -> dict[str, Any]:
    """Do one run, and show it; this will return its figures."""
    home = Path(tempfile.mkdtemp(prefix="oncall-prove-"))
    # The database runs as another user when we are root, and must get through.
    home.chmod(0o711)
    load, started_at = os.getloadavg()[0], time.monotonic()
    proof = Proof(options, home / "data", has_chat=chat == FAILING)
    try:
        world, found = asyncio.run(proof.run())
    except BaseException:
        say(f"\nThe run broke off. Its data and logs are in {home}.")
        raise
    verdict = accounting.settle(world, proof.ledger, found)
    took = time.monotonic() - started_at
    run = report.Run(options.seed, options.minutes, took, load, chat)
    figures = report.figures(run, verdict, proof.ledger, proof.chats)
    _show(figures, verdict, found)
    if report.is_proved(figures) and not options.keep:
        shutil.rmtree(home, ignore_errors=True)
    else:
        (home / "seen.json").write_text(report.seen(proof.ledger))
        say(f"The data, all logs and what was seen are kept in {home}.")
    return figures


def _show(figures: dict[str, Any], verdict: Verdict, found: Rows) -> None:
    say(f"\n{report.table(figures)}\n")
    say(report.latest(verdict, found))
    if not verdict.is_clean:
        say(report.evidence(verdict, found))


def _write(options: argparse.Namespace, found: dict[str, dict[str, Any]]) -> None:
    """Write the figures down: those of one run, or of both by their names."""
    target = options.json or (
        Path(tempfile.gettempdir()) / f"oncall-prove-{options.seed}.json"
    )
    with suppress(OSError):
        whole = found if len(found) > 1 else next(iter(found.values()))
        target.write_text(report.as_json(whole))
        say(f"The figures are in {target}.")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py prove", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="default: 2")
    parser.add_argument("--seed", type=int, help="default: another one each time")
    parser.add_argument("--rate", type=float, default=RATE, help="events a second")
    parser.add_argument(
        "--chat",
        choices=(*BOTH, "both"),
        default=FAILING,
        help="whether every incident is to be shown in a Slack that fails all the time"
        " (the default), or both, one run after the other, to compare the lateness",
    )
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    options = parser.parse_args(arguments)
    if options.seed is None:
        options.seed = random.randrange(10**6)
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["prove"] else sys.argv[1:]))
