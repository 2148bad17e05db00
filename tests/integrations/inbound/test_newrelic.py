"""New Relic's workflows, and its older notification channels."""

import pytest
from hypothesis import given

from integrations.inbound import newrelic
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "newrelic"


def issue(state="ACTIVATED"):
    return {
        "id": "d1b1f3fd-995a-4066-88ab-8ce4f6960654",
        "issueUrl": "https://radar-api.service.newrelic.com/accounts/1/issues/0ea2df1c",
        "title": "Memory Used % > 90 for at least 2 minutes on 'checkout'",
        "priority": "CRITICAL",
        "impactedEntities": ["checkout", "basket"],
        "totalIncidents": 1,
        "state": state,
        "trigger": "STATE_CHANGE",
        "isCorrelated": False,
        "createdAt": 1804161600000,
        "updatedAt": 1804161600000,
        "sources": ["newrelic"],
        "alertPolicyNames": ["Shop"],
        "alertConditionNames": ["Memory high"],
        "workflowName": "OnCall",
    }


def older(state="open"):
    return {
        "account_id": 1,
        "condition_name": "Apdex low",
        "current_state": state,
        "details": "Apdex < 0.7 for 5 minutes on 'shop'",
        "incident_id": 1234,
        "incident_url": "https://alerts.newrelic.com/accounts/1/incidents/1234",
        "policy_name": "Shop",
        "severity": "WARNING",
        "timestamp": 1804161600000,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "last"), [("CREATED", "CLOSED")] * 1)
def test_an_issue_opens_is_acknowledged_and_ends(tool, first, last):
    [event] = tool.says(issue(first))
    assert event.body["severity"] == "critical"
    assert event.body["source"] == "checkout, basket"
    assert event.body["component"] == "Shop"
    assert event.body["timestamp"] == "2027-03-04T12:00:00+00:00"

    tool.says(issue())
    [event] = tool.says(issue("ACKNOWLEDGED"))
    assert event.outcome == "acknowledged"
    tool.says(issue(last))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_the_older_channel_opens_and_ends(tool):
    tool.says(older())
    assert tool.open_incidents == ["Apdex < 0.7 for 5 minutes on 'shop'"]

    tool.says(older("closed"))
    assert tool.open_incidents == []


@given(broken(issue()) | broken(older()) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(newrelic.read, payload))
