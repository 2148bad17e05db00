"""ThousandEyes' alert webhooks, of both generations."""

import pytest
from hypothesis import given

from integrations.inbound import thousandeyes
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "thousandeyes"


def message(kind="ALERT_NOTIFICATION_TRIGGER"):
    return {
        "eventId": "8dc12ea7-3a0f-4b6f-b50c-46f79bbe6fa5",
        "eventType": kind,
        "alert": {
            "alertId": 2783,
            "testId": 281474976710706,
            "testName": "Shop from Europe",
            "type": "HTTP Server",
            "ruleName": "Response time",
            "ruleExpression": "((responseTime >= 2000 ms))",
            "dateStart": "2027-03-10 11:45:00",
            "active": 1,
            "severity": "MAJOR",
            "violationCount": 2,
            "permalink": "https://app.thousandeyes.com/alerts/list/?alertId=2783",
            "agents": [{"agentName": "Frankfurt", "active": 1}],
        },
    }


def newer(kind):
    return {
        "id": "n-1",
        "type": {"id": kind, "name": "x"},
        "alert": {"id": "a-1", "rule": {"name": "Loss"}, "test": {"name": "VPN"}},
    }


@pytest.mark.django_db
def test_an_alert_opens_and_ends(tool):
    [event] = tool.says(message())
    assert event.dedup_key == "2783"
    assert event.body["summary"] == "Shop from Europe: Response time"
    assert event.body["severity"] == "error"
    assert event.body["timestamp"] == "2027-03-10T11:45:00+00:00"

    tool.says(message("ALERT_NOTIFICATION_CLEAR"))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_the_newer_webhooks_open_and_end(tool):
    tool.says(newer(2))
    assert tool.open_incidents == ["VPN: Loss"]

    tool.says(newer(1))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_the_test_of_a_webhook_pages_nobody(tool):
    assert tool.says({"eventType": "WEB_HOOK_TEST"}) == []


@given(broken(message()) | broken(newer(2)) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(thousandeyes.read, payload))
