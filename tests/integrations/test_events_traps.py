"""What real tools force on the doors of events (W10 to W13, W25 and W26)."""

import json

import pytest

from incidents.models import Event
from tests.factories import NOON

pytestmark = pytest.mark.django_db
V1 = "/generic/2010-04-15/create_event.json"


def trigger(acme, **changes):
    payload = {"summary": "Disk is full", "source": "db-7", "severity": "error"}
    event = {"routing_key": acme.integration.key, "event_action": "trigger"}
    return {**event, "payload": payload, **changes}


def sent(client, path, body, kind="application/json", **headers):
    answer = client.post(path, json.dumps(body), kind, headers=headers)
    assert answer.status_code == (200 if path.startswith("/generic") else 202), (
        answer.content
    )
    return Event.across_accounts.latest("id")


def test_a_v1_event_of_alertmanager_with_empty_v2_members_is_taken(client, acme):
    """W10."""
    body = {
        "service_key": acme.integration.key,
        "event_type": "trigger",
        "incident_key": "db-7",
        "description": "Disk is full",
        "event_action": "",
        "payload": None,
        "client": "Alertmanager",
        "client_url": "",
        "details": {"firing": "1"},
    }

    assert sent(client, V1, body).body["summary"] == "Disk is full"


def test_unknown_members_and_empty_optional_ones_are_ignored(client, acme):
    """W10."""
    body = trigger(
        acme,
        agent={"queued_by": "pd-send"},
        dedup_key="",
        client=None,
        client_url="",
        links=None,
        images=[],
    )
    body["payload"] |= {"component": None, "group": "", "class": None, "extra": 1}

    assert sent(client, "/v2/enqueue", body).dedup_key


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
@pytest.mark.parametrize("is_full", [True, False])
def test_an_answer_may_carry_a_whole_payload_and_need_not(
    client, acme, action, is_full
):
    """W11."""
    full = {
        "payload": {"summary": "s", "source": "db-7", "severity": "info"},
        "links": [{"href": "https://example.com", "text": "x"}],
        "images": [{"src": "https://example.com/a.png"}],
    }
    body = {
        "routing_key": acme.integration.key,
        "event_action": action,
        "dedup_key": "db-7",
        **(full if is_full else {}),
    }

    assert sent(client, "/v2/enqueue", body).action == action


@pytest.mark.parametrize("details", [None, "text", 7, [1, {"a": 2}], {"a": {"b": 1}}])
def test_scalars_become_text_and_details_may_be_anything(client, acme, details):
    """W12."""
    body = trigger(acme, dedup_key=12345)
    body["payload"] |= {
        "source": 77,
        "component": 1.5,
        "group": 3,
        "class": 4,
        "custom_details": details,
    }

    event = sent(client, "/v2/enqueue", body)

    assert event.dedup_key == "12345"
    assert (event.body["source"], event.body["group"]) == ("77", "3")
    assert event.body["component"] == "1.5"
    assert event.body["custom_details"] == details


def test_headers_of_other_doors_are_ignored(client, acme):
    """W13."""
    headers = {"authorization": "Token token=apprise", "x-routing-key": "f" * 32}

    event = sent(client, "/v2/enqueue", trigger(acme), **headers)

    assert event.integration == acme.integration


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "text/plain", "", "application/json;x=y"],
)
def test_the_content_type_does_not_matter(client, acme, kind):
    """W25, and the exact status."""
    assert sent(client, "/v2/enqueue", trigger(acme), kind)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2027-03-10T12:00:00.000", "2027-03-10T12:00:00+00:00"),
        ("2027-03-10T13:00:00.000+0100", None),
        ("2027-03-10T12:00:00Z", None),
        ("yesterday", ""),
        (1804680000, None),
        ({"at": "noon"}, ""),
        (None, ""),
    ],
)
def test_no_timestamp_loses_an_event(client, acme, text, read):
    """W26."""
    body = trigger(acme)
    body["payload"]["timestamp"] = text

    event = sent(client, "/v2/enqueue", body)

    if read:
        assert event.body["timestamp"].startswith(f"{NOON:%Y-%m-%dT%H:%M}")
    elif read == "":
        assert event.body["timestamp"] is None
