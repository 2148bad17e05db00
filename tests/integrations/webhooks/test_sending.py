"""How webhooks are sent: signed, once, again later, or given up."""

import hmac
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import transaction

from accounts import tenancy
from incidents import actions, relay, states
from integrations.webhooks import leases, queue, results, sending, subscriptions
from integrations.webhooks.posting import Outcome
from tests.factories import NOON
from tests.fakes.receiver import Received
from tests.integrations.webhooks.telling import (
    HOUR,
    SECOND,
    State,
    by,
    do,
    log,
    only,
    open_incident,
    subscribe,
    subscribe_with_secret,
    tell,
)


def is_genuine(got: Received, secret: str) -> bool:
    """Verify as PagerDuty's own guide has its receivers do, in another's words."""
    sent = got.headers["X-PagerDuty-Signature"].split(",")
    due = "v1=" + hmac.new(secret.encode(), got.body, sha256).hexdigest()
    return any(hmac.compare_digest(due, each) for each in sent)


def test_it_arrives_once_signed_and_named(acme, receiver):
    subscription, secret = subscribe_with_secret(acme, receiver)
    open_incident(acme)

    tell()
    tell()

    [got] = receiver.received
    row = only(acme)
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["X-Webhook-Id"] == row.public_id
    assert got.headers["X-Webhook-Subscription"] == subscription.public_id
    assert is_genuine(got, secret)
    assert not is_genuine(got, "another secret")
    assert not is_genuine(Received(got.headers, got.body + b" "), secret)
    assert (row.state, row.attempts, row.last_status) == (State.DELIVERED, 1, 204)
    assert row.body.encode() == got.body
    assert row.ended_at == NOON


def test_each_valid_secret_signs_and_a_revoked_one_does_not(acme, receiver):
    subscription, first = subscribe_with_secret(acme, receiver)
    _row, second = subscriptions.add_secret(subscription, actor=by(acme), at=NOON)
    open_incident(acme)
    tell()
    subscriptions.revoke_secret(
        subscription.secrets.earliest("id"), actor=by(acme), at=NOON
    )
    open_incident(acme, "Another")
    tell()

    both, one = receiver.received
    assert both.headers["X-PagerDuty-Signature"].count("v1=") == 2
    assert " " not in both.headers["X-PagerDuty-Signature"]
    assert is_genuine(both, first)
    assert is_genuine(both, second)
    assert not is_genuine(one, first)
    assert is_genuine(one, second)


def test_custom_headers_come_along_and_a_password_of_the_address_too(acme, receiver):
    address = receiver.url.replace("http://", "http://me:p%40ss@")
    subscription = subscribe(
        acme,
        receiver,
        url=address,
        headers=[{"name": "X-Team", "value": "Paydäy"}],
    )
    open_incident(acme)

    tell()

    [got] = receiver.received
    assert got.headers["Authorization"] == "Basic bWU6cEBzcw=="
    assert got.headers["X-Team"] == "Paydäy"
    assert "p%40ss" not in subscription.url
    subscription.refresh_from_db()
    assert "Basic" not in subscription.sealed_headers


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_passing_failure_is_tried_again_with_growing_waits(acme, receiver, status):
    subscribe(acme, receiver)
    open_incident(acme)
    receiver.answers = [status] * 3
    at, waits = NOON, []
    for _attempt in range(3):
        tell(at)
        row = only(acme)
        assert row.state == State.WAITING
        assert row.due_at
        waits.append(row.due_at - at)
        tell(row.due_at - SECOND)
        at = row.due_at

    tell(at)

    assert waits == [timedelta(seconds=s) for s in (10, 20, 40)]
    assert len(receiver.received) == 4
    assert len({got.headers["X-Webhook-Id"] for got in receiver.received}) == 1
    assert only(acme).state == State.DELIVERED


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("120", 120),
        ("0", 1),
        ("999999999999", 3600),
        ("Wed, 10 Mar 2027 12:02:00 GMT", 120),
        ("Wed, 10 Mar 2020 12:02:00 GMT", 1),
        ("soon", 10),
    ],
)
def test_a_receiver_may_say_how_long_to_wait_within_reason(acme, receiver, said, waits):
    subscribe(acme, receiver)
    open_incident(acme)
    receiver.answers = [lambda handler: handler.plain(429, Retry_After=said)]

    tell()

    assert only(acme).due_at == NOON + timedelta(seconds=waits)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410])
def test_a_refusal_is_final_and_a_redirect_is_one(acme, receiver, status):
    subscribe(acme, receiver)
    open_incident(acme)
    receiver.answers = [
        lambda handler: handler.plain(status, "Gone fishing", Location=receiver.url)
    ]

    tell()
    tell(NOON + HOUR)

    row = only(acme)
    assert (row.state, row.last_status, row.attempts) == (State.DROPPED, status, 1)
    assert row.last_answer == "Gone fishing"
    assert str(status) in row.last_error
    assert len(receiver.received) == 1


def test_who_hangs_up_is_tried_again(acme, receiver):
    subscribe(acme, receiver)
    open_incident(acme)
    receiver.answers = [lambda handler: handler.hang_up()]

    tell()
    assert only(acme).state == State.WAITING
    assert only(acme).last_error
    tell(NOON + 10 * SECOND)

    assert only(acme).state == State.DELIVERED


def test_who_is_not_there_is_tried_again(acme, receiver):
    subscribe(acme, receiver, url="http://127.0.0.1:9/")
    open_incident(acme)

    tell()

    row = only(acme)
    assert row.state == State.WAITING
    assert row.last_error == "The receiver refused the connection."


def test_who_keeps_silent_has_five_seconds(acme, receiver):
    subscribe(acme, receiver)
    open_incident(acme)
    receiver.answers = [lambda handler: handler.keep_silent()]

    tell()

    row = only(acme)
    assert row.state == State.WAITING
    assert row.last_error == "The receiver did not answer within 5 seconds."
    assert row.last_took
    assert timedelta(seconds=4) < row.last_took < timedelta(seconds=10)


def test_of_a_long_answer_only_the_beginning_is_kept(acme, receiver):
    subscribe(acme, receiver)
    receiver.answers = [
        lambda handler: handler.plain(200, "\x00thanks " * 1000),
        lambda handler: handler.plain(200, "x" * 1_000_000),
    ]
    for title in ("One", "Two"):
        open_incident(acme, title)
        tell()

    one, two = log(acme)
    assert (one.state, len(one.last_answer) <= 1024) == (State.DELIVERED, True)
    assert one.last_answer.startswith("thanks thanks")
    assert (two.state, two.last_status) == (State.DELIVERED, 200)


def test_after_two_days_it_is_given_up(acme, receiver):
    subscribe(acme, receiver)
    open_incident(acme)
    receiver.always = 500
    at = NOON
    tell(at)

    while only(acme).state == State.WAITING:
        tell(at)
        at = only(acme).due_at or at

    row = only(acme)
    assert row.state == State.DROPPED
    assert row.ended_at
    assert timedelta(hours=46) < row.ended_at - NOON <= queue.KEPT
    # Each hour at the end.
    assert 50 < row.attempts < 60


def test_what_is_larger_than_anybody_takes_is_not_sent_and_said_so(acme, receiver):
    subscribe(acme, receiver)
    incident = open_incident(acme)
    tell()
    receiver.received.clear()
    people = [{"id": f"P{n:013}", "name": "Somebody"} for n in range(2000)]
    do(actions.acknowledge, incident, NOON)
    entry = acme.account.outbox.get()
    entry.snapshot["assignees"] = people
    entry.save()

    tell()

    row = log(acme)[-1]
    assert receiver.received == []
    assert (row.state, row.attempts) == (State.DROPPED, 0)
    assert "256 KB" in row.last_error


def test_a_sender_that_died_is_followed_by_another_one(acme, receiver):
    """What it had is sent again when its lease is over, with the same name."""
    subscribe(acme, receiver)
    open_incident(acme)
    relay.hand_on_due(NOON)
    [dead] = leases.lease(NOON, limit=10, failing=10)
    tell(NOON + 29 * SECOND)
    assert receiver.received == []

    tell(NOON + 30 * SECOND)

    [got] = receiver.received
    assert got.headers["X-Webhook-Id"] == dead.delivery.public_id
    row = only(acme)
    assert (row.state, row.attempts) == (State.DELIVERED, 2)
    # Should the dead one turn out to be alive, it has no say any more.
    results.failed(dead, Outcome(error="late", is_final=True), at=NOON + HOUR)
    assert only(acme).state == State.DELIVERED


def test_an_event_has_one_id_for_all_who_hear_of_it(acme, receiver, another):
    subscribe(acme, receiver)
    subscribe(acme, another)
    open_incident(acme)

    tell()

    [one], [two] = receiver.received, another.received
    assert one.event["id"] == two.event["id"]
    assert one.headers["X-Webhook-Id"] != two.headers["X-Webhook-Id"]


def test_nothing_is_sent_of_what_was_undone(acme, receiver):
    low = open_incident(acme, urgency="low")
    subscribe(acme, receiver)

    with tenancy.scope(acme.account):
        actions.open_incident(
            acme.service, actor=by(acme), at=NOON, title="Never happened"
        )
        transaction.set_rollback(True)
    with tenancy.scope(acme.account), suppress(states.NotAllowed):
        # A refusal that comes after the timeline was written.
        actions.escalate(low, actor=by(acme), at=NOON)

    tell()

    assert log(acme) == []


def test_who_hangs_does_not_keep_what_is_for_others(acme, receiver, another):
    """When the other one has all of its 40 messages, few have been tried in vain."""
    subscribe(acme, receiver)
    subscribe(acme, another)
    for number in range(40):
        open_incident(acme, f"Number {number}")
    hanging: list[int] = []

    def take(handler):
        handler.plain(204)
        if len(another.received) == 40:
            hanging.append(len(receiver.received))
            receiver.over.set()

    receiver.always, another.always = (lambda handler: handler.keep_silent()), take
    relay.hand_on_due(NOON)
    sending.send_due(lambda: NOON)

    # A slow machine gives up on the first few meanwhile, and tries one at a time.
    assert leases.SLOTS <= hanging[0] <= 3 * leases.SLOTS
    assert len(receiver.received) == 40
    of_others = [row for row in log(acme) if row.state == State.DELIVERED]
    assert len(of_others) == 40
