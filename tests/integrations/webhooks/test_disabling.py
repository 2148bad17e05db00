"""A receiver that takes nothing is left alone for a day, and nothing is lost."""

from datetime import timedelta

import pytest

from accounts import tenancy
from incidents import actions
from incidents.models import Notification
from integrations.webhooks import queue, subscriptions, sweeps
from tests import factories
from tests.factories import NOON
from tests.integrations.webhooks.telling import (
    HOUR,
    SECOND,
    State,
    by,
    do,
    log,
    open_incident,
    subscribe,
    tell,
)

DAY = timedelta(days=1)


@pytest.fixture
def disabled(acme, receiver):
    """A subscription that three webhooks in a row were refused by."""
    subscription = subscribe(acme, receiver)
    receiver.answers = [410, 410, 410]
    for number in range(3):
        open_incident(acme, f"Number {number}")
    tell()
    subscription.refresh_from_db()
    return subscription


def notices(world):
    rows = Notification.across_accounts.filter(account=world.account, purpose="notice")
    return sorted(row.contact_method.address for row in rows)


def test_three_in_a_row_switch_it_off_for_a_day(disabled):
    assert disabled.disabled_until == NOON + DAY
    assert disabled.disabled_reason == (
        "3 webhooks in a row were given up; of the last: The receiver answered 410."
    )


def test_two_and_a_success_do_not(acme, receiver):
    subscription = subscribe(acme, receiver)
    receiver.answers = [410, 410, 204, 410, 410]
    for number in range(5):
        open_incident(acme, f"Number {number}")
        tell()

    subscription.refresh_from_db()
    assert subscription.disabled_until is None
    assert subscription.drops == 2


def test_greetings_do_not_count(acme, receiver):
    subscription = subscribe(acme, receiver)
    receiver.answers = [410, 410, 410]
    for _number in range(3):
        subscriptions.ping(subscription, actor=by(acme), at=NOON)
        tell()

    subscription.refresh_from_db()
    assert subscription.disabled_until is None


def test_owners_admins_and_who_made_it_are_told_once(acme, receiver, disabled):
    factories.person(acme.account, "Carol", "admin")

    assert notices(acme) == ["alice@acme.example"]
    subscriptions.enable(disabled, actor=by(acme), at=NOON)
    receiver.always = 410
    for number in range(3):
        open_incident(acme, f"Another {number}")
    tell(NOON + HOUR)

    disabled.refresh_from_db()
    assert disabled.disabled_until is not None
    assert notices(acme) == ["alice@acme.example"]


def test_after_a_success_they_are_told_anew(acme, receiver, disabled):
    factories.person(acme.account, "Carol", "admin")
    subscriptions.enable(disabled, actor=by(acme), at=NOON)
    open_incident(acme)
    tell(NOON + SECOND)
    receiver.always = 410
    for number in range(3):
        open_incident(acme, f"Another {number}")
    tell(NOON + HOUR)

    assert notices(acme) == [
        "alice@acme.example",
        "alice@acme.example",
        "carol@acme.example",
    ]


def test_what_happens_meanwhile_is_held_and_sent_in_order_once_enabled(
    acme, receiver, disabled
):
    receiver.received.clear()
    incident = open_incident(acme, "Meanwhile")
    tell(NOON + HOUR)
    do(actions.acknowledge, incident, NOON + HOUR)
    do(actions.resolve, incident, NOON + 2 * HOUR)
    tell(NOON + 3 * HOUR)
    assert receiver.received == []
    assert [row.state for row in log(acme)[3:]] == [State.HELD] * 3

    subscriptions.enable(disabled, actor=by(acme), at=NOON + 4 * HOUR)
    tell(NOON + 4 * HOUR)

    assert receiver.types == [
        "incident.triggered",
        "incident.acknowledged",
        "incident.resolved",
    ]
    assert receiver.received[0].event["data"]["status"] == "triggered"


def test_what_was_waiting_is_held_too(acme, receiver):
    subscription = subscribe(acme, receiver)
    waiting = open_incident(acme, "Waits")
    receiver.answers = [500, 410, 410, 410]
    tell()
    for number in range(3):
        open_incident(acme, f"Number {number}")
    tell(NOON + SECOND)
    subscription.refresh_from_db()
    assert subscription.disabled_until
    assert log(acme)[0].state == State.HELD

    tell(NOON + 10 * SECOND)
    assert len(receiver.received) == 4
    count = subscriptions.replay_held(
        subscription, actor=by(acme), at=NOON + 20 * SECOND
    )
    tell(NOON + 20 * SECOND)

    assert count == 1
    assert receiver.received[-1].event["data"]["id"] == waiting.public_id


def test_what_was_given_up_can_be_sent_once_more(acme, receiver, disabled):
    receiver.received.clear()

    count = subscriptions.replay_dropped(disabled, actor=by(acme), at=NOON + HOUR)
    again = subscriptions.replay_dropped(disabled, actor=by(acme), at=NOON + HOUR)
    tell(NOON + HOUR)

    assert (count, again) == (3, 0)
    titles = [got.event["data"]["title"] for got in receiver.received]
    assert sorted(titles) == ["Number 0", "Number 1", "Number 2"]


def test_after_a_day_it_tries_again_by_itself(acme, receiver, disabled):
    receiver.received.clear()
    open_incident(acme, "Meanwhile")
    tell(NOON + HOUR)

    sweeps.sweep(NOON + DAY - SECOND)
    tell(NOON + DAY - SECOND)
    assert receiver.received == []
    sweeps.sweep(NOON + DAY + sweeps.EVERY)
    tell(NOON + DAY + sweeps.EVERY)

    disabled.refresh_from_db()
    assert disabled.disabled_until is None
    assert len(receiver.received) == 1


def test_what_is_held_too_long_is_given_up(acme, receiver):
    subscription = subscribe(acme, receiver)
    open_incident(acme)
    receiver.answers = [500]
    tell()
    subscriptions.disable(subscription, actor=by(acme), at=NOON)
    sweeps.give_up(NOON + queue.KEPT - SECOND)
    assert log(acme)[0].state == State.HELD

    sweeps.give_up(NOON + queue.KEPT)

    assert log(acme)[0].state == State.DROPPED
    assert "48 hours" in log(acme)[0].last_error


def test_a_paused_one_hears_nothing_of_what_happens_meanwhile(acme, receiver):
    subscription = subscribe(acme, receiver)
    subscriptions.disable(subscription, actor=by(acme), at=NOON)
    open_incident(acme, "Not heard of")
    tell()
    subscriptions.enable(subscription, actor=by(acme), at=NOON)
    heard = open_incident(acme, "Heard of")

    tell()

    [got] = receiver.received
    assert got.event["data"]["id"] == heard.public_id


def test_a_greeting_and_a_replay_reach_a_disabled_one(acme, receiver, disabled):
    receiver.received.clear()
    subscriptions.ping(disabled, actor=by(acme), at=NOON + HOUR)
    subscriptions.replay(log(acme)[0], actor=by(acme), at=NOON + HOUR)

    tell(NOON + HOUR)

    assert sorted(receiver.types) == ["incident.triggered", "pagey.ping"]


def test_old_rows_go_and_a_full_queue_loses_its_oldest(acme, receiver, settings):
    settings.WEBHOOK_LOG_DAYS = 3
    subscription = subscribe(acme, receiver)
    open_incident(acme)
    tell()
    open_incident(acme)
    receiver.always = 500
    tell(NOON + SECOND)

    assert sweeps.forget(NOON + timedelta(days=3)) == 0
    assert sweeps.forget(NOON + timedelta(days=3, seconds=1)) == 1
    [waiting] = log(acme)
    _fill(waiting, queue.MOST)
    assert sweeps.give_up_surplus(NOON + HOUR) == 1

    waiting.refresh_from_db()
    assert waiting.state == State.DROPPED
    with tenancy.scope(acme.account):
        assert subscription.deliveries.filter(state=State.WAITING).count() == queue.MOST


def _fill(row, count):
    """Add so many like this one."""
    kind = type(row)
    values = {
        field.name: getattr(row, field.name)
        for field in kind._meta.fields
        if field.name not in ("id", "public_id", "event_id")
    }
    kind.across_accounts.bulk_create(kind(**values) for _number in range(count))
