"""What is about one thing arrives in its order; what is not, overtakes."""

from collections import defaultdict
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Actor
from incidents import actions, relay
from integrations.models import WebhookDelivery
from integrations.webhooks import leases, queue, results, subscriptions
from integrations.webhooks.posting import Outcome
from tests.factories import NOON
from tests.fakes.receiver import Receiver
from tests.integrations.webhooks.telling import (
    SECOND,
    State,
    by,
    do,
    log,
    open_incident,
    subscribe,
    tell,
)

FAILED = Outcome(error="It was down.", status=503)
GONE = Outcome(error="It is gone.", status=410, is_final=True)


def test_a_later_event_waits_behind_one_that_is_tried_again(acme, receiver):
    subscribe(acme, receiver)
    incident = open_incident(acme)
    receiver.answers = [500]
    tell()
    do(actions.acknowledge, incident, NOON + SECOND)
    do(actions.resolve, incident, NOON + 2 * SECOND)

    tell(NOON + 3 * SECOND)
    assert len(receiver.received) == 1
    tell(NOON + 10 * SECOND)

    assert receiver.types == [
        "incident.triggered",
        "incident.triggered",
        "incident.acknowledged",
        "incident.resolved",
    ]


def test_what_is_about_something_else_overtakes(acme, receiver):
    subscribe(acme, receiver)
    open_incident(acme, "First")
    receiver.answers = [500]
    tell()
    second = open_incident(acme, "Second")

    tell(NOON + SECOND)

    assert receiver.received[-1].event["data"]["id"] == second.public_id


def test_one_that_is_given_up_lets_the_next_one_go(acme, receiver):
    subscribe(acme, receiver)
    incident = open_incident(acme)
    do(actions.resolve, incident, NOON + SECOND)
    receiver.answers = [404]

    tell(NOON + SECOND)

    assert receiver.types == ["incident.triggered", "incident.resolved"]
    assert [row.state for row in log(acme)] == [State.DROPPED, State.DELIVERED]


def test_no_more_than_a_few_are_on_their_way_to_one_receiver(acme, receiver):
    subscribe(acme, receiver)
    for number in range(9):
        open_incident(acme, f"Number {number}")
    relay.hand_on_due(NOON)

    taken = leases.lease(NOON, limit=32, failing=16)
    more = leases.lease(NOON, limit=32, failing=16)

    assert (len(taken), more) == (leases.SLOTS, [])


def test_one_that_fails_has_one_at_a_time(acme, receiver):
    subscribe(acme, receiver)
    open_incident(acme)
    receiver.answers = [500]
    tell()
    for number in range(5):
        open_incident(acme, f"Number {number}")
    relay.hand_on_due(NOON + SECOND)

    assert len(leases.lease(NOON + SECOND, limit=32, failing=16)) == 1


def test_one_account_with_a_flood_leaves_room_for_another(
    acme, globex, receiver, another
):
    subscribe(acme, receiver)
    subscribe(globex, another)
    for number in range(50):
        open_incident(acme, f"Number {number}")
    open_incident(globex)
    relay.hand_on_due(NOON)

    taken = leases.lease(NOON, limit=leases.SLOTS, failing=16)

    assert globex.account.pk in {leased.subscription.account_id for leased in taken}


def test_what_is_sent_again_by_hand_stands_behind_what_waits(acme, receiver):
    subscribe(acme, receiver)
    incident = open_incident(acme)
    tell()
    do(actions.acknowledge, incident, NOON + SECOND)
    relay.hand_on_due(NOON + SECOND)

    subscriptions.replay(log(acme)[0], actor=by(acme), at=NOON + SECOND)
    tell(NOON + SECOND)

    assert receiver.types == [
        "incident.triggered",
        "incident.acknowledged",
        "incident.triggered",
    ]
    assert receiver.received[0].event["id"] == receiver.received[2].event["id"]
    assert receiver.received[0].body == receiver.received[2].body


# What becomes of attempts: taken, failed, gone for good, or never heard of again.
FATES = st.lists(st.sampled_from(["taken", "failed", "gone", "died"]), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.integers(0, 2), min_size=1, max_size=12), fates=FATES)
def test_nothing_overtakes_within_a_resource_whatever_fails(acme, events, fates):
    WebhookDelivery.across_accounts.all().delete()
    subscription = _fresh(acme)
    for number, resource in enumerate(events):
        _add(subscription, f"incident {resource}", number)
    chances, at = list(fates), NOON
    ended: dict[str, list[int]] = defaultdict(list)

    for _round in range(200):
        for leased in leases.lease(at, limit=3, failing=3):
            fate = chances.pop(0) if chances else "taken"
            row = leased.delivery
            if fate == "taken":
                results.delivered([(leased, Outcome(status=204))], at=at)
            elif fate != "died":
                results.failed(leased, FAILED if fate == "failed" else GONE, at=at)
            if fate in ("taken", "gone"):
                ended[row.resource].append(int(row.body))
        at += timedelta(seconds=15)
        _keep_enabled(subscription)

    everything = [number for numbers in ended.values() for number in numbers]
    assert sorted(everything) == list(range(len(events)))
    assert all(numbers == sorted(numbers) for numbers in ended.values())


def _fresh(world):
    world.account.webhook_subscriptions.all().delete()
    return subscribe(world, Receiver(url="https://receiver.example/"))


def _add(subscription, resource, number):
    row = WebhookDelivery(
        account=subscription.account,
        subscription=subscription,
        event_type="incident.triggered",
        resource=resource,
        body=str(number),
        occurred_at=NOON,
        created_at=NOON,
        due_at=NOON,
        expires_at=NOON + queue.KEPT,
    )
    row.save()


def _keep_enabled(subscription):
    subscription.refresh_from_db()
    if subscription.disabled_until:
        subscriptions.enable(subscription, actor=Actor("web"), at=NOON)
