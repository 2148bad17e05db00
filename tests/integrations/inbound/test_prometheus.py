"""Alertmanager's webhook, in which several alerts come at once."""

import pytest
from hypothesis import given

from integrations.inbound import prometheus
from integrations.inbound.event import Invalid
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "prometheus"


def alert(number=1, status="firing", **labels):
    return {
        "status": status,
        "labels": {
            "alertname": "DiskFillingUp",
            "instance": f"db-{number}:9100",
            "job": "node",
            "severity": "warning",
            **labels,
        },
        "annotations": {
            "summary": f"Disk of db-{number} is 91 % full",
            "runbook_url": "https://wiki.acme.example/disk",
        },
        "startsAt": "2027-03-10T11:58:03.157Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://prometheus.acme.example/graph?g0.expr=disk",
        "fingerprint": f"c6eadffa33fcdf3{number}",
    }


def message(*alerts, **changes):
    return {
        "version": "4",
        "groupKey": '{}:{alertname="DiskFillingUp"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "oncall",
        "groupLabels": {"alertname": "DiskFillingUp"},
        "commonLabels": {"alertname": "DiskFillingUp", "job": "node"},
        "commonAnnotations": {},
        "externalURL": "https://alertmanager.acme.example",
        "alerts": list(alerts),
        **changes,
    }


@pytest.mark.django_db
def test_each_alert_of_a_message_is_one_of_its_own(tool):
    first, second = tool.says(message(alert(1), alert(2)))

    assert first.dedup_key == "c6eadffa33fcdf31"
    assert first.body["summary"] == "Disk of db-1 is 91 % full"
    assert first.body["severity"] == "warning"
    assert first.body["source"] == "db-1:9100"
    assert first.body["component"] == "node"
    assert first.body["class"] == "DiskFillingUp"
    assert first.body["timestamp"] == "2027-03-10T11:58:03.157000+00:00"
    assert first.body["client_url"] == "https://alertmanager.acme.example"
    assert [link["text"] for link in first.body["links"]] == ["Prometheus", "Runbook"]
    assert first.body["custom_details"]["labels"]["job"] == "node"
    assert second.dedup_key == "c6eadffa33fcdf32"
    assert len(tool.open_incidents) == 2


@pytest.mark.django_db
def test_a_resolved_alert_ends_its_own_and_no_other(tool):
    tool.says(message(alert(1), alert(2)))

    tool.says(message(alert(1, "resolved"), alert(2)))

    assert tool.open_incidents == ["Disk of db-2 is 91 % full"]


@pytest.mark.django_db
def test_one_odd_alert_hides_no_other(tool):
    odd = alert(1) | {"status": "smouldering"}
    answer = tool.post(message(odd, alert(2)))

    assert answer.status_code == 202
    assert answer.json()["errors"] == ["alerts[0]: 'status' must be firing or resolved"]
    assert tool.last_payload.outcome == "unreadable"
    tool.says(message())
    assert tool.open_incidents == [
        "Alertmanager sent something that could not be read:"
        " alerts[0]: 'status' must be firing or resolved",
        "Disk of db-2 is 91 % full",
    ]


@pytest.mark.django_db
def test_alerts_that_were_left_out_are_told_of(tool):
    *_others, last = tool.says(message(alert(1), truncatedAlerts=7))

    assert "left 7 more alerts out" in last.body["summary"]


def test_an_alert_without_a_fingerprint_is_known_by_its_labels():
    first, second, again = (
        prometheus.read(message(alert(n) | {"fingerprint": None}))[0].dedup_key
        for n in (1, 2, 1)
    )

    assert first == again != second


def test_a_message_without_alerts_is_no_message():
    with pytest.raises(Invalid, match="'alerts' must be a list"):
        prometheus.read({"status": "firing"})


@given(broken(message(alert(), alert(2))) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(prometheus.read, payload))
