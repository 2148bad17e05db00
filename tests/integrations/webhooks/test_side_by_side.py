"""Relays and senders side by side: each event is told once, and in its order."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from threading import Lock, Thread

import pytest
from django.db import connections

from accounts import tenancy
from accounts.permissions import Actor
from incidents import actions, relay
from incidents.models import OutboxEntry
from integrations.models import WebhookDelivery
from integrations.webhooks import leases, results, subscriptions
from integrations.webhooks.posting import Outcome
from tests import factories
from tests.factories import NOON

SECOND = timedelta(seconds=1)


def side_by_side(job: Callable[[], object], threads: int = 4) -> None:
    """Do a job in threads that have connections of their own."""

    def work() -> None:
        try:
            job()
        finally:
            connections["default"].close()

    running = [Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in running)


@pytest.fixture
def account(transactional_db):
    """An account whose three incidents have been through much, all of it untold."""
    with tenancy.all_accounts():
        made = factories.account("Small")
        ann = factories.person(made, "Ann", "owner").membership
        service = factories.service(made, factories.policy(made, [ann]))
    actor = Actor("web", ann)
    values = {
        "url": "https://receiver.example/",
        "events": [
            "incident.triggered",
            "incident.acknowledged",
            "incident.unacknowledged",
        ],
    }
    with tenancy.scope(made):
        subscriptions.create(made, actor=actor, at=NOON, values=values)
    service.account.refresh_from_db()
    for number in range(3):
        with tenancy.scope(made):
            incident = actions.open_incident(
                service, actor=actor, at=NOON, title=f"Number {number}"
            )
        for seconds in range(1, 9):
            verb = actions.acknowledge if seconds % 2 else actions.unacknowledge
            with tenancy.scope(made):
                verb(incident, actor=actor, at=NOON + seconds * SECOND)
    return made


def told() -> list[WebhookDelivery]:
    with tenancy.all_accounts():
        return list(WebhookDelivery.across_accounts.order_by("id"))


def test_each_event_is_told_once_by_however_many_relays(account):
    side_by_side(lambda: relay.hand_on_due(NOON))
    # One that found another at work left it to that one.
    relay.hand_on_due(NOON)

    with tenancy.all_accounts():
        assert OutboxEntry.across_accounts.count() == 0
    rows = told()
    assert len(rows) == 27
    assert len({row.event_id for row in rows}) == 27


def test_senders_side_by_side_send_each_once_and_in_order(account):
    relay.hand_on_due(NOON)
    sent: list[tuple[str, int]] = []
    lock = Lock()

    def send() -> None:
        while found := leases.lease(NOON, limit=2, failing=2):
            with lock:
                sent.extend(
                    (each.delivery.resource, each.delivery.pk) for each in found
                )
            results.delivered([(each, Outcome(status=204)) for each in found], at=NOON)

    side_by_side(send)
    # Whoever found nothing to do, because others had it, went home.
    send()

    assert len(sent) == len(set(sent)) == 27
    assert {row.state for row in told()} == {"delivered"}
    of_resource: dict[str, list[int]] = defaultdict(list)
    for resource, pk in sent:
        of_resource[resource].append(pk)
    assert all(ids == sorted(ids) for ids in of_resource.values())
