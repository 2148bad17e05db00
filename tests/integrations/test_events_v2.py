"""Events API v2, as clients meet it: exact answers, and 202 only after the commit."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents import engine
from incidents.models import Event
from incidents.watching import refusals
from integrations import posted
from tests import factories
from tests.integrations.test_inbound_events import ANY_JSON, V2_NAMES

URL = "/v2/enqueue"
LATER = timedelta(minutes=1)


@pytest.fixture
def send(client, acme):
    """Post an event of Acme's integration; changes replace whole fields."""

    def post(url=URL, content_type="application/json", **changes):
        return client.post(url, json.dumps(event(acme) | changes), content_type)

    return post


def event(acme, action="trigger"):
    return {
        "routing_key": acme.integration.key,
        "event_action": action,
        "dedup_key": "db-1/disk",
        "payload": {"summary": "Disk full", "source": "db-1", "severity": "critical"},
    }


def received():
    return list(Event.across_accounts.order_by("id"))


def test_a_trigger_is_taken(send, acme):
    answer = send()
    assert answer.status_code == 202
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": "db-1/disk",
    }
    [row] = received()
    assert row.integration == acme.integration
    assert (row.action, row.dedup_key) == ("trigger", "db-1/disk")
    assert row.body["summary"] == "Disk full"
    assert row.processed_at is None


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_answer_is_taken_even_if_nothing_is_open(send, action):
    answer = send(event_action=action, payload=None)
    assert answer.status_code == 202
    assert received()[0].action == action


def test_a_blank_dedup_key_is_made_up_and_told(send):
    answer = send(dedup_key="")
    assert answer.json()["dedup_key"] == received()[0].dedup_key
    assert len(answer.json()["dedup_key"]) == 32


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "x"],
)
def test_the_body_is_json_whatever_the_content_type_says(send, content_type):
    assert send(content_type=content_type).status_code == 202


def test_the_slash_makes_no_difference(send):
    assert send(URL + "/").status_code == 202


def test_headers_of_other_products_are_ignored(client, acme):
    answer = client.post(
        URL,
        json.dumps(event(acme)),
        "application/json",
        headers={"Authorization": "Token token=x", "X-Routing-Key": "x" * 32},
    )
    assert answer.status_code == 202


def test_neither_session_nor_csrf_is_asked_for(acme):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(URL, json.dumps(event(acme)), "application/json")
    assert answer.status_code == 202
    assert not answer.cookies


def test_all_violations_are_told_together(send):
    answer = send(routing_key="", payload={"summary": "x", "severity": "urgent"})
    assert answer.status_code == 400
    assert answer.json() == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": [
            "'routing_key' is missing or blank",
            "'payload.source' is missing or blank",
            "'payload.severity' is invalid (must be one of the following: "
            "'critical', 'warning', 'error' or 'info')",
        ],
    }
    assert received() == []


def test_an_unknown_key_is_refused(send):
    answer = send(routing_key="f" * 32)
    assert answer.status_code == 400
    assert answer.json()["errors"] == ["Invalid routing key"]


@pytest.mark.parametrize("body", ["", "no json", "[1]", '"text"', "null", "[" * 9999])
def test_a_body_that_is_no_json_object_is_refused(client, db, body):
    answer = client.post(URL, body, "application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "status": "Unrecognized object",
        "message": "Event object format is unrecognized",
        "errors": ["JSON parse error"],
    }


def test_512_kb_are_taken_and_more_are_refused(client, acme):
    def post(size):
        body = event(acme) | {"x": ""}
        body["x"] = "x" * (size - len(json.dumps(body)))
        return client.post(URL, json.dumps(body), "application/json")

    assert post(posted.LARGEST_BODY).status_code == 202
    answer = post(posted.LARGEST_BODY + 1)
    assert answer.status_code == 413
    assert answer.json()["message"] == "Event object is too large"


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_other_methods_are_refused_in_json(client, db, method):
    answer = getattr(client, method)(URL)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer["Content-Type"] == "application/json"


def test_what_postgres_cannot_store_does_not_lose_the_event(client, acme):
    body = json.dumps(event(acme)).replace("Disk full", "Disk\\u0000 full \\ud800")
    body = body.replace('"db-1"', "1" + "0" * 300, 1)
    answer = client.post(URL, body, "application/json")
    assert answer.status_code == 202
    assert received()[0].body["summary"] == "Disk full �"


def test_a_fault_of_ours_is_json_that_asks_for_another_try(client, caplog):
    # This test asks for no database, so it gets none.
    body = {"routing_key": "f" * 32, "event_action": "resolve", "dedup_key": "secret"}
    answer = client.post(URL, json.dumps(body), "application/json")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/json"
    assert "secret" not in caplog.messages[0]
    assert answer.json()["status"] == "error"


def test_a_refusal_is_noted_for_an_incident(send, acme):
    acme.account.events_per_minute = 2
    acme.account.save()
    codes = [send(dedup_key=f"{n}").status_code for n in range(3)]
    assert codes[-1] == 429
    at = engine.now()

    refusals.sweep(at)

    incident = acme.account.incidents.exclude(own_key="").get()
    assert incident.title == "Events of Monitoring for Checkout were refused"
    refusals._redis().hdel(refusals.NOTED, acme.integration.key)


def test_too_many_events_are_throttled_but_an_end_of_an_alert_is_not(send, acme):
    acme.account.events_per_minute = 4
    acme.account.save()
    # The first event tells this process whose the key is.
    codes = [send(dedup_key=f"{n}").status_code for n in range(5)]
    assert codes[:3] == [202, 202, 202]
    assert codes[-1] == 429

    answer = send()
    assert answer.json() == {
        "status": "throttle exceeded",
        "message": "Requests for this service are arriving too quickly."
        "  Please retry later.",
    }
    assert 0 < int(answer["Retry-After"]) <= 61
    assert send(event_action="resolve", dedup_key="0").status_code == 202
    assert send(event_action="resolve", dedup_key="never seen").status_code == 429

    Event.across_accounts.update(processed_at=received()[0].received_at)
    assert send(event_action="resolve", dedup_key="0").status_code == 429
    open_alert(acme, "0")
    assert send(event_action="resolve", dedup_key="0").status_code == 202


def open_alert(acme, dedup_key):
    at = received()[0].received_at
    incident = acme.account.incidents.create(
        number=1, title="Disk full", service=acme.service, created_at=at, changed_at=at
    )
    return factories.alert(incident, dedup_key, at=at)


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.dictionaries(V2_NAMES, ANY_JSON), details=ANY_JSON)
def test_no_body_whatever_is_a_fault(client, acme, changes, details):
    payload = event(acme)["payload"] | {"custom_details": details}
    body = event(acme) | {"payload": payload} | changes
    answer = client.post(URL, json.dumps(body), "application/json")
    assert answer.status_code in {202, 400, 429}
