"""Datadog's webhooks integration: its default payload, and a fuller one."""

import pytest
from hypothesis import given

from integrations.inbound import datadog
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "datadog"


def plain(title="[Triggered] Disk is full on db-1"):
    """The payload that Datadog suggests."""
    return {
        "body": "%%%\nDisk is full @webhook-oncall\n%%%",
        "last_updated": "1804161600000",
        "event_type": "query_alert_monitor",
        "title": title,
        "date": "1804161600000",
        "org": {"id": "1234", "name": "Acme"},
        "id": "7331",
    }


def full(transition="Triggered", scope="host:db-1"):
    return plain(f"[{transition} on {{{scope}}}] Disk is full") | {
        "alert_id": "4711",
        "alert_transition": transition,
        "alert_scope": scope,
        "hostname": "db-1",
        "link": "https://app.datadoghq.eu/monitors/4711",
        "priority": "P1",
    }


@pytest.mark.django_db
def test_a_monitor_opens_and_ends(tool):
    [event] = tool.says(full())
    assert event.dedup_key == "4711:host:db-1"
    assert event.body["severity"] == "critical"
    assert event.body["source"] == "db-1"
    assert event.body["links"][0]["href"].endswith("/monitors/4711")

    tool.says(full("Re-Triggered"))
    assert len(tool.open_incidents) == 1
    tool.says(full("Recovered"))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_parts_of_a_monitor_end_apart(tool):
    tool.says(full())
    tool.says(full("Warn", "host:db-2"))
    tool.says(full("Recovered"))

    [title] = tool.open_incidents
    assert "db-2" in title


@pytest.mark.django_db
def test_the_default_payload_will_do(tool):
    tool.says(plain())
    assert tool.open_incidents == ["[Triggered] Disk is full on db-1"]

    tool.says(plain("[Recovered] Disk is full on db-1"))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_a_payload_without_a_title_still_pages(tool):
    answer = tool.post({"org": {"id": 1}})

    assert answer.status_code == 202
    assert answer.json()["errors"] == ["'title' is missing or blank"]
    assert tool.integration.events.get().body["severity"] == "error"


@given(broken(full()) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(datadog.read, payload))
