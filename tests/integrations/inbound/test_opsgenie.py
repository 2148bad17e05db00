"""Opsgenie's alert API: create, acknowledge and close, by alias."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings

from incidents import intake
from integrations.inbound import opsgenie
from tests.factories import NOON
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "opsgenie"


def alert(alias="db-1/disk"):
    return {
        "message": "Disk is full on db-1",
        "alias": alias,
        "description": "2 % are left",
        "responders": [{"name": "Payments", "type": "team"}],
        "tags": ["disk", "db"],
        "details": {"free": "2 %"},
        "entity": "db-1",
        "source": "nagios",
        "priority": "P1",
    }


@pytest.fixture
def api(tool):
    """Call the API as a client of Opsgenie does."""

    def post(path, body, key=tool.integration.key):
        answer = tool.client.post(
            f"/v2/alerts{path}",
            json.dumps(body),
            "application/json",
            headers={"Authorization": f"GenieKey {key}"},
        )
        intake.process(NOON)
        return answer

    return post


def by_alias(alias, verb):
    return f"/{quote(alias, safe='')}/{verb}?identifierType=alias"


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["db-1/disk", "a b?c", "x/close"])
def test_an_alert_is_created_acknowledged_and_closed(tool, api, alias):
    answer = api("", alert(alias))
    assert answer.status_code == 202
    assert answer.json()["result"] == "Request will be processed"
    assert answer.json()["requestId"]
    event = tool.integration.events.get()
    assert event.dedup_key == alias
    assert event.body["severity"] == "critical"
    assert event.body["custom_details"]["details"] == {"free": "2 %"}

    assert api(by_alias(alias, "acknowledge"), {"note": "on it"}).status_code == 202
    assert tool.integration.events.latest("id").outcome == "acknowledged"
    assert api(by_alias(alias, "close"), {}).status_code == 202
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_an_alert_without_a_message_still_pages(tool, api):
    assert api("", {"alias": "x"}).status_code == 202

    [title] = tool.open_incidents
    assert "'message' can not be empty" in title


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "f" * 32, "x"])
def test_a_wrong_key_is_refused(tool, api, key):
    answer = api("", alert(), key=key)

    assert answer.status_code == 401
    assert answer.json()["message"]
    assert not tool.integration.events.exists()


@pytest.mark.django_db
def test_only_aliases_are_known(tool, api):
    answer = api("/70413a06/close?identifierType=id", {})

    assert answer.status_code == 422
    assert "identifierType" in answer.json()["errors"]


@pytest.mark.django_db
def test_its_webhook_is_read_too(tool):
    sent = {"alert": alert() | {"alertId": "70413a06"}, "source": {"name": ""}}
    tool.says({"action": "Create"} | sent)
    assert tool.open_incidents == ["Disk is full on db-1"]

    tool.says({"action": "Close"} | sent)
    assert tool.open_incidents == []


@given(broken(alert()) | broken({"action": "Create", "alert": alert()}) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(opsgenie.read, payload))


@pytest.mark.django_db
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=broken(alert()) | ODD)
def test_odd_bodies_are_answered(api, payload):
    assert api("", payload).status_code in (202, 400, 429)
