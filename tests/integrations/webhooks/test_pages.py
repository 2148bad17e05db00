"""The pages of a webhook: its state, its secrets, its log, and what is done there."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import sealing
from tests import factories
from tests.incidents.pages import opened, says
from tests.integrations.webhooks.pages import (
    PATH,
    TYPED,
    deliver,
    fresh,
    make,
    page_of,
    signed_in,
)


@pytest.fixture
def alice(acme) -> Client:
    """The browser of Alice, who owns Acme."""
    return signed_in(acme.alice)


@pytest.fixture
def webhook(acme):
    return make(acme, description="Our bus")


# The list


def test_the_list_says_how_each_fares(acme, alice):
    now = timezone.now()
    rows = acme.account.webhook_subscriptions
    states: dict[str, dict[str, Any]] = {
        "Working": {"last_success_at": now},
        "Failing": {"last_error_at": now, "last_error": "It answered 500."},
        "Paused": {"is_active": False},
        "Disabled for now": {"disabled_until": now},
        "Nothing sent yet": {},
    }
    for number, values in enumerate(states.values()):
        made = make(acme, description=f"Bus number {number}")
        rows.filter(pk=made.pk).update(**values)

    page = says(alice.get(PATH))

    # The newest comes first.
    lines = page.split("<tr data-row>")[1:][::-1]
    for number, (words, line) in enumerate(zip(states, lines, strict=True)):
        assert f"Bus number {number}" in line
        assert words in line
    assert "It answered 500." in page
    assert "Enable again" in page


def test_it_is_paused_and_enabled(alice, webhook):
    alice.post(page_of(webhook, "pause/"))
    assert fresh(webhook).is_active is False
    assert "is paused" in says(alice.get(page_of(webhook)))

    alice.post(page_of(webhook, "enable/"))
    assert fresh(webhook).is_active is True


def test_a_disabled_one_says_why_and_sends_what_it_holds(acme, alice, webhook):
    held = deliver(webhook, "held")
    acme.account.webhook_subscriptions.update(
        disabled_until=timezone.now() + timedelta(hours=3),
        disabled_reason="Three in a row were refused.",
    )
    page = says(alice.get(page_of(webhook)))
    assert "Three in a row were refused." in page
    assert "1 event is held." in page

    alice.post(page_of(webhook, "enable/"))

    assert fresh(webhook).disabled_until is None
    assert fresh(held).state == "waiting"


# Secrets


def test_a_secret_is_replaced_without_a_gap(acme, alice, webhook):
    old = webhook.secrets.get()
    location = alice.post(page_of(webhook, "secrets/"))["Location"]
    new = webhook.secrets.latest("id")
    assert sealing.unseal(new.sealed) in says(alice.get(location))

    revoke = page_of(webhook, f"secrets/{old.public_id}/revoke/")
    assert f"Revoke the secret {old.prefix}" in says(alice.get(revoke))
    alice.post(revoke)

    assert [s.pk for s in webhook.secrets.filter(revoked_at=None)] == [new.pk]
    last = page_of(webhook, f"secrets/{new.public_id}/revoke/")
    assert "its only secret" in says(alice.post(last, follow=True))
    assert alice.get(revoke).status_code == 404


def test_there_are_no_more_secrets_than_fit_into_a_header(alice, webhook):
    for _ in range(4):
        alice.post(page_of(webhook, "secrets/"))

    answer = alice.post(page_of(webhook, "secrets/"), follow=True)

    assert "revoke one first" in says(answer)
    assert webhook.secrets.count() == 5


# The log


def test_the_log_leads_to_incidents_and_is_filtered(acme, alice, webhook):
    incident = opened(acme)
    about = {"resource": f"incident {incident.public_id}"}
    first = deliver(webhook, event_type="incident.triggered", **about)
    last = deliver(webhook, "dropped", event_type="incident.resolved", attempts=3)

    page = says(alice.get(page_of(webhook)))
    assert f'href="/incidents/{incident.number}/"' in page
    assert page.index(last.public_id) < page.index(first.public_id)
    given_up = says(alice.get(page_of(webhook), {"state": "dropped"}))
    assert last.public_id in given_up
    assert first.public_id not in given_up
    triggered = says(alice.get(page_of(webhook), {"event": "incident.triggered"}))
    assert first.public_id in triggered
    assert last.public_id not in triggered
    none = says(alice.get(page_of(webhook), {"state": "held"}))
    assert "No delivery is like this" in none
    assert last.public_id in says(alice.get(page_of(webhook), {"state": "nonsense"}))


def test_the_log_is_leafed_through(alice, webhook):
    made = [deliver(webhook).public_id for _ in range(51)]

    page = says(alice.get(page_of(webhook)))

    assert made[50] in page
    assert made[0] not in page
    older = f"b{webhook.deliveries.get(public_id=made[1]).pk}"
    assert f"cursor={older}" in page
    page = says(alice.get(page_of(webhook), {"cursor": older}))
    assert made[0] in page
    assert made[1] not in page
    newer = f"a{webhook.deliveries.get(public_id=made[0]).pk}"
    assert made[50] in says(alice.get(page_of(webhook), {"cursor": newer}))
    for odd in ("b", "bx", f"b{'9' * 30}", "z1"):
        assert alice.get(page_of(webhook), {"cursor": odd}).status_code == 200


def test_a_delivery_shows_what_is_sent_but_no_password(acme, alice):
    webhook = make(acme, headers=[{"name": "X-Token", "value": "pass-word"}])
    delivery = deliver(
        webhook, "dropped", attempts=1, last_status=500, last_answer="out of order"
    )

    page = says(alice.get(page_of(webhook, f"deliveries/{delivery.public_id}/")))

    assert "X-Token: (hidden)" in page
    assert "pass-word" not in page
    assert "X-PagerDuty-Signature: v1=" in page
    assert f"X-Webhook-Id: {delivery.public_id}" in page
    assert "Hello from your friend Pagey!" in page
    assert "out of order" in page


def test_a_ping_leads_to_what_becomes_of_it(alice, webhook):
    location = alice.post(page_of(webhook, "ping/"))["Location"]

    ping = webhook.deliveries.get()
    assert ping.event_type == "pagey.ping"
    assert location == page_of(webhook, f"deliveries/{ping.public_id}/")
    assert "Waiting" in says(alice.get(location))


def test_a_replay_sends_the_same_event_again(alice, webhook):
    delivery = deliver(webhook, "dropped")

    answer = alice.post(page_of(webhook, f"deliveries/{delivery.public_id}/replay/"))

    again = webhook.deliveries.latest("id")
    assert again.replay_of == delivery
    assert again.event_id == delivery.event_id
    assert answer["Location"] == page_of(webhook, f"deliveries/{again.public_id}/")
    refused = alice.post(
        page_of(webhook, f"deliveries/{again.public_id}/replay/"), follow=True
    )
    assert "still on its way" in says(refused)
    assert webhook.deliveries.count() == 2


def test_all_that_was_given_up_is_sent_again_once(acme, alice, webhook):
    acme.account.webhook_subscriptions.update(last_error_at=timezone.now())
    deliver(webhook, "dropped", attempts=2)
    deliver(webhook, "dropped", attempts=2)
    assert "2 events were given up" in says(alice.get(page_of(webhook)))

    alice.post(page_of(webhook, "replay/"))
    alice.post(page_of(webhook, "replay/"))

    assert webhook.deliveries.filter(state="waiting").count() == 2
    assert "were given up in the last" not in says(alice.get(page_of(webhook)))


def test_deleting_asks_first(acme, alice, webhook):
    assert "cannot be undone" in says(alice.get(page_of(webhook, "delete/")))
    assert acme.account.webhook_subscriptions.exists()

    alice.post(page_of(webhook, "delete/"))

    assert not acme.account.webhook_subscriptions.exists()
    assert alice.get(page_of(webhook)).status_code == 404


# Who may


def test_who_may_not_configure_sees_none(acme, webhook):
    delivery = deliver(webhook)
    bob = signed_in(acme.bob)
    secret = webhook.secrets.get()
    pages = [
        PATH,
        f"{PATH}new/",
        page_of(webhook),
        page_of(webhook, "edit/"),
        page_of(webhook, "delete/"),
        page_of(webhook, f"deliveries/{delivery.public_id}/"),
        page_of(webhook, f"secrets/{secret.public_id}/revoke/"),
    ]
    posts = ["pause/", "ping/", "replay/", "secrets/", "delete/", "edit/"]
    posts.append(f"deliveries/{delivery.public_id}/replay/")

    assert {bob.get(page).status_code for page in pages} == {403}
    refused = {bob.post(page_of(webhook, post), TYPED).status_code for post in posts}
    assert refused == {403}
    assert webhook.deliveries.count() == 1
    assert "Our bus" not in says(bob.get(f"/services/{acme.service.public_id}/"))
    assert PATH not in says(bob.get("/integrations/"))


def test_a_manager_sees_webhooks_and_no_dead_tabs(acme, webhook):
    mary = signed_in(factories.person(acme.account, "Mary", "manager"))

    page = says(mary.get(PATH))

    assert "Our bus" in page
    assert "/settings/keys/" not in page
    assert mary.post(page_of(webhook, "ping/")).status_code == 302


def test_another_account_finds_nothing(webhook, globex):
    delivery = deliver(webhook)
    mallory = signed_in(globex.mallory)

    assert mallory.get(page_of(webhook)).status_code == 404
    assert mallory.post(page_of(webhook, "ping/")).status_code == 404
    theirs = make(globex)
    crossed = page_of(theirs, f"deliveries/{delivery.public_id}/")
    assert mallory.get(crossed).status_code == 404
    assert "Our bus" not in says(mallory.get(PATH))


def test_pages_ask_the_database_as_often_for_many(
    acme, alice, webhook, django_assert_max_num_queries
):
    for number in range(12):
        incident = opened(acme, f"Incident {number}")
        deliver(webhook, resource=f"incident {incident.public_id}")
        make(acme, filter_type="service", service=acme.service)

    with django_assert_max_num_queries(15):
        alice.get(PATH)
    with django_assert_max_num_queries(20):
        alice.get(page_of(webhook))
    with django_assert_max_num_queries(20):
        alice.get(f"{PATH}new/")


def test_what_was_too_large_has_nothing_to_show(alice, webhook):
    delivery = deliver(webhook, "dropped")
    webhook.deliveries.update(body="")

    own = page_of(webhook, f"deliveries/{delivery.public_id}/")
    page = says(alice.get(own))

    assert "larger than we send" in page
    assert "replay/" not in page
    alice.post(f"{own}replay/")
    assert webhook.deliveries.count() == 1
