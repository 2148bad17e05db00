"""Events API v1, as old agents and Alertmanager's v1 receiver meet it."""

import json

import pytest

from incidents.models import Event

URL = "/generic/2010-04-15/create_event.json"


@pytest.fixture
def send(client, acme):
    """Post an event of Acme's integration; changes replace whole fields."""

    def post(url=URL, content_type="application/json", **changes):
        body = {
            "service_key": acme.integration.key,
            "event_type": "trigger",
            "incident_key": "db-1/disk",
            "description": "Disk full",
            **changes,
        }
        return client.post(url, json.dumps(body), content_type)

    return post


@pytest.mark.parametrize("url", [URL, URL + "/"])
def test_a_trigger_is_taken(send, acme, url):
    answer = send(url, "application/x-www-form-urlencoded", details={"free": 2})
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "Event processed",
        "incident_key": "db-1/disk",
    }
    row = Event.across_accounts.get()
    assert row.integration == acme.integration
    assert row.body["summary"] == "Disk full"
    assert row.body["custom_details"] == {"free": 2}


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_answer_is_taken(send, action):
    assert send(event_type=action, description=None).status_code == 200
    assert Event.across_accounts.get().action == action


def test_all_violations_are_told_together(send):
    answer = send(service_key="short", event_type="up", description="")
    assert answer.status_code == 400
    assert answer.json() == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": [
            "Service key is the wrong length (should be 32 characters)",
            "event_type is invalid (must be one of: trigger acknowledge resolve)",
        ],
    }
    assert not Event.across_accounts.exists()


def test_an_unknown_key_is_refused(send):
    answer = send(service_key="f" * 32)
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        ["Invalid routing key"],
    )


def test_a_body_that_is_not_json_is_refused(client, db):
    answer = client.post(URL, "service_key=x", "application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert answer.json()["errors"] == ["JSON parse error"]


def test_get_is_refused_in_json(client, db):
    answer = client.get(URL)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_too_many_events_are_throttled_with_403(send, acme):
    acme.account.events_per_minute = 2
    acme.account.save()
    assert send().status_code == 200
    answers = [send() for _ in range(3)]
    assert answers[-1].status_code == 403
    assert answers[-1].json()["status"] == "throttle exceeded"
