"""Uptime Kuma's webhook notification."""

import pytest
from hypothesis import given

from integrations.inbound import uptimekuma
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "uptimekuma"


def message(status=0, monitor=3):
    return {
        "heartbeat": {
            "monitorID": monitor,
            "status": status,
            "time": "2027-03-10 11:58:00.123",
            "msg": "connect ECONNREFUSED",
            "important": True,
            "duration": 60,
        },
        "monitor": {
            "id": monitor,
            "name": f"Shop {monitor}",
            "url": "https://shop.acme.example",
            "hostname": None,
            "type": "http",
        },
        "msg": "[Shop] [Down] connect ECONNREFUSED",
    }


@pytest.mark.django_db
def test_a_monitor_opens_and_ends_alone(tool):
    [event] = tool.says(message())
    assert event.body["summary"] == "Shop 3 is down: connect ECONNREFUSED"
    assert event.body["severity"] == "critical"
    assert event.body["source"] == "https://shop.acme.example"
    tool.says(message(monitor=4))

    assert tool.says(message(2)) == []
    tool.says(message(1))
    assert tool.open_incidents == ["Shop 4 is down: connect ECONNREFUSED"]


@pytest.mark.django_db
def test_words_without_a_monitor_are_told(tool):
    words = "[Shop] Certificate will expire in 7 days"
    tool.says({"heartbeat": None, "monitor": None, "msg": words})

    assert tool.open_incidents == [words]


@given(broken(message()) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(uptimekuma.read, payload))
