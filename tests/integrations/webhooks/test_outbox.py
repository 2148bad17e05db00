"""The outbox: kept with what happens, handed on in order, and never in the way."""

from datetime import timedelta

from accounts import tenancy
from incidents import actions, opening, relay
from incidents.models import OutboxEntry
from integrations.models import WebhookDelivery
from tests.factories import NOON
from tests.integrations.webhooks.telling import (
    SECOND,
    by,
    do,
    log,
    open_incident,
    subscribe,
    tell,
)


def test_what_is_handed_on_is_gone(acme, receiver):
    subscribe(acme, receiver)
    open_incident(acme)
    assert OutboxEntry.across_accounts.count() == 2

    # The opening, and its first level, which is no news of its own.
    assert relay.hand_on_due(NOON) == 2
    assert relay.hand_on_due(NOON) == 0

    assert OutboxEntry.across_accounts.count() == 0
    assert len(log(acme)) == 1


def test_a_row_that_cannot_be_handed_on_steps_aside_for_the_others(acme, receiver):
    subscribe(acme, receiver, "incident.acknowledged", "incident.resolved")
    incident = open_incident(acme)
    relay.hand_on_due(NOON)
    do(actions.acknowledge, incident, NOON)
    poison = OutboxEntry.across_accounts.get()
    poison.snapshot = {"broken": True}
    poison.save()
    do(actions.resolve, incident, NOON)

    tell()
    assert receiver.types == ["incident.resolved"]
    at = NOON
    for _attempt in range(relay.PATIENCE):
        at += timedelta(minutes=1)
        tell(at)

    poison.refresh_from_db()
    assert poison.failures == relay.PATIENCE
    assert poison.set_aside_at is not None
    assert relay.forget(poison.set_aside_at + relay.KEPT) == 0
    assert relay.forget(poison.set_aside_at + relay.KEPT + SECOND) == 1


def test_a_row_without_a_state_of_its_own_gets_the_one_of_now(acme, receiver):
    subscribe(acme, receiver, "incident.triggered")
    open_incident(acme)
    OutboxEntry.across_accounts.update(snapshot=None)

    tell()

    [got] = receiver.received
    assert got.event["data"]["title"] == "Disk full"
    assert len(got.event["data"]["assignees"]) == 1


def test_many_incidents_at_once_cost_few_more_queries(
    acme, receiver, django_assert_max_num_queries
):
    """With a listener, opening costs as much more for 50 as for one."""
    subscribe(acme, receiver)
    acme.service.refresh_from_db()
    drafts = [opening.Draft(title=f"Number {n}", urgency="high") for n in range(50)]
    with django_assert_max_num_queries(40), tenancy.scope(acme.account):
        opening.open_many(acme.service, drafts, actor=by(acme), at=NOON)

    assert OutboxEntry.across_accounts.filter(snapshot=None).count() == 0
    assert relay.hand_on_due(NOON) == 100
    assert WebhookDelivery.across_accounts.count() == 50
