"""Who hears of what: one's own account, service or team, and only what one chose."""

import pytest

from accounts.permissions import Actor, NotPermitted
from incidents import actions, catalogue, outbox
from integrations.webhooks import subscriptions
from tests import factories
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


def test_another_account_hears_nothing(acme, globex, receiver, another):
    subscribe(acme, receiver)
    subscribe(globex, another)
    incident = open_incident(acme)

    tell()

    assert len(receiver.received) == 1
    assert another.received == []
    assert {row.account_id for row in log(acme)} == {incident.account_id}


def test_a_service_hears_only_of_itself(acme, receiver):
    other = factories.service(acme.account, acme.policy, name="Search")
    subscribe(acme, receiver, filter_type="service", service=other)
    open_incident(acme, "Elsewhere")
    mine = actions.open_incident(other, actor=by(acme), at=NOON, title="Mine")

    tell()

    assert [got.event["data"]["id"] for got in receiver.received] == [mine.public_id]


def test_a_team_hears_only_of_its_services(acme, receiver):
    payments = acme.account.teams.create(name="Payments")
    others = acme.account.teams.create(name="Others")
    subscribe(acme, receiver, filter_type="team", team=payments)
    theirs = factories.service(acme.account, acme.policy, name="Search")
    theirs.team = others
    theirs.save()
    mine = factories.service(acme.account, acme.policy, name="Cards")
    mine.team = payments
    mine.save()
    for service in (theirs, mine, acme.service):
        actions.open_incident(service, actor=by(acme), at=NOON, title=service.name)

    tell()

    [got] = receiver.received
    assert got.event["data"]["title"] == "Cards"
    assert [team["id"] for team in got.event["data"]["teams"]] == [payments.public_id]


def test_the_end_of_a_service_is_told_to_who_listens_to_it(acme, receiver):
    service = factories.service(acme.account, acme.policy, name="Search")
    subscribe(acme, receiver, filter_type="service", service=service)

    catalogue.delete_service(service, actor=by(acme), at=NOON)
    tell()

    assert receiver.types == ["service.deleted"]


def test_what_was_not_chosen_is_not_told(acme, receiver):
    subscribe(acme, receiver, "incident.resolved")
    incident = open_incident(acme)
    do(actions.acknowledge, incident, NOON + SECOND)
    do(actions.resolve, incident, NOON + 2 * SECOND)

    tell()

    assert receiver.types == ["incident.resolved"]


def test_without_listeners_nothing_is_kept_and_nothing_asked(
    acme, receiver, django_assert_num_queries
):
    """Where the account is loaded, as it is in intake and in the engine."""
    incident = open_incident(acme)
    entries = list(incident.timeline.select_related("incident__account"))

    with django_assert_num_queries(0):
        outbox.record(entries)

    assert entries
    assert acme.account.outbox.count() == 0


def test_after_the_last_listener_nothing_is_kept_either(acme, receiver):
    subscription = subscribe(acme, receiver)
    acme.account.refresh_from_db()
    assert acme.account.has_listeners
    subscriptions.delete(subscription, actor=by(acme), at=NOON)

    acme.account.refresh_from_db()
    assert not acme.account.has_listeners
    acme.service.refresh_from_db()
    open_incident(acme)
    assert acme.account.outbox.count() == 0


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_who_may(acme, receiver, name):
    """Alice is an owner; Bob only responds."""
    subscription = subscribe(acme, receiver)
    open_incident(acme)
    tell()
    actor = Actor("web", acme.people[name].membership)
    secret, delivery = subscription.secrets.get(), log(acme)[0]
    given = {"url": receiver.url, "events": ["incident.triggered"]}
    calls = [
        lambda: subscriptions.create(acme.account, actor=actor, at=NOON, values=given),
        lambda: subscriptions.change(
            subscription, actor=actor, at=NOON, values={"description": "x"}
        ),
        lambda: subscriptions.add_secret(subscription, actor=actor, at=NOON),
        lambda: subscriptions.revoke_secret(secret, actor=actor, at=NOON),
        lambda: subscriptions.ping(subscription, actor=actor, at=NOON),
        lambda: subscriptions.replay(delivery, actor=actor, at=NOON),
        lambda: subscriptions.replay_held(subscription, actor=actor, at=NOON),
        lambda: subscriptions.replay_dropped(subscription, actor=actor, at=NOON),
        lambda: subscriptions.disable(subscription, actor=actor, at=NOON),
        lambda: subscriptions.enable(subscription, actor=actor, at=NOON),
        lambda: subscriptions.delete(subscription, actor=actor, at=NOON),
    ]
    for call in calls:
        if name == "alice":
            call()
        else:
            with pytest.raises(NotPermitted):
                call()
    written = acme.account.audit_entries.filter(action__contains="webhook").count()
    assert written == (len(calls) + 1 if name == "alice" else 1)
