"""Grafana's webhook contact point, and the one of its older alerting."""

import pytest
from hypothesis import given

from integrations.inbound import grafana
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "grafana"


def alert(name="Orders too slow", status="firing", number=1):
    return {
        "status": status,
        "labels": {"alertname": name, "grafana_folder": "Shop", "cluster": "eu-1"},
        "annotations": {"description": "95th percentile above 2 s"},
        "startsAt": "2027-03-10T12:56:03.157076+02:00",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://grafana.acme.example/alerting/grafana/d1/view",
        "fingerprint": f"bc97ff14869b13e{number}",
        "silenceURL": "https://grafana.acme.example/alerting/silence/new",
        "dashboardURL": "",
        "panelURL": "",
        "imageURL": "https://grafana.acme.example/render/7.png",
        "values": {"B": 2.3, "C": 1},
    }


def message(*alerts):
    return {
        "receiver": "OnCall",
        "status": "firing",
        "orgId": 1,
        "alerts": list(alerts),
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "https://grafana.acme.example/",
        "version": "1",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "title": "[FIRING:1] Orders too slow",
        "state": "alerting",
        "message": "**Firing**",
    }


def rule(state):
    return {
        "dashboardId": 1,
        "evalMatches": [{"value": 1, "metric": "Count", "tags": {}}],
        "imageUrl": "https://grafana.acme.example/img.png",
        "message": "Notification message",
        "orgId": 1,
        "panelId": 2,
        "ruleId": 12,
        "ruleName": "Panel title alert",
        "ruleUrl": "https://grafana.acme.example/d/1",
        "state": state,
        "title": f"[{state}] Panel title alert",
    }


@pytest.mark.django_db
def test_an_alert_opens_and_ends(tool):
    [event] = tool.says(message(alert()))
    assert event.body["summary"] == "95th percentile above 2 s"
    assert event.body["class"] == "Orders too slow"
    assert event.body["timestamp"] == "2027-03-10T10:56:03.157076+00:00"
    assert [link["text"] for link in event.body["links"]] == ["Rule", "Silence"]
    assert event.body["images"][0]["src"].endswith("/render/7.png")
    assert event.body["custom_details"]["values"] == {"B": 2.3, "C": 1}

    tool.says(message(alert(status="resolved")))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_alerts_of_one_message_are_apart(tool):
    tool.says(message(alert(), alert(number=2)))
    tool.says(message(alert(status="resolved")))

    assert len(tool.open_incidents) == 1


@pytest.mark.django_db
def test_a_rule_of_the_older_alerting_opens_and_ends(tool):
    tool.says(rule("alerting"))
    assert tool.open_incidents == ["[alerting] Panel title alert"]

    assert tool.says(rule("pending")) == []
    tool.says(rule("ok"))
    assert tool.open_incidents == []


@given(broken(message(alert())) | broken(rule("alerting")) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(grafana.read, payload))
