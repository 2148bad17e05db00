"""Tools that send events, and that send them again until they are told 202."""

import asyncio
import json
import time

from tests.prove import wire
from tests.prove.ledger import Ledger, Sent
from tests.prove.plans import Conversation, Event
from tests.prove.world import Service

PATH = "/v2/enqueue"
ACCEPTED = 202
PATIENCE = 6.0
PAUSES = (0.2, 0.5, 1.0)
CONNECTIONS = 16


class Tools:
    """All monitoring tools of all accounts."""

    def __init__(self, port: int, services: list[Service], ledger: Ledger) -> None:
        self.port = port
        self.services = services
        self.ledger = ledger
        self._connections = asyncio.Semaphore(CONNECTIONS)

    async def say(self, conversations: tuple[Conversation, ...]) -> None:
        """Hold all conversations at their times."""
        started_at = time.time()
        async with asyncio.TaskGroup() as group:
            for conversation in conversations:
                wait = started_at + conversation.at - time.time()
                await asyncio.sleep(max(0.0, wait))
                group.create_task(self._hold(conversation))

    async def end(self, keys: list[tuple[int, str]], number: int) -> None:
        """Say of each (service, dedup key) that all is well."""
        ends = [
            Event(number + place, service, "resolve", key, "info")
            for place, (service, key) in enumerate(keys)
        ]
        await asyncio.gather(*map(self.send, ends))

    async def _hold(self, conversation: Conversation) -> None:
        for pause, event in conversation.steps:
            await asyncio.sleep(pause)
            await self.send(event)

    async def send(self, event: Event) -> None:
        """Send until accepted, in this order, as a careful tool does."""
        sent = Sent(event)
        self.ledger.sent.append(sent)
        body = self._body(event)
        while True:
            sent.tries += 1
            if await self._post(body) == ACCEPTED:
                sent.accepted_at = time.time()
                return
            await asyncio.sleep(PAUSES[min(sent.tries, len(PAUSES)) - 1])

    async def _post(self, body: bytes) -> int:
        async with self._connections:
            try:
                headers = {"Content-Type": "application/json"}
                answer = await wire.post(
                    self.port, PATH, body, headers, patience=PATIENCE
                )
            except wire.Hung:
                return 0
            return answer.status

    def _body(self, event: Event) -> bytes:
        words = f"{event.mark} disk full on db-1"
        message = {
            "routing_key": self.services[event.service].key,
            "event_action": event.action,
            "dedup_key": event.dedup_key,
            "payload": {
                "summary": words,
                "source": "db-1",
                "severity": event.severity,
                "custom_details": {"mark": event.mark},
            },
        }
        return json.dumps(message).encode()
