"""The form of webhooks: who makes one, what is refused, and what stays."""

import pytest
from django.test import Client

from accounts import sealing
from tests import factories
from tests.incidents.pages import says
from tests.integrations.webhooks.pages import (
    PATH,
    TYPED,
    URL,
    fresh,
    make,
    page_of,
    signed_in,
)


@pytest.fixture
def alice(acme) -> Client:
    """The browser of Alice, who owns Acme."""
    return signed_in(acme.alice)


def test_without_webhooks_the_list_says_what_they_are(alice):
    told = says(alice.get(PATH))

    assert "No webhooks yet" in told
    assert "New webhook" in told


def test_an_admin_makes_a_webhook_and_sees_its_secret_once(acme, alice):
    response = alice.post(f"{PATH}new/", TYPED)

    made = acme.account.webhook_subscriptions.get()
    assert (made.url, made.events) == (URL, TYPED["events"])
    assert (made.filter_type, made.is_active) == ("account", True)
    secret = sealing.unseal(made.secrets.get().sealed)
    assert secret not in response["Location"]
    assert secret in says(alice.get(response["Location"]))
    assert secret not in says(alice.get(page_of(made)))
    assert secret not in says(alice.get(f"{page_of(made)}?secret=made-up"))


def test_the_secret_shows_to_whom_it_was_made_for_alone(acme, alice):
    location = alice.post(f"{PATH}new/", TYPED)["Location"]
    carol = signed_in(factories.person(acme.account, "Carol", "admin"))
    secret = sealing.unseal(acme.account.webhook_secrets.get().sealed)

    assert secret not in says(carol.get(location))
    other = make(acme)
    token = location.partition("?")[2]
    assert secret not in says(alice.get(f"{page_of(other)}?{token}"))


def test_a_webhook_of_a_service_is_offered_from_its_page(acme, alice):
    service = acme.service
    link = f"{PATH}new/?service={service.public_id}"
    assert link in alice.get(f"/services/{service.public_id}/").text
    form = alice.get(link).text
    assert f'value="service:{service.public_id}" selected' in form

    alice.post(f"{PATH}new/", TYPED | {"scope": f"service:{service.public_id}"})

    made = acme.account.webhook_subscriptions.get()
    assert made.service == service
    page = says(alice.get(f"/services/{service.public_id}/"))
    assert "Our bus" in page


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(acme, alice):
    wrong = TYPED | {"url": "http://bus.example/", "description": "Kept as typed"}

    response = alice.post(f"{PATH}new/", wrong)

    assert response.status_code == 422
    assert "must begin with https://" in says(response)
    assert "Kept as typed" in response.text
    response = alice.post(f"{PATH}new/", TYPED | {"events": []})
    assert "Choose at least one type of event" in says(response)
    header = {"headers-0-name": "Host", "headers-0-value": "a"}
    assert "ours to set" in says(alice.post(f"{PATH}new/", TYPED | header))
    nameless = {"headers-0-name": "", "headers-0-value": "a"}
    assert "Give the header a name" in says(alice.post(f"{PATH}new/", TYPED | nameless))
    assert not acme.account.webhook_subscriptions.exists()


def test_a_service_of_another_account_cannot_be_chosen(acme, globex, alice):
    strange = TYPED | {"scope": f"service:{globex.service.public_id}"}

    assert alice.post(f"{PATH}new/", strange).status_code == 422
    assert not acme.account.webhook_subscriptions.exists()


def test_ticking_all_and_more_headers_saves_nothing(acme, alice):
    header = {"headers-0-name": "X-Token", "headers-0-value": "typed"}

    ticked = alice.post(f"{PATH}new/", TYPED | header | {"do": "all/service"}).text
    none = alice.post(f"{PATH}new/", TYPED | header | {"do": "none/incident"}).text
    more = alice.post(f"{PATH}new/", TYPED | header | {"do": "more"}).text

    assert ticked.count(" checked") == 2 + 3 + 1
    assert none.count(" checked") == 0 + 1
    assert 'name="headers-2-name"' not in ticked
    assert 'name="headers-2-name"' in more
    for page in (ticked, none, more):
        assert URL in page
        assert 'value="typed"' in page
    assert not acme.account.webhook_subscriptions.exists()


def test_a_value_that_is_left_empty_stays_as_it_was(acme, alice):
    webhook = make(acme, headers=[{"name": "X-Token", "value": "old-token"}])
    form = alice.get(page_of(webhook, "edit/")).text
    assert "X-Token" in form
    assert "old-token" not in form

    rows = {"headers-TOTAL_FORMS": "3", "headers-INITIAL_FORMS": "1"}
    kept = {"headers-0-name": "X-Token", "headers-0-value": ""}
    added = {"headers-1-name": "X-More", "headers-1-value": "new"}
    alice.post(page_of(webhook, "edit/"), TYPED | rows | kept | added)

    assert fresh(webhook).headers == [
        {"name": "X-Token", "value": "old-token"},
        {"name": "X-More", "value": "new"},
    ]
    gone = {"headers-0-name": "", "headers-0-value": ""}
    alice.post(page_of(webhook, "edit/"), TYPED | rows | gone)
    assert fresh(webhook).headers == []


def test_types_that_the_api_has_asked_for_stay(acme, alice):
    events = ["incident.triggered", "incident.workflow.started"]
    webhook = make(acme, events=events)
    assert "incident.workflow.started" in alice.get(page_of(webhook, "edit/")).text

    alice.post(page_of(webhook, "edit/"), TYPED | {"events": ["incident.resolved"]})

    now = fresh(webhook)
    assert now.events == ["incident.resolved", "incident.workflow.started"]


def test_a_webhook_of_a_service_that_is_gone_stays_so(acme, alice):
    service = factories.service(acme.account, acme.policy, "Search")
    webhook = make(acme, filter_type="service", service=service)
    scope = f"service:{service.public_id}"
    service.delete()
    assert "A service that is gone" in says(alice.get(page_of(webhook, "edit/")))

    alice.post(page_of(webhook, "edit/"), TYPED | {"scope": scope})

    now = fresh(webhook)
    assert (now.description, now.filter_id) == ("Our bus", service.public_id)
