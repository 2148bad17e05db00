"""What a subscription may be made of, and whom it may never call."""

import pytest

from integrations.models import WebhookSecret
from integrations.webhooks import subscriptions
from integrations.webhooks.subscriptions import Refused
from tests.factories import NOON
from tests.integrations.test_outgoing import HOSTILE, LEADING_INSIDE
from tests.integrations.webhooks.telling import (
    State,
    by,
    only,
    open_incident,
    subscribe,
    subscribe_with_secret,
    tell,
)

# A name and a password are taken out of an address, and what surrounds it is ignored.
HOSTILE_STILL = [url for url in HOSTILE if "@" not in url and url == url.strip()]


@pytest.mark.promise(24)
@pytest.mark.parametrize("url", HOSTILE_STILL)
def test_a_webhook_into_our_own_network_is_refused(acme, receiver, settings, url):
    settings.ALLOWED_PRIVATE_HOSTS = []

    with pytest.raises(Refused) as refusal:
        subscribe(acme, receiver, url=url)

    assert refusal.value.field == "url"
    assert acme.account.webhook_subscriptions.count() == 0


@pytest.mark.promise(24)
@pytest.mark.parametrize("url", LEADING_INSIDE)
def test_a_name_that_leads_inside_is_never_called(acme, receiver, settings, url):
    settings.ALLOWED_PRIVATE_HOSTS = []
    subscribe(acme, receiver, url=url)
    open_incident(acme)

    tell()

    row = only(acme)
    assert row.state == State.DROPPED
    assert row.last_error == "The name leads into a private network."
    assert row.last_answer == ""


@pytest.mark.promise(24)
def test_what_was_allowed_once_is_not_called_when_it_no_longer_is(
    acme, receiver, settings
):
    subscribe(acme, receiver)
    settings.ALLOWED_PRIVATE_HOSTS = []
    open_incident(acme)

    tell()

    assert receiver.received == []
    assert only(acme).state == State.DROPPED


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"events": []}, "events"),
        ({"events": "incident.triggered"}, "events"),
        ({"events": ["incident.exploded"]}, "events"),
        ({"events": [7]}, "events"),
        ({"filter_type": "galaxy"}, "filter_type"),
        ({"filter_type": "service"}, "service"),
        ({"filter_type": "team", "team": None}, "team"),
        ({"url": ""}, "url"),
        ({"url": "ftp://receiver.example/"}, "url"),
        ({"url": "http://receiver.example/"}, "url"),
        ({"url": "https://[::1"}, "url"),
        ({"headers": {"X-Team": "a"}}, "headers"),
        ({"headers": ["X-Team"]}, "headers"),
        ({"headers": [{"name": "X Team", "value": "a"}]}, "headers"),
        ({"headers": [{"name": "X-Team", "value": "a\r\nHost: b"}]}, "headers"),
        ({"headers": [{"name": "X-Team", "value": "✓"}]}, "headers"),
        ({"headers": [{"name": "Host", "value": "inside"}]}, "headers"),
        ({"headers": [{"name": "x-pagerduty-signature", "value": "a"}]}, "headers"),
        (
            {"headers": [{"name": "A", "value": "1"}, {"name": "a", "value": "2"}]},
            "headers",
        ),
        ({"headers": [{"name": f"A{n}", "value": ""} for n in range(21)]}, "headers"),
    ],
)
def test_a_wrong_value_is_named(acme, receiver, values, field):
    with pytest.raises(Refused) as refusal:
        subscribe(acme, receiver, **values)
    assert refusal.value.field == field
    assert str(refusal.value)


def test_types_that_we_never_send_are_taken_all_the_same(acme, receiver):
    made = subscribe(
        acme, receiver, events=["incident.workflow.started", "incident.triggered"]
    )
    assert made.events == ["incident.workflow.started", "incident.triggered"]


def test_a_change_leaves_alone_what_it_does_not_name(acme, receiver):
    made = subscribe(
        acme,
        receiver,
        "incident.triggered",
        filter_type="service",
        service=acme.service,
        headers=[{"name": "X-Team", "value": "secret"}],
    )

    changed = subscriptions.change(
        made, actor=by(acme), at=NOON, values={"description": "to our bus"}
    )

    changed.refresh_from_db()
    assert changed.description == "to our bus"
    assert changed.filter_id == acme.service.public_id
    assert changed.headers == [{"name": "X-Team", "value": "secret"}]
    assert changed.events == ["incident.triggered"]


def test_a_secret_is_shown_once_and_kept_sealed(acme, receiver):
    subscription, told = subscribe_with_secret(acme, receiver)

    kept = WebhookSecret.across_accounts.get()

    assert len(told) == 64
    assert told not in kept.sealed
    assert str(kept) == f"{told[:4]}…"
    assert subscription.secrets.get() == kept


def test_there_is_an_end_to_secrets_and_the_last_one_stays(acme, receiver):
    subscription = subscribe(acme, receiver)
    actor = by(acme)
    with pytest.raises(Refused, match="only secret"):
        subscriptions.revoke_secret(subscription.secrets.get(), actor=actor, at=NOON)
    for _number in range(subscriptions.MOST_SECRETS - 1):
        subscriptions.add_secret(subscription, actor=actor, at=NOON)

    with pytest.raises(Refused, match="revoke one"):
        subscriptions.add_secret(subscription, actor=actor, at=NOON)


def test_what_is_on_its_way_is_not_sent_again_by_hand(acme, receiver):
    subscribe(acme, receiver)
    open_incident(acme)
    receiver.answers = [500]
    tell()

    with pytest.raises(Refused, match="on its way"):
        subscriptions.replay(only(acme), actor=by(acme), at=NOON)
