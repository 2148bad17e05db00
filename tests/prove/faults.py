"""Breaks the instance as the plan says, and notes from when to when."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from time import time
from typing import Any

import psycopg
import redis

from tests.prove.instance import Instance
from tests.prove.ledger import Ledger, Tampering
from tests.prove.plans import WORKERS, Fault
from tests.prove.providers import Provider

# A part that was started again is given so long until it works.
WARMING_UP = 90.0
# How many incidents one act of tampering hits.
VICTIMS = 3
SOON = 3
FORGET = """
UPDATE incidents_incident SET escalate_at = NULL WHERE id IN (
    SELECT id FROM incidents_incident
    WHERE status = 'triggered' AND escalate_at > now() + make_interval(secs => %s)
    ORDER BY random() LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id
"""
DELETE = """
DELETE FROM incidents_notification WHERE status = 'planned' AND purpose = 'page'
AND attempts = 0 AND incident_id IN (
    SELECT id FROM incidents_incident
    WHERE status = 'triggered' AND escalate_at > now() + make_interval(secs => %s)
    AND id IN (SELECT incident_id FROM incidents_notification
        WHERE status = 'planned' AND purpose = 'page' AND attempts = 0)
    ORDER BY random() LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING incident_id
"""


class Breaker:
    """Does to an instance and to its providers what the plan says."""

    def __init__(
        self, instance: Instance, providers: dict[str, Provider], ledger: Ledger
    ) -> None:
        self.instance = instance
        self.providers = providers
        self.ledger = ledger
        # What one thing suffers, it suffers in turns.
        self._turns: dict[str, asyncio.Lock] = {}

    async def break_all(self, faults: tuple[Fault, ...]) -> None:
        """Do all of them at their times; this will return when all are over."""
        started_at = time()
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                await asyncio.sleep(max(0.0, started_at + fault.at - time()))
                group.create_task(self._do(fault))

    async def _do(self, fault: Fault) -> None:
        acts: dict[str, Callable[[Fault], Awaitable[None]]] = {
            "kill": self._kill,
            "kill all workers": self._kill_workers,
            "pause": self._pause,
            "flush": self._flush,
            "restart": self._restart_redis,
            "restart fast": self._restart_database,
            "restart immediate": self._restart_database,
            "provider": self._spoil,
            "forget escalation": self._tamper,
            "delete pages": self._tamper,
            "two beats": self._beat_twice,
        }
        async with self._turns.setdefault(fault.target, asyncio.Lock()):
            kind = f"{fault.kind} {fault.mood}".strip()
            with self.ledger.fault(kind, fault.target):
                await acts[fault.kind](fault)

    async def _kill(self, fault: Fault) -> None:
        await self._kill_part(fault.target)

    async def _kill_workers(self, fault: Fault) -> None:
        await asyncio.gather(*map(self._kill_part, WORKERS))

    async def _kill_part(self, part: str) -> None:
        """Kill a part; the supervisor's part is done here, and at once."""
        self.instance.held.add(part)
        try:
            await self.instance.kill(part)
            await self.instance.launch(part)
        finally:
            self.instance.held.discard(part)
        await self.instance.works(part, WARMING_UP)

    async def _pause(self, fault: Fault) -> None:
        self.instance.signal_all(fault.target, signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            self.instance.signal_all(fault.target, signal.SIGCONT)

    async def _flush(self, fault: Fault) -> None:
        def flush() -> None:
            address = self.instance.given["REDIS_URL"]
            with redis.Redis.from_url(address, socket_timeout=5) as client:
                client.flushall()

        await asyncio.to_thread(flush)

    async def _restart_redis(self, fault: Fault) -> None:
        await self.instance.restart_redis(fault.seconds)

    async def _restart_database(self, fault: Fault) -> None:
        is_fast = fault.kind == "restart fast"
        await self.instance.restart_database(
            signal.SIGINT if is_fast else signal.SIGQUIT
        )

    async def _spoil(self, fault: Fault) -> None:
        provider = self.providers[fault.target]
        provider.mood = fault.mood
        await asyncio.sleep(fault.seconds)
        provider.mood = ""

    async def _beat_twice(self, fault: Fault) -> None:
        await self.instance.launch("beat-2")
        await asyncio.sleep(fault.seconds)
        await self.instance.kill("beat-2")

    async def _tamper(self, fault: Fault) -> None:
        query = FORGET if fault.kind == "forget escalation" else DELETE

        def tamper() -> list[tuple[Any, ...]]:
            with self.instance.connect() as connection:
                return connection.execute(query.encode(), [SOON, VICTIMS]).fetchall()

        try:
            victims = await asyncio.to_thread(tamper)
        except psycopg.OperationalError:
            # The database is down itself, which is fault enough.
            return
        self.ledger.tamperings += [
            Tampering(time(), fault.kind, incident)
            for incident in {row[0] for row in victims}
        ]
