"""Change events, as clients meet them, and on the page of the service."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from incidents import change_events
from tests.integrations.inbound.conftest import ODD, broken

URL = "/v2/change/enqueue"


def change(acme):
    return {
        "routing_key": acme.integration.key,
        "payload": {
            "summary": "Deployed shop 1.2",
            "timestamp": "2027-03-10T12:00:00.000Z",
            "source": "ci-7",
            "custom_details": {"commit": "1d0e2c"},
        },
        "links": [{"href": "https://ci.acme.example/7", "text": "Build 7"}],
    }


@pytest.fixture
def send(client, acme):
    """Post a change; changes replace whole fields."""

    def post(**changes):
        body = json.dumps(change(acme) | changes)
        return client.post(URL, body, "application/json")

    return post


@pytest.mark.django_db
def test_a_change_is_taken_and_pages_nobody(send, acme):
    answer = send()

    assert answer.status_code == 202
    assert answer.json() == {
        "status": "success",
        "message": "Change event processed",
    }
    found = acme.service.change_events.get()
    assert found.summary == "Deployed shop 1.2"
    assert found.source == "ci-7"
    assert found.occurred_at.isoformat() == "2027-03-10T12:00:00+00:00"
    assert found.details == {"commit": "1d0e2c"}
    assert not acme.account.events.exists()


@pytest.mark.django_db
def test_a_service_shows_its_changes(client, send, acme):
    send()
    client.force_login(acme.alice.user)

    page = client.get(f"/services/{acme.service.public_id}/").content.decode()

    assert "Deployed shop 1.2" in page
    assert "https://ci.acme.example/7" in page


@pytest.mark.django_db
def test_another_account_sees_nothing_of_it(client, send, acme, globex):
    send()
    client.force_login(globex.mallory.user)

    page = client.get(f"/services/{globex.service.public_id}/").content.decode()

    assert "Deployed" not in page


@pytest.mark.django_db
def test_what_is_wrong_is_told_together(send, acme):
    answer = send(routing_key="x!", payload={"source": "ci-7"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        "Length of 'routing_key' is incorrect (should be 32 characters)",
        "'routing_key' cannot contain non-alphanumeric characters.",
        "'payload.summary' is missing or blank",
    ]
    assert send(routing_key="f" * 32).json()["errors"] == ["Invalid routing key"]
    assert not acme.service.change_events.exists()


@pytest.mark.django_db
def test_an_unreadable_time_is_now(send, acme):
    assert send(payload={"summary": "x", "timestamp": "soon"}).status_code == 202

    found = acme.service.change_events.get()
    assert found.occurred_at == found.received_at


@pytest.mark.django_db
def test_changes_are_forgotten_after_90_days(send, acme):
    send()
    old = timezone.now() - change_events.KEPT - timedelta(days=1)
    acme.service.change_events.update(received_at=old)

    send(payload={"summary": "Deployed shop 1.3"})

    assert acme.service.change_events.get().summary == "Deployed shop 1.3"


@pytest.mark.django_db
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=broken({"payload": {"summary": "x", "timestamp": "x"}, "links": []}) | ODD)
def test_odd_values_are_taken_or_refused(send, odd):
    fields = odd if isinstance(odd, dict) else {"payload": odd}

    assert send(**fields).status_code in (202, 400, 429)
